package agg_test

import (
	"fmt"
	"strings"
	"testing"

	"anabranch.dev/df/agg"
)

func TestWrongUsePanics(t *testing.T) {
	var f func(float64) float64
	var p func(float64) bool
	var g agg.Func[float64, float64, float64]
	sum := agg.FastSum(same)
	add := func(x, y float64) float64 { return x + y }
	tests := []struct {
		want string
		call func()
	}{
		{"agg.Reduce: nil function", func() { agg.Reduce[int](nil) }},
		{"agg.Sum: nil function", func() { agg.Sum[int, int](nil) }},
		{"agg.FastSum: nil function", func() { agg.FastSum(f) }},
		{"agg.FastMean: nil function", func() { agg.FastMean(f) }},
		{"agg.SumFloat: nil function", func() { agg.SumFloat(f) }},
		{"agg.Mean: nil function", func() { agg.Mean(f) }},
		{"agg.Variance: nil function", func() { agg.Variance(f) }},
		{"agg.PopVariance: nil function", func() { agg.PopVariance(f) }},
		{"agg.StdDev: nil function", func() { agg.StdDev(f) }},
		{"agg.PopStdDev: nil function", func() { agg.PopStdDev(f) }},
		{"agg.FastVariance: nil function", func() { agg.FastVariance(f) }},
		{"agg.FastStdDev: nil function", func() { agg.FastStdDev(f) }},
		{"agg.FastCovariance: nil function", func() { agg.FastCovariance(f, same) }},
		{"agg.FastCorrelation: nil function", func() { agg.FastCorrelation(same, f) }},
		{"agg.Covariance: nil function", func() { agg.Covariance(same, f) }},
		{"agg.Correlation: nil function", func() { agg.Correlation(f, same) }},
		{"agg.Min: nil function", func() { agg.Min(f) }},
		{"agg.Max: nil function", func() { agg.Max(f) }},
		{"agg.MinMax: nil function", func() { agg.MinMax(f) }},
		{"agg.MinBy: nil function", func() { agg.MinBy(f) }},
		{"agg.MaxBy: nil function", func() { agg.MaxBy(f) }},
		{"agg.Top: nil function", func() { agg.Top[int](3, nil) }},
		{"agg.Sample: negative number of rows", func() { agg.Sample[int](-1, 0) }},
		{"agg.Top: negative number of rows", func() { agg.Top(-1, func(a, b int) int { return 0 }) }},
		{"agg.Quantiles: nil function", func() { agg.Quantiles(f, 0.5) }},
		{"agg.Quantiles: no quantiles", func() { agg.Quantiles(same) }},
		{"agg.Quantiles: a quantile is not from 0 to 1", func() { agg.Quantiles(same, 0.5, 95) }},
		{"agg.Median: nil function", func() { agg.Median(f) }},
		{"agg.ApproxQuantiles: nil function", func() { agg.ApproxQuantiles(f, 0.01, 0.5) }},
		{"agg.ApproxQuantiles: no quantiles", func() { agg.ApproxQuantiles(same, 0.01) }},
		{"agg.ApproxQuantiles: a quantile is not from 0 to 1", func() { agg.ApproxQuantiles(same, 0.01, -1) }},
		{"agg.ApproxQuantiles: error bound is not from 0.00001 to 0.5", func() { agg.ApproxQuantiles(same, 0, 0.5) }},
		{"agg.CountDistinct: nil function", func() { agg.CountDistinct(f) }},
		{"agg.ApproxCountDistinct: nil function", func() { agg.ApproxCountDistinct(f, 14) }},
		{"agg.ApproxCountDistinct: precision is not from 4 to 18", func() { agg.ApproxCountDistinct(same, 3) }},
		{"agg.Combine: nil function", func() { agg.Combine(g, sum, add) }},
		{"agg.Combine: nil function", func() { agg.Combine(sum, g, add) }},
		{"agg.Where: nil function", func() { agg.Where(p, sum) }},
		{"agg.Of: nil function", func() { agg.Of(f, sum) }},
		{"agg.Then: nil function", func() { agg.Then(g, same) }},
		{"agg.Over: nil function", func() { agg.Over([]float64{1}, g) }},
	}
	for _, test := range tests {
		func() {
			defer func() {
				name, what, _ := strings.Cut(test.want, ":")
				got := fmt.Sprint(recover())
				if !strings.HasPrefix(got, name+" (panic_test.go:") || !strings.HasSuffix(got, "):"+what) {
					t.Errorf("got panic %v, want %q", got, test.want)
				}
			}()
			test.call()
		}()
	}
}
