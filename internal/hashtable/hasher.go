package hashtable

import (
	"reflect"
)

// PartitionOf is the partition that keys of a hash belong to.
func PartitionOf(h uint64) int { return int(partitionOf(h)) }

// SlotOf is the slot of a hash in a table of 1<<(64-shift) slots, of a table that is
// filled in no order that a hash has.
func SlotOf(h uint64, shift uint8) uint64 { return h * mergeMix >> (shift & 63) }

// PlaceOf is what [Merged.InOrder] has groups in the order of, for their hash.
func PlaceOf(h uint64) uint64 { return placeOf(h) }

// Hasher returns a function that stores the hashes of keys, the same for equal keys
// in all of the process, and reports the first key that cannot be one, and why: -1
// and nil when there is none. It may be called from any goroutine.
func Hasher[K comparable]() func(ks []K, hs []uint64) (int, error) {
	switch t := reflect.TypeFor[K](); classOf(t) {
	case stringKey:
		return func(ks []K, hs []uint64) (int, error) {
			hashStrings(asStrings(ks), hs)
			return -1, nil
		}
	case floatKey:
		bits := bits64[K]
		if t.Kind() == reflect.Float32 {
			bits = bits32[K]
		}
		return func(ks []K, hs []uint64) (int, error) {
			for i := range ks {
				hs[i] = hashWord(bits(ks[i])) | 1
			}
			return -1, nil
		}
	case encodedKey:
		types := new(typeTable)
		return func(ks []K, hs []uint64) (int, error) {
			var b []byte
			var err error
			for i := range ks {
				if b, err = types.encode(b[:0], reflect.ValueOf(&ks[i]).Elem()); err != nil {
					return i, err
				}
				hs[i] = hashTail(asView(b)) | 1
			}
			return -1, nil
		}
	}
	hash := hasherFor[K]()
	return func(ks []K, hs []uint64) (int, error) {
		hash(ks, hs)
		return -1, nil
	}
}

func hashStrings(ks []string, hs []uint64) {
	hs = hs[:len(ks)]
	for i, s := range ks {
		hs[i] = hashString(s)
	}
}

func hashString(s string) uint64 {
	if len(s) <= inline {
		w0, w1 := words16(s)
		return hashWords(w0, w1, uint32(len(s))) | 1
	}
	return hashTail(s)*mulD | 1
}

// Exact reports whether keys of type K are equal when == says so, so that [Equal] is
// not needed.
func Exact[K comparable]() bool {
	c := classOf(reflect.TypeFor[K]())
	return c == plainKey || c == stringKey
}

// Dynamic reports whether keys of type K hold interfaces, so that some may turn out
// not to be keys.
func Dynamic[K comparable]() bool { return dynamic(reflect.TypeFor[K]()) }

func dynamic(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Array:
		return dynamic(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if dynamic(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}
