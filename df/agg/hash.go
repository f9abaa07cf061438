package agg

import (
	"cmp"
	"math"
	"math/bits"
	"reflect"
)

// hashKey hashes k to 64 bits that all look random. It is the same in every
// process and on every machine. Equal keys have equal hashes, -0 equals 0, and
// NaN equals NaN.
func hashKey[K cmp.Ordered](k K) uint64 {
	switch k := any(k).(type) {
	case string:
		return hashString(k)
	case int:
		return mix(uint64(k))
	case int64:
		return mix(uint64(k))
	case uint64:
		return mix(k)
	}
	switch v := reflect.ValueOf(k); v.Kind() {
	case reflect.String:
		return hashString(v.String())
	case reflect.Float32, reflect.Float64:
		return hashFloat(v.Float())
	default:
		if v.CanInt() {
			return mix(uint64(v.Int()))
		}
		return mix(v.Uint())
	}
}

func hashFloat(x float64) uint64 {
	if x != x {
		x = math.NaN()
	}
	return mix(math.Float64bits(x + 0)) // -0 becomes 0
}

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood, 2014). It maps
// different numbers to different hashes.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// hashString folds eight bytes at a time by a full multiplication. The factors
// are binary digits of pi.
func hashString(s string) uint64 {
	const body, end = 0x243f6a8885a308d3, 0x13198a2e03707345
	h := mix(uint64(len(s)))
	for ; len(s) >= 8; s = s[8:] {
		h = fold(h^word(s), body)
	}
	var tail uint64
	for i := len(s) - 1; i >= 0; i-- {
		tail = tail<<8 | uint64(s[i])
	}
	return mix(fold(h^tail, end))
}

// fold mixes both halves of a product.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// word reads the first eight bytes of s, the same on every machine.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
