package agg

import "math/bits"

// Whole numbers of many limbs of 64 bits, least limb first.

// negate makes x its two's complement.
func negate(x []uint64) {
	carry := uint64(1)
	for i := range x {
		x[i], carry = bits.Add64(^x[i], 0, carry)
	}
}

// round is x as m * 2^e, m a whole number of 53 bits, rounded to nearest even.
func round(x []uint64) (m float64, e int) {
	i := len(x) - 1
	for i >= 0 && x[i] == 0 {
		i--
	}
	if i < 0 {
		return 0, 0
	}
	z := bits.LeadingZeros64(x[i])
	head, rest := x[i]<<z, uint64(0)
	if i > 0 {
		head |= x[i-1] >> (64 - z)
		rest = x[i-1] << z
		for _, limb := range x[:i-1] {
			rest |= limb
		}
	}
	whole, cut := head>>11, head&0x7ff
	const half = 0x400
	if cut > half || cut == half && (rest != 0 || whole&1 == 1) {
		whole++
	}
	return float64(whole), 64*i - z + 11
}

// multiply adds x*y to dst, which has room for it.
func multiply(dst, x, y []uint64) {
	for i, a := range x {
		var high uint64
		for j, b := range y {
			hi, lo := bits.Mul64(a, b)
			var c uint64
			lo, c = bits.Add64(lo, dst[i+j], 0)
			hi += c
			dst[i+j], c = bits.Add64(lo, high, 0)
			high = hi + c
		}
		dst[i+len(y)] += high
	}
}

// addLimbs adds x to dst, in two's complement.
func addLimbs(dst, x []uint64) {
	var carry uint64
	for i := range x {
		dst[i], carry = bits.Add64(dst[i], x[i], carry)
	}
	for i := len(x); i < len(dst) && carry != 0; i++ {
		dst[i], carry = bits.Add64(dst[i], 0, carry)
	}
}

// subLimbs subtracts x from dst, in two's complement.
func subLimbs(dst, x []uint64) {
	var borrow uint64
	for i := range x {
		dst[i], borrow = bits.Sub64(dst[i], x[i], borrow)
	}
	for i := len(x); i < len(dst) && borrow != 0; i++ {
		dst[i], borrow = bits.Sub64(dst[i], 0, borrow)
	}
}
