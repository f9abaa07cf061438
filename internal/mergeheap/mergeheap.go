// Package mergeheap keeps the sources of a merge in the order of their first rows.
//
// It is a binary heap whose nodes hold a number beside the source: a prefix of the row's
// key, which most comparisons need alone. Only where two are equal are the rows looked at.
package mergeheap

// A Node is a source, and the prefix of its first row.
type Node[C any] struct {
	Key    uint64
	Source C
}

// A Heap is the sources of a merge. The first of Nodes has the first row, and the others are
// in no order that a caller knows. Before Init they may be in any.
type Heap[C any] struct {
	Nodes []Node[C]
	// Less reports, of sources whose prefixes are equal, whether the first row of a comes
	// before that of b.
	Less func(a, b C) bool
}

// Init puts the nodes in order.
func (h *Heap[C]) Init() {
	for i := len(h.Nodes)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
}

// Fix is to be called when the first source has another first row, whose prefix is key.
func (h *Heap[C]) Fix(key uint64) {
	h.Nodes[0].Key = key
	h.down(0)
}

// Drop removes the first source, which has no rows left.
func (h *Heap[C]) Drop() {
	last := len(h.Nodes) - 1
	h.Nodes[0] = h.Nodes[last]
	h.Nodes[last] = Node[C]{}
	if h.Nodes = h.Nodes[:last]; last > 0 {
		h.down(0)
	}
}

func (h *Heap[C]) less(a, b *Node[C]) bool {
	if a.Key != b.Key {
		return a.Key < b.Key
	}
	return h.Less(a.Source, b.Source)
}

// down puts the node at i in its place below.
func (h *Heap[C]) down(i int) {
	nodes := h.Nodes
	n := nodes[i]
	for {
		down := 2*i + 1
		if down >= len(nodes) {
			break
		}
		if right := down + 1; right < len(nodes) && h.less(&nodes[right], &nodes[down]) {
			down = right
		}
		if !h.less(&nodes[down], &n) {
			break
		}
		nodes[i] = nodes[down]
		i = down
	}
	nodes[i] = n
}
