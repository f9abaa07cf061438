//go:build !(race || purego || mips || mips64 || ppc64 || s390x)

package spill

import (
	"encoding/binary"
	"reflect"
	"unsafe"
)

// Invariant of this file: all slices have one layout, so that the pointer, the length and the capacity of one can be
// read and written as those of a []byte, with lengths that count elements.

func sliceKernel(rt reflect.Type, elem *form) (encoder, decoder) {
	switch {
	case elem.fixed == 0:
		return emptiesKernel(rt)
	case elem.memory:
		return memoriesKernel(elem.rt)
	case elem.text:
		return appendStrings, readStrings
	}
	encElem, decElem := elem.kernels()
	pad := elem.min == 0
	size := elem.rt.Size()
	enc := func(b []byte, x place, depth int) []byte {
		s := *(*[]byte)(x)
		if s == nil {
			return append(b, 0)
		}
		b = binary.AppendUvarint(b, uint64(len(s))+1)
		first := place(unsafe.SliceData(s))
		for i := range len(s) {
			if pad {
				b = append(b, 0)
			}
			b = encElem(b, unsafe.Add(first, uintptr(i)*size), depth)
		}
		return b
	}
	dec := func(src []byte, at int, x place, depth int) (int, error) {
		n, at, err := readCount(src, at, elem.min)
		if err != nil {
			return 0, err
		}
		first := makeSlice(rt, x, n)
		for i := range n {
			if pad {
				if at, err = readPad(src, at); err != nil {
					return 0, within("[]", err)
				}
			}
			if at, err = decElem(src, at, unsafe.Add(first, uintptr(i)*size), depth); err != nil {
				return 0, within("[]", err)
			}
		}
		return at, nil
	}
	return enc, dec
}

// makeSlice sets the slice at x to one of n elements, nil for -1, and returns the place of the first. It allocates
// nothing else.
func makeSlice(rt reflect.Type, x place, n int) (first place) {
	*(*[]byte)(x) = nil
	switch {
	case n == 0:
		*(*[]byte)(x) = []byte{}
	case n > 0:
		v := valueAt(rt, x)
		v.Grow(n)
		v.SetLen(n)
	}
	return place(unsafe.SliceData(*(*[]byte)(x)))
}

// memoriesKernel copies all elements at once.
func memoriesKernel(elem reflect.Type) (encoder, decoder) {
	size := elem.Size()
	packed := elem.Align() == 1
	enc := func(b []byte, x place, _ int) []byte {
		s := *(*[]byte)(x)
		if s == nil {
			return append(b, 0)
		}
		b = binary.AppendUvarint(b, uint64(len(s))+1)
		return append(b, memoryOf(place(unsafe.SliceData(s)), uintptr(len(s))*size)...)
	}
	dec := func(src []byte, at int, x place, _ int) (int, error) {
		n, at, err := readCount(src, at, int(size))
		if err != nil {
			return 0, err
		}
		if n <= 0 {
			makeSlice(nil, x, n)
			return at, nil
		}
		end := at + n*int(size)
		from := src[at:end]
		if !packed {
			from = aligned(from)
		}
		// from has all elements, so n, which may be less than its length, is within it.
		*(*[]byte)(x) = from[:n:n]
		return end, nil
	}
	return enc, dec
}

// aligned returns a copy of b in memory that any element may lie in.
func aligned(b []byte) []byte {
	words := make([]uint64, (len(b)+7)/8)
	m := memoryOf(place(unsafe.SliceData(words)), uintptr(len(b)))
	copy(m, b)
	return m
}

// emptiesKernel is for elements of which there is nothing to write.
func emptiesKernel(rt reflect.Type) (encoder, decoder) {
	enc := func(b []byte, x place, _ int) []byte {
		s := *(*[]byte)(x)
		if s == nil {
			return append(b, 0)
		}
		b = binary.AppendUvarint(b, uint64(len(s))+1)
		return append(b, make([]byte, len(s))...)
	}
	dec := func(src []byte, at int, x place, _ int) (int, error) {
		n, at, err := readCount(src, at, 0)
		if err != nil {
			return 0, err
		}
		for i := range n {
			if _, err := readPad(src, at+i); err != nil {
				return 0, within("[]", err)
			}
		}
		makeSlice(rt, x, n)
		return at + max(n, 0), nil
	}
	return enc, dec
}

func appendStrings(b []byte, x place, _ int) []byte {
	s := *(*[]string)(x)
	if s == nil {
		return append(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(len(s))+1)
	for _, e := range s {
		b = append(binary.AppendUvarint(b, uint64(len(e))), e...)
	}
	return b
}

// readStrings makes strings that point into src.
func readStrings(src []byte, at int, x place, _ int) (int, error) {
	n, at, err := readCount(src, at, 1)
	if err != nil {
		return 0, err
	}
	if n < 0 {
		*(*[]string)(x) = nil
		return at, nil
	}
	s := make([]string, n)
	for i := range s {
		k, from, err := readSize(src, at)
		if err != nil {
			return 0, within("[]", err)
		}
		at = from + k
		s[i] = viewOf(src[from:at])
	}
	*(*[]string)(x) = s
	return at, nil
}
