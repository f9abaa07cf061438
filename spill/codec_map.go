package spill

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"slices"
	"sync"
)

// mapping holds what writing one map needs.
type mapping struct {
	iter      reflect.MapIter
	key, elem reflect.Value // copies of those in turn
	entries   []entry
	sorted    []byte
}

// entry is where the bytes of a key, and after them those of its value, are.
type entry struct{ start, mid, end int }

// mapKernel uses reflection in both twins: the built-in map has no other door.
func mapKernel(rt reflect.Type, key, elem *form) (encoder, decoder) {
	encKey, decKey := key.kernels()
	encElem, decElem := elem.kernels()
	pad := key.min+elem.min == 0
	pool := sync.Pool{New: func() any {
		return &mapping{key: reflect.New(rt.Key()).Elem(), elem: reflect.New(rt.Elem()).Elem()}
	}}
	enc := func(b []byte, x place, depth int) []byte {
		v := detach(valueAt(rt, x))
		if v.IsNil() {
			return append(b, 0)
		}
		b = binary.AppendUvarint(b, uint64(v.Len())+1)
		if v.Len() == 0 {
			return b
		}
		m := pool.Get().(*mapping)
		k, e := reflectPlace(m.key), reflectPlace(m.elem)
		first := len(b)
		m.iter.Reset(v)
		for m.iter.Next() {
			m.key.SetIterKey(&m.iter)
			m.elem.SetIterValue(&m.iter)
			start := len(b)
			if pad {
				b = append(b, 0)
			}
			b = encKey(b, k, depth)
			mid := len(b)
			b = encElem(b, e, depth)
			m.entries = append(m.entries, entry{start, mid, len(b)})
		}
		m.sort(b, first)
		m.clear()
		pool.Put(m)
		return b
	}
	dec := func(src []byte, at int, x place, depth int) (int, error) {
		n, at, err := readCount(src, at, key.min+elem.min)
		if err != nil {
			return 0, err
		}
		v := valueAt(rt, x)
		if n < 0 {
			v.SetZero()
			return at, nil
		}
		m := reflect.MakeMapWithSize(rt, n)
		v.Set(m)
		if n == 0 {
			return at, nil
		}
		key, elem := reflect.New(rt.Key()).Elem(), reflect.New(rt.Elem()).Elem()
		k, e := reflectPlace(key), reflectPlace(elem)
		for range n {
			if pad {
				if at, err = readPad(src, at); err != nil {
					return 0, err
				}
			}
			if at, err = decKey(src, at, k, depth); err != nil {
				return 0, within("[key]", err)
			}
			if at, err = decElem(src, at, e, depth); err != nil {
				return 0, within("[value]", err)
			}
			if !key.Comparable() { // what a registered codec of an interface gave
				return 0, errUnhashable
			}
			m.SetMapIndex(key, elem)
		}
		if m.Len() != n {
			return 0, errKeys
		}
		return at, nil
	}
	return enc, dec
}

// sort puts the entries, which fill b from first on, in the order of their keys. Keys that are NaN may have equal
// bytes; then the values decide.
func (m *mapping) sort(b []byte, first int) {
	order := func(x, y entry) int {
		if c := bytes.Compare(b[x.start:x.mid], b[y.start:y.mid]); c != 0 {
			return c
		}
		return bytes.Compare(b[x.mid:x.end], b[y.mid:y.end])
	}
	if slices.IsSortedFunc(m.entries, order) {
		return
	}
	slices.SortFunc(m.entries, order)
	m.sorted = m.sorted[:0]
	for _, e := range m.entries {
		m.sorted = append(m.sorted, b[e.start:e.end]...)
	}
	copy(b[first:], m.sorted)
}

// clear lets go of the map.
func (m *mapping) clear() {
	m.iter.Reset(reflect.Value{})
	m.key.SetZero()
	m.elem.SetZero()
	m.entries = m.entries[:0]
}

// detach returns the map in v as a Value that does not point to the variable it is in.
func detach(v reflect.Value) reflect.Value { return reflect.ValueOf(v.Interface()) }

// readPad reads the byte in front of an element that may take none.
func readPad(src []byte, at int) (next int, err error) {
	if at == len(src) {
		return 0, errShort
	}
	if src[at] != 0 {
		return 0, errFlag
	}
	return at + 1, nil
}
