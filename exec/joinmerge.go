package exec

import (
	"fmt"
	"slices"
	"sync"

	"anabranch.dev/internal/hashtable"
	"anabranch.dev/internal/held"
	"anabranch.dev/internal/radix"
	"anabranch.dev/spill"
)

// A sided is a row of either input of a join.
type sided[L, R any] struct {
	at    uint64 // where its key's hash puts it; not written
	right bool
	l     L
	r     R
}

// sidedCodec writes the row that there is.
type sidedCodec[L, R any] struct {
	l spill.Codec[L]
	r spill.Codec[R]
}

func (c sidedCodec[L, R]) Append(dst []byte, v sided[L, R]) []byte {
	if v.right {
		return c.r.Append(append(dst, 1), v.r)
	}
	return c.l.Append(append(dst, 0), v.l)
}

func (c sidedCodec[L, R]) Decode(src []byte) (v sided[L, R], n int, err error) {
	if len(src) == 0 {
		return v, 0, spill.ErrMalformed
	}
	if v.right = src[0] == 1; v.right {
		v.r, n, err = c.r.Decode(src[1:])
	} else {
		v.l, n, err = c.l.Decode(src[1:])
	}
	return v, n + 1, err
}

// mergeJoin joins two sides that do not fit into memory: the rows of both go into
// one [spill.Sorter], in the order of their keys' hashes, and of one hash the right
// ones first. As they come out, the right rows of a hash are kept until its left
// ones have passed.
type mergeJoin[L, R any, K comparable, O any] struct {
	of    JoinOf[L, R, K, O]
	run   *Run
	hash  func(ks []K, hs []uint64) (int, error)
	size  func(*R) int
	codec sidedCodec[L, R]
	err   error // why rows cannot be written
	keeps bool  // there is memory for what has been dealt to partitions
	mu    struct {
		sync.Mutex
		sorter *spill.Sorter[sided[L, R]]
	}
}

func newMergeJoin[L, R any, K comparable, O any](r *Run, of JoinOf[L, R, K, O], hash func([]K, []uint64) (int, error)) *mergeJoin[L, R, K, O] {
	m := &mergeJoin[L, R, K, O]{of: of, run: r, hash: hash, size: held.Of[R]()}
	if m.codec.l, m.err = spill.CodecFor[L](); m.err == nil {
		m.codec.r, m.err = spill.CodecFor[R]()
	}
	return m
}

// can returns why rows cannot go to disk, if they cannot.
func (m *mergeJoin[L, R, K, O]) can() error { return m.err }

func (m *mergeJoin[L, R, K, O]) spilled() (s spill.Stats) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mu.sorter != nil {
		s = m.mu.sorter.Stats()
	}
	return s
}

func joinTooLarge(b *Budget, err error) error {
	return b.exceeded(fmt.Errorf("rows cannot go to disk: %w", err))
}

func (m *mergeJoin[L, R, K, O]) sorter() (*spill.Sorter[sided[L, R]], error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, joinTooLarge(m.run.memory, m.err)
	}
	if m.mu.sorter == nil {
		c := sorterConfig(m.run)
		c.Together = 8
		m.mu.sorter = spill.NewSorterOf(spill.Asc(func(v sided[L, R]) uint64 { return v.at }), m.codec, c)
	}
	return m.mu.sorter, nil
}

// key is the key of a row of either side.
func (m *mergeJoin[L, R, K, O]) key(v *sided[L, R]) K {
	if v.right {
		return m.of.RightKey(v.r)
	}
	return m.of.LeftKey(v.l)
}

func (m *mergeJoin[L, R, K, O]) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mu.sorter == nil {
		return nil
	}
	return m.mu.sorter.Close()
}

// sidedLocal takes one worker's rows of one side.
type sidedLocal[L, R any, K comparable, O any] struct {
	m    *mergeJoin[L, R, K, O]
	w    *Worker
	base uint64 // what places of this side begin with: right rows come before left ones
	to   *spill.Filler[sided[L, R]]
	buf  []sided[L, R]
	ks   []K
	hs   []uint64
}

func (m *mergeJoin[L, R, K, O]) open(w *Worker, input int) (*sidedLocal[L, R, K, O], error) {
	s, err := m.sorter()
	if err != nil {
		return nil, err
	}
	return &sidedLocal[L, R, K, O]{m: m, w: w, base: uint64(1-input) << inputShift, to: s.Filler()}, nil
}

func (l *sidedLocal[L, R, K, O]) Pipe() Pipe {
	return Pipe{Push: l.addLeft, Mark: func(Mark) error { return nil }, Reads: true}
}

func (l *sidedLocal[L, R, K, O]) Commit() error {
	l.m.run.rest(l.w.op.node, l.to)
	return nil
}

