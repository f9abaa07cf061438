package agg

import (
	"math"
	"math/bits"
)

// bins is the sum of many numbers, kept so that it is the same, bit for bit,
// for every order of adding and merging.
//
// The number line is cut into bins of 64 binary digits, always at the same
// places:
//
//	 bin top          bin top-1        bin top-2        dropped
//	|................|................|................|.........
//	      1xxxxxxxxxxxxxxxxxxxx          the greatest row so far
//	                  1xxxxxxxxxxxxxxxxxxxx
//	                                             1xxxxx|xxxxxxxx
//
// A row is cut at the borders of bins and each piece is added to its bin, an
// integer of 128 bits. Which pieces a row has depends on the row alone, and
// integer addition is exact, so each bin ends up the same however the rows
// came. The accumulator keeps three bins: that of the greatest row's leading
// digit and the two below. When a greater row comes the bins move down and the
// lowest is forgotten; carries stay with the bin in which they arose until the
// end, so what is forgotten is the same whether it was added before or never.
//
// The method is the binned ("indexed") sum of Demmel, Ahrens and Nguyen
// ("Efficient Reproducible Floating Point Summation and BLAS", UCB/EECS-2016-121)
// with integer bins in place of floating-point ones, after the integer
// accumulators of Neal ("Fast Exact Summation Using Small and Large
// Superaccumulators", arXiv:1505.05571).
//
// The zero bins is the empty sum.
type bins struct {
	lo      [3]uint64 // low halves, from the top bin down
	hi      [3]int64  // high halves: the carries
	top     uint8     // number of the top bin
	special uint8     // infinities and NaN seen
}

// Values of bins.special.
const (
	sawPosInf = 1 << iota
	sawNegInf
	sawNaN
)

// Positions count binary digits upwards; the digit 2^e of a row has position
// e+sumBias, and in a sum of products e+2*sumBias, so that a product of two sums
// has its digits where a sum of products has them. The bias leaves room for the
// smallest numbers and puts the numbers from 2^-24 to 2^40, where most data
// lies, into one bin.
const sumBias = 17*64 + 24

// decode splits a finite x that is not zero: |x| = m * 2^(e-63), with the top
// bit of m set.
func decode(x float64) (m uint64, e int) {
	b := math.Float64bits(x)
	if e = int(b >> 52 & 0x7ff); e != 0 {
		return b<<11 | 1<<63, e - 1023
	}
	m = b << 1 >> 1
	z := bits.LeadingZeros64(m)
	return m << z, -1074 + 63 - z
}

// isSpecial reports whether x is an infinity or NaN.
func isSpecial(x float64) bool {
	return math.Float64bits(x)>>52&0x7ff == 0x7ff
}

// note remembers an infinity or NaN.
func (b *bins) note(x float64) {
	switch {
	case x > 0:
		b.special |= sawPosInf
	case x < 0:
		b.special |= sawNegInf
	default:
		b.special |= sawNaN
	}
}

// addFloat adds a row.
func (b *bins) addFloat(x float64) {
	switch {
	case x == 0:
	case isSpecial(x):
		b.note(x)
	default:
		m, e := decode(x)
		b.add(uint(e+sumBias), m, 0, signMask(x))
	}
}

// addProduct adds x*y, without rounding it.
func (b *bins) addProduct(x, y float64) {
	switch {
	case isSpecial(x) || isSpecial(y):
		b.note(x * y)
	case x == 0 || y == 0:
	default:
		mx, ex := decode(x)
		my, ey := decode(y)
		b.addProductOf(mx, my, ex+ey, signMask(x)^signMask(y))
	}
}

