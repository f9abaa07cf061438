package hashtable

import (
	"math/bits"
	"unsafe"

	"anabranch.dev/internal/hugepage"
	"anabranch.dev/internal/stamp"
)

// entry is one group, in a table or a chunk. In a table h is zero for an empty
// slot; hashers set the lowest bit.
type entry[K comparable, A any] struct {
	h uint64
	k K
	a A
}

// table is an open-addressing table with linear probing. Its user makes room
// first, so that a batch never grows it half way.
type table[K comparable, A any] struct {
	slots []entry[K, A]
	shift uint8 // slot = h >> shift
	n     int
	init  func(*A)         // may be nil
	own   func(*K, *arena) // may be nil
	keys  arena            // what the strings in keys point to
}

func newTable[K comparable, A any](slots int, init func(*A), own func(*K, *arena)) *table[K, A] {
	return &table[K, A]{slots: newSlots[entry[K, A]](slots), shift: shiftFor(slots), init: init, own: own}
}

// newSlots returns n empty slots.
//
// Every page is written to: one that is new to the process, and read before it is
// written to, costs two page faults.
func newSlots[E any](n int) []E {
	s := make([]E, n)
	hugepage.Advise(s) // they are looked into everywhere at any time
	var empty E
	if step := page / int(unsafe.Sizeof(empty)); step > 0 {
		for i := 0; i < n; i += step {
			s[i] = empty
		}
	}
	return s
}

// page is the size of the smallest pages of memory.
const page = 4 << 10

// shiftFor returns what leaves of 64 bits the index of one of n slots, n a
// power of two.
func shiftFor(n int) uint8 { return uint8(64 - bits.TrailingZeros(uint(n))) }

// group returns the slot of k, adding it when there is none.
func (t *table[K, A]) group(h uint64, k *K) uint64 {
	mask := uint64(len(t.slots) - 1)
	for i := h >> (t.shift & 63) & mask; ; i = (i + 1) & mask {
		e := &t.slots[i]
		if e.h == h && e.k == *k {
			return i
		}
		if e.h == 0 {
			e.h, e.k = h, *k
			if t.own != nil {
				t.own(&e.k, &t.keys)
			}
			if t.init != nil {
				t.init(&e.a)
			}
			t.n++
			return i
		}
	}
}

// grow makes the table factor times as large.
func (t *table[K, A]) grow(factor int) {
	old := t.slots
	t.slots = newSlots[entry[K, A]](factor * len(old))
	t.shift = shiftFor(len(t.slots))
	mask := uint64(len(t.slots) - 1)
	for j := range old {
		e := &old[j]
		if e.h == 0 {
			continue
		}
		i := e.h >> (t.shift & 63) & mask
		for t.slots[i].h != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = *e
	}
}

func (t *table[K, A]) bytes() int64 {
	var e entry[K, A]
	return int64(len(t.slots))*int64(unsafe.Sizeof(e)) + t.keys.held
}

// foldTable adds rows to their groups. There must be room for all.
func foldTable[T any, K comparable, A any](t *table[K, A], ks []K, hs []uint64, rows []T, add func(*A, T)) {
	slots, shift := t.slots, t.shift&63
	mask := uint64(len(slots) - 1)
	hs, rows = hs[:len(ks)], rows[:len(ks)]
	for i := range ks {
		h := hs[i]
		e := &slots[h>>shift&mask]
		if e.h != h || e.k != ks[i] {
			e = &slots[t.group(h, &ks[i])]
		}
		add(&e.a, rows[i])
	}
}

// foldTableAt is foldTable for functions that take the row's place.
func foldTableAt[T any, K comparable, A any](t *table[K, A], ks []K, hs []uint64, rows []T, at stamp.Stamp, add func(*A, T, stamp.Stamp)) {
	slots, shift := t.slots, t.shift&63
	mask := uint64(len(slots) - 1)
	hs, rows = hs[:len(ks)], rows[:len(ks)]
	for i := range ks {
		h := hs[i]
		e := &slots[h>>shift&mask]
		if e.h != h || e.k != ks[i] {
			e = &slots[t.group(h, &ks[i])]
		}
		add(&e.a, rows[i], at)
		at.Row++
	}
}

// findTable finds the groups of rows: how far they lie from the first slot. There must
// be room for all.
func findTable[K comparable, A any](t *table[K, A], ks []K, hs []uint64, at []uintptr) {
	slots, shift := t.slots, t.shift&63
	size := unsafe.Sizeof(slots[0])
	mask := uint64(len(slots) - 1)
	hs, at = hs[:len(ks)], at[:len(ks)]
	for i := range ks {
		h := hs[i]
		slot := h >> shift & mask
		if e := &slots[slot]; e.h != h || e.k != ks[i] {
			slot = t.group(h, &ks[i])
		}
		at[i] = uintptr(slot) * size
	}
}

// countTable is foldTable that adds one for each row.
func countTable[K comparable](t *table[K, int64], ks []K, hs []uint64) {
	slots, shift := t.slots, t.shift&63
	mask := uint64(len(slots) - 1)
	hs = hs[:len(ks)]
	for i := range ks {
		h := hs[i]
		e := &slots[h>>shift&mask]
		if e.h != h || e.k != ks[i] {
			e = &slots[t.group(h, &ks[i])]
		}
		e.a++
	}
}
