package spill

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"time"
	"unsafe"
)

// compareKeys returns the comparison for a key type, named types included.
func compareKeys[K Sortable]() func(a, b K) int {
	switch t := reflect.TypeFor[K](); t.Kind() {
	case reflect.Int:
		return compareAs[K](cmp.Compare[int])
	case reflect.Int8:
		return compareAs[K](cmp.Compare[int8])
	case reflect.Int16:
		return compareAs[K](cmp.Compare[int16])
	case reflect.Int32:
		return compareAs[K](cmp.Compare[int32])
	case reflect.Int64:
		return compareAs[K](cmp.Compare[int64])
	case reflect.Uint:
		return compareAs[K](cmp.Compare[uint])
	case reflect.Uint8:
		return compareAs[K](cmp.Compare[uint8])
	case reflect.Uint16:
		return compareAs[K](cmp.Compare[uint16])
	case reflect.Uint32:
		return compareAs[K](cmp.Compare[uint32])
	case reflect.Uint64:
		return compareAs[K](cmp.Compare[uint64])
	case reflect.Uintptr:
		return compareAs[K](cmp.Compare[uintptr])
	case reflect.Float32:
		return compareAs[K](cmp.Compare[float32])
	case reflect.Float64:
		return compareAs[K](cmp.Compare[float64])
	case reflect.String:
		return compareAs[K](cmp.Compare[string])
	case reflect.Slice:
		return compareAs[K](bytes.Compare)
	case reflect.Struct:
		return compareAs[K](compareTimes)
	default:
		panic(fmt.Sprintf("spill: no order of keys of type %v", t))
	}
}

// compareTimes compares instants. Readings of a monotonic clock, which Time's
// own comparison prefers, do not outlive the process.
func compareTimes(a, b time.Time) int {
	return cmp.Or(cmp.Compare(a.Unix(), b.Unix()), cmp.Compare(a.Nanosecond(), b.Nanosecond()))
}

// compareAs uses a comparison of B for K.
//
// Invariant: B is the underlying type of K, or K itself, so that a K in memory
// is a B. compareKeys chooses B by the kind of K, and of structs Sortable
// allows time.Time alone.
func compareAs[K, B any](compare func(a, b B) int) func(a, b K) int {
	if same, ok := any(compare).(func(a, b K) int); ok {
		return same
	}
	return func(a, b K) int {
		return compare(*(*B)(unsafe.Pointer(&a)), *(*B)(unsafe.Pointer(&b)))
	}
}

// keyAs gives a key as a value of its underlying type.
//
// Invariant: as for compareAs.
func keyAs[T, K, B any](key func(T) K) func(T) B {
	return func(v T) B {
		k := key(v)
		return *(*B)(unsafe.Pointer(&k))
	}
}

// keyBits stores the memory of numeric keys in the low bytes of out.
//
// Invariant: K is a number of 1, 2, 4 or 8 bytes, which columnOf checks, and is
// read as an unsigned one of its own size.
func keyBits[T, K any](rows []T, out []uint64, key func(T) K) {
	out = out[:len(rows)]
	switch unsafe.Sizeof(*new(K)) {
	case 1:
		for i := range rows {
			k := key(rows[i])
			out[i] = uint64(*(*uint8)(unsafe.Pointer(&k)))
		}
	case 2:
		for i := range rows {
			k := key(rows[i])
			out[i] = uint64(*(*uint16)(unsafe.Pointer(&k)))
		}
	case 4:
		for i := range rows {
			k := key(rows[i])
			out[i] = uint64(*(*uint32)(unsafe.Pointer(&k)))
		}
	case 8:
		for i := range rows {
			k := key(rows[i])
			out[i] = *(*uint64)(unsafe.Pointer(&k))
		}
	}
}

// keyTexts gives keys that are strings or slices of bytes as strings.
//
// Invariant: K is a string or a slice of bytes, which columnOf checks. A slice
// begins with the pointer and the length that make a string of it; nobody writes
// to its bytes while the keys of a batch are in use, as Sorter.Add asks for.
func keyTexts[T, K any](rows []T, out []string, key func(T) K) {
	out = out[:len(rows)]
	for i := range rows {
		k := key(rows[i])
		out[i] = *(*string)(unsafe.Pointer(&k))
	}
}
