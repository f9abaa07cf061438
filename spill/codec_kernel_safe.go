//go:build race || purego || mips || mips64 || ppc64 || s390x

package spill

import (
	"encoding/binary"
	"math"
	"reflect"
)

func (c *derived[T]) Append(dst []byte, v T) []byte             { return appendBy(c.f, dst, v) }
func (c *derived[T]) Decode(src []byte) (v T, n int, err error) { return decodeBy[T](c.f, src) }

// numberKernel writes numbers bit by bit: a NaN that goes through a float64 may come back as another.
func numberKernel(rt reflect.Type) (encoder, decoder) {
	size := int(rt.Size())
	get, set := bitsOf(rt.Kind())
	if rt.Kind() == reflect.Complex64 || rt.Kind() == reflect.Complex128 {
		return complexKernel(rt.Kind())
	}
	enc := func(b []byte, x place, _ int) []byte { return appendLittle(b, get(x), size) }
	dec := func(src []byte, at int, x place, _ int) (int, error) {
		u, at, err := readLittle(src, at, size)
		if err != nil {
			return 0, err
		}
		set(x, u)
		return at, nil
	}
	return enc, dec
}

// bitsOf returns what reads and sets the bits of a number.
func bitsOf(k reflect.Kind) (get func(place) uint64, set func(place, uint64)) {
	switch k {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(x place) uint64 { return uint64(x.Int()) },
			func(x place, u uint64) { x.SetInt(signExtend(u, x.Type().Bits())) }
	case reflect.Float32:
		return func(x place) uint64 { return uint64(math.Float32bits(*pointerTo[float32](x))) },
			func(x place, u uint64) { *pointerTo[float32](x) = math.Float32frombits(uint32(u)) }
	case reflect.Float64:
		return func(x place) uint64 { return math.Float64bits(x.Float()) },
			func(x place, u uint64) { x.SetFloat(math.Float64frombits(u)) }
	default:
		return func(x place) uint64 { return x.Uint() }, func(x place, u uint64) { x.SetUint(u) }
	}
}

// signExtend extends the sign of a number of so many bits.
func signExtend(u uint64, bits int) int64 { return int64(u<<(64-bits)) >> (64 - bits) }

// complexKernel writes the real part and then the other.
func complexKernel(k reflect.Kind) (encoder, decoder) {
	size := 8
	if k == reflect.Complex64 {
		size = 4
	}
	enc := func(b []byte, x place, _ int) []byte {
		if size == 4 {
			c := *pointerTo[complex64](x)
			b = appendLittle(b, uint64(math.Float32bits(real(c))), size)
			return appendLittle(b, uint64(math.Float32bits(imag(c))), size)
		}
		c := x.Complex()
		b = appendLittle(b, math.Float64bits(real(c)), size)
		return appendLittle(b, math.Float64bits(imag(c)), size)
	}
	dec := func(src []byte, at int, x place, _ int) (int, error) {
		if len(src)-at < 2*size {
			return 0, errShort
		}
		r, at, _ := readLittle(src, at, size)
		i, at, _ := readLittle(src, at, size)
		if size == 4 {
			*pointerTo[complex64](x) = complex(math.Float32frombits(uint32(r)), math.Float32frombits(uint32(i)))
		} else {
			x.SetComplex(complex(math.Float64frombits(r), math.Float64frombits(i)))
		}
		return at, nil
	}
	return enc, dec
}

func appendLittle(b []byte, u uint64, size int) []byte {
	for i := range size {
		b = append(b, byte(u>>(8*i)))
	}
	return b
}

func readLittle(src []byte, at, size int) (u uint64, next int, err error) {
	if len(src)-at < size {
		return 0, 0, errShort
	}
	for i := range size {
		u |= uint64(src[at+i]) << (8 * i)
	}
	return u, at + size, nil
}

func boolKernel() (encoder, decoder) {
	enc := func(b []byte, x place, _ int) []byte {
		if x.Bool() {
			return append(b, 1)
		}
		return append(b, 0)
	}
	dec := func(src []byte, at int, x place, _ int) (int, error) {
		u, at, err := readLittle(src, at, 1)
		if err == nil && u > 1 {
			err = errFlag
		}
		if err != nil {
			return 0, err
		}
		x.SetBool(u == 1)
		return at, nil
	}
	return enc, dec
}

