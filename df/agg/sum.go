package agg

import (
	"math"
	"math/bits"
)

// Sum adds up whole numbers. It wraps around on overflow, as Go's addition
// does. For floats see [SumFloat].
func Sum[T any, N Integer](f func(T) N) Func[T, N, N] {
	mustFunc(f == nil, "Sum")
	return plainSum(f)
}

// FastSum adds up floats with plain additions: an accumulator of one number in
// place of [SumFloat]'s 56 bytes, and a few times faster to add to. Its last
// digits depend on the order of additions, and so may differ from run to run.
func FastSum[T any, F Float](f func(T) F) Func[T, F, F] {
	mustFunc(f == nil, "FastSum")
	return plainSum(f)
}

func plainSum[T any, N Number](f func(T) N) Func[T, N, N] {
	return func() Def[T, N, N] {
		return Def[T, N, N]{
			Add: func(a *N, v T) { *a += f(v) },
			AddBatch: func(to Groups[N], rows []T) {
				for i := range rows {
					a := to.At(i)
					*a += f(rows[i])
				}
			},
			Merge:  func(dst, src *N) { *dst += *src },
			Result: func(a *N) N { return *a },
		}
	}
}

// SumFloat adds up floats. The result is the same, bit for bit, for every order
// of rows and every number of workers, and more exact than adding in a loop:
// see [FloatSum] for what it is when rows are infinite, NaN or far apart.
func SumFloat[T any, F Float](f func(T) F) Func[T, FloatSum, F] {
	mustFunc(f == nil, "SumFloat")
	return func() Def[T, FloatSum, F] {
		return Def[T, FloatSum, F]{
			Add: func(a *FloatSum, v T) { a.Add(float64(f(v))) },
			AddBatch: func(to Groups[FloatSum], rows []T) {
				for i := range rows {
					a := to.At(i)
					a.Add(float64(f(rows[i])))
				}
			},
			Merge:  func(dst, src *FloatSum) { dst.Merge(src) },
			Result: func(a *FloatSum) F { return F(a.Float64()) },
		}
	}
}

// FloatSum is a sum of floats that does not depend on the order in which they
// were added or sums were merged. The zero FloatSum is empty. It takes 56 bytes
// and holds no pointers.
//
// The sum is exact, and rounded once when it is read, as long as the digits of
// all rows lie within 128 binary places (38 decimal ones) of the greatest row's
// leading digit; what lies below that is cut off each row. So the error before
// rounding is below n*2^-128*max|x| for n rows. There is no overflow on the
// way: only a sum that is itself out of range reads as infinite. A sum of zero
// reads as +0. Infinite rows make it infinite, or NaN when there are both
// kinds; a NaN makes it NaN.
//
// Up to 2^62 rows may be added.
type FloatSum struct{ b bins }

// Add adds x.
func (s *FloatSum) Add(x float64) {
	b := math.Float64bits(x)
	e := uint(b >> 52 & 0x7ff)
	pos := e + sumBias - 1023
	if pos>>6 != uint(s.b.top) || e-1 >= 0x7fe {
		s.b.addFloat(x)
		return
	}
	// This is bins.add for a row in the top bin, written out: nearly all are.
	m := b<<11 | 1<<63
	sign := uint64(int64(b) >> 63)
	var carry uint64
	s.b.lo[0], carry = bits.Add64(s.b.lo[0], m>>(^pos&63)^sign, sign&1)
	s.b.hi[0] += int64(sign + carry)
	s.b.lo[1], carry = bits.Add64(s.b.lo[1], m<<1<<(pos&63)^sign, sign&1)
	s.b.hi[1] += int64(sign + carry)
}

// Merge adds all of src, which it may change.
func (s *FloatSum) Merge(src *FloatSum) { s.b.merge(&src.b) }

// Float64 is the sum, rounded to nearest even.
func (s *FloatSum) Float64() float64 {
	if s.b.special != 0 {
		return s.b.limit()
	}
	return math.Ldexp(s.b.rounded())
}

// limit is the sum when there are infinities or NaN among the rows.
func (b *bins) limit() float64 {
	switch b.special {
	case sawPosInf:
		return math.Inf(1)
	case sawNegInf:
		return math.Inf(-1)
	}
	return math.NaN()
}
