package micro

import (
	"math/big"
	"slices"
	"testing"
	"time"
)

// minPairs is how many pairs a comparison has at least.
const minPairs = 20

// comparePairs is a benchmark of a against b in pairs, which change the order of the two each time, so that neither
// a slow phase of the machine nor what the one leaves to the other counts for one side. It reports the median of
// the ratios a/b, its upper 95 % confidence bound, and the median times of both.
func comparePairs(bench *testing.B, a, b func()) {
	a()
	b()
	var ratios, timesA, timesB []float64
	pair := func() {
		var ta, tb float64
		if len(ratios)%2 == 0 {
			ta, tb = seconds(a), seconds(b)
		} else {
			tb, ta = seconds(b), seconds(a)
		}
		ratios, timesA, timesB = append(ratios, ta/tb), append(timesA, ta), append(timesB, tb)
	}
	for bench.Loop() {
		pair()
	}
	for len(ratios) < minPairs {
		pair()
	}
	bench.ReportMetric(median(ratios), "ratio")
	bench.ReportMetric(upperBound(ratios), "ratio-upper95")
	bench.ReportMetric(median(timesA)*1e3, "ms/A")
	bench.ReportMetric(median(timesB)*1e3, "ms/B")
}

func seconds(f func()) float64 {
	start := time.Now()
	f()
	return time.Since(start).Seconds()
}

// median is the middle of values, which must be some.
func median(values []float64) float64 {
	v := slices.Sorted(slices.Values(values))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// upperBound is the one-sided upper 95 % confidence bound of the median: the least of the values that with this
// confidence has at least half of all pairs below it, whatever their distribution (sign test; see Conover,
// "Practical Nonparametric Statistics"). Of fewer than 5 values it is the greatest, with less confidence.
func upperBound(values []float64) float64 {
	v := slices.Sorted(slices.Values(values))
	n := int64(len(v))
	all := new(big.Int).Lsh(big.NewInt(1), uint(n))
	below := new(big.Int) // of all ways to put n values on both sides of the median, those with up to k below
	for k := range n {
		below.Add(below, new(big.Int).Binomial(n, k))
		if share, _ := new(big.Rat).SetFrac(below, all).Float64(); share >= 0.95 {
			return v[k]
		}
	}
	return v[n-1]
}

func TestMedianAndBound(t *testing.T) {
	upTo := func(n int) []float64 {
		var v []float64
		for i := range n {
			v = append(v, float64((i*7)%n+1)) // 1..n in some order, n no multiple of 7
		}
		return v
	}
	for _, test := range []struct {
		values        []float64
		median, bound float64
	}{
		{[]float64{3}, 3, 3},
		{upTo(4), 2.5, 4},
		{upTo(5), 3, 5},
		{upTo(10), 5.5, 9}, // ranks of tables of the sign test
		{upTo(20), 10.5, 15},
		{upTo(100), 50.5, 59},
	} {
		if m, u := median(test.values), upperBound(test.values); m != test.median || u != test.bound {
			t.Errorf("%d values: median %v, bound %v; want %v, %v", len(test.values), m, u, test.median, test.bound)
		}
	}
}
