package agg

import (
	"cmp"
	"math"
	"math/bits"
	"strings"
	"testing"
)

// TestHashIsFixed holds the hashes still: sketches may be merged across processes
// of different machines.
func TestHashIsFixed(t *testing.T) {
	type (
		name string
		id   int32
	)
	tests := []struct {
		what string
		got  []uint64 // all the same
		want uint64
	}{
		{"empty", []uint64{hashKey(""), hashKey(name(""))}, 0x1db2c5965fbc3365},
		{"short", []uint64{hashKey("abc"), hashKey(name("abc"))}, 0xc55eb16cf304f5a9},
		{"long", []uint64{hashKey("abcdefghijklmnopqrstuvwxyz")}, 0x7d5d27597a846d18},
		{"whole", []uint64{
			hashKey(-7), hashKey(int8(-7)), hashKey(int16(-7)), hashKey(id(-7)), hashKey(int64(-7)), hashKey(uint64(1<<64 - 7)),
		}, 0x6c1e186443822970},
		{"unsigned", []uint64{hashKey(7), hashKey(uint8(7)), hashKey(uint16(7)), hashKey(uint32(7)), hashKey(uint(7))}, 0x63cbe1e459320dd7},
		{"float", []uint64{hashKey(0.5), hashKey(float32(0.5))}, 0xf456984dd1d8ce6d},
		{"zero", []uint64{hashKey(0.0), hashKey(math.Copysign(0, -1))}, 0xe220a8397b1dcdaf},
		{"nan", []uint64{hashKey(math.NaN()), hashKey(math.Float64frombits(0x7ff8000000000099)), hashKey(float32(math.NaN()))}, 0x698f600b8063ccbd},
	}
	for _, test := range tests {
		for _, got := range test.got {
			if got != test.want {
				t.Errorf("%s: hash is %#x, want %#x", test.what, got, test.want)
			}
		}
	}
}

// TestHashAvalanche flips every bit of some keys: half of the hash must follow.
func TestHashAvalanche(t *testing.T) {
	flips, n := 0, 0
	note := func(a, b uint64) {
		d := bits.OnesCount64(a ^ b)
		if d < 10 || d > 54 {
			t.Errorf("a flipped bit changes %d bits of the hash", d)
		}
		flips, n = flips+d, n+64
	}
	for i := range 64 {
		note(hashKey(int64(12345)), hashKey(int64(12345)^1<<i))
	}
	for _, size := range []int{1, 7, 8, 9, 16, 31} {
		key := []byte(strings.Repeat("x", size))
		h := hashKey(string(key))
		for i := range 8 * size {
			key[i/8] ^= 1 << (i % 8)
			note(h, hashKey(string(key)))
			key[i/8] ^= 1 << (i % 8)
		}
		note(h, hashKey(string(key)+"\x00"))
	}
	if share := float64(flips) / float64(n); math.Abs(share-0.5) > 0.02 {
		t.Errorf("%.3f of the bits follow", share)
	}
}

func benchmarkHash[K cmp.Ordered](b *testing.B, keys [2]K) {
	b.ReportAllocs()
	sum := uint64(0)
	for i := 0; b.Loop(); i++ {
		sum += hashKey(keys[i&1])
	}
	_ = sum
}

func BenchmarkHash(b *testing.B) {
	type id int32
	b.Run("int64", func(b *testing.B) { benchmarkHash(b, [2]int64{1, 99}) })
	b.Run("named", func(b *testing.B) { benchmarkHash(b, [2]id{1, 99}) })
	b.Run("string", func(b *testing.B) { benchmarkHash(b, [2]string{"hello, world", "hello"}) })
}
