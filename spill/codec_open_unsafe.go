//go:build race || purego || mips || mips64 || ppc64 || s390x

package spill

import (
	"reflect"
	"unsafe"
)

// open returns an unexported field as one that can be set. Invariant: v is a field of a variable, and the result is
// of its own type.
func open(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}
