package df

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
		return compareAs[K](time.Time.Compare)
	default:
		panic(fmt.Sprintf("df: no order of keys of type %v", t))
	}
}

// compareAs uses a comparison of B for K.
//
// Invariant: B is the underlying type of K, or K itself, so that a K in memory
// is a B. compareKeys chooses B by the kind of K, and of structs Sortable
// allows time.Time alone.
func compareAs[K, B any](compare func(a, b B) int) func(a, b K) int {
	return func(a, b K) int {
		return compare(*(*B)(unsafe.Pointer(&a)), *(*B)(unsafe.Pointer(&b)))
	}
}
