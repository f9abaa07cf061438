//go:build !(race || purego || mips || mips64 || ppc64 || s390x)

package spill

import "unsafe"

// Append has the two forms that are worth it here. Invariant of Append and Decode: a form that is memory has values
// whose bytes are their memory, and one that is text is of a type of kind String, which has the layout of a string.
func (c *derived[T]) Append(dst []byte, v T) []byte {
	switch {
	case c.f.memory:
		return append(dst, memoryOf(place(&v), unsafe.Sizeof(v))...)
	case c.f.text:
		return appendOne(dst, *(*string)(unsafe.Pointer(&v)))
	}
	return appendBy(c.f, dst, v)
}

// Decode is the way back of Append.
func (c *derived[T]) Decode(src []byte) (v T, n int, err error) {
	switch {
	case c.f.memory && len(src) >= int(unsafe.Sizeof(v)):
		n = copy(memoryOf(place(&v), unsafe.Sizeof(v)), src)
		return v, n, nil
	case c.f.text:
		n, at, err := readSize(src, 0)
		if err != nil {
			return v, 0, within(c.f.rt.String(), err)
		}
		s := viewOf(src[at : at+n])
		return *(*T)(unsafe.Pointer(&s)), at + n, nil
	}
	return decodeBy[T](c.f, src)
}
