package agg

import (
	"math"
	"slices"
)

// Quantiles is the exact value at each of qs, numbers from 0 to 1, in the order
// given: 0 is the least, 0.5 the median, 1 the greatest. Between rows it
// interpolates linearly, which is type 7 of Hyndman and Fan ("Sample Quantiles
// in Statistical Packages", 1996) and what R and NumPy do unless told otherwise.
// When a row is NaN, or there are no rows, every value is NaN.
//
// It keeps all numbers, 8 bytes each; see [ApproxQuantiles] for many. Whole
// numbers beyond 2^53 are rounded to float64.
func Quantiles[T any, N Number](f func(T) N, qs ...float64) Func[T, []float64, []float64] {
	mustFunc(f == nil, "Quantiles")
	qs = mustQuantiles(qs, "Quantiles")
	return quantiles(f, func(xs []float64) []float64 {
		if len(qs) > mostSelected {
			slices.Sort(xs)
		}
		out := make([]float64, len(qs))
		for i, q := range qs {
			out[i] = quantile(xs, q, len(qs) > mostSelected)
		}
		return out
	})
}

// Median is the exact value at 0.5, as [Quantiles] has it.
func Median[T any, N Number](f func(T) N) Func[T, []float64, float64] {
	mustFunc(f == nil, "Median")
	return quantiles(f, func(xs []float64) float64 { return quantile(xs, 0.5, false) })
}

// mostSelected is how many quantiles are selected one by one; for more, all numbers
// are sorted.
const mostSelected = 4

// mustQuantiles copies qs, which are all from 0 to 1, and at least one.
func mustQuantiles(qs []float64, name string) []float64 {
	if len(qs) == 0 {
		misuse(name, "no quantiles")
	}
	for _, q := range qs {
		if !(q >= 0 && q <= 1) {
			misuse(name, "a quantile is not from 0 to 1")
		}
	}
	return slices.Clone(qs)
}

func quantiles[T any, N Number, R any](f func(T) N, read func(xs []float64) R) Func[T, []float64, R] {
	return func() Def[T, []float64, R] {
		return Def[T, []float64, R]{
			// Adding 0 turns -0 into 0: they would sort in either order.
			Add: func(a *[]float64, v T) { *a = append(*a, float64(f(v))+0) },
			AddBatch: func(to Groups[[]float64], rows []T) {
				for i := range rows {
					a := to.At(i)
					*a = append(*a, float64(f(rows[i]))+0)
				}
			},
			Merge: func(dst, src *[]float64) {
				if len(*dst) < len(*src) {
					*dst, *src = *src, *dst
				}
				*dst = append(*dst, *src...)
			},
			Result: func(a *[]float64) R { return read(*a) },
			Size:   sliceSize[float64],
		}
	}
}

// quantile is quantile q of xs, which it puts into another order.
func quantile(xs []float64, q float64, sorted bool) float64 {
	if len(xs) == 0 || slices.ContainsFunc(xs, math.IsNaN) {
		return math.NaN()
	}
	whole, part := math.Modf(q * float64(len(xs)-1))
	i := int(whole)
	if !sorted {
		selectAt(xs, i)
	}
	low := xs[i]
	if part == 0 {
		return low
	}
	high := xs[i+1]
	if !sorted {
		high = slices.Min(xs[i+1:])
	}
	if low == high {
		return low
	}
	// The conversions keep the products apart from the sum, so that processors
	// with a fused multiply-add give the same bits.
	return float64(low*(1-part)) + float64(high*part)
}

// selectAt puts that of xs, none of which is NaN, at index i that belongs there in
// their order, none that is greater before it, and none that is less after it. It is
// Hoare's algorithm (Find, CACM 4(7), 1961), which takes linear time; should it take
// many steps, it sorts what is left.
func selectAt(xs []float64, i int) {
	for steps := 0; ; steps++ {
		n := len(xs)
		if n <= 16 || steps > 40 {
			slices.Sort(xs)
			return
		}
		pivot := medianOf(xs[n/4], xs[n/2], xs[n-1-n/4])
		lo, hi := 0, n-1
		for {
			for xs[lo] < pivot {
				lo++
			}
			for pivot < xs[hi] {
				hi--
			}
			if lo >= hi {
				break
			}
			xs[lo], xs[hi] = xs[hi], xs[lo]
			lo++
			hi--
		}
		// None up to hi is greater than the pivot, and none after it is less.
		if i <= hi {
			xs = xs[:hi+1]
		} else {
			xs, i = xs[hi+1:], i-hi-1
		}
	}
}

// medianOf is the median of three.
func medianOf(a, b, c float64) float64 {
	return max(min(a, b), min(max(a, b), c))
}
