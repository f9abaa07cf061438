package hashtable

import (
	"math"
	"reflect"
)

// floatGrouping groups by floats through canonical bits, as plain keys.
type floatGrouping[T any, K comparable, A any] struct {
	inner Grouping[T, uint64, A]
	value func(bits uint64) K
}

func newFloatGrouping[T any, K comparable, A any](s Spec[T, K, A], tune tuning) Grouping[T, K, A] {
	key := s.Key
	bits, value := bits64[K], value64[K]
	if reflect.TypeFor[K]().Kind() == reflect.Float32 {
		bits, value = bits32[K], value32[K]
	}
	inner := newTableGrouping(Spec[T, uint64, A]{
		Key:      func(row T) uint64 { return bits(key(row)) },
		Init:     s.Init,
		Add:      s.Add,
		AddAt:    s.AddAt,
		AddBatch: s.AddBatch,
		Count:    s.Count,
		Merge:    s.Merge,
		Size:     s.Size,
		Front:    s.Front,
	}, tune)
	return &floatGrouping[T, K, A]{inner, value}
}

// canonical returns bits that are equal when f and g are equal, or both NaN.
func canonical(f float64) uint64 {
	switch {
	case f == 0:
		return 0 // also for -0
	case f != f:
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(f)
}

func (g *floatGrouping[T, K, A]) Merger() func(dst, src *A) { return g.inner.Merger() }

func (g *floatGrouping[T, K, A]) Local() Local[T, K, A] { return g.inner.Local() }

func (g *floatGrouping[T, K, A]) Merge(p int, locals []Local[T, K, A]) Merged[K, A] {
	inner := make([]Local[T, uint64, A], len(locals))
	for i, l := range locals {
		inner[i] = l
	}
	return &mergedFloats[K, A]{g.inner.Merge(p, inner), g.value}
}

type mergedFloats[K comparable, A any] struct {
	inner Merged[uint64, A]
	value func(bits uint64) K
}

func (m *mergedFloats[K, A]) Len() int     { return m.inner.Len() }
func (m *mergedFloats[K, A]) Bytes() int64 { return m.inner.Bytes() }

func (m *mergedFloats[K, A]) Each(yield func(k K, a *A) bool) {
	m.inner.Each(func(bits uint64, a *A) bool { return yield(m.value(bits), a) })
}
