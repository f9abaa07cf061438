package exec

import "anabranch.dev/internal/hashtable"

// mergeGroups is the body of a breaker that puts together groups which several processes
// have folded, by key: see [ShareKeyed]. They are sorted by the hashes of their keys, as
// those that memory was short for.
func mergeGroups[T any, K comparable, A, R any](acc Accumulate[T, A], row func(K, *A) R) Body {
	return func(r *Run) (any, error) {
		m := &groupMerge[K, A, R]{row: row}
		merge := acc.Merge
		if merge == nil { // of a count
			g, err := hashtable.New(hashtable.Spec[T, K, A]{Key: func(T) (k K) { return k }, Count: true})
			if err != nil {
				return nil, err
			}
			merge = g.Merger()
		}
		m.disk.init(r, merge, acc.Size)
		return m, m.disk.err
	}
}

// groupMerge is all of it.
type groupMerge[K comparable, A, R any] struct {
	disk groupSpill[K, A]
	row  func(K, *A) R
}

func (m *groupMerge[K, A, R]) Open(w *Worker, input int) (Local, error) {
	s, err := m.disk.sorter()
	if err != nil {
		return nil, err
	}
	return &sortLocal[group[K, A]]{w: w, input: uint64(input) << inputShift, part: s.Filler()}, nil
}

func (m *groupMerge[K, A, R]) Finish(r *Run, _ int) (Then, error) {
	runs, err := m.disk.source(r.Each)
	if err != nil {
		return Then{}, err
	}
	r.memory.offer(&idle{held: runs.Held, spill: r.spilling(runs.Spill)})
	return Then{Out: &groupMergeSource[K, A, R]{sortedSource[group[K, A]]{-1, runs}, m}}, nil
}

func (m *groupMerge[K, A, R]) Close() error { return m.disk.close() }

// groupMergeSource gives out the groups of a range of hashes per morsel.
type groupMergeSource[K comparable, A, R any] struct {
	sortedSource[group[K, A]]
	m *groupMerge[K, A, R]
}

func (s *groupMergeSource[K, A, R]) Read(w *Worker, m Morsel, down Pipe) error {
	out := &groupRows[K, A, R]{row: s.m.row, push: pushOf[R](down), buf: scratch[R](w, BatchRows[R]())}
	if err := s.m.disk.read(m.Part, out.add); err != nil {
		return err
	}
	return out.flush()
}
