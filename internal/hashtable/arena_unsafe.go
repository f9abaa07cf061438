package hashtable

import (
	"encoding/binary"
	"unsafe"
)

const (
	firstArena = 512
	lastArena  = 64 << 10
)

// arena holds the bytes of many strings in few allocations.
type arena struct {
	free []byte
	last int   // size of the newest block
	held int64 // bytes of all blocks
}

// alloc returns n bytes that no one else holds.
func (a *arena) alloc(n int) []byte {
	if n > len(a.free) {
		if n > lastArena/4 {
			a.held += int64(n)
			return make([]byte, n)
		}
		a.last = min(max(2*a.last, firstArena, n), lastArena)
		a.free = make([]byte, a.last)
		a.held += int64(a.last)
	}
	b := a.free[:n:n]
	a.free = a.free[n:]
	return b
}

// clone returns a copy of s that shares its block with other strings.
func (a *arena) clone(s string) string {
	switch {
	case s == "":
		return ""
	case len(a.free) >= inline && readable16(s): // most keys
		w0, w1 := load16(s)
		b := a.free[:inline]
		binary.LittleEndian.PutUint64(b, w0)
		binary.LittleEndian.PutUint64(b[8:], w1)
		a.free = a.free[len(s):]
		return asView(b[:len(s)])
	}
	b := a.alloc(len(s))
	copy(b, s)
	return asView(b)
}

// asView returns b as a string. Invariant: the caller has handed b out by
// alloc, wrote it before this call, and drops it after.
func asView(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// asString returns a key of kind String as a string. Invariant: K is of kind
// String, checked by classOf, so that both have one layout.
func asString[K comparable](k *K) string { return *(*string)(unsafe.Pointer(k)) }

// asKey is the way back of asString, with the same invariant.
func asKey[K comparable](s string) K { return *(*K)(unsafe.Pointer(&s)) }

// asStrings gives keys of kind String as strings. Invariant: as for asString.
func asStrings[K comparable](ks []K) []string {
	return unsafe.Slice((*string)(unsafe.Pointer(unsafe.SliceData(ks))), len(ks))
}
