package exec

import (
	"fmt"
	"iter"
	"slices"
	"testing"

	"anabranch.dev/internal/hashtable"
)

// TestGroupsOfOneHash has keys whose hashes are all the same, or of two.
func TestGroupsOfOneHash(t *testing.T) {
	budget, err := newBudget(64<<20, 1)
	if err != nil {
		t.Fatal(err)
	}
	const keys = 7
	for hashes := range uint64(3) {
		hash := func(k int64) uint64 { return uint64(k)%(hashes+1) + 1 }
		var rows []int64
		for h := range hashes + 1 { // as they come out of a sorter
			for i := range int64(500) {
				if hash(i%keys) == h+1 {
					rows = append(rows, i)
				}
			}
		}
		groups := map[int64]string{}
		for i := range int64(500) {
			groups[i%keys] += fmt.Sprint(" ", i)
		}
		var want []string
		for k, s := range groups {
			want = append(want, fmt.Sprint(k, s))
		}
		g := &groupBy[int64, int64, string]{
			key: func(v int64) int64 { return v % keys },
			f: func(dst []string, k int64, next func() *int64, _ func([]string) []string) []string {
				s := fmt.Sprint(k)
				for v := next(); v != nil; v = next() {
					s += fmt.Sprint(" ", *v)
				}
				return append(dst, s)
			},
			hash: func(k int64) (uint64, error) { return hash(k), nil },
		}
		next, stop := iter.Pull2(func(yield func([]int64, error) bool) {
			for part := range slices.Chunk(rows, 13) {
				if !yield(part, nil) {
					return
				}
			}
		})
		var got []string
		c := &grouper[int64, int64, string]{
			g: g, next: next, equal: hashtable.Equal[int64](), memory: budget.Holder(), out: make([]string, 0, 4),
			push: func(rows []string) error { got = append(got, rows...); return nil },
		}
		if err := c.groups(); err != nil {
			t.Error(err)
		}
		stop()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%d hashes: groups %q, want %q", hashes+1, got, want)
		}
	}
}
