package agg

import "math"

// ApproxQuantiles is [Quantiles] in little memory: each value is within a factor
// of 1±within of that of the row at rank floor(q*(n-1)), counted from 0; within
// is from 0.00001 to 0.5. The values at 0 and 1 are exact. Numbers closer to zero
// than 2.3e-308 are off by up to that times within.
//
// Numbers are counted in buckets whose width grows with them, as in DDSketch
// (Masson, Rim and Lee, VLDB 2019), but cut linearly between powers of two, as in
// Tene's HdrHistogram. Counts add up the same in every order, so unlike that of
// t-digest or KLL the answer does not depend on the schedule. A bucket that is in
// use takes 16 bytes in a table that is about half full; there are at most
// 1/within for each power of two that the numbers span: up to 640 buckets for
// numbers from 1 to 1000 within 1 %.
func ApproxQuantiles[T any, N Number](f func(T) N, within float64, qs ...float64) Func[T, Histogram, []float64] {
	mustFunc(f == nil, "ApproxQuantiles")
	if !(within >= 0.00001 && within <= 0.5) {
		misuse("ApproxQuantiles", "error bound is not from 0.00001 to 0.5")
	}
	qs = mustQuantiles(qs, "ApproxQuantiles")
	// A bucket that keeps d digits after the leading one reaches from x to at
	// most x*(1+2^-d), so its middle is off by at most 2^-(d+1); and 1/within is
	// below 2^e.
	_, e := math.Frexp(1 / within)
	drop := uint(52 - (e - 1))
	return func() Def[T, Histogram, []float64] {
		return Def[T, Histogram, []float64]{
			Add:    func(a *Histogram, v T) { a.add(float64(f(v)), drop) },
			Merge:  func(dst, src *Histogram) { dst.merge(src) },
			Result: func(a *Histogram) []float64 { return a.quantiles(qs, drop) },
			Size:   func(a *Histogram) int { return sliceSize(&a.buckets.slots) },
		}
	}
}

// Histogram is the accumulator of [ApproxQuantiles].
type Histogram struct {
	buckets  tally // by the leading bits of numbers, in an order-preserving form
	min, max float64
	n        int64
	nan      bool
}

// ascending is the bits of x turned so that they order as the numbers do.
func ascending(x float64) uint64 {
	b := math.Float64bits(x)
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

// fromAscending undoes ascending.
func fromAscending(b uint64) float64 {
	return math.Float64frombits(b ^ (^uint64(int64(b)>>63) | 1<<63))
}

func (a *Histogram) add(x float64, drop uint) {
	if math.IsNaN(x) {
		a.nan = true
		return
	}
	x += 0 // -0 becomes 0
	if a.n == 0 {
		a.min, a.max = x, x
	}
	a.min, a.max = min(a.min, x), max(a.max, x)
	a.n++
	a.buckets.add(ascending(x)>>drop, 1)
}

func (a *Histogram) merge(src *Histogram) {
	a.nan = a.nan || src.nan
	switch {
	case src.n == 0:
		return
	case a.n == 0:
		src.nan = a.nan
		*a = *src
		return
	}
	a.min, a.max = min(a.min, src.min), max(a.max, src.max)
	a.n += src.n
	a.buckets.merge(&src.buckets)
}

func (a *Histogram) quantiles(qs []float64, drop uint) []float64 {
	sorted := a.buckets.sort()
	out := make([]float64, len(qs))
	for i, q := range qs {
		out[i] = a.quantile(sorted, q, drop)
	}
	return out
}

func (a *Histogram) quantile(sorted []counted, q float64, drop uint) float64 {
	if a.nan || a.n == 0 {
		return math.NaN()
	}
	rank := int64(q * float64(a.n-1))
	switch {
	case rank <= 0:
		return a.min
	case rank >= a.n-1:
		return a.max
	}
	for _, b := range sorted {
		if rank -= b.n; rank < 0 {
			return min(max(middle(b.key, drop), a.min), a.max)
		}
	}
	return a.max
}

// middle is the number in the middle of a bucket. An infinity has its bucket to
// itself (the rest of it would be NaN), and that of zero stands for zero.
func middle(lead uint64, drop uint) float64 {
	low := fromAscending(lead << drop)
	high := fromAscending(lead<<drop | (1<<drop - 1))
	switch {
	case math.IsNaN(low):
		return high
	case math.IsNaN(high) || low == 0:
		return low
	}
	return low/2 + high/2
}
