package hashtable

import (
	"math/bits"
	"unsafe"

	"anabranch.dev/internal/stamp"
)

// inline is the length up to which a string lives in its entry's words.
const inline = 16

// strEntry is one group whose key is a string. Up to 16 bytes the key is w0
// and w1; a longer one has its first 8 bytes in w0, a hash of all in w1, and is
// number ref in the list of its owner. n is the length plus one, and zero for
// an empty slot. Thus an entry has no pointer unless A has, and its hash can be
// had from its words alone.
type strEntry[A any] struct {
	w0, w1 uint64
	ref, n uint32
	a      A
}

// hash is hashWords of the entry, spelled out to be inlined: see tokenize.
func (e *strEntry[A]) hash() uint64 {
	hi, lo := bits.Mul64(e.w0^mulA, e.w1^mulB^uint64(e.n)<<32)
	return (hi ^ lo) * mulD
}

func (e *strEntry[A]) is(k *token) bool { return e.w0 == k.w0 && e.w1 == k.w1 && e.n == k.n }

// token is a string key as it is compared and hashed.
type token struct {
	w0, w1 uint64
	h      uint64
	n      uint32 // length plus one
}

// longLength is the least n of a key that does not fit into an entry.
const longLength = inline + 2

// longKeys owns the strings that do not fit into entries.
type longKeys struct {
	list []string
	mem  arena
}

func (l *longKeys) add(s string) uint32 {
	l.list = append(l.list, l.mem.clone(s))
	return uint32(len(l.list) - 1)
}

func (l *longKeys) bytes() int64 { return int64(cap(l.list))*16 + l.mem.held }

// strTable is table for strings.
type strTable[A any] struct {
	slots []strEntry[A]
	shift uint8
	n     int
	init  func(*A) // may be nil
	keys  longKeys
}

func newStrTable[A any](slots int, init func(*A)) *strTable[A] {
	return &strTable[A]{slots: newSlots[strEntry[A]](slots), shift: shiftFor(slots), init: init}
}

// group returns the slot of key k, adding it when there is none; s is its
// string, used only if it is long.
func (t *strTable[A]) group(k *token, s string) uint64 {
	mask := uint64(len(t.slots) - 1)
	for i := k.h >> (t.shift & 63) & mask; ; i = (i + 1) & mask {
		e := &t.slots[i]
		if e.is(k) && (k.n < longLength || t.keys.list[e.ref] == s) {
			return i
		}
		if e.n == 0 {
			e.w0, e.w1, e.n = k.w0, k.w1, k.n
			if k.n >= longLength {
				e.ref = t.keys.add(s)
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
func (t *strTable[A]) grow(factor int) {
	old := t.slots
	t.slots = newSlots[strEntry[A]](factor * len(old))
	t.shift = shiftFor(len(t.slots))
	mask := uint64(len(t.slots) - 1)
	for j := range old {
		e := &old[j]
		if e.n == 0 {
			continue
		}
		i := e.hash() >> (t.shift & 63) & mask
		for t.slots[i].n != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = *e
	}
}

func (t *strTable[A]) bytes() int64 {
	var e strEntry[A]
	return int64(len(t.slots))*int64(unsafe.Sizeof(e)) + t.keys.bytes()
}

// readStrings reads the keys of rows. They are valid as long as the rows.
func readStrings[T any, K comparable](rows []T, key func(T) K, keys []string) {
	keys = keys[:len(rows)]
	for i := range rows {
		k := key(rows[i])
		keys[i] = asString(&k)
	}
}

// tokenize makes the tokens of keys. It reports whether all are shorter than
// 4 GiB.
//
// It is not generic: a generic function is compiled in the package of its type
// arguments, where the compiler does not inline what it calls here.
func tokenize(keys []string, toks []token) bool {
	toks = toks[:len(keys)]
	for i, s := range keys {
		t := &toks[i]
		if readable16(s) {
			t.w0, t.w1 = load16(s)
		} else if len(s) <= inline {
			t.w0, t.w1 = words16Safe(s)
		} else {
			if uint64(len(s)) >= 1<<32-1 {
				return false
			}
			t.w0, t.w1 = word(s), hashTail(s)
		}
		t.n = uint32(len(s)) + 1
		t.h = hashWords(t.w0, t.w1, t.n)
	}
	return true
}

// foldStrings adds rows to their groups. There must be room for all.
func foldStrings[T any, A any](t *strTable[A], toks []token, keys []string, rows []T, add func(*A, T)) {
	slots, shift := t.slots, t.shift&63
	mask := uint64(len(slots) - 1)
	rows, keys = rows[:len(toks)], keys[:len(toks)]
	for i := range toks {
		k := &toks[i]
		e := &slots[k.h>>shift&mask]
		if !e.is(k) || k.n >= longLength && t.keys.list[e.ref] != keys[i] {
			e = &slots[t.group(k, keys[i])]
		}
		add(&e.a, rows[i])
	}
}

// foldStringsAt is foldStrings for functions that take the row's place.
func foldStringsAt[T any, A any](t *strTable[A], toks []token, keys []string, rows []T, at stamp.Stamp, add func(*A, T, stamp.Stamp)) {
	slots, shift := t.slots, t.shift&63
	mask := uint64(len(slots) - 1)
	rows, keys = rows[:len(toks)], keys[:len(toks)]
	for i := range toks {
		k := &toks[i]
		e := &slots[k.h>>shift&mask]
		if !e.is(k) || k.n >= longLength && t.keys.list[e.ref] != keys[i] {
			e = &slots[t.group(k, keys[i])]
		}
		add(&e.a, rows[i], at)
		at.Row++
	}
}

// findStrings finds the groups of rows: how far they lie from the first slot. There must
// be room for all.
func findStrings[A any](t *strTable[A], toks []token, keys []string, at []uintptr) {
	slots, shift := t.slots, t.shift&63
	size := unsafe.Sizeof(slots[0])
	mask := uint64(len(slots) - 1)
	keys, at = keys[:len(toks)], at[:len(toks)]
	for i := range toks {
		k := &toks[i]
		slot := k.h >> shift & mask
		if e := &slots[slot]; !e.is(k) || k.n >= longLength && t.keys.list[e.ref] != keys[i] {
			slot = t.group(k, keys[i])
		}
		at[i] = uintptr(slot) * size
	}
}

// countStrings is foldStrings that adds one for each row.
func countStrings(t *strTable[int64], toks []token, keys []string) {
	slots, shift := t.slots, t.shift&63
	mask := uint64(len(slots) - 1)
	keys = keys[:len(toks)]
	for i := range toks {
		k := &toks[i]
		e := &slots[k.h>>shift&mask]
		if !e.is(k) || k.n >= longLength && t.keys.list[e.ref] != keys[i] {
			e = &slots[t.group(k, keys[i])]
		}
		e.a++
	}
}
