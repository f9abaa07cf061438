//go:build !(race || purego || mips || mips64 || ppc64 || s390x)

package spill

import (
	"encoding/binary"
	"reflect"
	"unsafe"
)

// Invariant of the kernels in this file: see place. The machine is little-endian.

// memoryOf returns the size bytes at x.
func memoryOf(x place, size uintptr) []byte { return unsafe.Slice((*byte)(x), size) }

func numberKernel(rt reflect.Type) (encoder, decoder) { return memoryKernel(rt.Size()) }

// memoryKernel copies values whose bytes are their memory.
func memoryKernel(size uintptr) (encoder, decoder) {
	if size == 8 {
		return appendWord, readWord
	}
	enc := func(b []byte, x place, _ int) []byte { return append(b, memoryOf(x, size)...) }
	dec := func(src []byte, at int, x place, _ int) (int, error) {
		if len(src)-at < int(size) {
			return 0, errShort
		}
		copy(memoryOf(x, size), src[at:])
		return at + int(size), nil
	}
	return enc, dec
}

// appendWord and readWord copy 8 bytes. They need not be aligned.
func appendWord(b []byte, x place, _ int) []byte { return append(b, (*[8]byte)(x)[:]...) }

func readWord(src []byte, at int, x place, _ int) (int, error) {
	if len(src)-at < 8 {
		return 0, errShort
	}
	*(*[8]byte)(x) = [8]byte(src[at:])
	return at + 8, nil
}

func boolKernel() (encoder, decoder) { return memoryOfBool, readBool }

func memoryOfBool(b []byte, x place, _ int) []byte { return append(b, *(*byte)(x)) }

func readBool(src []byte, at int, x place, _ int) (int, error) {
	if at == len(src) {
		return 0, errShort
	}
	if src[at] > 1 {
		return 0, errFlag
	}
	*(*byte)(x) = src[at]
	return at + 1, nil
}

func stringKernel() (encoder, decoder) { return appendString, readString }

func appendString(b []byte, x place, _ int) []byte {
	s := *(*string)(x)
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// readString makes a string that points into src.
func readString(src []byte, at int, x place, _ int) (int, error) {
	n, at, err := readSize(src, at)
	if err != nil {
		return 0, err
	}
	*(*string)(x) = viewOf(src[at : at+n])
	return at + n, nil
}

func arrayKernel(f, elem *form) (encoder, decoder) {
	if f.memory {
		return memoryKernel(f.rt.Size())
	}
	n, size := f.rt.Len(), elem.rt.Size()
	if elem.fixed == 0 {
		n = 0 // nothing to write, however many
	}
	encElem, decElem := elem.kernels()
	enc := func(b []byte, x place, depth int) []byte {
		for i := range n {
			b = encElem(b, unsafe.Add(x, uintptr(i)*size), depth)
		}
		return b
	}
	dec := func(src []byte, at int, x place, depth int) (_ int, err error) {
		for i := range n {
			if at, err = decElem(src, at, unsafe.Add(x, uintptr(i)*size), depth); err != nil {
				return 0, within("[]", err)
			}
		}
		return at, nil
	}
	return enc, dec
}

func pointerKernel(rt reflect.Type, elem *form) (encoder, decoder) {
	encElem, decElem := elem.kernels()
	to := rt.Elem()
	enc := func(b []byte, x place, depth int) []byte {
		p := *(*place)(x)
		if p == nil {
			return append(b, 0)
		}
		return encElem(append(b, 1), p, depth)
	}
	dec := func(src []byte, at int, x place, depth int) (int, error) {
		switch {
		case at == len(src):
			return 0, errShort
		case src[at] > 1:
			return 0, errFlag
		case src[at] == 0:
			*(*place)(x) = nil
			return at + 1, nil
		}
		p := reflect.New(to).UnsafePointer()
		*(*place)(x) = p
		return decElem(src, at+1, p, depth)
	}
	return enc, dec
}