func (l *sidedLocal[L, R, K, O]) addLeft(rows []L) error {
	l.buf, l.ks, l.hs = grown(l.buf, len(rows)), grown(l.ks, len(rows)), grown(l.hs, len(rows))
	keysKernel(rows, l.m.of.LeftKey, l.ks)
	if i, err := l.m.hash(l.ks[:len(rows)], l.hs); err != nil {
		return l.w.Fail(i, err)
	}
	for i := range rows {
		l.buf[i] = sided[L, R]{at: hashtable.PlaceOf(l.hs[i]), l: rows[i]}
	}
	return l.to.Add(l.base|l.w.seq, l.buf[:len(rows)])
}

func (l *sidedLocal[L, R, K, O]) addRight(rows []R) error {
	l.buf, l.ks, l.hs = grown(l.buf, len(rows)), grown(l.ks, len(rows)), grown(l.hs, len(rows))
	keysKernel(rows, l.m.of.RightKey, l.ks)
	if i, err := l.m.hash(l.ks[:len(rows)], l.hs); err != nil {
		return l.w.Fail(i, err)
	}
	for i := range rows {
		l.buf[i] = sided[L, R]{at: hashtable.PlaceOf(l.hs[i]), right: true, r: rows[i]}
	}
	return l.to.Add(l.base|l.w.seq, l.buf[:len(rows)])
}

// farMerge is the [farRight] of a merge.
type farMerge[L, R any, K comparable, O any] struct{ *sidedLocal[L, R, K, O] }

func (m *mergeJoin[L, R, K, O]) openRight(w *Worker) (farRight[K, R], error) {
	l, err := m.open(w, 1)
	return farMerge[L, R, K, O]{l}, err
}

func (l farMerge[L, R, K, O]) add(rows []R) error { return l.addRight(rows) }

func (l farMerge[L, R, K, O]) addAll(parts *dealt[K, R]) error {
	if l.m.keeps {
		return l.keepRight(parts)
	}
	return l.writeRight(parts)
}

func (l farMerge[L, R, K, O]) end(r *Run) error {
	r.rest(r.op.node, l.to)
	return nil
}

// keepRight adds rows that are dealt to partitions.
func (l *sidedLocal[L, R, K, O]) keepRight(parts *dealt[K, R]) error {
	var batch []R
	for p := range parts {
		for _, rows := range parts[p] {
			batch = batch[:0]
			for i := range rows {
				batch = append(batch, rows[i].row)
			}
			if err := l.addRight(batch); err != nil {
				return err
			}
		}
		parts[p] = nil
	}
	return nil
}

// writeRight writes rows that are dealt to partitions, in the order of their
// hashes.
func (l *sidedLocal[L, R, K, O]) writeRight(parts *dealt[K, R]) error {
	return l.to.WriteSorted(l.base|l.w.seq, func(write func([]sided[L, R]) error) error {
		var refs, scratch []radix.Ref
		l.buf = grown(l.buf, BatchRows[sided[L, R]]())
		for p := range parts {
			refs = refs[:0]
			for c, rows := range parts[p] {
				for i := range rows {
					refs = append(refs, radix.Ref{Key: hashtable.PlaceOf(rows[i].h), At: uint64(c)<<32 | uint64(i)})
				}
			}
			scratch = grown(scratch, len(refs))
			radix.Sort(refs, scratch[:len(refs)])
			for part := range slices.Chunk(refs, cap(l.buf)) {
				buf := l.buf[:len(part)]
				for i, r := range part {
					buf[i] = sided[L, R]{at: r.Key, right: true, r: parts[p][r.At>>32][r.At&(1<<32-1)].row}
				}
				if err := write(buf); err != nil {
					return err
				}
			}
			parts[p] = nil
		}
		return nil
	})
}

// finish has both sides sorted.
func (m *mergeJoin[L, R, K, O]) finish(r *Run) (Then, error) {
	s, err := m.sorter()
	if err != nil {
		return Then{}, err
	}
	sorted, err := s.Sort(r.Each)
	if err != nil {
		return Then{}, err
	}
	r.memory.offer(&idle{held: sorted.Held, spill: r.spilling(sorted.Spill)})
	return Then{Out: &mergeSource[L, R, K, O]{sortedSource[sided[L, R]]{rows: s.Stats().Rows, sorted: sorted}, m}}, nil
}

// mergeSource gives out the joined rows of a range of hashes per morsel.
type mergeSource[L, R any, K comparable, O any] struct {
	sortedSource[sided[L, R]]
	m *mergeJoin[L, R, K, O]
}

func (s *mergeSource[L, R, K, O]) Size() (rows, bytes int64) { return -1, -1 }

