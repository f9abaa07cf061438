package hashtable

import (
	"reflect"
	"runtime"
	"unsafe"
)

// op is one step through the memory of a key: size bytes that are compared as
// memory, or a string when size is zero.
type op struct{ off, size uintptr }

// plan lists what of a plain key takes part in ==: all but padding and blank
// fields. Neighbours are joined.
func plan(t reflect.Type) []op { return planAt(nil, t, 0) }

func planAt(ops []op, t reflect.Type, off uintptr) []op {
	switch t.Kind() {
	case reflect.String:
		return append(ops, op{off, 0})
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.Name != "_" {
				ops = planAt(ops, f.Type, off+f.Offset)
			}
		}
		return ops
	case reflect.Array:
		for i := range t.Len() {
			ops = planAt(ops, t.Elem(), off+uintptr(i)*t.Elem().Size())
		}
		return ops
	}
	if n := len(ops); n > 0 && ops[n-1].size > 0 && ops[n-1].off+ops[n-1].size == off {
		ops[n-1].size += t.Size()
		return ops
	}
	return append(ops, op{off, t.Size()})
}

// Invariant of the functions below: the offsets and sizes come from the plan
// of K, so every read and write stays within the key that is passed.

// hasherFor returns a function that hashes a batch of plain keys, with the
// lowest bit set. The loops are not generic: see tokenize.
func hasherFor[K comparable]() func(ks []K, hs []uint64) {
	t := reflect.TypeFor[K]()
	ops := plan(t)
	if len(ops) == 1 && ops[0].size == t.Size() && (t.Align() == int(t.Size()) || unaligned) {
		switch t.Size() {
		case 1:
			return func(ks []K, hs []uint64) { hash8(words[uint8](ks), hs) }
		case 2:
			return func(ks []K, hs []uint64) { hash16(words[uint16](ks), hs) }
		case 4:
			return func(ks []K, hs []uint64) { hash32(words[uint32](ks), hs) }
		case 8:
			return func(ks []K, hs []uint64) { hash64(words[uint64](ks), hs) }
		}
	}
	return func(ks []K, hs []uint64) {
		hashPlanned(unsafe.Pointer(unsafe.SliceData(ks)), t.Size(), ops, hs[:len(ks)])
	}
}

// unaligned says that the machine loads words from any address.
const unaligned = runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64"

// words gives keys as the words that they are. Invariant: hasherFor has checked
// that K is of the size of W, all of it counts, and that it is aligned like W
// where that matters.
func words[W, K any](ks []K) []W {
	return unsafe.Slice((*W)(unsafe.Pointer(unsafe.SliceData(ks))), len(ks))
}

func hash8(ks []uint8, hs []uint64)   { hashWordsOf(ks, hs) }
func hash16(ks []uint16, hs []uint64) { hashWordsOf(ks, hs) }
func hash32(ks []uint32, hs []uint64) { hashWordsOf(ks, hs) }
func hash64(ks []uint64, hs []uint64) { hashWordsOf(ks, hs) }

func hashWordsOf[W uint8 | uint16 | uint32 | uint64](ks []W, hs []uint64) {
	hs = hs[:len(ks)]
	for i := range ks {
		hs[i] = hashWord(uint64(ks[i])) | 1
	}
}

// hashPlanned hashes the len(hs) keys of size bytes each that begin at p.
func hashPlanned(p unsafe.Pointer, size uintptr, ops []op, hs []uint64) {
	for i := range hs {
		k := unsafe.Add(p, uintptr(i)*size)
		h := uint64(mulC)
		for _, o := range ops {
			if o.size == 0 {
				h = hashStringInto(h, *(*string)(unsafe.Add(k, o.off)))
				continue
			}
			h = hashMemory(h, unsafe.Add(k, o.off), o.size)
		}
		hs[i] = h | 1
	}
}

func hashStringInto(h uint64, s string) uint64 {
	if len(s) > 16 {
		return fold(h^hashTail(s), mulB)
	}
	w0, w1 := words16(s)
	return fold(w0^h, w1^mulB^uint64(len(s))<<32) * mulD
}

func hashMemory(h uint64, p unsafe.Pointer, n uintptr) uint64 {
	for ; n >= 8; n -= 8 {
		h = fold(*(*uint64)(p)^h, mulB)
		if n == 8 {
			return h
		}
		p = unsafe.Add(p, 8)
	}
	x := uint64(n)
	if n >= 4 {
		x = x<<32 | uint64(*(*uint32)(p))
		p, n = unsafe.Add(p, min(4, n-1)), n-4
	}
	for ; n > 0; n-- {
		x = x<<8 | uint64(*(*uint8)(p))
		if n > 1 {
			p = unsafe.Add(p, 1)
		}
	}
	return fold(x^h, mulB)
}

// ownerFor returns a function that moves the strings of a plain key into an
// arena, and zeroes nothing else; nil when K has none.
func ownerFor[K comparable]() func(k *K, a *arena) {
	var strs []op
	for _, o := range plan(reflect.TypeFor[K]()) {
		if o.size == 0 {
			strs = append(strs, o)
		}
	}
	if strs == nil {
		return nil
	}
	return func(k *K, a *arena) {
		for _, o := range strs {
			s := (*string)(unsafe.Add(unsafe.Pointer(k), o.off))
			*s = a.clone(*s)
		}
	}
}
