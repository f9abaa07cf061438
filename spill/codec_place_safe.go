//go:build race || purego || mips || mips64 || ppc64 || s390x

package spill

import "reflect"

// place is a variable, which can be set.
type place = reflect.Value

func placeOf[T any](p *T) place       { return reflect.ValueOf(p).Elem() }
func hiddenPlaceOf[T any](p *T) place { return placeOf(p) }

// places are a slice.
type places struct{ rows reflect.Value }

func placesOf[T any](rows []T) places { return places{reflect.ValueOf(rows)} }

func (p places) len() int                       { return p.rows.Len() }
func (p places) at(i int) place                 { return p.rows.Index(i) }
func (p places) memory(*form) ([]byte, bool)    { return nil, false }
func (p places) strings(*form) ([]string, bool) { return nil, false }

func pointerTo[T any](x place) *T {
	return x.Addr().Convert(reflect.TypeFor[*T]()).Interface().(*T)
}

func valueAt(_ reflect.Type, x place) reflect.Value { return x }
func reflectPlace(v reflect.Value) place            { return v }

func viewOf(b []byte) string { return string(b) }
