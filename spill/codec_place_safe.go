//go:build race || purego || mips || mips64 || ppc64 || s390x

package spill

import "reflect"

// place is a variable, which can be set.
type place = reflect.Value

func placeOf[T any](p *T) place       { return reflect.ValueOf(p).Elem() }
func hiddenPlaceOf[T any](p *T) place { return placeOf(p) }

func pointerTo[T any](x place) *T {
	return x.Addr().Convert(reflect.TypeFor[*T]()).Interface().(*T)
}

func valueAt(_ reflect.Type, x place) reflect.Value { return x }
func reflectPlace(v reflect.Value) place            { return v }

func viewOf(b []byte) string { return string(b) }
