package df

import "anabranch.dev/spill"

// Sortable is what rows can be ordered by: numbers, strings, slices of bytes,
// points in time, and types made of them.
type Sortable interface{ spill.Sortable }

// Order says which of two rows comes first. [Asc] and [Desc] make one of a key,
// its method Then puts two together, and Compare compares.
type Order[T any] = spill.Order[T]

// Asc orders rows by key, least first: strings and bytes byte by byte, NaN
// before all other numbers, points in time by the instant.
func Asc[T any, K Sortable](key func(T) K) Order[T] {
	need("Asc", key != nil)
	return spill.Asc(key)
}

// Desc orders rows by key, greatest first.
func Desc[T any, K Sortable](key func(T) K) Order[T] {
	need("Desc", key != nil)
	return spill.Desc(key)
}

// ordered panics unless an order was given.
func ordered[T any](verb string, o Order[T]) {
	if o.IsZero() {
		misuse(verb, "the zero Order orders nothing; make one with df.Asc or df.Desc")
	}
}
