package spill

import (
	"cmp"
	"time"
)

// Sortable is what rows can be ordered by: numbers, strings, slices of bytes,
// points in time, and types made of them.
type Sortable interface {
	cmp.Ordered | ~[]byte | time.Time
}

// Order says which of two rows comes first. [Asc] and [Desc] make one of a key,
// [Order.Then] puts two together, [By] makes one of a comparison.
//
// The zero Order orders nothing.
type Order[T any] struct {
	compare func(a, b T) int
	columns []column[T]        // what rows are ordered by; none: only compare knows
	plain   func(s *Sorter[T]) // has a sorter sort without columns
}

// column is one key that rows are ordered by, in forms that a [Sorter] can work
// with.
type column[T any] struct {
	columnForm
	bits   func(rows []T, out []uint64)            // of numbers: in the order of the keys, in the low width bytes
	text   func(rows []T, out []string)            // of strings and bytes: the keys, which are valid while rows are
	append func(dst []byte, v T, last bool) []byte // in the order of the keys; unless last, no key is the beginning of another
}

// columnForm is what does not depend on the type of the rows.
type columnForm struct {
	form  keyForm
	desc  bool
	width int // bytes of a number; 0: of any length
	kind  numberKind
}

// keyForm says how a sorter gets at a key.
type keyForm uint8

const (
	appended keyForm = iota // through append alone
	numeric                 // through bits
	textual                 // through text
)

// Asc orders rows by key, least first: strings and bytes byte by byte, NaN
// before all other numbers, points in time by the instant.
func Asc[T any, K Sortable](key func(T) K) Order[T] {
	if key == nil {
		panic("spill.Asc: nil function")
	}
	compare := compareKeys[K]()
	return Order[T]{
		compare: func(a, b T) int { return compare(key(a), key(b)) },
		columns: []column[T]{columnOf(key)},
	}
}

// Desc orders rows by key, greatest first.
func Desc[T any, K Sortable](key func(T) K) Order[T] {
	if key == nil {
		panic("spill.Desc: nil function")
	}
	compare := compareKeys[K]()
	o := Order[T]{
		compare: func(a, b T) int { return compare(key(b), key(a)) },
		columns: []column[T]{columnOf(key)},
	}
	o.columns[0].desc = true
	return o
}

// By orders rows by a comparison such as [cmp.Compare], which must be a strict
// weak order. A key tells a sorter much more than a comparison: sorting by one is
// several times slower than [Asc].
func By[T any](compare func(a, b T) int) Order[T] {
	if compare == nil {
		panic("spill.By: nil function")
	}
	return Order[T]{compare: compare, plain: sortByComparison[T]}
}

// Then orders rows that are equal in o by next.
func (o Order[T]) Then(next Order[T]) Order[T] { return then(&o, &next) }

//go:noinline
func then[T any](o, next *Order[T]) Order[T] {
	if o.compare == nil || next.compare == nil {
		panic("spill.Order.Then: the zero Order orders nothing")
	}
	first, second := o.compare, next.compare
	both := Order[T]{compare: func(a, b T) int {
		if c := first(a, b); c != 0 {
			return c
		}
		return second(a, b)
	}}
	switch {
	case o.columns == nil:
		both.plain = o.plain
	case next.columns == nil:
		both.plain = next.plain
	default:
		both.columns = append(o.columns[:len(o.columns):len(o.columns)], next.columns...)
	}
	return both
}

// Compare returns a negative number when a comes before b, a positive one when
// b comes before a, and zero when the order does not tell, as [cmp.Compare]
// does.
func (o Order[T]) Compare(a, b T) int {
	if o.compare == nil {
		panic("spill.Order.Compare: the zero Order orders nothing")
	}
	return o.compare(a, b)
}

// IsZero reports whether o is the zero Order.
func (o Order[T]) IsZero() bool { return o.compare == nil }
