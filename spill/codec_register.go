package spill

import (
	"fmt"
	"reflect"
	"sync"
)

// Register makes c the codec of T, alone and inside of other types. It is for types whose codec cannot be derived,
// interfaces above all, and for those that a better one is known for. T is that type alone, not its pointers.
//
// It is to be called while the program starts, as from an init function: it panics when T has a codec already, or
// when that of T, or of a type that holds T, has been derived already.
func Register[T any](c Codec[T]) {
	rt := reflect.TypeFor[T]()
	if c == nil {
		panic(fmt.Sprintf("spill: Register of a nil codec for %v", rt))
	}
	known.Lock()
	defer known.Unlock()
	switch f := known.forms[rt]; {
	case f == nil:
		enc, dec := registeredKernel(c)
		known.forms[rt] = &form{rt: rt, enc: enc, dec: dec, fixed: -1, codec: c}
	case f.codec != nil:
		panic(fmt.Sprintf("spill: Register for %v, which has a codec already", rt))
	default:
		panic(fmt.Sprintf("spill: Register for %v comes too late: its codec has been derived already", rt))
	}
}

// known holds the forms of all types that were asked for, of all types inside of them, and those registered.
var known = struct {
	sync.Mutex
	forms map[reflect.Type]*form
}{forms: map[reflect.Type]*form{}}

// registered returns the codec that Register was given for T.
func registered[T any]() (Codec[T], bool) {
	known.Lock()
	defer known.Unlock()
	if f := known.forms[reflect.TypeFor[T]()]; f != nil && f.codec != nil {
		return f.codec.(Codec[T]), true
	}
	return nil, false
}

// registeredKernel makes c usable inside of other types.
func registeredKernel[T any](c Codec[T]) (encoder, decoder) {
	enc := func(b []byte, x place, _ int) []byte { return c.Append(b, *pointerTo[T](x)) }
	dec := func(src []byte, at int, x place, _ int) (int, error) {
		v, n, err := c.Decode(src[at:])
		if err == nil {
			err = checkTaken(n, len(src)-at)
		}
		if err != nil {
			return 0, err
		}
		*pointerTo[T](x) = v
		return at + n, nil
	}
	return enc, dec
}
