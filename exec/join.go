package exec

import (
	"fmt"
	"sync"

	"anabranch.dev/internal/hashtable"
	"anabranch.dev/internal/held"
	"anabranch.dev/internal/hugepage"
	"anabranch.dev/spill"
)

// JoinOf says how rows of two inputs are put together by key.
type JoinOf[L, R any, K comparable, O any] struct {
	LeftKey  func(L) K
	RightKey func(R) K
	// Match makes a row of each pair of rows with equal keys; nil makes none.
	Match func(L, R) O
	// Once stops at the first match of a left row.
	Once bool
	// Unique says that right rows have different keys: otherwise the run fails.
	Unique bool
	// LeftOnly makes a row of each left row without a match; nil makes none.
	LeftOnly func(L) O
	// RightOnly makes a row of each right row without a match; nil makes none.
	RightOnly func(R) O
	// Turned is the same join of the two inputs in the other order; nil: there is none.
	Turned Body
}

// Join is the body of an operator that joins the rows of its first input, the probe
// side, with those of its second, the build side.
//
// The build side is taken first. Where it fits into memory it becomes a hash table
// that all workers share, and the first input's rows are answered as they come,
// without leaving their pipeline. Where it does not, both sides are dealt to
// partitions by the hashes of their keys, on disk, and one is joined after the other:
// see partJoin. When right rows without a match are wanted, which nobody knows before
// all left rows were seen, both sides are sorted by the hashes, on disk as far as
// needed: see mergeJoin.
func Join[L, R any, K comparable, O any](of JoinOf[L, R, K, O]) Body {
	return func(r *Run) (any, error) {
		if _, err := hashtable.New(hashtable.Spec[R, K, int64]{Key: of.RightKey, Count: true}); err != nil {
			return nil, err
		}
		hash := hashtable.Hasher[K]()
		j := &join[L, R, K, O]{
			JoinOf: of, run: r, hash: hash, size: held.Of[R](),
			merge: newMergeJoin(r, of, hash),
		}
		if of.RightOnly == nil {
			j.parts = newPartJoin(j.merge)
		}
		return j, nil
	}
}

type join[L, R any, K comparable, O any] struct {
	JoinOf[L, R, K, O]
	run   *Run
	hash  func(ks []K, hs []uint64) (int, error)
	size  func(*R) int // nil: rows hold nothing
	merge *mergeJoin[L, R, K, O]
	parts *partJoin[L, R, K, O] // nil: right rows without a match are wanted

	table *joinTable[K, R]
	held  int64
	mu    struct {
		sync.Mutex
		builds []*buildLocal[L, R, K, O]
		merges bool // the sides meet on disk
	}
}

func (j *join[L, R, K, O]) Probes() {}

func (j *join[L, R, K, O]) turned() Body { return j.Turned }

func (j *join[L, R, K, O]) Open(w *Worker, input int) (Local, error) {
	switch {
	case input == 0 && j.parts != nil:
		return j.parts.openLeft(w), nil
	case input == 0:
		return j.merge.open(w, input)
	}
	return &buildLocal[L, R, K, O]{j: j, w: w, memory: j.run.memory.Holder()}, nil
}

// buildLocal keeps one worker's rows, dealt to partitions. When memory is short it
// writes them to disk, and all that come after them.
type buildLocal[L, R any, K comparable, O any] struct {
	j      *join[L, R, K, O]
	w      *Worker
	parts  dealt[K, R]
	slab   []buildRow[K, R] // memory for pieces
	n      int
	bytes  int64 // of rows, and what they hold
	memory *Holder
	held   int64 // taken from the budget
	ks     []K
	hs     []uint64
	disk   farRight[K, R] // nil: nothing was written
}

// farRight takes one worker's right rows for when both sides are there.
type farRight[K comparable, R any] interface {
	add(rows []R) error
	// addAll adds rows that are dealt to partitions, and forgets them.
	addAll(parts *dealt[K, R]) error
	// end is called when no rows will come any more.
	end(r *Run) error
}

func (l *buildLocal[L, R, K, O]) far() (farRight[K, R], error) {
	if l.j.parts != nil {
		return l.j.parts.openRight(l.w)
	}
	return l.j.merge.openRight(l.w)
}

func (l *buildLocal[L, R, K, O]) Pipe() Pipe {
	return Pipe{Push: l.push, Mark: func(Mark) error { return nil }, Reads: true}
}

func (l *buildLocal[L, R, K, O]) push(rows []R) error {
	if l.disk != nil {
		return l.disk.add(rows)
	}
	l.ks, l.hs = grown(l.ks, len(rows)), grown(l.hs, len(rows))
	ks, hs := l.ks[:len(rows)], l.hs[:len(rows)]
	keysKernel(rows, l.j.RightKey, ks)
	if i, err := l.j.hash(ks, hs); err != nil {
		return l.w.Fail(i, err)
	}
	for done := 0; done < len(rows); {
		i := done + dealKernel(&l.parts, rows[done:], ks[done:], hs[done:])
		if i < len(rows) {
			l.addPiece(hashtable.PartitionOf(hs[i]))
		}
		done = i
	}
	l.n += len(rows)
	if l.j.size != nil {
		for i := range rows {
			l.bytes += int64(l.j.size(&rows[i]))
		}
	}
	return l.reserve()
}

// keysKernel stores the keys of rows.
func keysKernel[T any, K comparable](rows []T, key func(T) K, ks []K) {
	ks = ks[:len(rows)]
	for i := range rows {
		ks[i] = key(rows[i])
	}
}

