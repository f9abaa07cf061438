package exec

import (
	"context"
	"io"
	"sync"

	"anabranch.dev/internal/hashtable"
	"anabranch.dev/internal/hugepage"
)

// leaf is a partition of both sides that is joined in memory.
type leaf[L, R any] struct {
	*sides[L, R]
	i int
}

// finish has partitions that are too large dealt again, until all that are left can
// be joined.
func (p *partJoin[L, R, K, O]) finish(r *Run) (Then, error) {
	out := &leafSource[L, R, K, O]{p: p}
	var large []leaf[L, R]
	first, filter := p.first()
	filter.end()
	todo := []*sides[L, R]{first}
	for len(todo) > 0 {
		var again []leaf[L, R]
		for _, s := range todo {
			p.assign(s, &out.leaves, &again, &large)
		}
		todo = make([]*sides[L, R], len(again))
		err := r.Each(len(again), func(i int) (err error) {
			todo[i], err = p.dealAgain(again[i])
			return err
		})
		if err != nil {
			return Then{}, err
		}
	}
	if len(large) == 0 {
		return Then{Out: out}, nil
	}
	err := r.Each(len(large), func(i int) error { return p.mergeLeaf(large[i], uint64(i)) })
	if err != nil {
		return Then{}, err
	}
	merged, err := p.merge.finish(r)
	out.rest = merged.Out
	return Then{Out: out}, err
}

// assign says for each partition of s what becomes of it.
func (p *partJoin[L, R, K, O]) assign(s *sides[L, R], leaves, again, large *[]leaf[L, R]) {
	all := int64(0)
	for i := range sideParts {
		all += s.right.Rows(i)
	}
	for i := range sideParts {
		lefts, rights := s.left.Rows(i), s.right.Rows(i)
		l := leaf[L, R]{s, i}
		switch {
		case lefts == 0 && (rights == 0 || !p.of.Unique): // whose keys are to be looked at
		case rights == 0 && p.of.LeftOnly == nil:
		case p.leafBytes(l) <= p.most:
			*leaves = append(*leaves, l)
		case s.level+1 < sideLevels && rights < all/2:
			*again = append(*again, l)
		default:
			*large = append(*large, l)
		}
	}
}

// leafBytes is how much memory a partition takes.
func (p *partJoin[L, R, K, O]) leafBytes(l leaf[L, R]) int64 {
	rows := l.right.Rows(l.i)
	n := rows*rowBytes[K, R]() + slotBytes(int(rows))
	if p.size != nil {
		n += l.right.Bytes(l.i)
	}
	return n
}

// dealAgain deals the rows of a partition to those of the next level.
func (p *partJoin[L, R, K, O]) dealAgain(l leaf[L, R]) (*sides[L, R], error) {
	s := p.newSides(l.level + 1)
	right := dealer[R, K]{key: p.of.RightKey, hash: p.hash, level: s.level, to: s.right.Writer()}
	if err := l.right.Read(l.i, make([]R, BatchRows[R]()), right.add); err != nil {
		return nil, err
	}
	if err := right.Commit(); err != nil {
		return nil, err
	}
	left := dealer[L, K]{key: p.of.LeftKey, hash: p.hash, level: s.level, to: s.left.Writer()}
	if err := l.left.Read(l.i, make([]L, BatchRows[L]()), left.add); err != nil {
		return nil, err
	}
	return s, left.Commit()
}

// mergeLeaf hands the rows of a partition to the merge.
func (p *partJoin[L, R, K, O]) mergeLeaf(l leaf[L, R], place uint64) error {
	w := &Worker{run: p.run, seq: place}
	right, err := p.merge.open(w, 1)
	if err != nil {
		return err
	}
	if err := l.right.Read(l.i, make([]R, BatchRows[R]()), right.addRight); err != nil {
		return err
	}
	p.run.rest(p.run.op.node, right.to)
	left, err := p.merge.open(w, 0)
	if err != nil {
		return err
	}
	if err := l.left.Read(l.i, make([]L, BatchRows[L]()), left.addLeft); err != nil {
		return err
	}
	p.run.rest(p.run.op.node, left.to)
	return nil
}