func (s *mergeSource[L, R, K, O]) Read(w *Worker, m Morsel, down Pipe) error {
	g := &matcher[L, R, K, O]{
		mergeJoin: s.m, of: s.m.of, memory: s.m.run.memory.Holder(), equal: hashtable.Equal[K](),
		out: batcher[O]{push: pushOf[O](down), rows: make([]O, 0, BatchRows[O]())},
	}
	defer func() {
		if g.heavy != nil { // it failed
			_ = g.heavy.sorter.Close()
		}
	}()
	rows := make([]sided[L, R], BatchRows[sided[L, R]]())
	err := m.Part.(spill.Part[sided[L, R]]).Read(rows, g.add)
	if err == nil {
		err = g.endHash()
	}
	g.memory.Release(g.held)
	if err != nil {
		return err
	}
	return g.out.flush()
}

// matcher joins rows that come in the order of their hashes.
type matcher[L, R any, K comparable, O any] struct {
	*mergeJoin[L, R, K, O]
	of     JoinOf[L, R, K, O]
	memory *Holder
	held   int64
	equal  func(a, b *K) bool
	out    batcher[O]

	ks    []K
	hs    []uint64
	hash1 uint64 // that the rows are of
	right []rightRow[K, R]

	heavy   *heavy[L, R, K] // where they are instead when they are too many
	inBlock bool            // they are not: a block fits
}

type rightRow[K comparable, R any] struct {
	k       K
	row     R
	matched bool
}

func (g *matcher[L, R, K, O]) add(rows []sided[L, R]) error {
	g.ks, g.hs = grown(g.ks, len(rows)), grown(g.hs, len(rows))
	for i := range rows {
		g.ks[i] = g.key(&rows[i])
	}
	if _, err := g.hash(g.ks[:len(rows)], g.hs); err != nil {
		return err
	}
	for i := range rows {
		if g.hs[i] != g.hash1 {
			if err := g.endHash(); err != nil {
				return err
			}
			g.hash1 = g.hs[i]
		}
		var err error
		if v := &rows[i]; v.right {
			err = g.keep(&g.ks[i], v.r)
		} else {
			err = g.match(&g.ks[i], v.l)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keep keeps a right row until the next hash, unless another one does for it.
func (g *matcher[L, R, K, O]) keep(k *K, row R) error {
	if g.heavy != nil {
		return g.heavy.addRight(k, row, g.equal)
	}
	if g.of.Unique || g.of.RightOnly == nil && (g.of.Once || g.of.Match == nil) {
		for i := range g.right {
			switch {
			case !g.equal(&g.right[i].k, k):
			case g.of.Unique:
				return duplicateKey(*k)
			default:
				return nil
			}
		}
	}
	before := cap(g.right)
	g.right = append(g.right, rightRow[K, R]{k: *k, row: row})
	grew := int64(cap(g.right)-before) * int64(SizeOf[rightRow[K, R]]())
	if g.size != nil {
		grew += int64(g.size(&row))
	}
	if grew > 0 {
		g.held += grew
		g.memory.Take(grew)
		if !g.inBlock && !g.of.Unique && g.held > g.run.memory.live/int64(4*g.run.workers) {
			return g.goHeavy()
		}
	}
	return nil
}

func (g *matcher[L, R, K, O]) match(k *K, row L) error {
	if g.heavy != nil && g.heavy.has(k, g.equal) {
		return g.heavy.addLeft(row)
	}
	found := false
	for i := range g.right {
		r := &g.right[i]
		if !g.equal(&r.k, k) {
			continue
		}
		found, r.matched = true, true
		if g.of.Match != nil {
			if err := g.out.add(g.of.Match(row, r.row)); err != nil {
				return err
			}
		}
		if g.of.Once {
			return nil
		}
	}
	if !found && g.of.LeftOnly != nil {
		return g.out.add(g.of.LeftOnly(row))
	}
	return nil
}

// endHash forgets the right rows of a hash.
func (g *matcher[L, R, K, O]) endHash() error {
	if g.heavy != nil {
		return g.endHeavy()
	}
	if g.of.RightOnly != nil {
		for i := range g.right {
			if r := &g.right[i]; !r.matched {
				if err := g.out.add(g.of.RightOnly(r.row)); err != nil {
					return err
				}
			}
		}
	}
	clear(g.right)
	g.right = g.right[:0]
	if kept := int64(cap(g.right)) * int64(SizeOf[rightRow[K, R]]()); g.held > kept {
		g.memory.Release(g.held - kept)
		g.held = kept
	}
	return nil
}

// batcher pushes rows in batches.
type batcher[T any] struct {
	push func([]T) error
	rows []T
}

func (b *batcher[T]) add(v T) error {
	b.rows = append(b.rows, v)
	if len(b.rows) < cap(b.rows) {
		return nil
	}
	return b.flush()
}

func (b *batcher[T]) flush() error {
	rows := b.rows
	b.rows = b.rows[:0]
	if len(rows) == 0 {
		return nil
	}
	return b.push(rows)
}
