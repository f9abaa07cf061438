package exec

import (
	"context"
	"io"
	"sync"

	"anabranch.dev/internal/hashtable"
	"anabranch.dev/spill"
)

// CountRows is the Accumulate of an int64 that counts rows: [Keyed] has a loop
// for it that calls no function.
func CountRows[T any]() Accumulate[T, int64] { return Accumulate[T, int64]{} }

// Keyed is the body of a breaker that folds the rows of each key into an
// accumulator of its own, and gives out what row makes of each key.
//
// Each worker folds into a small table that fits its cache, and empties that
// into partitions by hash; each partition is then put together, and given out,
// by whichever worker is free (see internal/hashtable).
//
// When memory is short, a worker writes its groups to disk, in the order of their
// hashes, and begins again with none. As soon as one has done so, all groups go
// there, and those of equal key are put together as the runs are merged: see
// groupSpill.
func Keyed[T any, K comparable, A, R any](key func(T) K, acc Accumulate[T, A], row func(K, *A) R) Body {
	return func(r *Run) (any, error) {
		spec := hashtable.Spec[T, K, A]{
			Key: key, Init: acc.Init, Add: acc.Add, AddAt: acc.AddAt, AddBatch: acc.AddBatch,
			Merge: acc.Merge, Size: acc.Size,
			Count: acc.Add == nil && acc.AddAt == nil,
			Front: int(min(r.memory.Limit()/int64(frontShare*r.Workers()), mostFront)),
		}
		g, err := hashtable.New(spec)
		if err != nil {
			return nil, err
		}
		k := &keyed[T, K, A, R]{run: r, groups: g, row: row}
		k.disk.init(r, g.Merger(), acc.Size)
		return k, nil
	}
}

// A worker's front table takes such a share of the budget, and at most so many
// bytes, before it has shown to be of use.
const (
	frontShare = 16
	mostFront  = 16 << 20
)

type keyed[T any, K comparable, A, R any] struct {
	run    *Run
	groups hashtable.Grouping[T, K, A]
	row    func(K, *A) R
	disk   groupSpill[K, A]
	mu     struct {
		sync.Mutex
		locals  []*keyedLocal[T, K, A, R]
		held    int64 // bytes taken from the budget
		spilled bool  // some groups are on disk
	}
}

type keyedLocal[T any, K comparable, A, R any] struct {
	k      *keyed[T, K, A, R]
	w      *Worker
	groups hashtable.Local[T, K, A]
	row    uint64 // of the morsel
	since  int    // rows since the budget was told
	every  int    // rows after which it is told again
	memory *Holder
	held   int64
	out    *groupWriter[K, A] // nil: nothing was written to disk
	futile bool               // putting entries of equal key together did not help
}

func (k *keyed[T, K, A, R]) Open(w *Worker, _ int) (Local, error) {
	return &keyedLocal[T, K, A, R]{k: k, w: w, groups: k.groups.Local(), memory: k.run.memory.Holder()}, nil
}

func (l *keyedLocal[T, K, A, R]) Pipe() Pipe {
	return Pipe{Push: l.push, Reads: true, Mark: func(Mark) error {
		l.row = 0
		return nil
	}}
}

// Between two looks at what a table holds pass so many rows, and fewer when it has
// grown by more than so many bytes for them.
const (
	reserveEvery = 16 << 10
	reserveBytes = 512 << 10
)

func (l *keyedLocal[T, K, A, R]) push(rows []T) error {
	if err := l.groups.Add(rows, l.w.Stamp(l.row)); err != nil {
		return err
	}
	l.row += uint64(len(rows))
	if l.since += len(rows); l.since < l.every {
		return nil
	}
	before := l.held
	err := l.reserve()
	l.every = reserveEvery
	if grew := l.held - before; grew > reserveBytes {
		l.every = int(int64(l.since) * reserveBytes / grew)
	}
	l.since = 0
	return err
}

// reserve tells the budget what is held. When that is too much, buffered entries
// of equal key are put together, and if that does not help much the groups are
// written to disk.
func (l *keyedLocal[T, K, A, R]) reserve() error {
	if l.account() {
		return nil
	}
	before := l.held
	if !l.futile {
		l.groups.Compact()
		ok := l.account()
		if l.futile = l.held > before/2; ok && !l.futile {
			return nil
		}
	}
	if !l.k.disk.can() {
		if m := l.k.run.memory; m.used.Load() <= m.limit {
			return nil
		}
		return l.k.disk.cannot()
	}
	groups, err := l.spill(l.w.seq)
	l.futile = l.futile && groups > 0
	l.account()
	return err
}

// account reports whether the worker may keep what it holds.
func (l *keyedLocal[T, K, A, R]) account() bool {
	held := l.groups.Bytes()
	grew := held - l.held
	l.held = held
	switch {
	case grew < 0:
		l.memory.Release(-grew)
	case grew > 0 && !l.memory.Reserve(grew):
		l.memory.Take(grew)
		return false
	}
	return l.memory.Reserve(0)
}

// spill writes all groups to disk.
func (l *keyedLocal[T, K, A, R]) spill(place uint64) (groups int, err error) {
	l.groups.Seal()
	if l.out == nil {
		if l.out, err = l.k.disk.writer(); err != nil {
			return 0, err
		}
	}
	all := []hashtable.Local[T, K, A]{l.groups}
	return l.out.write(place, 0, func(p int) hashtable.Merged[K, A] { return l.k.groups.Merge(p, all) })
}

