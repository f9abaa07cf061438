package agg_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"anabranch.dev/df/agg"
	"anabranch.dev/df/agg/aggtest"
)

// exact is a big.Float that loses nothing of sums of floats and of products of
// two of them.
func exact(x float64) *big.Float { return new(big.Float).SetPrec(5000).SetFloat64(x) }

// exactSum is the sum of the finite xs, and how far off a FloatSum may be before
// rounding.
func exactSum(xs []float64) (sum, tolerance *big.Float) {
	sum, greatest := exact(0), 0.0
	for _, x := range xs {
		sum.Add(sum, exact(x))
		greatest = max(greatest, math.Abs(x))
	}
	tolerance = exact(greatest)
	tolerance.Mul(tolerance, exact(float64(len(xs))))
	return sum, tolerance.SetMantExp(tolerance, -128)
}

// wantSum is the sum as a reader of the documentation expects it, when it is exact.
func wantSum(xs []float64) float64 {
	limit := 0.0
	for _, x := range xs {
		if math.IsInf(x, 0) || math.IsNaN(x) {
			limit += x
		}
	}
	if limit != 0 {
		return limit
	}
	sum, _ := exactSum(xs)
	f, _ := sum.Float64()
	return f + 0
}

func TestSumFloat(t *testing.T) {
	for name, xs := range floatSets() {
		t.Run(name, func(t *testing.T) {
			aggtest.Run(t, agg.SumFloat(same), xs)
			got := agg.Over(xs, agg.SumFloat(same))
			if name == "any" {
				checkNear(t, got, xs)
			} else if want := wantSum(xs); !sameBits(got, want) {
				t.Errorf("sum is %g, want %g", got, want)
			}
		})
	}
}

// checkNear checks that got is within the promised bound of the sum of xs.
func checkNear(t *testing.T, got float64, xs []float64) {
	t.Helper()
	sum, tolerance := exactSum(xs)
	low, _ := exact(0).Sub(sum, tolerance).Float64()
	high, _ := exact(0).Add(sum, tolerance).Float64()
	if got < low || got > high {
		t.Errorf("sum is %g, want %g to %g", got, low, high)
	}
}

func TestSumFloatBound(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for trial := range 2000 {
		spread := 1 + trial%400
		xs := make([]float64, 1+r.IntN(8))
		for i := range xs {
			xs[i] = math.Ldexp(r.NormFloat64(), r.IntN(spread)-spread/2)
		}
		if len(xs) > 2 { // take away all but what lies far below
			xs[0] = -xs[1]
		}
		checkNear(t, agg.Over(xs, agg.SumFloat(same)), xs)
	}
}

func TestSumFloat32(t *testing.T) {
	xs := []float32{1e8, 0.1, -1e8, 1e-3, float32(math.Pi)}
	f := agg.SumFloat(func(x float32) float32 { return x })
	aggtest.Run(t, f, xs)
	wide := 0.0
	for _, x := range xs {
		wide += float64(x)
	}
	if got, want := agg.Over(xs, f), float32(wide); got != want {
		t.Errorf("sum is %g, want %g", got, want)
	}
}

func TestFloatSumCarries(t *testing.T) {
	var s agg.FloatSum
	const n, x = 100_000, -(1 - 0x1p-53) * 0x1p40 // all ones at the top of a bin
	for range n {
		s.Add(x)
	}
	want, _ := exact(0).Mul(exact(x), exact(n)).Float64()
	if got := s.Float64(); got != want {
		t.Errorf("sum is %g, want %g", got, want)
	}
}

func TestSum(t *testing.T) {
	type cents int32
	rows := sales(60)
	f := agg.Sum(func(s sale) cents { return cents(s.cents) })
	aggtest.Run(t, f, rows)
	want := cents(0) // wraps around
	for _, s := range rows {
		want += cents(s.cents)
	}
	if got := agg.Over(rows, f); got != want {
		t.Errorf("sum is %d, want %d", got, want)
	}
}

func TestFastSum(t *testing.T) {
	xs := []float64{0.5, 0.25, -4, 8} // added without rounding
	aggtest.Run(t, agg.FastSum(same), xs)
	if got := agg.Over(xs, agg.FastSum(same)); got != 4.75 {
		t.Errorf("sum is %g, want 4.75", got)
	}
}

func TestFastMean(t *testing.T) {
	xs := []float64{0.5, 0.25, -4, 8} // added without rounding
	aggtest.Run(t, agg.FastMean(same), xs)
	if got := agg.Over(xs, agg.FastMean(same)); got != 4.75/4 {
		t.Errorf("mean is %g, want %g", got, 4.75/4)
	}
	if got := agg.Over(nil, agg.FastMean(same)); !math.IsNaN(got) {
		t.Errorf("mean of no rows is %g, want NaN", got)
	}
}

func TestMean(t *testing.T) {
	for name, xs := range floatSets() {
		aggtest.Run(t, agg.Mean(same), xs)
		want := wantSum(xs) / float64(len(xs))
		switch name {
		case "any":
			continue
		case "too great", "just greater": // the sum is, the mean is not
			sum, _ := exactSum(xs)
			want, _ = sum.Quo(sum, exact(float64(len(xs)))).Float64()
		}
		if got := agg.Over(xs, agg.Mean(same)); !sameBits(got, want) && !(math.Abs(got-want) <= 5e-324) {
			t.Errorf("%s: mean is %g, want %g", name, got, want)
		}
	}
	if got := agg.Over([]int8{1, 2, 4, -1}, agg.Mean(func(x int8) int8 { return x })); got != 1.5 {
		t.Errorf("mean is %g, want 1.5", got)
	}
}

func FuzzFloatSum(f *testing.F) {
	f.Add(1.0, 1e-20, -1.0, 3.5)
	f.Add(5e-324, -1e300, 1e300, math.Inf(1))
	f.Add(math.NaN(), 0.0, 0x1p40, -0x1p-24)
	f.Fuzz(func(t *testing.T, a, b, c, d float64) {
		xs := []float64{a, b, c, d, -a, b, c}
		aggtest.Run(t, agg.SumFloat(same), xs)
		got := agg.Over(xs, agg.SumFloat(same))
		if s := a + b + c + d; s-s == 0 {
			checkNear(t, got, xs)
		}
	})
}