// addPiece makes room in partition p. Pieces grow, and large ones are cut from memory
// of which an eighth more is asked for each time, up to some large pages.
func (l *buildLocal[L, R, K, O]) addPiece(p int) {
	const slabBytes = 8 << 20
	list := &l.parts[p]
	size := min(firstPiece<<min(len(*list), pieceBits), pieceRows)
	if size < pieceRows {
		*list = append(*list, make([]buildRow[K, R], 0, size))
		l.bytes += int64(size) * rowBytes[K, R]()
		return
	}
	if len(l.slab) == 0 {
		pieces := max(min(l.n/2, slabBytes/int(rowBytes[K, R]()))/pieceRows, 1)
		l.slab = make([]buildRow[K, R], pieces*pieceRows)
		hugepage.Advise(l.slab) // rows are looked at everywhere at any time
		l.bytes += int64(len(l.slab)) * rowBytes[K, R]()
	}
	*list = append(*list, l.slab[:0:pieceRows])
	l.slab = l.slab[pieceRows:]
}

// reserve tells the budget what is held, from time to time, and goes to disk when
// that is too much.
func (l *buildLocal[L, R, K, O]) reserve() error {
	const step = 256 << 10
	grew := l.bytes - l.held
	if grew < step && (grew != 0 || l.memory.Reserve(0)) {
		return nil
	}
	if grew > 0 && l.memory.Reserve(grew) {
		l.held = l.bytes
		if l.memory.Reserve(0) {
			return nil
		}
	}
	if err := l.j.merge.can(); err != nil {
		l.memory.Take(l.bytes - l.held)
		l.held = l.bytes
		if m := l.j.run.memory; m.used.Load() > m.limit {
			return joinTooLarge(m, err)
		}
		return nil
	}
	return l.spill()
}

// spill hands all rows on.
func (l *buildLocal[L, R, K, O]) spill() (err error) {
	if l.disk == nil {
		if l.disk, err = l.far(); err != nil {
			return err
		}
	}
	err = l.disk.addAll(&l.parts)
	l.parts, l.slab = dealt[K, R]{}, nil
	l.memory.Release(l.held)
	l.n, l.bytes, l.held = 0, 0, 0
	return err
}

func (l *buildLocal[L, R, K, O]) Commit() error {
	j := l.j
	l.memory.Take(l.bytes - l.held)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.mu.builds = append(j.mu.builds, l)
	j.mu.merges = j.mu.merges || l.disk != nil
	l.memory.Release(l.bytes) // nobody asks for it any more
	j.run.memory.take(l.bytes)
	j.held += l.bytes
	l.held = 0
	return nil
}

func (j *join[L, R, K, O]) Finish(r *Run, input int) (Then, error) {
	switch {
	case input == 0 && j.parts != nil:
		return j.parts.finish(r)
	case input == 0:
		return j.merge.finish(r)
	}
	rows := 0
	for _, l := range j.mu.builds {
		rows += l.n
	}
	more := slotBytes(rows)
	m := r.memory
	if !j.mu.merges && m.used.Load()+more > m.live {
		m.relieve(m.used.Load() + more - m.live)
		j.mu.merges = m.used.Load()+more > m.live
	}
	if err := j.merge.can(); err != nil && j.mu.merges {
		if m.used.Load()+more > m.limit {
			return Then{}, joinTooLarge(m, err)
		}
		j.mu.merges = false // it has to do
	}
	if j.mu.merges || j.RightOnly != nil {
		m.take(-j.held) // those who get the rows count them
		j.held = 0
		j.merge.keeps = !j.mu.merges
		err := r.Each(len(j.mu.builds), func(i int) error {
			l := j.mu.builds[i]
			if err := l.spill(); err != nil {
				return err
			}
			return l.disk.end(r)
		})
		j.mu.builds = nil
		return Then{}, err
	}
	m.take(more)
	j.held += more
	err := j.build()
	j.mu.builds = nil
	return Then{Probe: j.probe()}, err
}

// build makes the table.
func (j *join[L, R, K, O]) build() (err error) {
	locals := make([]*dealt[K, R], len(j.mu.builds))
	for i, l := range j.mu.builds {
		locals[i] = &l.parts
	}
	if j.table, err = newJoinTable(locals); err != nil {
		return err
	}
	return j.run.Each(hashtable.Partitions, func(p int) error {
		part := &j.table.parts[p]
		part.fill(sameKeys[K]())
		if j.Unique {
			return part.unique()
		}
		return nil
	})
}

func duplicateKey[K comparable](k K) error {
	return fmt.Errorf("%w: two rows of the table have the key %s; LeftJoin takes several", ErrDuplicateKey, keyText(k))
}

// sameKeys is the equality of keys that are not always equal when == says so, or
// nil where that is all there is to it.
func sameKeys[K comparable]() func(a, b *K) bool {
	if hashtable.Exact[K]() {
		return nil
	}
	return hashtable.Equal[K]()
}

func (j *join[L, R, K, O]) keeps() error    { return j.merge.can() }
func (j *join[L, R, K, O]) effort() float64 { return joinEffort }

func (j *join[L, R, K, O]) spilled() spill.Stats {
	s := j.merge.spilled()
	if j.parts != nil {
		j.parts.addSpilled(&s)
	}
	return s
}

func (j *join[L, R, K, O]) Close() error {
	j.run.memory.take(-j.held)
	j.held = 0
	j.table = nil
	err := j.merge.close()
	if j.parts != nil {
		if e := j.parts.close(); err == nil {
			err = e
		}
	}
	return err
}
