package hashtable

import (
	"encoding/binary"
	"math"
	"reflect"
	"strings"
	"sync"
	"unsafe"
)

// typeTable numbers the dynamic types of interface keys: a number is part of
// the encoding, as the type is part of the key. Safe for concurrent use.
type typeTable struct {
	mu    sync.RWMutex
	types map[reflect.Type]typeInfo
}

type typeInfo struct {
	id  uint64 // from 1
	err error  // of CheckKey
}

func (t *typeTable) info(rt reflect.Type) typeInfo {
	t.mu.RLock()
	in, ok := t.types[rt]
	t.mu.RUnlock()
	if ok {
		return in
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if in, ok := t.types[rt]; ok {
		return in
	}
	if t.types == nil {
		t.types = map[reflect.Type]typeInfo{}
	}
	in = typeInfo{uint64(len(t.types) + 1), CheckKey(rt)}
	t.types[rt] = in
	return in
}

// encode appends bytes that are the same for two values of one static type
// exactly when they are equal keys.
func (t *typeTable) encode(b []byte, v reflect.Value) ([]byte, error) {
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return append(b, 1), nil
		}
		return append(b, 0), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return binary.LittleEndian.AppendUint64(b, uint64(v.Int())), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return binary.LittleEndian.AppendUint64(b, v.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return binary.LittleEndian.AppendUint64(b, canonical(v.Float())), nil
	case reflect.Complex64, reflect.Complex128:
		c := v.Complex()
		b = binary.LittleEndian.AppendUint64(b, canonical(real(c)))
		return binary.LittleEndian.AppendUint64(b, canonical(imag(c))), nil
	case reflect.String:
		b = binary.AppendUvarint(b, uint64(v.Len()))
		return append(b, v.String()...), nil
	case reflect.Array:
		return t.encodeArray(b, v)
	case reflect.Struct:
		return t.encodeStruct(b, v)
	default: // an interface: CheckKey lets no other kind pass
		return t.encodeInterface(b, v)
	}
}

func (t *typeTable) encodeArray(b []byte, v reflect.Value) (_ []byte, err error) {
	for i := range v.Len() {
		if b, err = t.encode(b, v.Index(i)); err != nil {
			return b, err
		}
	}
	return b, nil
}

func (t *typeTable) encodeStruct(b []byte, v reflect.Value) (_ []byte, err error) {
	rt := v.Type()
	for i := range v.NumField() {
		if rt.Field(i).Name == "_" {
			continue
		}
		if b, err = t.encode(b, v.Field(i)); err != nil {
			return b, err
		}
	}
	return b, nil
}

func (t *typeTable) encodeInterface(b []byte, v reflect.Value) ([]byte, error) {
	if v.IsNil() {
		return binary.AppendUvarint(b, 0), nil
	}
	v = v.Elem()
	in := t.info(v.Type())
	if in.err != nil {
		return b, in.err
	}
	return t.encode(binary.AppendUvarint(b, in.id), v)
}

// own makes the addressable key v independent of the row it came from, gives it
// the one form that stands for all equal to it, and returns the bytes it holds.
func own(v reflect.Value) (held int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.Clone(v.String()))
		return v.Len()
	case reflect.Float32, reflect.Float64:
		v.SetFloat(canonicalFloat(v.Float()))
	case reflect.Complex64, reflect.Complex128:
		c := v.Complex()
		v.SetComplex(complex(canonicalFloat(real(c)), canonicalFloat(imag(c))))
	case reflect.Array:
		for i := range v.Len() {
			held += own(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Field(i)
			// An unexported field cannot be set through reflection. Invariant:
			// f lies within v, which is addressable, and is of its own type.
			held += own(reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem())
		}
	case reflect.Interface:
		if v.IsNil() {
			return 0
		}
		c := reflect.New(v.Elem().Type()).Elem()
		c.Set(v.Elem())
		held = own(c) + int(c.Type().Size())
		v.Set(c)
	}
	return held
}

func canonicalFloat(f float64) float64 { return math.Float64frombits(canonical(f)) }
