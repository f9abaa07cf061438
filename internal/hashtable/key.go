package hashtable

import (
	"fmt"
	"reflect"
)

// CheckKey returns an error when values of type t cannot be keys: when they
// are not comparable, or hold a pointer, whose identity would be lost as soon
// as the key is written to disk or sent. Strings are values, and interfaces
// are checked by the value they hold, row by row.
func CheckKey(t reflect.Type) error {
	if !t.Comparable() {
		return fmt.Errorf("a key of type %v cannot be compared", t)
	}
	if what := identity(t); what != "" {
		return fmt.Errorf("a key of type %v holds a %s, which is equal to itself only; take a value for the key", t, what)
	}
	return nil
}

// identity names what in t is equal only to itself, or returns "".
func identity(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer, reflect.UnsafePointer:
		return "pointer"
	case reflect.Chan:
		return "channel"
	case reflect.Func:
		return "function"
	case reflect.Array:
		return identity(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if what := identity(t.Field(i).Type); what != "" {
				return what
			}
		}
	}
	return ""
}

// class is how keys of a type are stored and compared.
type class uint8

const (
	plainKey   class = iota // compared by ==, hashed field by field
	stringKey               // kind String
	floatKey                // kind Float32 or Float64: plain after canonical bits
	encodedKey              // == is not the equality of keys, or the type is not fixed
)

// classOf returns the class of a type that CheckKey accepts. It goes by kind,
// so that named types are as fast as their underlying ones.
func classOf(t reflect.Type) class {
	switch t.Kind() {
	case reflect.String:
		return stringKey
	case reflect.Float32, reflect.Float64:
		return floatKey
	}
	if encoded(t) {
		return encodedKey
	}
	return plainKey
}

// encoded reports whether t contains an interface, or a float, for which ==
// would set NaN apart from itself.
func encoded(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface, reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return true
	case reflect.Array:
		return encoded(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.Name != "_" && encoded(f.Type) {
				return true
			}
		}
	}
	return false
}
