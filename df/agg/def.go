package agg

import (
	"anabranch.dev/internal/groups"
	"anabranch.dev/internal/stamp"
)

// Stamp is a row's place in the input: see [Def.AddAt].
type Stamp = stamp.Stamp

// Groups is the accumulators that the rows of a batch belong to: its method At(i) gives
// that of rows[i], and Len() the number of rows. See [Def.AddBatch].
type Groups[A any] = groups.Of[A]

// Func makes a fresh [Def]. Aggregates are passed as functions so that one
// without parameters is written without a call: agg.Count[T], and usually just
// agg.Count, its type argument inferred.
//
// T is the row, A the accumulator, R the result.
type Func[T, A, R any] func() Def[T, A, R]

// Def is one aggregate: how rows of type T are folded into an accumulator A,
// how accumulators of different workers are merged, and what is read off at
// the end. Exactly one of Add and AddAt must be set, and Merge and Result
// always.
//
// Add, AddAt, Merge and Result are called from many goroutines, each time with
// accumulators that no other goroutine holds at that moment; they must not
// share other state.
//
// The answer must not depend on how rows are dealt to workers: merging the
// accumulators of any split of the rows, in any order, must give the same
// result as adding all rows to one. Where the order of rows matters, AddAt
// receives each row's place, and the accumulator keeps what it needs of it.
type Def[T, A, R any] struct {
	// Init makes *a an empty accumulator; a points to the zero value. Nil when
	// the zero value is one already.
	Init func(a *A)
	// Add folds one row in.
	Add func(a *A, v T)
	// AddAt folds one row in, with its place in the input. It costs a little
	// more than Add.
	AddAt func(a *A, v T, at Stamp)
	// AddBatch folds a batch of rows in, rows[i] into *to.At(i), and must do what Add
	// does with each of them in turn: several may belong to the same accumulator. It may
	// stand beside Add, and is for speed: it saves a call for each row, and a copy of the
	// row for each call. It must not keep to or rows. The engine uses it where rows come in
	// batches, and Add elsewhere.
	AddBatch func(to Groups[A], rows []T)
	// Merge folds *src into *dst. It may take over what src holds: src is not
	// used again.
	Merge func(dst, src *A)
	// Result reads the answer off. It is called once, and a is not used again.
	Result func(a *A) R
	// Size is the number of bytes that *a holds beyond unsafe.Sizeof(*a), for
	// the memory budget. Nil when it holds none.
	Size func(a *A) int
}
