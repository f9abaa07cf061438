package agg_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"anabranch.dev/df/agg"
	"anabranch.dev/df/agg/aggtest"
)

// exactCovariance divides by n-less, all in fractions.
func exactCovariance(xs, ys []float64, less int64) float64 {
	n := int64(len(xs))
	if n <= less {
		return math.NaN()
	}
	sumX, sumY, sumXY := new(big.Rat), new(big.Rat), new(big.Rat)
	for i := range xs {
		x, y := new(big.Rat).SetFloat64(xs[i]), new(big.Rat).SetFloat64(ys[i])
		if x == nil || y == nil {
			return math.NaN()
		}
		sumX.Add(sumX, x)
		sumY.Add(sumY, y)
		sumXY.Add(sumXY, x.Mul(x, y))
	}
	sumXY.Mul(sumXY, new(big.Rat).SetInt64(n))
	sumXY.Sub(sumXY, sumX.Mul(sumX, sumY))
	f, _ := sumXY.Quo(sumXY, new(big.Rat).SetInt64(n*(n-less))).Float64()
	return f
}

// near allows for the last three roundings.
func near(x, y float64) bool {
	return sameBits(x, y) || math.Abs(x-y) <= math.Abs(y)*0x1p-51
}

func TestVariance(t *testing.T) {
	sets := floatSets()
	r := rand.New(rand.NewPCG(7, 8))
	far := make([]float64, 50)
	for i := range far {
		far[i] = 1e12 + r.NormFloat64()*1e-3
	}
	sets["far from zero"] = far
	sets["equal"] = []float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}
	sets["great"] = []float64{1e200, 1.5e200, 1e200 + 1e190}
	sets["great but close"] = []float64{1e200, 1e200 + 1e185, 1e200 - 2e185}
	sets["small"] = []float64{1e-160, 3e-160, 2e-161}
	delete(sets, "any") // its digits lie too far apart for an exact answer
	for name, xs := range sets {
		aggtest.Run(t, agg.Variance(same), xs)
		for what, pair := range map[string][2]float64{
			"Variance":    {agg.Over(xs, agg.Variance(same)), exactCovariance(xs, xs, 1)},
			"PopVariance": {agg.Over(xs, agg.PopVariance(same)), exactCovariance(xs, xs, 0)},
			"StdDev":      {agg.Over(xs, agg.StdDev(same)), math.Sqrt(exactCovariance(xs, xs, 1))},
			"PopStdDev":   {agg.Over(xs, agg.PopStdDev(same)), math.Sqrt(exactCovariance(xs, xs, 0))},
		} {
			if !near(pair[0], pair[1]) {
				t.Errorf("%s: %s is %g, want %g", name, what, pair[0], pair[1])
			}
		}
	}
}

type point struct{ x, y float64 }

func (p point) X() float64 { return p.x }
func (p point) Y() float64 { return p.y }

func pointSets() map[string][]point {
	r := rand.New(rand.NewPCG(9, 10))
	cloud := func(scale, slope, noise float64) []point {
		ps := make([]point, 60)
		for i := range ps {
			x := r.NormFloat64() * scale
			ps[i] = point{x, slope*x + noise*r.NormFloat64()}
		}
		return ps
	}
	return map[string][]point{
		"none":       nil,
		"one":        {{1, 2}},
		"line":       {{0.1, 0.1}, {0.3, 0.3}, {0.7, 0.7}},
		"down":       {{1, -2}, {2, -4}, {4, -8}},
		"flat":       {{1, 5}, {2, 5}, {3, 5}},
		"cloud":      cloud(1, 0.5, 1),
		"unrelated":  cloud(3, 0, 1),
		"scales":     cloud(1e-9, 1e20, 1e8),
		"great":      cloud(1e170, -2, 1e170),
		"tiny":       cloud(1e-170, 3, 1e-170),
		"apart":      {{1e18, 0}, {-1e18, 0}, {0, 1e18}, {1, 1}, {0, -1e18}}, // products far below the factors
		"inf":        {{1, 2}, {math.Inf(1), 0}, {3, 4}},
		"nan":        {{1, 2}, {3, math.NaN()}},
		"zeros":      {{0, 0}, {0, 0}},
		"minus zero": {{math.Copysign(0, -1), 1}, {2, 3}},
	}
}

func TestCovarianceAndCorrelation(t *testing.T) {
	for name, ps := range pointSets() {
		aggtest.Run(t, agg.Covariance(point.X, point.Y), ps)
		aggtest.Run(t, agg.Correlation(point.X, point.Y), ps)
		xs, ys := make([]float64, len(ps)), make([]float64, len(ps))
		for i, p := range ps {
			xs[i], ys[i] = p.x, p.y
		}
		want := exactCovariance(xs, ys, 1)
		if got := agg.Over(ps, agg.Covariance(point.X, point.Y)); !near(got, want) {
			t.Errorf("%s: covariance is %g, want %g", name, got, want)
		}
		if name == "great" || name == "tiny" {
			continue // where the oracle over- or underflows
		}
		want /= math.Sqrt(exactCovariance(xs, xs, 1)) * math.Sqrt(exactCovariance(ys, ys, 1))
		got := agg.Over(ps, agg.Correlation(point.X, point.Y))
		if !sameBits(got, want) && !(math.Abs(got-want) <= 1e-15) {
			t.Errorf("%s: correlation is %g, want %g", name, got, want)
		}
	}
	for _, name := range []string{"great", "tiny"} {
		if got := agg.Over(pointSets()[name], agg.Correlation(point.X, point.Y)); !(math.Abs(got) > 0.5 && math.Abs(got) < 1) {
			t.Errorf("%s: correlation is %g", name, got)
		}
	}
}