// addProductOf adds x*y, of which mx and my are the digits and e is the sum of the
// exponents, as decode gives them.
func (b *bins) addProductOf(mx, my uint64, e int, sign uint64) {
	hi, lo := bits.Mul64(mx, my)
	pos := uint(e + 1 + 2*sumBias)
	if uint8(pos>>6) != b.top {
		b.add(pos, hi, lo, sign)
		return
	}
	// This is add for the top bin, where nearly all are; most have no digits so far down
	// as the lowest.
	up, down := pos&63, ^pos&63
	var carry uint64
	b.lo[0], carry = bits.Add64(b.lo[0], hi>>down^sign, sign&1)
	b.hi[0] += int64(sign + carry)
	b.lo[1], carry = bits.Add64(b.lo[1], (hi<<1<<up|lo>>down)^sign, sign&1)
	b.hi[1] += int64(sign + carry)
	if low := lo << 1 << up; low != 0 {
		b.bump(2, low, sign)
	}
}

// addSquare adds x*x, without rounding it.
func (b *bins) addSquare(x float64) {
	switch {
	case isSpecial(x):
		b.note(x * x)
	case x == 0:
	default:
		m, e := decode(x)
		b.addProductOf(m, m, 2*e, 0)
	}
}

// signMask is all ones for a negative x, else zero.
func signMask(x float64) uint64 {
	return uint64(int64(math.Float64bits(x)) >> 63)
}

// add adds a number of 128 digits, whose first is at position pos; that or the
// next one is its leading one. sign is all ones when it is negative, else zero.
func (b *bins) add(pos uint, hi, lo, sign uint64) {
	bin := uint8(pos >> 6)
	if bin > b.top {
		b.raise(bin)
	}
	up, down := pos&63, ^pos&63 // down = 63 - up
	switch b.top - bin {
	case 0:
		b.bump(0, hi>>down, sign)
		b.bump(1, hi<<1<<up|lo>>down, sign)
		b.bump(2, lo<<1<<up, sign)
	case 1:
		b.bump(1, hi>>down, sign)
		b.bump(2, hi<<1<<up|lo>>down, sign)
	case 2:
		b.bump(2, hi>>down, sign)
	}
}

// bump adds c, or -c, to bin k from the top.
func (b *bins) bump(k uint8, c, sign uint64) {
	var carry uint64
	b.lo[k], carry = bits.Add64(b.lo[k], c^sign, sign&1)
	b.hi[k] += int64(sign + carry)
}

// raise moves the window up so that its top bin is the given one.
func (b *bins) raise(top uint8) {
	by := int(top - b.top)
	b.top = top
	for k := 2; k >= 0; k-- {
		if k >= by {
			b.lo[k], b.hi[k] = b.lo[k-by], b.hi[k-by]
		} else {
			b.lo[k], b.hi[k] = 0, 0
		}
	}
}

// merge adds all of src, which it may change.
func (b *bins) merge(src *bins) {
	b.special |= src.special
	if src.top > b.top {
		b.raise(src.top)
	} else {
		src.raise(b.top)
	}
	for k := range b.lo {
		var carry uint64
		b.lo[k], carry = bits.Add64(b.lo[k], src.lo[k], 0)
		b.hi[k] += src.hi[k] + int64(carry)
	}
}

// value reads the sum as sign and magnitude, least limb first. The lowest digit
// is at position 64*(top-2).
func (b *bins) value() (mag [4]uint64, negative bool) {
	ext1, ext2 := uint64(b.hi[1]>>63), uint64(b.hi[2]>>63)
	var c uint64
	mag[0] = b.lo[2]
	mag[1], c = bits.Add64(b.lo[1], uint64(b.hi[2]), 0)
	mag[2], c = bits.Add64(uint64(b.hi[1]), ext2, c)
	mag[3], _ = bits.Add64(ext1, ext2, c)
	mag[2], c = bits.Add64(mag[2], b.lo[0], 0)
	mag[3], _ = bits.Add64(mag[3], uint64(b.hi[0]), c)
	negative = mag[3]>>63 == 1
	if negative {
		negate(mag[:])
	}
	return mag, negative
}

// rounded is the sum as m * 2^e, m of 53 bits, rounded to nearest even. There
// must be no special rows.
func (b *bins) rounded() (m float64, e int) {
	mag, negative := b.value()
	m, e = round(mag[:])
	if negative {
		m = -m
	}
	return m, e + 64*(int(b.top)-2) - sumBias
}
