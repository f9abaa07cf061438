package spill

import (
	"fmt"
	"reflect"
	"strings"
)

// AppendAll appends the bytes of all rows to dst: it is c.Append for each, and
// faster for many.
func AppendAll[T any](c Codec[T], dst []byte, rows []T) []byte { return appendAll(c, dst, rows) }

// DecodeAll fills rows with the values at the start of src, and returns how many
// bytes they took. After an error, which is [ErrMalformed], the rows are of no
// use.
func DecodeAll[T any](c Codec[T], rows []T, src []byte) (n int, err error) {
	return decodeAll(c, rows, src)
}

// TypeText describes what the codec of T writes: programs whose texts are equal
// can read each other's rows, as far as types with codecs and methods of their own
// go by their names.
func TypeText[T any]() string {
	var b strings.Builder
	describe(&b, reflect.TypeFor[T](), map[reflect.Type]bool{})
	return b.String()
}

// describe writes the parts of a type in full, and what has a name of its own
// inside of itself by that.
func describe(b *strings.Builder, t reflect.Type, inside map[reflect.Type]bool) {
	if inside[t] {
		b.WriteString(t.String())
		return
	}
	inside[t] = true
	defer delete(inside, t)
	if isTime(t) || hasMethods(t) {
		fmt.Fprintf(b, "%s.%s", t.PkgPath(), t.Name())
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		b.WriteString("struct{")
		for i := range t.NumField() {
			if i > 0 {
				b.WriteString("; ")
			}
			b.WriteString(t.Field(i).Name + " ")
			describe(b, t.Field(i).Type, inside)
		}
		b.WriteString("}")
	case reflect.Slice:
		b.WriteString("[]")
		describe(b, t.Elem(), inside)
	case reflect.Array:
		fmt.Fprintf(b, "[%d]", t.Len())
		describe(b, t.Elem(), inside)
	case reflect.Pointer:
		b.WriteString("*")
		describe(b, t.Elem(), inside)
	case reflect.Map:
		b.WriteString("map[")
		describe(b, t.Key(), inside)
		b.WriteString("]")
		describe(b, t.Elem(), inside)
	default:
		fmt.Fprint(b, t.Kind())
	}
}

func hasMethods(t reflect.Type) bool {
	_, ok := methodsOf(t)
	return ok
}
