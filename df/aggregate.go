package df

import (
	"cmp"
	"fmt"
	"reflect"

	"anabranch.dev/df/agg"
	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
	"anabranch.dev/spill"
)

// accumulate is the part of an aggregate that the engine needs to fold rows.
func accumulate[T, A, R any](verb string, f agg.Func[T, A, R]) (exec.Accumulate[T, A], func(*A) R) {
	need(verb, f != nil)
	d := f()
	if (d.Add == nil) == (d.AddAt == nil) || d.Merge == nil || d.Result == nil {
		misuse(verb, "the aggregate needs Merge, Result and exactly one of Add and AddAt")
	}
	if d.AddBatch != nil && d.Add == nil {
		misuse(verb, "the aggregate has AddBatch and no Add")
	}
	return exec.Accumulate[T, A]{Init: d.Init, Add: d.Add, AddAt: d.AddAt, AddBatch: d.AddBatch, Merge: d.Merge, Size: d.Size}, d.Result
}

// keepsIn panics when accumulators would keep rows that are valid for a call
// only.
func keepsIn[A any](verb string, in *plan.Node) {
	if in.Views && holdsView(reflect.TypeFor[A]()) {
		keeps(verb, in)
	}
}

// Aggregate folds all rows into one value, and gives that as its only row, of no
// rows too. Package df/agg has the aggregates.
func Aggregate[T, A, R any](s Stream[T], f agg.Func[T, A, R]) Stream[R] {
	acc, result := accumulate("Aggregate", f)
	return fold("Aggregate", "aggregate", "", s, acc, result)
}

func fold[T, A, R any](verb, op, detail string, s Stream[T], acc exec.Accumulate[T, A], result func(*A) R) Stream[R] {
	in := s.in(verb)
	keepsIn[A](verb, in)
	return breaker[R](op, detail, plan.InputOrder, exec.Fold(acc, result), in).shared(exec.ShareFold(acc, result))
}

// Reduce puts all rows together with f, two at a time, and gives what is left:
// one row, or none of none. f must be associative; the order of its arguments is
// that of the rows.
func Reduce[T any](s Stream[T], f func(T, T) T) Stream[T] {
	need("Reduce", f != nil)
	in := s.in("Reduce")
	keeps("Reduce", in)
	return breaker[T]("reduce", "", plan.InputOrder, exec.Reduce(f), in).shared(exec.ShareReduce(f))
}

// Count gives the number of rows.
func Count[T any](s Stream[T]) Stream[int64] {
	return breaker[int64]("count", "", plan.InputOrder, exec.Count[T](), s.in("Count")).shared(exec.ShareCount[T]())
}

// Sum adds up all rows; of no rows it gives 0. Sums of integers wrap around as
// Go's do. Sums of floats are the same for every number of workers and every
// split of the input, and no less exact than adding one row after the other
// (see [agg.SumFloat]).
func Sum[N agg.Number](s Stream[N]) Stream[N] {
	in := s.in("Sum")
	if k := reflect.TypeFor[N]().Kind(); k != reflect.Float32 && k != reflect.Float64 {
		return breaker[N]("sum", "", plan.InputOrder, exec.Sum[N](), in).shared(exec.ShareSum[N]())
	}
	acc, result := accumulate("Sum", agg.SumFloat(func(v N) float64 { return float64(v) }))
	sum := func(a *agg.FloatSum) N { return N(result(a)) }
	return breaker[N]("sum", "", plan.InputOrder, exec.Fold(acc, sum), in).shared(exec.ShareFold(acc, sum))
}

// Mean gives the arithmetic mean of all rows as its only row; none of no rows.
func Mean[N agg.Number](s Stream[N]) Stream[float64] {
	in := s.in("Mean")
	both := agg.Combine(agg.Count[N], agg.Mean(func(v N) N { return v }), func(n int64, mean float64) numbered { return numbered{n, mean} })
	acc, result := accumulate("Mean", both)
	one := breakerNode("mean", "", plan.InputOrder, exec.RowsOf[numbered](), exec.Fold(acc, result), in)
	one.Share = exec.ShareFold(acc, result)
	return narrow[float64]("mean: of rows", exec.Expand(func(dst []float64, m numbered) []float64 {
		if m.n == 0 {
			return dst
		}
		return append(dst, m.mean)
	}), one)
}

// numbered is a mean and of how many rows.
type numbered struct {
	n    int64
	mean float64
}

// Min gives the least row, the first of several; none of no rows. NaN is less
// than any other number, as for [cmp.Compare].
func Min[T cmp.Ordered](s Stream[T]) Stream[T] {
	return extreme("Min", "min", s, func(a, b T) T {
		if cmp.Less(b, a) {
			return b
		}
		return a
	})
}

// Max gives the greatest row, the first of several; none of no rows.
func Max[T cmp.Ordered](s Stream[T]) Stream[T] {
	return extreme("Max", "max", s, func(a, b T) T {
		if cmp.Less(a, b) {
			return b
		}
		return a
	})
}

func extreme[T any](verb, op string, s Stream[T], f func(T, T) T) Stream[T] {
	in := s.in(verb)
	keeps(verb, in)
	return breaker[T](op, "", plan.InputOrder, exec.Reduce(f), in).shared(exec.ShareReduce(f))
}

// mostKept is how many rows each worker keeps for a Top in memory.
const mostKept = 64 << 10

// Top gives the first n rows of the stream sorted by o, in that order; rows
// that o holds equal are in the order of the input. Each worker keeps n rows, in
// a heap; when n is more than 65,536 and rows can be written to disk, it is a
// [Sort] of which n rows are taken.
func Top[T any](s Stream[T], n int, o Order[T]) Stream[T] {
	if n < 0 {
		misuse("Top", "%d rows: the number cannot be negative", n)
	}
	ordered("Top", o)
	in := s.in("Top")
	keeps("Top", in)
	if n == 0 {
		return makeNode[T](plan.Node{Op: "top", Detail: "0", Kind: plan.Serial}, exec.Take[T](0), in)
	}
	if _, err := spill.CodecFor[T](); n > mostKept && err == nil {
		return Take(sorted("Top", "top", s, o), int64(n))
	}
	acc, result := accumulate("Top", agg.Top(n, o.Compare))
	return breaker[T]("top", fmt.Sprint(n), plan.Sorted, exec.FoldMany(acc, result), in).shared(exec.ShareFoldMany(acc, result))
}
