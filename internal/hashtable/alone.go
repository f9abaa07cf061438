package hashtable

import (
	"unsafe"

	"anabranch.dev/internal/groups"
)

// mostAlone is the size up to which accumulators are made beside their entries: larger
// ones cost more to copy than a batch saves.
const mostAlone = 64

// alone makes accumulators of one row each, many at a time, for rows that pass the front
// table by. The zero alone makes none.
type alone[T, A any] struct {
	init func(*A)
	fold func(to groups.Of[A], rows []T)
	accs []A
	at   []uintptr
}

func newAlone[T any, K comparable, A any](s *Spec[T, K, A], batch int) alone[T, A] {
	var a A
	size := unsafe.Sizeof(a)
	if s.AddBatch == nil || s.Size != nil || size > mostAlone {
		return alone[T, A]{}
	}
	l := alone[T, A]{init: s.Init, fold: s.AddBatch, accs: make([]A, batch), at: make([]uintptr, batch)}
	for i := range l.at {
		l.at[i] = uintptr(i) * size
	}
	return l
}

func (l *alone[T, A]) bytes() int64 {
	var a A
	return int64(len(l.accs)) * int64(unsafe.Sizeof(a)+unsafe.Sizeof(l.at[0]))
}

// add returns an accumulator for each row, valid until the next call; nil for none.
func (l *alone[T, A]) add(rows []T) []A {
	if l.fold == nil {
		return nil
	}
	accs := l.accs[:len(rows)]
	clear(accs)
	if l.init != nil {
		for i := range accs {
			l.init(&accs[i])
		}
	}
	l.fold(groups.New(&accs[0], l.at[:len(rows)]), rows)
	return accs
}