func (l *keyedLocal[T, K, A, R]) Commit() error {
	l.groups.Seal()
	if err := l.reserve(); err != nil {
		return err
	}
	k := l.k
	l.memory.Release(l.held) // nobody asks for it any more
	k.run.memory.take(l.held)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.mu.held += l.held
	k.mu.spilled = k.mu.spilled || l.out != nil
	k.mu.locals = append(k.mu.locals, l)
	return nil
}

func (k *keyed[T, K, A, R]) Finish(r *Run, _ int) (Then, error) {
	s := &keyedSource[T, K, A, R]{k: k}
	if !k.mu.spilled {
		for _, l := range k.mu.locals {
			s.locals = append(s.locals, l.groups)
		}
		s.held = k.mu.held
		if k.disk.can() && len(s.locals) > 0 {
			r.memory.offer(&idle{held: s.waiting, spill: r.spilling(s.spill)})
		}
		return Then{Out: s}, nil
	}
	err := r.Each(len(k.mu.locals), func(i int) error {
		l := k.mu.locals[i]
		_, err := l.spill(l.w.seq)
		return err
	})
	if err != nil {
		return Then{}, err
	}
	k.mu.locals = nil
	k.give(k.mu.held)
	if s.mu.disk, err = k.disk.source(r.Each); err != nil {
		return Then{}, err
	}
	return Then{Out: s}, nil
}

func (k *keyed[T, K, A, R]) keeps() error         { return k.disk.err }
func (k *keyed[T, K, A, R]) effort() float64      { return groupsEffort }
func (k *keyed[T, K, A, R]) spilled() spill.Stats { return k.disk.spilled() }

func (k *keyed[T, K, A, R]) Close() error {
	k.mu.locals = nil
	k.give(k.mu.held)
	return k.disk.close()
}

// give gives memory back that groups have held.
func (k *keyed[T, K, A, R]) give(n int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	n = min(n, k.mu.held)
	k.mu.held -= n
	k.run.memory.take(-n)
}

// keyedSource gives out one partition per morsel, put together by the worker
// that reads it, and then what is on disk.
type keyedSource[T any, K comparable, A, R any] struct {
	k      *keyed[T, K, A, R]
	locals []hashtable.Local[T, K, A]
	held   int64 // bytes that the locals hold, of all partitions

	mu struct {
		sync.Mutex
		next int             // partition
		disk groupRuns[K, A] // where the partitions from next on are, if anywhere
	}
}

func (s *keyedSource[T, K, A, R]) Size() (rows, bytes int64) { return -1, -1 }
func (s *keyedSource[T, K, A, R]) Close() error              { return nil }

func (s *keyedSource[T, K, A, R]) parts() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.disk != nil {
		return int64(s.mu.disk.Parts())
	}
	return hashtable.Partitions
}

func (s *keyedSource[T, K, A, R]) Next(context.Context) (Morsel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.disk != nil {
		part, ok := s.mu.disk.Next()
		if !ok {
			return Morsel{}, io.EOF
		}
		return Morsel{Part: part}, nil
	}
	if s.mu.next == hashtable.Partitions || len(s.locals) == 0 {
		return Morsel{}, io.EOF
	}
	s.mu.next++
	return Morsel{Part: s.mu.next - 1}, nil
}

// waiting is how many bytes partitions hold that are still to be given out.
func (s *keyedSource[T, K, A, R]) waiting() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.disk != nil {
		return 0
	}
	return s.held / hashtable.Partitions * int64(hashtable.Partitions-s.mu.next)
}

// spill writes the partitions to come to disk, for others that are short of
// memory.
func (s *keyedSource[T, K, A, R]) spill() (freed int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.disk != nil || s.mu.next == hashtable.Partitions {
		return 0, nil
	}
	w, err := s.k.disk.writer()
	if err != nil {
		return 0, err
	}
	if _, err := w.write(0, s.mu.next, func(p int) hashtable.Merged[K, A] { return s.k.groups.Merge(p, s.locals) }); err != nil {
		return 0, err
	}
	if s.mu.disk, err = s.k.disk.source(nil); err != nil {
		return 0, err
	}
	freed = s.held / hashtable.Partitions * int64(hashtable.Partitions-s.mu.next)
	s.k.give(freed)
	return freed, nil
}

func (s *keyedSource[T, K, A, R]) Read(w *Worker, m Morsel, down Pipe) error {
	out := &groupRows[K, A, R]{row: s.k.row, push: pushOf[R](down), buf: scratch[R](w, BatchRows[R]())}
	p, ok := m.Part.(int)
	if !ok {
		if err := s.k.disk.read(m.Part, out.add); err != nil {
			return err
		}
		return out.flush()
	}
	merged := s.k.groups.Merge(p, s.locals)
	merged.Each(out.add)
	err := out.flush()
	s.k.give(s.held / hashtable.Partitions)
	return err
}

// groupRows pushes what row makes of groups, in batches.
type groupRows[K comparable, A, R any] struct {
	row  func(K, *A) R
	push func([]R) error
	buf  []R
	n    int
	err  error
}

func (o *groupRows[K, A, R]) add(k K, a *A) bool {
	o.buf[o.n] = o.row(k, a)
	if o.n++; o.n == len(o.buf) {
		_ = o.flush()
	}
	return o.err == nil
}

// flush pushes what is left, and returns the first error of a push.
func (o *groupRows[K, A, R]) flush() error {
	if o.err == nil && o.n > 0 {
		o.err = o.push(o.buf[:o.n])
	}
	o.n = 0
	return o.err
}
