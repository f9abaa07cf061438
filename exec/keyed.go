package exec

import (
	"context"
	"io"
	"sync"

	"anabranch.dev/internal/hashtable"
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
func Keyed[T any, K comparable, A, R any](key func(T) K, acc Accumulate[T, A], row func(K, *A) R) Body {
	return func(*Run) (any, error) {
		g, err := hashtable.New(hashtable.Spec[T, K, A]{
			Key: key, Init: acc.Init, Add: acc.Add, AddAt: acc.AddAt, Merge: acc.Merge, Size: acc.Size,
			Count: acc.Add == nil && acc.AddAt == nil,
		})
		if err != nil {
			return nil, err
		}
		return &keyed[T, K, A, R]{groups: g, row: row}, nil
	}
}

type keyed[T any, K comparable, A, R any] struct {
	groups hashtable.Grouping[T, K, A]
	row    func(K, *A) R
	memory *Budget
	mu     struct {
		sync.Mutex
		locals []hashtable.Local[T, K, A]
		held   int64 // bytes that the locals took from the budget
	}
}

type keyedLocal[T any, K comparable, A, R any] struct {
	k      *keyed[T, K, A, R]
	w      *Worker
	groups hashtable.Local[T, K, A]
	row    uint64 // of the morsel
	since  int    // rows since the budget was told
	held   int64
}

func (k *keyed[T, K, A, R]) Open(w *Worker, _ int) (Local, error) {
	return &keyedLocal[T, K, A, R]{k: k, w: w, groups: k.groups.Local()}, nil
}

func (l *keyedLocal[T, K, A, R]) Pipe() Pipe {
	return Pipe{Push: l.push, Mark: func(Mark) error {
		l.row = 0
		return nil
	}}
}

// reserveEvery is how many rows pass between two looks at what a table holds.
const reserveEvery = 16 << 10

func (l *keyedLocal[T, K, A, R]) push(rows []T) error {
	if err := l.groups.Add(rows, l.w.Stamp(l.row)); err != nil {
		return err
	}
	l.row += uint64(len(rows))
	if l.since += len(rows); l.since < reserveEvery {
		return nil
	}
	l.since = 0
	return l.reserve()
}

// reserve tells the budget what is held. When that is too much, buffered
// entries of equal key are put together, and if that does not help the run
// ends.
func (l *keyedLocal[T, K, A, R]) reserve() error {
	if l.account() {
		return nil
	}
	l.groups.Compact()
	if !l.account() {
		return l.w.run.memory.exceeded()
	}
	return nil
}

func (l *keyedLocal[T, K, A, R]) account() bool {
	held := l.groups.Bytes()
	ok := l.w.run.memory.Add(held - l.held)
	if held == l.held { // nothing new: ask whether all is well
		ok = l.w.run.memory.used.Load() <= l.w.run.memory.limit
	}
	l.held = held
	return ok
}

func (l *keyedLocal[T, K, A, R]) Commit() error {
	l.groups.Seal()
	if err := l.reserve(); err != nil {
		return err
	}
	k := l.k
	k.mu.Lock()
	defer k.mu.Unlock()
	k.memory = l.w.run.memory
	k.mu.held += l.held
	k.mu.locals = append(k.mu.locals, l.groups)
	return nil
}

func (k *keyed[T, K, A, R]) Finish(*Run, int) (Then, error) {
	return Then{Out: &keyedSource[T, K, A, R]{k: k}}, nil
}

func (k *keyed[T, K, A, R]) Close() error {
	if k.memory != nil {
		k.memory.Add(-k.mu.held)
	}
	k.mu.locals = nil
	return nil
}

// keyedSource gives out one partition per morsel, put together by the worker
// that reads it.
type keyedSource[T any, K comparable, A, R any] struct {
	k    *keyed[T, K, A, R]
	next int
}

func (s *keyedSource[T, K, A, R]) Size() (rows, bytes int64) { return -1, -1 }
func (s *keyedSource[T, K, A, R]) Close() error              { return nil }

func (s *keyedSource[T, K, A, R]) Next(context.Context) (Morsel, error) {
	if s.next == hashtable.Partitions || len(s.k.mu.locals) == 0 {
		return Morsel{}, io.EOF
	}
	s.next++
	return Morsel{Part: s.next - 1}, nil
}

func (s *keyedSource[T, K, A, R]) Read(w *Worker, m Morsel, down Pipe) error {
	push := pushOf[R](down)
	merged := s.k.groups.Merge(m.Part.(int), s.k.mu.locals)
	if merged.Len() == 0 {
		return nil
	}
	buf := scratch[R](w, BatchRows[R]())
	n := 0
	var err error
	merged.Each(func(k K, a *A) bool {
		buf[n] = s.k.row(k, a)
		if n++; n < len(buf) {
			return true
		}
		n = 0
		err = push(buf)
		return err == nil
	})
	if err != nil || n == 0 {
		return err
	}
	return push(buf[:n])
}
