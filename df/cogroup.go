package df

import (
	"iter"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// CoGroup gives the rows of each key that either stream has, in their order, to f,
// which appends what it makes of them to dst and returns that. It may keep neither
// dst nor the sequences, which can be read once, while f runs: left first, since
// reading right passes by what is left of it. The groups come in no order, and each
// may be larger than memory. Rows of both types must have codecs (see
// [spill.CodecFor]).
func CoGroup[T, R any, K comparable, O any](s Stream[T], right Stream[R], leftKey func(T) K, rightKey func(R) K, f func(dst []O, k K, left iter.Seq[T], right iter.Seq[R]) []O) Stream[O] {
	need("CoGroup", leftKey != nil && rightKey != nil && f != nil)
	l, r := s.in("CoGroup"), right.in("CoGroup")
	writable[T]("CoGroup")
	writable[R]("CoGroup")
	isKey[K]("CoGroup")
	each := func(dst []O, k K, next func() *exec.OneOf[T, R, struct{}], _ func([]O) []O) []O {
		g := &inputsOf[T, R, struct{}]{next: next}
		return f(dst, k, g.a, g.b)
	}
	return breaker[O]("cogroup", "", plan.NoOrder, exec.CoGroup(2, leftKey, rightKey, nil, Order[exec.OneOf[T, R, struct{}]]{}, each), l, r).shared(exec.ShareSides(leftKey, rightKey))
}

// CoGroup3 is [CoGroup] for three streams.
func CoGroup3[T, R, V any, K comparable, O any](s Stream[T], second Stream[R], third Stream[V], key func(T) K, secondKey func(R) K, thirdKey func(V) K, f func(dst []O, k K, first iter.Seq[T], second iter.Seq[R], third iter.Seq[V]) []O) Stream[O] {
	need("CoGroup3", key != nil && secondKey != nil && thirdKey != nil && f != nil)
	a, b, c := s.in("CoGroup3"), second.in("CoGroup3"), third.in("CoGroup3")
	writable[T]("CoGroup3")
	writable[R]("CoGroup3")
	writable[V]("CoGroup3")
	isKey[K]("CoGroup3")
	each := func(dst []O, k K, next func() *exec.OneOf[T, R, V], _ func([]O) []O) []O {
		g := &inputsOf[T, R, V]{next: next}
		return f(dst, k, g.a, g.b, g.c)
	}
	return breaker[O]("cogroup", "", plan.NoOrder, exec.CoGroup(3, key, secondKey, thirdKey, Order[exec.OneOf[T, R, V]]{}, each), a, b, c).shared(exec.ShareThree(key, secondKey, thirdKey))
}

// inputsOf tells the rows of several inputs apart, which come one input after the
// other.
type inputsOf[A, B, C any] struct {
	next func() *exec.OneOf[A, B, C]
	row  *exec.OneOf[A, B, C] // read too early
	over bool
}

// of returns the next row of an input, or nil; rows of earlier ones are passed by.
func (g *inputsOf[A, B, C]) of(input int) *exec.OneOf[A, B, C] {
	for !g.over {
		if g.row == nil {
			if g.row = g.next(); g.row == nil {
				g.over = true
				break
			}
		}
		if g.row.Input > input {
			break
		}
		row := g.row
		g.row = nil
		if row.Input == input {
			return row
		}
	}
	return nil
}

func (g *inputsOf[A, B, C]) a(yield func(A) bool) {
	for row := g.of(0); row != nil && yield(row.A); row = g.of(0) {
	}
}

func (g *inputsOf[A, B, C]) b(yield func(B) bool) {
	for row := g.of(1); row != nil && yield(row.B); row = g.of(1) {
	}
}

func (g *inputsOf[A, B, C]) c(yield func(C) bool) {
	for row := g.of(2); row != nil && yield(row.C); row = g.of(2) {
	}
}
