//go:build go1.27

package df

import (
	"context"
	"iter"
	"time"

	"anabranch.dev/df/agg"
)

// The methods of this file are functions of this package in another spelling,
// for Go 1.27 and later, where methods may have type parameters:
//
//	df.Lines("books/**/*.txt").FlatMap(strings.FieldsSeq).CountBy(strings.ToLower).Top(10, order)

// Map is [Map] as a method.
func (s Stream[T]) Map[U any](f func(T) U) Stream[U] { return Map(s, f) }

// MapErr is [MapErr] as a method.
func (s Stream[T]) MapErr[U any](f func(T) (U, error)) Stream[U] { return MapErr(s, f) }

// MapConcurrent is [MapConcurrent] as a method.
func (s Stream[T]) MapConcurrent[U any](n int, f func(context.Context, T) (U, error)) Stream[U] {
	return MapConcurrent(s, n, f)
}

// FlatMap is [FlatMap] as a method.
func (s Stream[T]) FlatMap[U any](f func(T) iter.Seq[U]) Stream[U] { return FlatMap(s, f) }

// Expand is [Expand] as a method.
func (s Stream[T]) Expand[U any](f func(dst []U, v T) []U) Stream[U] { return Expand(s, f) }

// MapBatch is [MapBatch] as a method.
func (s Stream[T]) MapBatch[U any](f func(dst []U, rows []T) []U) Stream[U] { return MapBatch(s, f) }

// Enumerate is [Enumerate] as a method.
func (s Stream[T]) Enumerate[R any](f func(i int64, v T) R) Stream[R] { return Enumerate(s, f) }

// Chunk is [Chunk] as a method.
func (s Stream[T]) Chunk[R any](n int, f func([]T) R) Stream[R] { return Chunk(s, n, f) }

// Zip is [Zip] as a method.
func (s Stream[T]) Zip[U, R any](b Stream[U], f func(T, U) R) Stream[R] { return Zip(s, b, f) }

// Aggregate is [Aggregate] as a method.
func (s Stream[T]) Aggregate[A, R any](f agg.Func[T, A, R]) Stream[R] { return Aggregate(s, f) }

// CountBy is [CountBy] as a method.
func (s Stream[T]) CountBy[K comparable](key func(T) K) Stream[KV[K, int64]] {
	return CountBy(s, key)
}

// AggregateBy is [AggregateBy] as a method.
func (s Stream[T]) AggregateBy[K comparable, A, R any](key func(T) K, f agg.Func[T, A, R]) Stream[KV[K, R]] {
	return AggregateBy(s, key, f)
}

// DistinctBy is [DistinctBy] as a method.
func (s Stream[T]) DistinctBy[K comparable](key func(T) K) Stream[T] { return DistinctBy(s, key) }

// SortBy is [SortBy] as a method.
func (s Stream[T]) SortBy[K Sortable](key func(T) K) Stream[T] { return SortBy(s, key) }

// GroupBy is [GroupBy] as a method.
func (s Stream[T]) GroupBy[K comparable, R any](key func(T) K, f func(dst []R, k K, rows iter.Seq[T]) []R) Stream[R] {
	return GroupBy(s, key, f)
}

// Join is [Join] as a method.
func (s Stream[T]) Join[R any, K comparable, O any](right Stream[R], leftKey func(T) K, rightKey func(R) K, f func(T, R) O) Stream[O] {
	return Join(s, right, leftKey, rightKey, f)
}

// LeftJoin is [LeftJoin] as a method.
func (s Stream[T]) LeftJoin[R any, K comparable, O any](right Stream[R], leftKey func(T) K, rightKey func(R) K, f func(l T, r R, ok bool) O) Stream[O] {
	return LeftJoin(s, right, leftKey, rightKey, f)
}

// RightJoin is [RightJoin] as a method.
func (s Stream[T]) RightJoin[R any, K comparable, O any](right Stream[R], leftKey func(T) K, rightKey func(R) K, f func(l T, ok bool, r R) O) Stream[O] {
	return RightJoin(s, right, leftKey, rightKey, f)
}

// FullJoin is [FullJoin] as a method.
func (s Stream[T]) FullJoin[R any, K comparable, O any](right Stream[R], leftKey func(T) K, rightKey func(R) K, f func(l T, hasLeft bool, r R, hasRight bool) O) Stream[O] {
	return FullJoin(s, right, leftKey, rightKey, f)
}

// Lookup is [Lookup] as a method.
func (s Stream[T]) Lookup[R any, K comparable, O any](table Stream[R], key func(T) K, tableKey func(R) K, f func(l T, r R, ok bool) O) Stream[O] {
	return Lookup(s, table, key, tableKey, f)
}

// SemiJoin is [SemiJoin] as a method.
func (s Stream[T]) SemiJoin[R any, K comparable](right Stream[R], leftKey func(T) K, rightKey func(R) K) Stream[T] {
	return SemiJoin(s, right, leftKey, rightKey)
}

// AntiJoin is [AntiJoin] as a method.
func (s Stream[T]) AntiJoin[R any, K comparable](right Stream[R], leftKey func(T) K, rightKey func(R) K) Stream[T] {
	return AntiJoin(s, right, leftKey, rightKey)
}

// CrossJoin is [CrossJoin] as a method.
func (s Stream[T]) CrossJoin[R, O any](right Stream[R], f func(T, R) O) Stream[O] {
	return CrossJoin(s, right, f)
}

// CoGroup is [CoGroup] as a method.
func (s Stream[T]) CoGroup[R any, K comparable, O any](right Stream[R], leftKey func(T) K, rightKey func(R) K, f func(dst []O, k K, left iter.Seq[T], right iter.Seq[R]) []O) Stream[O] {
	return CoGroup(s, right, leftKey, rightKey, f)
}

// CoGroup3 is [CoGroup3] as a method.
func (s Stream[T]) CoGroup3[R, V any, K comparable, O any](second Stream[R], third Stream[V], key func(T) K, secondKey func(R) K, thirdKey func(V) K, f func(dst []O, k K, first iter.Seq[T], second iter.Seq[R], third iter.Seq[V]) []O) Stream[O] {
	return CoGroup3(s, second, third, key, secondKey, thirdKey, f)
}

// AsOfJoin is [AsOfJoin] as a method.
func (s Stream[T]) AsOfJoin[R any, K comparable, O any](right Stream[R], leftKey func(T) K, rightKey func(R) K, leftTime func(T) time.Time, rightTime func(R) time.Time, f func(l T, r R, ok bool) O) Stream[O] {
	return AsOfJoin(s, right, leftKey, rightKey, leftTime, rightTime, f)
}

// IntervalJoin is [IntervalJoin] as a method.
func (s Stream[T]) IntervalJoin[R any, K comparable, O any](right Stream[R], leftKey func(T) K, rightKey func(R) K, leftTime func(T) time.Time, rightTime func(R) time.Time, low, high time.Duration, f func(T, R) O) Stream[O] {
	return IntervalJoin(s, right, leftKey, rightKey, leftTime, rightTime, low, high, f)
}

// CountWindowBy is [CountWindowBy] as a method.
func (s Stream[T]) CountWindowBy[K comparable, A, R any](key func(T) K, n int, f agg.Func[T, A, R]) Stream[KV[K, R]] {
	return CountWindowBy(s, key, n, f)
}
