package held

import (
	"reflect"
	"unsafe"
)

// mostDepth is how many pointers are followed one after the other: values may lead
// to themselves.
const mostDepth = 64

// sizer returns what the value at p holds beyond its own size.
type sizer func(p unsafe.Pointer, depth int) int

// Of returns a function that tells how many bytes a value of type T holds beyond
// unsafe.Sizeof, or nil when it never holds any. It may be called from any
// goroutine, while nobody changes the value.
//
// Invariant: v points to a T, which sizerOf has made the sizer for.
func Of[T any]() func(v *T) int {
	size := sizerOf(reflect.TypeFor[T](), map[reflect.Type]*sizer{})
	if size == nil {
		return nil
	}
	return func(v *T) int { return size(unsafe.Pointer(v), 0) }
}

// sizerOf returns the sizer of a type, or nil when its values hold nothing. Types
// that are being looked at are in inside: a type that leads to itself does so
// through one of these.
//
// Invariant of all sizers: p points to a value of the type t that it was made for,
// so that its fields and elements lie where reflect says.
func sizerOf(t reflect.Type, inside map[reflect.Type]*sizer) sizer {
	if s, ok := inside[t]; ok {
		return func(p unsafe.Pointer, depth int) int { return (*s)(p, depth) }
	}
	var size sizer
	inside[t] = &size
	defer delete(inside, t)
	switch t.Kind() {
	case reflect.String:
		size = func(p unsafe.Pointer, _ int) int { return len(*(*string)(p)) }
	case reflect.Struct:
		size = structSizer(t, inside)
	case reflect.Array:
		if elem := sizerOf(t.Elem(), inside); elem != nil {
			n, width := t.Len(), t.Elem().Size()
			size = func(p unsafe.Pointer, depth int) int { return sizeOfAll(elem, p, n, width, depth) }
		}
	case reflect.Slice:
		elem, width := sizerOf(t.Elem(), inside), t.Elem().Size()
		size = func(p unsafe.Pointer, depth int) int {
			// The header of any slice is that of a slice of bytes, with lengths in elements.
			s := (*[]byte)(p)
			n := cap(*s) * int(width)
			if elem != nil && depth < mostDepth {
				n += sizeOfAll(elem, unsafe.Pointer(unsafe.SliceData(*s)), len(*s), width, depth+1)
			}
			return n
		}
	case reflect.Pointer:
		elem, width := sizerOf(t.Elem(), inside), int(t.Elem().Size())
		size = func(p unsafe.Pointer, depth int) int {
			to := *(*unsafe.Pointer)(p)
			switch {
			case to == nil:
				return 0
			case elem == nil || depth == mostDepth:
				return width
			}
			return width + elem(to, depth+1)
		}
	case reflect.Map:
		size = mapSizer(t, inside)
	case reflect.Interface:
		size = func(p unsafe.Pointer, depth int) int {
			v := reflect.NewAt(t, p).Elem().Elem()
			if !v.IsValid() || depth == mostDepth {
				return 0
			}
			return sizeOfValue(v, depth+1)
		}
	}
	return size
}

func structSizer(t reflect.Type, inside map[reflect.Type]*sizer) sizer {
	type field struct {
		at   uintptr
		size sizer
	}
	var fields []field
	for i := range t.NumField() {
		if s := sizerOf(t.Field(i).Type, inside); s != nil {
			fields = append(fields, field{t.Field(i).Offset, s})
		}
	}
	if fields == nil {
		return nil
	}
	return func(p unsafe.Pointer, depth int) (n int) {
		for _, f := range fields {
			n += f.size(unsafe.Add(p, f.at), depth)
		}
		return n
	}
}

// sizeOfAll adds up n values that lie one after the other.
func sizeOfAll(size sizer, p unsafe.Pointer, n int, width uintptr, depth int) (sum int) {
	for i := range n {
		sum += size(unsafe.Add(p, uintptr(i)*width), depth)
	}
	return sum
}

// mapSizer counts a byte more for each entry and an eighth of the places empty.
func mapSizer(t reflect.Type, inside map[reflect.Type]*sizer) sizer {
	width := int(t.Key().Size()+t.Elem().Size()) + 1
	deep := sizerOf(t.Key(), inside) != nil || sizerOf(t.Elem(), inside) != nil
	return func(p unsafe.Pointer, depth int) int {
		m := reflect.NewAt(t, p).Elem()
		n := m.Len() * width * 8 / 7
		if !deep || depth == mostDepth {
			return n
		}
		for it := m.MapRange(); it.Next(); {
			n += sizeOfValue(it.Key(), depth+1) - int(t.Key().Size())
			n += sizeOfValue(it.Value(), depth+1) - int(t.Elem().Size())
		}
		return n
	}
}

// sizeOfValue is the size of a value that has no address, with what it holds.
func sizeOfValue(v reflect.Value, depth int) int {
	n := int(v.Type().Size())
	size := sizerOf(v.Type(), map[reflect.Type]*sizer{})
	if size == nil {
		return n
	}
	c := reflect.New(v.Type())
	c.Elem().Set(v)
	return n + size(c.UnsafePointer(), depth)
}
