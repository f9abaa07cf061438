//go:build !race && !purego

package text

import "unsafe"

// view returns the bytes of s as a string without copying them. It must not outlive the call of the
// exported function that made it: the bytes under a []byte may change after that.
func view[S ~string | ~[]byte](s S) string {
	// A string header is the first two words of a slice header, so *s is readable as either.
	return *(*string)(unsafe.Pointer(&s))
}

// own returns b as an S without copying it. Nobody may write to b's bytes afterwards, unless S is a
// byte slice and its holder does.
func own[S ~string | ~[]byte](b []byte) S {
	// As in view: a string takes the pointer and the length of b and leaves its capacity.
	return *(*S)(unsafe.Pointer(&b))
}
