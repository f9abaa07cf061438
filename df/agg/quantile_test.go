package agg

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSelectAt(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	shapes := map[string]func(i, n int) float64{
		"random":     func(int, int) float64 { return rng.Float64() },
		"few":        func(int, int) float64 { return float64(rng.IntN(3)) },
		"equal":      func(int, int) float64 { return 1 },
		"ascending":  func(i, _ int) float64 { return float64(i) },
		"descending": func(i, _ int) float64 { return float64(-i) },
		"organ pipe": func(i, n int) float64 { return float64(min(i, n-i)) },
		"saw":        func(i, _ int) float64 { return float64(i % 7) },
	}
	for name, shape := range shapes {
		for _, n := range []int{1, 2, 15, 16, 17, 18, 40, 1000, 4001} {
			xs := make([]float64, n)
			for i := range xs {
				xs[i] = shape(i, n)
			}
			sorted := slices.Sorted(slices.Values(xs))
			for _, k := range []int{0, n / 3, n / 2, n - 1} {
				got := slices.Clone(xs)
				selectAt(got, k)
				if got[k] != sorted[k] || k > 0 && slices.Max(got[:k]) > got[k] || slices.Min(got[k:]) < got[k] {
					t.Fatalf("%s, %d numbers: at %d is %g, want %g and the others on their sides", name, n, k, got[k], sorted[k])
				}
				if slices.Sort(got); !slices.Equal(got, sorted) {
					t.Fatalf("%s, %d numbers: selecting %d changed them", name, n, k)
				}
			}
		}
	}
}
