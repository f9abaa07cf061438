package exec

import (
	"cmp"
	"slices"
)

// inOrder puts parts in the order of the numbers that seq gives. What is sorted
// is of one type for all of E: a sort of E itself would be compiled anew for the
// rows of every stream of a program.
func inOrder[E any](parts []E, seq func(*E) uint64) []E {
	order := make([]numberedPart, len(parts))
	for i := range parts {
		order[i] = numberedPart{seq(&parts[i]), i}
	}
	sortParts(order)
	out := make([]E, len(parts))
	for i, p := range order {
		out[i] = parts[p.at]
	}
	return out
}

type numberedPart struct {
	seq uint64
	at  int
}

func sortParts(order []numberedPart) {
	slices.SortFunc(order, func(a, b numberedPart) int { return cmp.Compare(a.seq, b.seq) })
}
