package agg_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"anabranch.dev/df/agg"
)

// drawn deals rows to accumulators, each with its place, and merges them in any order.
func drawn(r *rand.Rand, n, rows, parts int, seed uint64) []int {
	d := agg.Sample[int](n, seed)()
	accs := make([][]agg.Drawn[int], parts)
	for _, i := range r.Perm(rows) {
		d.AddAt(&accs[r.IntN(parts)], i, agg.Stamp{Morsel: uint64(i / 7), Row: uint64(i % 7)})
	}
	all := &accs[0]
	for _, i := range r.Perm(parts) {
		if i > 0 {
			d.Merge(all, &accs[i])
		}
	}
	return d.Result(all)
}

func TestSample(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 5, 40, 100} {
		want := drawn(r, n, 40, 1, 3)
		if len(want) != min(n, 40) || !slices.IsSorted(want) {
			t.Errorf("%d of 40 rows: %v", n, want)
		}
		for range 50 {
			if got := drawn(r, n, 40, 1+r.IntN(9), 3); !slices.Equal(got, want) {
				t.Fatalf("%d of 40 rows: %v, and %v when they are dealt differently", n, want, got)
			}
		}
	}
	// Each row comes as often as any other: of 4,000 draws of 10 of 40 rows about 1,000
	// times, give or take five deviations of 27.
	var times [40]int
	for seed := range uint64(4000) {
		for _, i := range drawn(r, 10, 40, 2, seed) {
			times[i]++
		}
	}
	for i, n := range times {
		if n < 865 || n > 1135 {
			t.Errorf("row %d was drawn %d times of 1000", i, n)
		}
	}
}