// leafSource gives out the joined rows of a partition per morsel, and then those of
// the merge.
type leafSource[L, R any, K comparable, O any] struct {
	p      *partJoin[L, R, K, O]
	leaves []leaf[L, R]
	rest   Source // nil: there is none
	mu     struct {
		sync.Mutex
		next int
		done int // leaves that have been read
	}
}

func (s *leafSource[L, R, K, O]) Size() (rows, bytes int64) { return -1, -1 }

func (s *leafSource[L, R, K, O]) Close() error {
	if s.rest == nil {
		return nil
	}
	return s.rest.Close()
}

func (s *leafSource[L, R, K, O]) Next(ctx context.Context) (Morsel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.mu.next < len(s.leaves):
		s.mu.next++
		return Morsel{Part: s.leaves[s.mu.next-1]}, nil
	case s.rest != nil:
		return s.rest.Next(ctx)
	}
	return Morsel{}, io.EOF
}

func (s *leafSource[L, R, K, O]) Read(w *Worker, m Morsel, down Pipe) error {
	l, ok := m.Part.(leaf[L, R])
	if !ok {
		return s.rest.Read(w, m, down)
	}
	p := s.p
	mem, ok := w.scratch.(*leafMemory[L, R, K])
	if !ok {
		mem = &leafMemory[L, R, K]{holder: p.run.memory.Holder()}
		mem.lefts, mem.rights = make([]L, BatchRows[L]()), make([]R, BatchRows[R]())
		w.scratch = mem
	}
	need := p.leafBytes(l)
	if !mem.holder.Reserve(need) {
		mem.holder.Take(need)
	}
	defer mem.holder.Release(need)
	table, err := p.build(l, mem)
	if err != nil {
		return err
	}
	if p.size != nil {
		defer clear(mem.slab)
	}
	probe := newProber(p.of, p.hash, table, w, down)
	if err := l.left.Read(l.i, mem.lefts, probe.probe); err != nil {
		return err
	}
	return s.leafDone()
}

// leafDone removes the files after the last leaf.
func (s *leafSource[L, R, K, O]) leafDone() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.done++; s.mu.done < len(s.leaves) {
		return nil
	}
	return s.p.close()
}

// leafMemory is what one worker uses for one partition after the other.
type leafMemory[L, R any, K comparable] struct {
	holder *Holder
	slab   []buildRow[K, R]
	lefts  []L
	rights []R
	ks     []K
	hs     []uint64
}

// build makes a table of the right rows of a partition.
func (p *partJoin[L, R, K, O]) build(l leaf[L, R], mem *leafMemory[L, R, K]) (*joinTable[K, R], error) {
	n := int(l.right.Rows(l.i))
	if cap(mem.slab) < n {
		mem.slab = nil // before there is another one
		mem.slab = make([]buildRow[K, R], n+n/16)
		hugepage.Advise(mem.slab)
	}
	slab := mem.slab[:n]
	at := 0
	err := l.right.Read(l.i, mem.rights, func(rows []R) error {
		mem.ks, mem.hs = grown(mem.ks, len(rows)), grown(mem.hs, len(rows))
		keysKernel(rows, p.of.RightKey, mem.ks)
		if _, err := p.hash(mem.ks[:len(rows)], mem.hs); err != nil {
			return err
		}
		slabKernel(slab[at:], rows, mem.ks, mem.hs)
		at += len(rows)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var parts dealt[K, R]
	in := 0
	if n > 0 {
		in = hashtable.PartitionOf(slab[0].h)
	}
	for from := 0; from < n; from += pieceRows {
		parts[in] = append(parts[in], slab[from:min(from+pieceRows, n)])
	}
	table, err := newJoinTable([]*dealt[K, R]{&parts})
	if err != nil {
		return nil, err
	}
	table.parts[in].fill(sameKeys[K]())
	if p.of.Unique {
		err = table.parts[in].unique()
	}
	return table, err
}

// slabKernel makes build rows of rows.
func slabKernel[K comparable, R any](slab []buildRow[K, R], rows []R, ks []K, hs []uint64) {
	slab, ks, hs = slab[:len(rows)], ks[:len(rows)], hs[:len(rows)]
	for i := range rows {
		r := &slab[i]
		r.h, r.k, r.row, r.next = hs[i], ks[i], rows[i], 0
	}
}
