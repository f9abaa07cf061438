package agg_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"anabranch.dev/df/agg"
)

// dealt is the answer of an aggregate that has been given rows by several workers, one by
// one.
func dealt[T, A, R any](r *rand.Rand, rows []T, f agg.Func[T, A, R]) R {
	d := f()
	accs := make([]A, 1+r.IntN(5))
	for _, row := range rows {
		d.Add(&accs[r.IntN(len(accs))], row)
	}
	for i := range accs[1:] {
		d.Merge(&accs[0], &accs[i+1])
	}
	return d.Result(&accs[0])
}

// TestFastMoments compares with the exact ones.
func TestFastMoments(t *testing.T) {
	sets := pointSets()
	for _, name := range []string{"great", "tiny", "apart"} { // squares of floats do not hold these
		delete(sets, name)
	}
	r := rand.New(rand.NewPCG(11, 12))
	var far, many []point
	for range 200 {
		far = append(far, point{1e9 + r.NormFloat64(), -1e6 + r.NormFloat64()})
	}
	for range 50_000 {
		many = append(many, point{r.ExpFloat64(), r.Float64()})
	}
	sets["far from zero"], sets["many"] = far, many
	sets["equal"] = []point{{0.1, 7}, {0.1, 7}, {0.1, 7}, {0.1, 7}, {0.1, 7}}
	for name, ps := range sets {
		for _, c := range []struct {
			what       string
			fast, slow func() float64
			scale      float64 // of which the answer may be off by a part
		}{
			{"variance", func() float64 { return dealt(r, ps, agg.FastVariance(point.X)) }, func() float64 { return agg.Over(ps, agg.Variance(point.X)) }, 0},
			{"deviation", func() float64 { return dealt(r, ps, agg.FastStdDev(point.Y)) }, func() float64 { return agg.Over(ps, agg.StdDev(point.Y)) }, 0},
			{"covariance", func() float64 { return dealt(r, ps, agg.FastCovariance(point.X, point.Y)) }, func() float64 { return agg.Over(ps, agg.Covariance(point.X, point.Y)) },
				agg.Over(ps, agg.StdDev(point.X)) * agg.Over(ps, agg.StdDev(point.Y))},
			{"correlation", func() float64 { return dealt(r, ps, agg.FastCorrelation(point.X, point.Y)) }, func() float64 { return agg.Over(ps, agg.Correlation(point.X, point.Y)) }, 1},
		} {
			want := c.slow()
			for range 20 {
				if got := c.fast(); !sameBits(got, want) && !(math.Abs(got-want) <= 1e-7*max(math.Abs(want), c.scale)) {
					t.Errorf("%s: %s is %g, want %g", name, c.what, got, want)
					break
				}
			}
		}
	}
}
