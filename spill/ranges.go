package spill

import (
	"cmp"
	"slices"
	"sync"
)

// ranges cuts what several runs hold into ranges of keys, each of which can be
// merged by itself.
type ranges struct {
	s    *sorter
	runs []*run
	cuts []bound // between the ranges

	mu struct {
		sync.Mutex
		next int   // the range that is given out next
		at   []int // the block of each run that it begins in; that block is held
	}
}

// rangeBytes is about how many bytes of rows a range has: what workers that wait
// for their turn may hold back.
const rangeBytes = 1 << 20

// newRanges plans the merge of runs, of which there is at least one.
func (s *sorter) newRanges(runs []*run) *ranges {
	s.shareOf(runs)
	x := &ranges{s: s, runs: runs}
	type start struct {
		bound
		bytes int
	}
	var starts []start
	for _, r := range runs {
		for i := range r.blocks {
			starts = append(starts, start{r.blocks[i].from, int(r.blocks[i].bytes)})
		}
	}
	slices.SortFunc(starts, func(a, b start) int {
		return cmp.Or(s.compare(a.key, b.key), cmp.Compare(a.place, b.place))
	})
	size := 0
	for i, b := range starts {
		if size >= rangeBytes && s.mayCut(starts[i-1].bound, b.bound) {
			x.cuts = append(x.cuts, s.cutBefore(b.bound))
			size = 0
		}
		size += b.bytes
	}
	x.mu.at = make([]int, len(runs))
	for _, r := range runs {
		r.hold(0)
	}
	return x
}

// mayCut reports whether a range may end between two bounds.
func (s *sorter) mayCut(a, b bound) bool {
	if n := s.cfg.Together; n > 0 {
		return string(first(a.key, n)) != string(first(b.key, n))
	}
	return s.compare(a.key, b.key) != 0 || a.place != b.place
}

// cutBefore is where a range ends that may end before b.
func (s *sorter) cutBefore(b bound) bound {
	if n := s.cfg.Together; n > 0 {
		return bound{key: first(b.key, n)}
	}
	return b
}

// first is the first n bytes of a key, or all of it.
func first(key []byte, n int) []byte { return key[:min(len(key), n)] }

// shareOf finds how many bytes all keys of some runs share.
func (s *sorter) shareOf(runs []*run) {
	s.shared = 0
	if s.kind != byTexts {
		return
	}
	first := runs[0].blocks[0].from.key
	shared := len(first)
	for _, r := range runs {
		shared = sharedPrefix(first[:shared], r.blocks[0].from.key)
		shared = sharedPrefix(first[:shared], r.last.key)
	}
	s.shared = shared
}

// next returns the cursors of the next range and where it begins, or nil when
// there are no more.
func (x *ranges) next() (m *merger, from *bound) {
	x.mu.Lock()
	defer x.mu.Unlock()
	i := x.mu.next
	if i > len(x.cuts) {
		return nil, nil
	}
	x.mu.next++
	var to *bound
	if i > 0 {
		from = &x.cuts[i-1]
	}
	if i < len(x.cuts) {
		to = &x.cuts[i]
	}
	m = &merger{s: x.s}
	for k, r := range x.runs {
		first := x.mu.at[k]
		if first == len(r.blocks) {
			continue
		}
		last := len(r.blocks) - 1
		next := len(r.blocks)
		if to != nil {
			last, next = x.s.split(r, first, to)
		}
		if next < len(r.blocks) {
			r.hold(next)
		}
		x.mu.at[k] = next
		if last < first { // all of it comes later
			r.drop(x.s, first)
			continue
		}
		m.all = append(m.all, &cursor{s: x.s, run: r, rank: k, block: first, last: last, to: to})
	}
	return m, from
}

// split returns the last block of a run, not before first, with rows that are
// before a bound, and the first with others. The last is first-1 when there is
// none.
func (s *sorter) split(r *run, first int, to *bound) (last, next int) {
	n, same := slices.BinarySearchFunc(r.blocks[first:], to, func(b blockInfo, to *bound) int {
		return cmp.Or(s.compare(b.from.key, to.key), cmp.Compare(b.from.place, to.place))
	})
	// Block n is the first that begins at the bound or after it.
	n += first
	if n == first {
		return first - 1, first
	}
	if same && r.blocks[n].apart {
		return n - 1, n
	}
	return n - 1, n - 1
}

// whole returns a merger of all that some runs hold.
func (s *sorter) whole(runs []*run) *merger {
	m := &merger{s: s}
	for k, r := range runs {
		r.hold(0)
		m.all = append(m.all, &cursor{s: s, run: r, rank: k, last: len(r.blocks) - 1})
	}
	return m
}
