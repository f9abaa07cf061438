package df

import (
	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// The verbs of this file put rows of two streams together by key. Keys are equal as
// for the other keyed verbs: by ==, and NaN equals NaN. The rows come in no order.
//
// Of two streams, s on the left and right, right should be the one with less to
// keep: its rows go into a hash table, and those of s are looked up in it as they
// come, in the pipeline that they come from. When right does not fit the run's
// memory, both go to temporary files and are joined there; then rows of both types
// must have codecs (see [spill.CodecFor]). RightJoin keeps s instead, and FullJoin
// always sorts. A key may have more rows on both sides than there is memory for.
//
// A Join keeps s, too, where it is known when the run comes to it that s has less
// than half as much. The sizes of files, slices, sorted rows and the like are known,
// and stay so through Map, MapErr, Update and Inspect, and for s through Filter.

// Join gives f of each pair of rows with equal keys.
func Join[T, R any, K comparable, O any](s Stream[T], right Stream[R], leftKey func(T) K, rightKey func(R) K, f func(T, R) O) Stream[O] {
	need("Join", f != nil)
	return joined("Join", "join", s, right, exec.JoinOf[T, R, K, O]{
		LeftKey: leftKey, RightKey: rightKey, Match: f,
		Turned: exec.Join(exec.JoinOf[R, T, K, O]{
			LeftKey: rightKey, RightKey: leftKey,
			Match: func(r R, l T) O { return f(l, r) },
		}),
	})
}

// LeftJoin gives f of each pair of rows with equal keys, with ok, and f of each left
// row without a match, with the zero R and not ok.
func LeftJoin[T, R any, K comparable, O any](s Stream[T], right Stream[R], leftKey func(T) K, rightKey func(R) K, f func(l T, r R, ok bool) O) Stream[O] {
	need("LeftJoin", f != nil)
	return joined("LeftJoin", "left join", s, right, exec.JoinOf[T, R, K, O]{
		LeftKey: leftKey, RightKey: rightKey,
		Match:    func(l T, r R) O { return f(l, r, true) },
		LeftOnly: func(l T) O { var r R; return f(l, r, false) },
	})
}

// RightJoin gives f of each pair of rows with equal keys, with ok, and f of each
// right row without a match, with the zero T and not ok.
func RightJoin[T, R any, K comparable, O any](s Stream[T], right Stream[R], leftKey func(T) K, rightKey func(R) K, f func(l T, ok bool, r R) O) Stream[O] {
	need("RightJoin", f != nil)
	return joined("RightJoin", "right join", right, s, exec.JoinOf[R, T, K, O]{
		LeftKey: rightKey, RightKey: leftKey,
		Match:    func(r R, l T) O { return f(l, true, r) },
		LeftOnly: func(r R) O { var l T; return f(l, false, r) },
	})
}

// FullJoin gives f of each pair of rows with equal keys, and of each row of either
// stream without a match: hasLeft and hasRight tell which of the two there is.
func FullJoin[T, R any, K comparable, O any](s Stream[T], right Stream[R], leftKey func(T) K, rightKey func(R) K, f func(l T, hasLeft bool, r R, hasRight bool) O) Stream[O] {
	need("FullJoin", f != nil)
	writable[T]("FullJoin")
	writable[R]("FullJoin")
	return joined("FullJoin", "full join", s, right, exec.JoinOf[T, R, K, O]{
		LeftKey: leftKey, RightKey: rightKey,
		Match:     func(l T, r R) O { return f(l, true, r, true) },
		LeftOnly:  func(l T) O { var r R; return f(l, true, r, false) },
		RightOnly: func(r R) O { var l T; return f(l, false, r, true) },
	})
}

// SemiJoin keeps the rows of s whose key a right row has. Of right, it holds nothing
// but the keys.
func SemiJoin[T, R any, K comparable](s Stream[T], right Stream[R], leftKey func(T) K, rightKey func(R) K) Stream[T] {
	return joined("SemiJoin", "semi join", s, keysOf("SemiJoin", right, rightKey), exec.JoinOf[T, K, K, T]{
		LeftKey: leftKey, RightKey: Self[K],
		Match: func(l T, _ K) T { return l }, Once: true,
	})
}

// AntiJoin keeps the rows of s whose key no right row has. Of right, it holds nothing
// but the keys.
func AntiJoin[T, R any, K comparable](s Stream[T], right Stream[R], leftKey func(T) K, rightKey func(R) K) Stream[T] {
	return joined("AntiJoin", "anti join", s, keysOf("AntiJoin", right, rightKey), exec.JoinOf[T, K, K, T]{
		LeftKey: leftKey, RightKey: Self[K],
		LeftOnly: func(l T) T { return l },
	})
}

// CrossJoin gives f of each row of s with each right row.
func CrossJoin[T, R, O any](s Stream[T], right Stream[R], f func(T, R) O) Stream[O] {
	need("CrossJoin", f != nil)
	return joined("CrossJoin", "cross join", s, right, exec.JoinOf[T, R, struct{}, O]{
		LeftKey: func(T) (k struct{}) { return }, RightKey: func(R) (k struct{}) { return },
		Match: f,
	})
}

// keysOf is the keys of right rows, of which nothing else has to be kept.
func keysOf[R any, K comparable](verb string, right Stream[R], key func(R) K) Stream[K] {
	need(verb, key != nil)
	in := right.in(verb)
	keeps(verb, in)
	return narrow[K]("map", exec.Map(key), in)
}

func joined[L, R any, K comparable, O any](verb, op string, left Stream[L], right Stream[R], of exec.JoinOf[L, R, K, O]) Stream[O] {
	need(verb, of.LeftKey != nil && of.RightKey != nil)
	l, r := left.in(verb), right.in(verb)
	keeps(verb, r)
	isKey[K](verb)
	return makeNode[O](plan.Node{Op: op, Kind: plan.Probe, Order: plan.NoOrder}, exec.Join(of), l, r).shared(exec.ShareSides(of.LeftKey, of.RightKey))
}
