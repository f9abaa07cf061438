package df

import (
	"fmt"
	"math"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// The verbs of this file depend on the places of rows in the stream. Workers
// take turns at them, in the order of the input, and hold back up to 1 MiB of
// rows each until it is theirs; what comes before and after stays parallel. On a
// stream that has no order, as the groups of [CountBy], which row has which
// place may differ between runs.

// Take gives the first n rows, and ends what leads to it early.
func Take[T any](s Stream[T], n int64) Stream[T] {
	if n < 0 {
		misuse("Take", "%d rows: the number cannot be negative", n)
	}
	detail := fmt.Sprint(n)
	if n == math.MaxInt64 {
		detail = "all"
	}
	return serial[T]("Take", "take", detail, exec.Take[T](n), s.in("Take"))
}

// Skip leaves out the first n rows.
func Skip[T any](s Stream[T], n int64) Stream[T] {
	if n < 0 {
		misuse("Skip", "%d rows: the number cannot be negative", n)
	}
	return serial[T]("Skip", "skip", fmt.Sprint(n), exec.Skip[T](n), s.in("Skip"))
}

// Enumerate gives every row its number, from 0.
func Enumerate[T, R any](s Stream[T], f func(i int64, v T) R) Stream[R] {
	need("Enumerate", f != nil)
	return serial[R]("Enumerate", "enumerate", "", exec.Enumerate(f), s.in("Enumerate"))
}

// Chunk makes one row of each n rows that follow one another, and one of those
// that are left at the end, if any. f may not keep the slice, but may return a
// copy of it, as [slices.Clone] does.
func Chunk[T, R any](s Stream[T], n int, f func([]T) R) Stream[R] {
	need("Chunk", f != nil)
	if n < 1 {
		misuse("Chunk", "chunks of %d rows: at least one is needed", n)
	}
	return serial[R]("Chunk", "chunk", fmt.Sprint(n), exec.Chunk(n, f), s.in("Chunk"))
}

// Sample keeps each row with probability p, from 0 to 1. Which rows are kept
// depends on the seed and on their places alone.
func Sample[T any](s Stream[T], p float64, seed uint64) Stream[T] {
	if !(p >= 0 && p <= 1) || math.IsNaN(p) {
		misuse("Sample", "probability %v: it must be from 0 to 1", p)
	}
	return serial[T]("Sample", "sample", fmt.Sprint(p), exec.Sample[T](p, seed), s.in("Sample"))
}

// Zip puts the first rows of a and b together, then the second ones, and so on,
// until either has no more. The rows of b are kept in memory, within the
// budget, until those of a come: let b be the smaller.
func Zip[T, U, R any](a Stream[T], b Stream[U], f func(T, U) R) Stream[R] {
	need("Zip", f != nil)
	left, right := a.in("Zip"), b.in("Zip")
	keeps("Zip", left)
	keeps("Zip", right)
	return makeNode[R](plan.Node{Op: "zip", Kind: plan.Probe, Order: left.Order}, exec.Zip(f), left, right)
}

// Concat gives the rows of the first stream, then those of the second, and so
// on.
func Concat[T any](streams ...Stream[T]) Stream[T] {
	if len(streams) == 0 {
		misuse("Concat", "no streams")
	}
	var inputs []*plan.Node
	for _, s := range streams {
		inputs = append(inputs, s.in("Concat"))
	}
	return Stream[T]{concatNode(exec.RowsOf[T](), inputs...)}
}

func concatNode(rows exec.Rows, inputs ...*plan.Node) *plan.Node {
	n := plan.Node{Op: "concat", Kind: plan.Concat}
	for _, in := range inputs {
		n.Order = max(n.Order, in.Order)
	}
	if len(inputs) > 1 && n.Order == plan.Sorted { // two sorted streams in a row are not one
		n.Order = plan.InputOrder
	}
	return newNode(n, rows, exec.Concat(), inputs...)
}

// Compact leaves out every row that is equal to the one before, as
// [slices.Compact] does: after [Sort] that leaves one of each.
func Compact[T comparable](s Stream[T]) Stream[T] {
	return compact("Compact", s, func(a, b T) bool { return a == b })
}

// CompactFunc leaves out every row that is equal to the one before, by a function
// that must be an equivalence: the first of several rows stays.
func CompactFunc[T any](s Stream[T], equal func(a, b T) bool) Stream[T] {
	need("CompactFunc", equal != nil)
	return compact("CompactFunc", s, equal)
}

func compact[T any](verb string, s Stream[T], equal func(a, b T) bool) Stream[T] {
	return serial[T](verb, "compact", "", exec.Compact(equal), s.in(verb))
}