func stringKernel() (encoder, decoder) {
	enc := func(b []byte, x place, _ int) []byte {
		return append(binary.AppendUvarint(b, uint64(x.Len())), x.String()...)
	}
	dec := func(src []byte, at int, x place, _ int) (int, error) {
		n, at, err := readSize(src, at)
		if err != nil {
			return 0, err
		}
		x.SetString(string(src[at : at+n]))
		return at + n, nil
	}
	return enc, dec
}

func arrayKernel(f, elem *form) (encoder, decoder) {
	n := f.rt.Len()
	if elem.fixed == 0 {
		n = 0 // nothing to write, however many
	}
	encElem, decElem := elem.kernels()
	enc := func(b []byte, x place, depth int) []byte {
		for i := range n {
			b = encElem(b, x.Index(i), depth)
		}
		return b
	}
	dec := func(src []byte, at int, x place, depth int) (_ int, err error) {
		for i := range n {
			if at, err = decElem(src, at, x.Index(i), depth); err != nil {
				return 0, within("[]", err)
			}
		}
		return at, nil
	}
	return enc, dec
}

func sliceKernel(rt reflect.Type, elem *form) (encoder, decoder) {
	encElem, decElem := elem.kernels()
	pad := elem.min == 0
	enc := func(b []byte, x place, depth int) []byte {
		if x.IsNil() {
			return append(b, 0)
		}
		b = binary.AppendUvarint(b, uint64(x.Len())+1)
		for i := range x.Len() {
			if pad {
				b = append(b, 0)
			}
			b = encElem(b, x.Index(i), depth)
		}
		return b
	}
	dec := func(src []byte, at int, x place, depth int) (int, error) {
		n, at, err := readCount(src, at, elem.min)
		if err != nil {
			return 0, err
		}
		if n < 0 {
			x.SetZero()
			return at, nil
		}
		x.Set(reflect.MakeSlice(rt, n, n))
		for i := range n {
			if pad {
				if at, err = readPad(src, at); err != nil {
					return 0, within("[]", err)
				}
			}
			if at, err = decElem(src, at, x.Index(i), depth); err != nil {
				return 0, within("[]", err)
			}
		}
		return at, nil
	}
	return enc, dec
}

func pointerKernel(rt reflect.Type, elem *form) (encoder, decoder) {
	encElem, decElem := elem.kernels()
	enc := func(b []byte, x place, depth int) []byte {
		if x.IsNil() {
			return append(b, 0)
		}
		return encElem(append(b, 1), x.Elem(), depth)
	}
	dec := func(src []byte, at int, x place, depth int) (int, error) {
		u, at, err := readLittle(src, at, 1)
		switch {
		case err != nil:
			return 0, err
		case u > 1:
			return 0, errFlag
		case u == 0:
			x.SetZero()
			return at, nil
		}
		x.Set(reflect.New(rt.Elem()).Convert(rt))
		return decElem(src, at, x.Elem(), depth)
	}
	return enc, dec
}

func structKernel(f *form) (encoder, decoder) {
	at := func(x place, i int) place {
		v := x.Field(i)
		if !v.CanSet() {
			v = open(v)
		}
		return v
	}
	encs, decs := make([]encoder, len(f.fields)), make([]decoder, len(f.fields))
	for i, ff := range f.fields {
		encs[i], decs[i] = ff.f.kernels() // which count the depth of a type that holds itself
	}
	enc := func(b []byte, x place, depth int) []byte {
		for i, ff := range f.fields {
			b = encs[i](b, at(x, ff.index), depth)
		}
		return b
	}
	dec := func(src []byte, pos int, x place, depth int) (_ int, err error) {
		for i, ff := range f.fields {
			if pos, err = decs[i](src, pos, at(x, ff.index), depth); err != nil {
				return 0, within(ff.name, err)
			}
		}
		return pos, nil
	}
	return enc, dec
}
