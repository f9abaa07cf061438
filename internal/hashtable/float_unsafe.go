package hashtable

import (
	"math"
	"unsafe"
)

// Invariant: K is of kind Float64, checked by classOf, in bits64 and value64,
// and of kind Float32 in bits32 and value32, so that the layouts agree.

func bits64[K comparable](k K) uint64 { return canonical(*(*float64)(unsafe.Pointer(&k))) }
func bits32[K comparable](k K) uint64 { return canonical(float64(*(*float32)(unsafe.Pointer(&k)))) }

func value64[K comparable](bits uint64) K {
	f := math.Float64frombits(bits)
	return *(*K)(unsafe.Pointer(&f))
}

func value32[K comparable](bits uint64) K {
	f := float32(math.Float64frombits(bits))
	return *(*K)(unsafe.Pointer(&f))
}
