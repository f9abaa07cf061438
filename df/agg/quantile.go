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
	return quantiles(f, func(sorted []float64) []float64 {
		out := make([]float64, len(qs))
		for i, q := range qs {
			out[i] = interpolate(sorted, q)
		}
		return out
	})
}

// Median is the exact value at 0.5, as [Quantiles] has it.
func Median[T any, N Number](f func(T) N) Func[T, []float64, float64] {
	mustFunc(f == nil, "Median")
	return quantiles(f, func(sorted []float64) float64 { return interpolate(sorted, 0.5) })
}

// mustQuantiles copies qs, which are all from 0 to 1, and at least one.
func mustQuantiles(qs []float64, name string) []float64 {
	if len(qs) == 0 {
		panic("agg." + name + ": no quantiles")
	}
	for _, q := range qs {
		if !(q >= 0 && q <= 1) {
			panic("agg." + name + ": a quantile is not from 0 to 1")
		}
	}
	return slices.Clone(qs)
}

func quantiles[T any, N Number, R any](f func(T) N, read func(sorted []float64) R) Func[T, []float64, R] {
	return func() Def[T, []float64, R] {
		return Def[T, []float64, R]{
			// Adding 0 turns -0 into 0: they would sort in either order.
			Add: func(a *[]float64, v T) { *a = append(*a, float64(f(v))+0) },
			Merge: func(dst, src *[]float64) {
				if len(*dst) < len(*src) {
					*dst, *src = *src, *dst
				}
				*dst = append(*dst, *src...)
			},
			Result: func(a *[]float64) R {
				slices.Sort(*a)
				return read(*a)
			},
			Size: sliceSize[float64],
		}
	}
}

// interpolate reads quantile q off sorted numbers, NaN first.
func interpolate(sorted []float64, q float64) float64 {
	if len(sorted) == 0 || math.IsNaN(sorted[0]) {
		return math.NaN()
	}
	whole, part := math.Modf(q * float64(len(sorted)-1))
	i := int(whole)
	low := sorted[i]
	if part == 0 || low == sorted[i+1] {
		return low
	}
	// The conversions keep the products apart from the sum, so that processors
	// with a fused multiply-add give the same bits.
	return float64(low*(1-part)) + float64(sorted[i+1]*part)
}
