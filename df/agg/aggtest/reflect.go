package aggtest

import (
	"math"
	"reflect"
)

// same reports whether results are equal: as reflect.DeepEqual, but floats are
// equal when their bits are or both are NaN, and functions are not looked at.
func same(a, b any) bool { return sameValue(reflect.ValueOf(a), reflect.ValueOf(b)) }

func sameValue(a, b reflect.Value) bool {
	if a.IsValid() != b.IsValid() || a.IsValid() && a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Invalid, reflect.Func:
		return true
	case reflect.Float32, reflect.Float64:
		return sameFloat(a.Float(), b.Float())
	case reflect.Complex64, reflect.Complex128:
		x, y := a.Complex(), b.Complex()
		return sameFloat(real(x), real(y)) && sameFloat(imag(x), imag(y))
	case reflect.Pointer, reflect.Interface:
		return sameValue(a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			if !sameValue(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Array, reflect.Slice:
		return sameElements(a, b)
	case reflect.Map:
		return sameMap(a, b)
	}
	return a.Equal(b)
}

func sameFloat(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

func sameElements(a, b reflect.Value) bool {
	if a.Len() != b.Len() || a.Kind() == reflect.Slice && a.IsNil() != b.IsNil() {
		return false
	}
	for i := range a.Len() {
		if !sameValue(a.Index(i), b.Index(i)) {
			return false
		}
	}
	return true
}

func sameMap(a, b reflect.Value) bool {
	if a.Len() != b.Len() || a.IsNil() != b.IsNil() {
		return false
	}
	for it := a.MapRange(); it.Next(); {
		if other := b.MapIndex(it.Key()); !other.IsValid() || !sameValue(it.Value(), other) {
			return false
		}
	}
	return true
}

// containerBytes is what the slices and maps in *a take at least, not counting
// what their elements point at.
func containerBytes[A any](a *A) int { return ownBytes(reflect.ValueOf(a).Elem()) }

func ownBytes(v reflect.Value) int {
	switch v.Kind() {
	case reflect.Slice:
		return v.Cap() * int(v.Type().Elem().Size())
	case reflect.Map:
		return v.Len() * int(v.Type().Key().Size()+v.Type().Elem().Size())
	case reflect.Struct:
		sum := 0
		for i := range v.NumField() {
			sum += ownBytes(v.Field(i))
		}
		return sum
	}
	return 0
}

// holdsContainers reports whether a row has slices or maps of its own, which
// could not be told from those of an accumulator that keeps the row.
func holdsContainers[Row any]() bool { return isOrHolds(reflect.TypeFor[Row]()) }

func isOrHolds(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Map:
		return true
	case reflect.Struct:
		for i := range t.NumField() {
			if isOrHolds(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}
