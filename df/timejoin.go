package df

import (
	"time"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// The joins of this file go by time as well as by key. Rows need not come in the
// order of time; both types must have codecs (see [spill.CodecFor]).

// flushRows is how many rows of a group are pushed at a time.
const flushRows = 1024

// AsOfJoin gives f of each row of s and the right row of equal key that was the last
// one then: that with the greatest time which is not after that of the row, and of
// several with that time the one that comes last in right. Where there is none, ok is
// false and r zero.
func AsOfJoin[T, R any, K comparable, O any](s Stream[T], right Stream[R], leftKey func(T) K, rightKey func(R) K, leftTime func(T) time.Time, rightTime func(R) time.Time, f func(l T, r R, ok bool) O) Stream[O] {
	need("AsOfJoin", f != nil)
	return timed("AsOfJoin", "as-of join", s, right, leftKey, rightKey, leftTime, rightTime, 0, func(dst []O, _ K, next func() *exec.OneOf[T, R, struct{}], flush func([]O) []O) []O {
		var last R
		ok := false
		for row := next(); row != nil; row = next() {
			if row.Input == 1 {
				last, ok = row.B, true
				continue
			}
			if dst = append(dst, f(row.A, last, ok)); len(dst) >= flushRows {
				dst = flush(dst)
			}
		}
		return dst
	})
}

// IntervalJoin gives f of each pair of rows with equal keys where the right time is
// from low to high after the left one, both included; before it, where they are
// negative. The right rows of such an interval, of one key, must fit into memory.
func IntervalJoin[T, R any, K comparable, O any](s Stream[T], right Stream[R], leftKey func(T) K, rightKey func(R) K, leftTime func(T) time.Time, rightTime func(R) time.Time, low, high time.Duration, f func(T, R) O) Stream[O] {
	need("IntervalJoin", f != nil)
	if low > high {
		misuse("IntervalJoin", "the interval ends %v before it begins", low-high)
	}
	// A left row comes when all right rows up to the end of its interval have come.
	return timed("IntervalJoin", "interval join", s, right, leftKey, rightKey, leftTime, rightTime, high, func(dst []O, _ K, next func() *exec.OneOf[T, R, struct{}], flush func([]O) []O) []O {
		var rights []R
		var times []time.Time
		for row := next(); row != nil; row = next() {
			var from time.Time // no row to come wants an earlier one
			if row.Input == 1 {
				from = rightTime(row.B).Add(low - high)
			} else {
				from = leftTime(row.A).Add(low)
			}
			old := 0
			for old < len(times) && times[old].Before(from) {
				old++
			}
			rights, times = rights[old:], times[old:]
			if row.Input == 1 {
				rights, times = append(rights, row.B), append(times, rightTime(row.B))
				continue
			}
			for _, r := range rights {
				if dst = append(dst, f(row.A, r)); len(dst) >= flushRows {
					dst = flush(dst)
				}
			}
		}
		return dst
	})
}

// timed gives the rows of each key to f in the order of their times, left ones after
// waiting for a while, and after right ones of the same time.
func timed[T, R any, K comparable, O any](verb, op string, s Stream[T], right Stream[R], leftKey func(T) K, rightKey func(R) K, leftTime func(T) time.Time, rightTime func(R) time.Time, wait time.Duration, f exec.GroupFunc[exec.OneOf[T, R, struct{}], K, O]) Stream[O] {
	need(verb, leftKey != nil && rightKey != nil && leftTime != nil && rightTime != nil)
	l, r := s.in(verb), right.in(verb)
	writable[T](verb)
	writable[R](verb)
	isKey[K](verb)
	type row = exec.OneOf[T, R, struct{}]
	within := Asc(func(v row) time.Time {
		if v.Input == 1 {
			return rightTime(v.B)
		}
		return leftTime(v.A).Add(wait)
	}).Then(Desc(func(v row) int { return v.Input }))
	return breaker[O](op, "", plan.NoOrder, exec.CoGroup(2, leftKey, rightKey, nil, within, f), l, r).shared(exec.ShareSides(leftKey, rightKey))
}
