//go:build !(race || purego || mips || mips64 || ppc64 || s390x)

package spill

import (
	"reflect"
	"unsafe"
)

// place is where a value is in memory.
//
// Invariant of everything over places: a kernel that was made for a type is given places of values of that type, and
// reads and writes within them alone. No kernel keeps a place: see hiddenPlaceOf.
type place = unsafe.Pointer

// placeOf returns the place of a value, which moves to the heap for it.
func placeOf[T any](p *T) place { return place(p) }

// hiddenPlaceOf is placeOf for a value that may stay on the stack. Invariant: the place is only handed down, to
// kernels of a form that is not heap: they give it to no method of a user, and keep it nowhere.
func hiddenPlaceOf[T any](p *T) place {
	// The number hides from the compiler where the place comes from. The stack does not move in between, as nothing
	// is called.
	n := *(*uintptr)(unsafe.Pointer(&p))
	return *(*place)(unsafe.Pointer(&n))
}

// places are where the values of a slice are, one after the other.
type places struct {
	first place
	n     int
	size  uintptr
}

func placesOf[T any](rows []T) places {
	return places{place(unsafe.SliceData(rows)), len(rows), unsafe.Sizeof(*new(T))}
}

func (p places) len() int       { return p.n }
func (p places) at(i int) place { return unsafe.Add(p.first, uintptr(i)*p.size) }

// memory returns the memory of values of form f, when that is their bytes.
func (p places) memory(f *form) ([]byte, bool) {
	if !f.memory {
		return nil, false
	}
	return memoryOf(p.first, uintptr(p.n)*p.size), true
}

// strings returns values of form f as strings, when they are such. Invariant: they are then of kind String, so that
// both have one layout.
func (p places) strings(f *form) ([]string, bool) {
	if !f.text {
		return nil, false
	}
	return unsafe.Slice((*string)(p.first), p.n), true
}

// pointerTo gives the value at x, of a type that is T or was defined as T.
func pointerTo[T any](x place) *T { return (*T)(x) }

// valueAt gives the value at x to reflection.
func valueAt(rt reflect.Type, x place) reflect.Value { return reflect.NewAt(rt, x).Elem() }

// reflectPlace is the way back of valueAt, for a value that can be addressed.
func reflectPlace(v reflect.Value) place { return v.Addr().UnsafePointer() }

// viewOf returns b as a string. b must not be changed afterwards.
func viewOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
