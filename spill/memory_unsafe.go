//go:build !(race || purego || mips || mips64 || ppc64 || s390x)

package spill

import "unsafe"

// codecOf returns the codec of T by its form, with the loops over rows that are worth their own.
func codecOf[T any](f *form) Codec[T] {
	switch {
	case f.memory:
		return memory[T]{derived[T]{f}}
	case f.text:
		return text[T]{derived[T]{f}}
	default:
		return derived[T]{f}
	}
}

// memory is the codec of a type whose bytes are its memory. Invariant of its methods: codecOf has looked at the form.
type memory[T any] struct{ derived[T] }

func (memory[T]) Append(dst []byte, v T) []byte {
	return append(dst, memoryOf(place(&v), unsafe.Sizeof(v))...)
}

func (c memory[T]) Decode(src []byte) (v T, n int, err error) {
	size := int(unsafe.Sizeof(v))
	if len(src) < size {
		return c.derived.Decode(src) // which says where they end
	}
	copy(memoryOf(place(&v), unsafe.Sizeof(v)), src)
	return v, size, nil
}

func (memory[T]) appendAll(dst []byte, rows []T) []byte {
	return append(dst, memoryOfAll(rows)...)
}

func (c memory[T]) decodeAll(rows []T, src []byte) (n int, err error) {
	m := memoryOfAll(rows)
	if len(src) < len(m) {
		return c.derived.decodeAll(rows, src)
	}
	return copy(m, src), nil
}

// memoryOfAll returns the memory of rows.
func memoryOfAll[T any](rows []T) []byte {
	var v T
	return memoryOf(place(unsafe.SliceData(rows)), uintptr(len(rows))*unsafe.Sizeof(v))
}

// text is the codec of a type that is a string. Invariant of its methods: codecOf has looked at the form.
type text[T any] struct{ derived[T] }

func (text[T]) Append(dst []byte, v T) []byte { return appendOne(dst, stringOf(v)) }

func (c text[T]) Decode(src []byte) (v T, n int, err error) {
	n, at, err := readSize(src, 0)
	if err != nil {
		return v, 0, within(c.f.rt.String(), err)
	}
	return fromString[T](viewOf(src[at : at+n])), at + n, nil
}

func (text[T]) appendAll(dst []byte, rows []T) []byte {
	for i := range rows {
		dst = appendOne(dst, stringOf(rows[i]))
	}
	return dst
}

func (c text[T]) decodeAll(rows []T, src []byte) (n int, err error) {
	for i := range rows {
		size, at, err := readSize(src, n)
		if err != nil {
			return 0, within(c.f.rt.String(), err)
		}
		n = at + size
		rows[i] = fromString[T](viewOf(src[at:n]))
	}
	return n, nil
}

// stringOf returns the string v. Invariant: T is of kind String, so that both have one layout.
func stringOf[T any](v T) string { return *(*string)(unsafe.Pointer(&v)) }

// fromString is the way back of stringOf, with the same invariant.
func fromString[T any](s string) T { return *(*T)(unsafe.Pointer(&s)) }
