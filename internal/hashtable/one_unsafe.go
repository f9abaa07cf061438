package hashtable

import (
	"reflect"
	"unsafe"
)

// HashOne returns [Hasher] for one key at a time. It does not allocate, but for keys
// that hold floats or interfaces.
func HashOne[K comparable]() func(k K) (uint64, error) {
	t := reflect.TypeFor[K]()
	switch classOf(t) {
	case stringKey:
		return func(k K) (uint64, error) { return hashString(asString(&k)), nil }
	case plainKey:
		return hashOneFor[K](t)
	}
	hash := Hasher[K]()
	return func(k K) (uint64, error) {
		var hs [1]uint64
		_, err := hash([]K{k}, hs[:])
		return hs[0], err
	}
}

// hashOneFor is hasherFor for one key.
//
// Invariant: as for hasherFor; a key of one word is read as that word.
func hashOneFor[K comparable](t reflect.Type) func(k K) (uint64, error) {
	ops := plan(t)
	if len(ops) == 1 && ops[0].size == t.Size() && (t.Align() == int(t.Size()) || unaligned) {
		switch t.Size() {
		case 1:
			return func(k K) (uint64, error) { return hashWord(uint64(*(*uint8)(unsafe.Pointer(&k)))) | 1, nil }
		case 2:
			return func(k K) (uint64, error) { return hashWord(uint64(*(*uint16)(unsafe.Pointer(&k)))) | 1, nil }
		case 4:
			return func(k K) (uint64, error) { return hashWord(uint64(*(*uint32)(unsafe.Pointer(&k)))) | 1, nil }
		case 8:
			return func(k K) (uint64, error) { return hashWord(*(*uint64)(unsafe.Pointer(&k))) | 1, nil }
		}
	}
	return func(k K) (uint64, error) {
		var hs [1]uint64
		hashPlanned(unsafe.Pointer(&k), t.Size(), ops, hs[:])
		return hs[0], nil
	}
}
