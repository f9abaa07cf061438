// Package codectest checks that a codec keeps the contract of [spill.Codec]. One call is the test of a codec:
//
//	func TestCodec(t *testing.T) { codectest.Run(t, shapes, Circle{1}, Square{2, 3}, nil) }
//
// The values should be small, and of every kind that the codec tells apart. It is for tests alone, and no proof: run
// it under the race detector, and fuzz Decode.
package codectest

import (
	"bytes"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"anabranch.dev/spill"
)

// Run fails t where c does not keep its contract for some of the values, which are compared by [reflect.DeepEqual].
func Run[T any](t *testing.T, c spill.Codec[T], values ...T) {
	t.Helper()
	RunFunc(t, c, func(a, b T) bool { return reflect.DeepEqual(a, b) }, values...)
}

// RunFunc is Run for values that are equal when the function says so.
func RunFunc[T any](t *testing.T, c spill.Codec[T], equal func(a, b T) bool, values ...T) {
	t.Helper()
	for _, p := range problems(c, equal, values) {
		t.Error(p)
	}
}

// problems returns what is wrong with c.
func problems[T any](c spill.Codec[T], equal func(a, b T) bool, values []T) []string {
	if len(values) == 0 {
		return []string{"there are no values to check the codec with"}
	}
	k := &checker[T]{c: c, equal: equal}
	for i, v := range values {
		k.value(fmt.Sprintf("value %d", i), v)
	}
	k.all(values)
	if len(k.found) == 0 { // else it says the same again
		k.concurrent(values)
	}
	return k.found
}

type checker[T any] struct {
	c     spill.Codec[T]
	equal func(a, b T) bool
	found []string
}

func (k *checker[T]) report(format string, args ...any) {
	k.found = append(k.found, fmt.Sprintf(format, args...))
}

// append calls Append, and reports a panic.
func (k *checker[T]) append(dst []byte, what string, v T) (b []byte, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			k.report("%s: Append panics: %v", what, p)
		}
	}()
	return k.c.Append(dst, v), true
}

// decode calls Decode, and reports a panic, a change of src, and an n that cannot be.
func (k *checker[T]) decode(src []byte, what string) (v T, n int, err error, ok bool) {
	before := bytes.Clone(src)
	defer func() {
		if p := recover(); p != nil {
			k.report("%s: Decode panics: %v", what, p)
		}
	}()
	v, n, err = k.c.Decode(src)
	switch {
	case !bytes.Equal(src, before):
		k.report("%s: Decode changes src", what)
	case err == nil && (n < 0 || n > len(src)):
		k.report("%s: Decode took %d of %d bytes", what, n, len(src))
	default:
		return v, n, err, true
	}
	return v, n, err, false
}

// read decodes src, which must begin with the size bytes of want.
func (k *checker[T]) read(src []byte, size int, what string, want T) (got T, ok bool) {
	got, n, err, ok := k.decode(src, what)
	switch {
	case !ok:
	case err != nil:
		k.report("%s: Decode: %v", what, err)
	case n != size:
		k.report("%s: Decode took %d bytes of the %d that Append made", what, n, size)
	case !k.equal(got, want):
		k.report("%s: Append was given %+v, Decode returned %+v", what, want, got)
	default:
		return got, true
	}
	return got, false
}

// value checks one value alone.
func (k *checker[T]) value(what string, v T) {
	b, ok := k.append(nil, what, v)
	if !ok {
		return
	}
	if _, ok := k.read(b, len(b), what, v); !ok {
		return
	}
	for _, tail := range []string{"\x00\x00\x00\x00\x00\x00\x00\x00", "\xff\xff\xff\xff\xff\xff\xff\xff"} {
		src := append(bytes.Clone(b), tail...)
		if _, ok := k.read(src, len(b), what+" with more bytes behind", v); !ok {
			return
		}
	}
	k.prefix(what, v)
	k.truncations(what, b)
}

// prefix checks that Append keeps what is in dst, be there room behind it or not.
func (k *checker[T]) prefix(what string, v T) {
	const prefix = "what was there before"
	for _, room := range []int{0, 1, 1 << 10} {
		dst := append(make([]byte, 0, len(prefix)+room), prefix...)
		b, ok := k.append(dst, what, v)
		if !ok {
			return
		}
		if !bytes.HasPrefix(b, []byte(prefix)) || string(dst) != prefix {
			k.report("%s: Append does not keep what dst holds", what)
			return
		}
		if _, ok := k.read(b[len(prefix):], len(b)-len(prefix), what+" behind other bytes", v); !ok {
			return
		}
	}
}

// truncations checks that Decode of too few bytes returns, with an error or not.
func (k *checker[T]) truncations(what string, b []byte) {
	step := max(1, len(b)/1000)
	for n := 0; n < len(b); n += step {
		if _, _, _, ok := k.decode(b[:n:n], fmt.Sprintf("%s, %d of %d bytes", what, n, len(b))); !ok {
			return
		}
	}
}

// all checks that values can be told from each other, and are not touched by what comes after.
func (k *checker[T]) all(values []T) {
	var b []byte
	ends := make([]int, len(values))
	for i, v := range values {
		var ok bool
		if b, ok = k.append(b, fmt.Sprintf("value %d behind the others", i), v); !ok {
			return
		}
		ends[i] = len(b)
	}
	got := make([]T, len(values))
	at := 0
	for i, v := range values {
		var ok bool
		if got[i], ok = k.read(b[at:], ends[i]-at, fmt.Sprintf("value %d, with the others behind it", i), v); !ok {
			return
		}
		at = ends[i]
	}
	for i, v := range values {
		if !k.equal(got[i], v) {
			k.report("value %d has changed since Decode returned it: it was %+v, and is %+v", i, v, got[i])
		}
	}
}

// concurrent checks that goroutines do not disturb each other.
func (k *checker[T]) concurrent(values []T) {
	const goroutines, rounds = 8, 50
	checkers := make([]checker[T], goroutines)
	var wg sync.WaitGroup
	for g := range checkers {
		checkers[g].c, checkers[g].equal = k.c, k.equal
		wg.Go(func() {
			for range rounds {
				checkers[g].all(values)
			}
		})
	}
	wg.Wait()
	for _, other := range checkers {
		if len(other.found) > 0 {
			k.report("with %d goroutines at the same time: %s", goroutines, other.found[0])
			return
		}
	}
}
