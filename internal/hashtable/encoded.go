package hashtable

import (
	"reflect"

	"anabranch.dev/internal/stamp"
)

// encodedGrouping groups by keys for which == does not say what equal means, or
// may panic: their encodings are string keys, and the key itself is kept with
// the accumulator.
type encodedGrouping[T any, K comparable, A any] struct {
	key   func(T) K
	merge func(dst, src *A)
	batch int
	inner Grouping[keyedRow[T, K], string, keyedAcc[K, A]]
	types *typeTable
}

// keyedRow is a row with its key, which points into the local that made it.
type keyedRow[T any, K comparable] struct {
	row T
	key *K
	enc string
}

type keyedAcc[K comparable, A any] struct {
	key    K
	hasKey bool
	held   int // bytes that key holds
	acc    A
}

func (a *keyedAcc[K, A]) take(k *K) {
	if a.hasKey {
		return
	}
	a.key, a.hasKey = *k, true
	a.held = own(reflect.ValueOf(&a.key).Elem())
}

func newEncodedGrouping[T any, K comparable, A any](s Spec[T, K, A], tune tuning) *encodedGrouping[T, K, A] {
	in := Spec[keyedRow[T, K], string, keyedAcc[K, A]]{
		Key:   func(r keyedRow[T, K]) string { return r.enc },
		Merge: func(dst, src *keyedAcc[K, A]) { s.Merge(&dst.acc, &src.acc) },
		Size:  func(a *keyedAcc[K, A]) int { return a.held },
		Front: s.Front,
	}
	if s.Init != nil {
		in.Init = func(a *keyedAcc[K, A]) { s.Init(&a.acc) }
	}
	if s.Size != nil {
		in.Size = func(a *keyedAcc[K, A]) int { return a.held + s.Size(&a.acc) }
	}
	if s.Add != nil {
		in.Add = func(a *keyedAcc[K, A], r keyedRow[T, K]) {
			a.take(r.key)
			s.Add(&a.acc, r.row)
		}
	} else {
		in.AddAt = func(a *keyedAcc[K, A], r keyedRow[T, K], at stamp.Stamp) {
			a.take(r.key)
			s.AddAt(&a.acc, r.row, at)
		}
	}
	inner := newStringGrouping(in, tune)
	return &encodedGrouping[T, K, A]{s.Key, s.Merge, inner.tune.batch, inner, new(typeTable)}
}

func (g *encodedGrouping[T, K, A]) Merger() func(dst, src *A) { return g.merge }

func (g *encodedGrouping[T, K, A]) Local() Local[T, K, A] {
	return &encodedLocal[T, K, A]{
		Local: g.inner.Local(),
		g:     g,
		ks:    make([]K, g.batch),
		rows:  make([]keyedRow[T, K], g.batch),
		ends:  make([]int, g.batch),
	}
}

type encodedLocal[T any, K comparable, A any] struct {
	Local[keyedRow[T, K], string, keyedAcc[K, A]]
	g    *encodedGrouping[T, K, A]
	ks   []K
	rows []keyedRow[T, K]
	buf  []byte
	ends []int // of the encodings in buf
}

func (l *encodedLocal[T, K, A]) Add(rows []T, at stamp.Stamp) error {
	for len(rows) > 0 {
		b := rows[:min(len(rows), l.g.batch)]
		if err := l.encode(b); err != nil {
			return err
		}
		if err := l.Local.Add(l.rows[:len(b)], at); err != nil {
			return err
		}
		at.Row += uint64(len(b))
		rows = rows[len(b):]
	}
	return nil
}

// encode fills l.rows with the keyed rows of one batch.
func (l *encodedLocal[T, K, A]) encode(rows []T) error {
	l.buf = l.buf[:0]
	for i, row := range rows {
		l.ks[i] = l.g.key(row)
		var err error
		l.buf, err = l.g.types.encode(l.buf, reflect.ValueOf(&l.ks[i]).Elem())
		if err != nil {
			return err
		}
		l.ends[i] = len(l.buf)
	}
	lo := 0
	for i, row := range rows {
		hi := l.ends[i]
		l.rows[i] = keyedRow[T, K]{row, &l.ks[i], asView(l.buf[lo:hi])}
		lo = hi
	}
	return nil
}

func (l *encodedLocal[T, K, A]) Bytes() int64 { return l.Local.Bytes() + int64(cap(l.buf)) }

func (g *encodedGrouping[T, K, A]) Merge(p int, locals []Local[T, K, A]) Merged[K, A] {
	inner := make([]Local[keyedRow[T, K], string, keyedAcc[K, A]], len(locals))
	for i, l := range locals {
		inner[i] = l.(*encodedLocal[T, K, A]).Local
	}
	return &mergedEncoded[K, A]{g.inner.Merge(p, inner)}
}

type mergedEncoded[K comparable, A any] struct {
	inner Merged[string, keyedAcc[K, A]]
}

func (m *mergedEncoded[K, A]) Len() int     { return m.inner.Len() }
func (m *mergedEncoded[K, A]) Bytes() int64 { return m.inner.Bytes() }

func (m *mergedEncoded[K, A]) Each(yield func(k K, a *A) bool) {
	m.inner.Each(func(_ string, a *keyedAcc[K, A]) bool { return yield(a.key, &a.acc) })
}
