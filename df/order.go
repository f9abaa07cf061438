package df

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
// [Order.Then] puts two together.
type Order[T any] struct{ compare func(a, b T) int }

// Asc orders rows by key, least first: strings and bytes byte by byte, NaN
// before all other numbers.
func Asc[T any, K Sortable](key func(T) K) Order[T] {
	need("Asc", key != nil)
	compare := compareKeys[K]()
	return Order[T]{func(a, b T) int { return compare(key(a), key(b)) }}
}

// Desc orders rows by key, greatest first.
func Desc[T any, K Sortable](key func(T) K) Order[T] {
	need("Desc", key != nil)
	compare := compareKeys[K]()
	return Order[T]{func(a, b T) int { return compare(key(b), key(a)) }}
}

// Then orders rows that are equal in o by next.
func (o Order[T]) Then(next Order[T]) Order[T] {
	first, second := o.in("Order.Then"), next.in("Order.Then")
	return Order[T]{func(a, b T) int {
		if c := first(a, b); c != 0 {
			return c
		}
		return second(a, b)
	}}
}

// Compare returns a negative number when a comes before b, a positive one when
// b comes before a, and zero when the order does not tell, as [cmp.Compare]
// does.
func (o Order[T]) Compare(a, b T) int { return o.in("Order.Compare")(a, b) }

func (o Order[T]) in(verb string) func(a, b T) int {
	if o.compare == nil {
		misuse(verb, "the zero Order orders nothing; make one with df.Asc or df.Desc")
	}
	return o.compare
}
