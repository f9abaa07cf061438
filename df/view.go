package df

import (
	"reflect"
	"strings"
)

// View is a string that points into a buffer which is soon used again: it is
// valid until the function that it was passed to returns. [LineViews] yields
// rows of this type, to spare the memory that strings to be kept would need.
//
// A View may be cut up, and the pieces passed on in rows of other types that
// hold Views. Keys of aggregates may be Views: tables copy the keys that they
// keep. Where rows would be kept - in a result, before a [Take], in an
// accumulator - the plan is refused.
//
// string(v) does not copy, and gives a string that is soon overwritten, which
// no check can find: use [View.Clone] to keep one.
type View string

// Clone returns the view as a string that may be kept.
func (v View) Clone() string { return strings.Clone(string(v)) }

// String returns the view as a string that may be kept, for package fmt.
func (v View) String() string { return v.Clone() }

var viewType = reflect.TypeFor[View]()

// holdsView reports whether a value of type t can hold a View.
func holdsView(t reflect.Type) bool { return viewIn(t, map[reflect.Type]bool{}) }

func viewIn(t reflect.Type, seen map[reflect.Type]bool) bool {
	if t == viewType {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		return viewIn(t.Elem(), seen)
	case reflect.Map:
		return viewIn(t.Key(), seen) || viewIn(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if viewIn(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}
