package main

import (
	"fmt"
	"math"

	"anabranch.dev/df/agg"
)

// stats is what is known of a station, in tenths of a degree. It is both the
// accumulator and the result.
type stats struct{ min, max, sum, count int64 }

// summary is the aggregate. Whole numbers make its sums exact.
func summary[S ~string]() agg.Def[measurement[S], stats, stats] {
	return agg.Def[measurement[S], stats, stats]{
		Init:   initStats,
		Add:    addMeasurement[S],
		Merge:  mergeStats,
		Result: func(a *stats) stats { return *a },
	}
}

func initStats(a *stats) { *a = stats{min: math.MaxInt64, max: math.MinInt64} }

func addMeasurement[S ~string](a *stats, m measurement[S]) {
	a.min = min(a.min, m.tenths)
	a.max = max(a.max, m.tenths)
	a.sum += m.tenths
	a.count++
}

func mergeStats(a, b *stats) {
	a.min = min(a.min, b.min)
	a.max = max(a.max, b.max)
	a.sum += b.sum
	a.count += b.count
}

func (a stats) String() string {
	return degrees(a.min) + "/" + degrees(a.mean()) + "/" + degrees(a.max)
}

// mean is the mean in tenths, to the bit as the reference computes it, in Java:
//
//	mean = (Math.round(sum * 10.0) / 10.0) / count
//	text = Math.round(mean * 10.0) / 10.0
//
// Its sum in degrees is a double, rounded to tenths before the division, so that
// exact tenths give the same sum. Its quotient is a double as well: of a mean
// that lies between two tenths, it may be a little less than the half.
func (a stats) mean() int64 {
	mean := float64(a.sum) / 10 / float64(a.count)
	return round(mean * 10)
}

// round is Java's Math.round: to the nearest whole number, halves up, so that
// -0.5 is 0, and there is no negative zero.
func round(x float64) int64 {
	floor := math.Floor(x)
	if x-floor >= 0.5 { // adding a half to x could round, this does not
		floor++
	}
	return int64(floor)
}

// degrees writes tenths with one decimal.
func degrees(tenths int64) string {
	sign := ""
	if tenths < 0 {
		sign, tenths = "-", -tenths
	}
	return fmt.Sprintf("%s%d.%d", sign, tenths/10, tenths%10)
}
