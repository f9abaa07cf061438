package agg

import (
	"reflect"
	"strings"
	"unsafe"
)

// CountDistinct is the number of distinct keys. Keys are equal by ==, and a
// floating-point NaN equals NaN; inside a struct or an interface it does not.
// All keys are kept; see [ApproxCountDistinct] for many. Keys that are strings
// are copied, so that they do not hold on to the text they were cut from.
func CountDistinct[T any, K comparable](key func(T) K) Func[T, Distinct[K], int64] {
	mustFunc(key == nil, "CountDistinct")
	var own func(K) (K, int)
	isFloat := false
	switch reflect.TypeFor[K]().Kind() {
	case reflect.String:
		own = cloneString[K]
	case reflect.Float32, reflect.Float64:
		isFloat = true
	}
	return func() Def[T, Distinct[K], int64] {
		return Def[T, Distinct[K], int64]{
			Add: func(a *Distinct[K], v T) {
				k := key(v)
				if isFloat && k != k {
					a.nan = true
					return
				}
				a.add(k, own)
			},
			Merge:  func(dst, src *Distinct[K]) { dst.merge(src) },
			Result: (*Distinct[K]).count,
			Size:   (*Distinct[K]).size,
		}
	}
}

// Distinct is the accumulator of [CountDistinct].
type Distinct[K comparable] struct {
	keys map[K]struct{}
	text int // bytes of strings behind keys
	nan  bool
}

// add adds a key, made safe to keep by own unless that is nil.
func (a *Distinct[K]) add(k K, own func(K) (K, int)) {
	if _, known := a.keys[k]; known {
		return
	}
	if own != nil {
		var n int
		k, n = own(k)
		a.text += n
	}
	if a.keys == nil {
		a.keys = make(map[K]struct{})
	}
	a.keys[k] = struct{}{}
}

func (a *Distinct[K]) merge(src *Distinct[K]) {
	nan := a.nan || src.nan
	if len(a.keys) < len(src.keys) {
		*a, *src = *src, *a
	}
	a.nan = nan
	for k := range src.keys {
		before := len(a.keys)
		a.keys[k] = struct{}{}
		if len(a.keys) > before && src.text > 0 {
			a.text += reflect.ValueOf(k).Len()
		}
	}
}

func (a *Distinct[K]) count() int64 {
	n := int64(len(a.keys))
	if a.nan {
		n++
	}
	return n
}

// size reckons two slots and two control bytes per key, as much as a map that
// has just grown takes.
func (a *Distinct[K]) size() int {
	if a.keys == nil {
		return 0
	}
	const empty, group = 48, 8
	var k K
	return empty + (2*len(a.keys)+group)*(int(unsafe.Sizeof(k))+1) + a.text
}

// cloneString copies the string that k is, and reports its length.
func cloneString[K any](k K) (K, int) {
	v := reflect.ValueOf(&k).Elem()
	s := strings.Clone(v.String())
	v.SetString(s)
	return k, len(s)
}
