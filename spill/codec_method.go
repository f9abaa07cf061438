package spill

import (
	"encoding"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
)

// methods are a pair of methods that write and read a type.
type methods struct {
	name   string // of the one that writes
	append func(v any, b []byte) ([]byte, error)
	decode func(v any, b []byte) error
}

var (
	binaryAppender    = reflect.TypeFor[encoding.BinaryAppender]()
	binaryMarshaler   = reflect.TypeFor[encoding.BinaryMarshaler]()
	binaryUnmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
	textAppender      = reflect.TypeFor[encoding.TextAppender]()
	textMarshaler     = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler   = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// methodsOf returns the methods that write values of rt, if it has such.
func methodsOf(rt reflect.Type) (methods, bool) {
	switch {
	case has(rt, binaryUnmarshaler) && has(rt, binaryAppender):
		return methods{"AppendBinary", appendBinary, decodeBinary}, true
	case has(rt, binaryUnmarshaler) && has(rt, binaryMarshaler):
		return methods{"MarshalBinary", marshalBinary, decodeBinary}, true
	case !holdsPointer(rt, map[reflect.Type]bool{}):
	case has(rt, textUnmarshaler) && has(rt, textAppender):
		return methods{"AppendText", appendText, decodeText}, true
	case has(rt, textUnmarshaler) && has(rt, textMarshaler):
		return methods{"MarshalText", marshalText, decodeText}, true
	}
	return methods{}, false
}

// has reports whether rt, or the pointer to it, has the methods of an interface, and not from an embedded field.
func has(rt, of reflect.Type) bool {
	if !reflect.PointerTo(rt).Implements(of) {
		return false
	}
	if rt.Kind() != reflect.Struct {
		return true
	}
	for i := range rt.NumField() {
		if f := rt.Field(i); f.Anonymous && (f.Type.Implements(of) || reflect.PointerTo(f.Type).Implements(of)) {
			return false
		}
	}
	return true
}

// holdsPointer reports whether values of rt hold something by its address. Slices, strings and maps are values here.
func holdsPointer(rt reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[rt] {
		return false
	}
	seen[rt] = true
	switch rt.Kind() {
	case reflect.Pointer, reflect.UnsafePointer, reflect.Chan, reflect.Func, reflect.Interface:
		return true
	case reflect.Array, reflect.Slice:
		return holdsPointer(rt.Elem(), seen)
	case reflect.Map:
		return holdsPointer(rt.Key(), seen) || holdsPointer(rt.Elem(), seen)
	case reflect.Struct:
		for i := range rt.NumField() {
			if holdsPointer(rt.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

func appendBinary(v any, b []byte) ([]byte, error) {
	return v.(encoding.BinaryAppender).AppendBinary(b)
}
func appendText(v any, b []byte) ([]byte, error) { return v.(encoding.TextAppender).AppendText(b) }
func decodeBinary(v any, b []byte) error         { return v.(encoding.BinaryUnmarshaler).UnmarshalBinary(b) }
func decodeText(v any, b []byte) error           { return v.(encoding.TextUnmarshaler).UnmarshalText(b) }

func marshalBinary(v any, b []byte) ([]byte, error) {
	more, err := v.(encoding.BinaryMarshaler).MarshalBinary()
	return append(b, more...), err
}

func marshalText(v any, b []byte) ([]byte, error) {
	more, err := v.(encoding.TextMarshaler).MarshalText()
	return append(b, more...), err
}

var errShrunk = errors.New("it returned less than it was given")

func methodKernel(rt reflect.Type, m methods) (encoder, decoder) {
	enc := func(b []byte, x place, _ int) []byte {
		at := len(b)
		b, err := m.append(valueAt(rt, x).Addr().Interface(), append(b, 0))
		if err == nil && len(b) <= at {
			err = errShrunk
		}
		if err != nil {
			panic(&CodecError{rt.String(), fmt.Errorf("%s: %w", m.name, err)})
		}
		return insertSize(b, at)
	}
	dec := func(src []byte, at int, x place, _ int) (int, error) {
		n, at, err := readSize(src, at)
		if err != nil {
			return 0, err
		}
		v := valueAt(rt, x)
		v.SetZero()
		if err := m.decode(v.Addr().Interface(), src[at:at+n:at+n]); err != nil {
			return 0, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		return at + n, nil
	}
	return enc, dec
}

// insertSize writes at b[at], a byte left free for it, how many bytes come behind. It moves them for more.
func insertSize(b []byte, at int) []byte {
	n := len(b) - at - 1
	if n < 0x80 {
		b[at] = byte(n)
		return b
	}
	var size [binary.MaxVarintLen64]byte
	k := binary.PutUvarint(size[:], uint64(n))
	b = append(b, size[:k-1]...)
	copy(b[at+k:], b[at+1:at+1+n])
	copy(b[at:], size[:k])
	return b
}
