package hashtable

import (
	"math/bits"
	"reflect"

	"anabranch.dev/internal/radix"
)

// placeOf makes of a hash what groups are written to disk in the order of: that
// of the partitions first.
func placeOf(h uint64) uint64 { return bits.RotateLeft64(h, 64-1-bits.Len(Partitions-1)) }

// inOrder calls yield with the entries of runs in the order of their places, which
// place gives, or zero for one that was taken out.
func inOrder[E any](runs [][]E, place func(e *E) uint64, yield func(at uint64, run int, e *E) bool) {
	n := 0
	for _, es := range runs {
		n += len(es)
	}
	refs := make([]radix.Ref, 0, n)
	for r, es := range runs {
		for i := range es {
			if at := place(&es[i]); at != 0 {
				refs = append(refs, radix.Ref{Key: at, At: uint64(r)<<32 | uint64(i)})
			}
		}
	}
	radix.Sort(refs, make([]radix.Ref, len(refs)))
	for _, r := range refs {
		if run := int(r.At >> 32); !yield(r.Key, run, &runs[run][r.At&(1<<32-1)]) {
			return
		}
	}
}

func (m *mergedTable[K, A]) InOrder(yield func(at uint64, k K, a *A) bool) {
	place := func(e *entry[K, A]) uint64 { return placeOf(e.h) }
	inOrder(m.runs, place, func(at uint64, _ int, e *entry[K, A]) bool { return yield(at, e.k, &e.a) })
}

func (m *mergedStrings[K, A]) InOrder(yield func(at uint64, k K, a *A) bool) {
	place := func(e *strEntry[A]) uint64 {
		if e.n == 0 {
			return 0
		}
		return placeOf(e.hash() | 1)
	}
	var mem arena
	inOrder(m.runs, place, func(at uint64, run int, e *strEntry[A]) bool {
		return yield(at, asKey[K](e.text(m.long[run], &mem)), &e.a)
	})
}

func (m *mergedFloats[K, A]) InOrder(yield func(at uint64, k K, a *A) bool) {
	m.inner.InOrder(func(at, bits uint64, a *A) bool { return yield(at, m.value(bits), a) })
}

func (m *mergedEncoded[K, A]) InOrder(yield func(at uint64, k K, a *A) bool) {
	m.inner.InOrder(func(at uint64, _ string, a *keyedAcc[K, A]) bool { return yield(at, a.key, &a.acc) })
}

// Equal returns a function that reports whether two keys are equal, as groupings
// have it. It is for one goroutine.
func Equal[K comparable]() func(a, b *K) bool {
	switch classOf(reflect.TypeFor[K]()) {
	case floatKey:
		return func(a, b *K) bool { return *a == *b || *a != *a && *b != *b }
	case encodedKey:
		types := new(typeTable)
		var x, y []byte
		return func(a, b *K) bool {
			var err1, err2 error
			x, err1 = types.encode(x[:0], reflect.ValueOf(a).Elem())
			y, err2 = types.encode(y[:0], reflect.ValueOf(b).Elem())
			return err1 == nil && err2 == nil && string(x) == string(y)
		}
	}
	return func(a, b *K) bool { return *a == *b }
}
