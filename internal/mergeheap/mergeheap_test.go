package mergeheap

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestMerge merges sorted slices, whose rows have equal prefixes now and then, against a
// stable sort of all.
func TestMerge(t *testing.T) {
	type row struct{ value, source int }
	type source struct {
		rows []row
		rank int
	}
	prefix := func(r row) uint64 { return uint64(r.value / 4) }
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 20 {
		h := Heap[*source]{Less: func(a, b *source) bool {
			if a.rows[0].value != b.rows[0].value {
				return a.rows[0].value < b.rows[0].value
			}
			return a.rank < b.rank
		}}
		var want, got []row
		for i := range n {
			s := &source{rank: i}
			for range 1 + rng.IntN(30) {
				s.rows = append(s.rows, row{rng.IntN(50), i})
			}
			slices.SortFunc(s.rows, func(a, b row) int { return a.value - b.value })
			want = append(want, s.rows...)
			h.Nodes = append(h.Nodes, Node[*source]{prefix(s.rows[0]), s})
		}
		slices.SortStableFunc(want, func(a, b row) int { return a.value - b.value })
		for h.Init(); len(h.Nodes) > 0; {
			s := h.Nodes[0].Source
			got = append(got, s.rows[0])
			if s.rows = s.rows[1:]; len(s.rows) == 0 {
				h.Drop()
			} else {
				h.Fix(prefix(s.rows[0]))
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%d sources: %v, not %v", n, got, want)
		}
	}
}
