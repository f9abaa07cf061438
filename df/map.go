package df

import (
	"context"
	"fmt"
	"iter"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// The verbs of this file work on one row at a time. They are fused: a worker
// runs a row batch through all of them before it takes the next. The functions
// that they are given are called from several goroutines at the same time.

// Map applies f to every row.
func Map[T, U any](s Stream[T], f func(T) U) Stream[U] {
	need("Map", f != nil)
	return narrow[U]("map", exec.Map(f), s.in("Map"))
}

// MapErr applies f to every row. The first error ends the run. To carry on
// without the rows that fail, see [Try].
func MapErr[T, U any](s Stream[T], f func(T) (U, error)) Stream[U] {
	need("MapErr", f != nil)
	return narrow[U]("map", exec.MapErr(f), s.in("MapErr"))
}

// MapConcurrent applies f to every row with n calls in flight, over all workers
// of the run: for calls that wait, as for a server. The rows keep their order;
// one that takes long holds back those after it, while up to n later calls per
// worker go on. The context ends with the run; the first error ends the run.
//
// The rows that follow are handled by further goroutines, as soon as their call
// and those before it are done.
func MapConcurrent[T, U any](s Stream[T], n int, f func(context.Context, T) (U, error)) Stream[U] {
	need("MapConcurrent", f != nil)
	if n < 1 {
		misuse("MapConcurrent", "%d calls in flight: at least one is needed", n)
	}
	in := s.in("MapConcurrent")
	keeps("MapConcurrent", in)
	return makeNode[U](plan.Node{Op: "map concurrent", Detail: fmt.Sprintf("%d in flight", n), Kind: plan.Cut, Order: in.Order}, exec.MapConcurrent(n, f), in)
}

// Failed is a row for which a function returned an error: see [Try].
type Failed[T any] = exec.Failed[T]

// Try applies f to every row, and gives what went well and what did not as two
// streams. They come of one pass when they are used in one run, as in
//
//	ok, failed := df.Try(lines, parse)
//	err := df.Run(ctx, df.Outputs(df.WriteLines(use(ok), "out"), df.WriteLines(df.Map(failed, text), "rejects")))
//
// A failed stream that no one uses is dropped. A panic of f still ends the run.
func Try[T, U any](s Stream[T], f func(T) (U, error)) (ok Stream[U], failed Stream[Failed[T]]) {
	need("Try", f != nil)
	tried := narrowNode("try", exec.RowsOf[exec.Tried[T, U]](), exec.Try(f), s.in("Try"))
	return narrow[U]("try: ok", exec.Successes[T, U](), tried),
		narrow[Failed[T]]("try: failed", exec.Failures[T, U](), tried)
}

// Filter keeps the rows of which keep is true.
func Filter[T any](s Stream[T], keep func(T) bool) Stream[T] {
	need("Filter", keep != nil)
	return narrow[T]("filter", exec.Filter(keep), s.in("Filter"))
}

// Update lets f change every row in place. For large rows it is faster than
// [Map], which copies them. It changes the stream's own copy, never what a row
// points to unless f does so.
func Update[T any](s Stream[T], f func(*T)) Stream[T] {
	need("Update", f != nil)
	return narrow[T]("update", exec.Update(f), s.in("Update"))
}

// Inspect shows every row to f, and passes it on.
func Inspect[T any](s Stream[T], f func(T)) Stream[T] {
	need("Inspect", f != nil)
	return narrow[T]("inspect", exec.Inspect(f), s.in("Inspect"))
}

// FlatMap makes a sequence of rows of each: none, one or many. For many small
// ones, [Expand] is several times faster.
func FlatMap[T, U any](s Stream[T], f func(T) iter.Seq[U]) Stream[U] {
	need("FlatMap", f != nil)
	return narrow[U]("flat map", exec.FlatMap(f), s.in("FlatMap"))
}

// Expand makes rows of each by appending them to dst, as in
// [strconv.AppendInt]. f must return dst with any number of rows appended; it
// may keep neither. Package df/text has splitters of this form:
//
//	words := df.Expand(df.Lines("*.txt"), text.Fields)
func Expand[T, U any](s Stream[T], f func(dst []U, v T) []U) Stream[U] {
	need("Expand", f != nil)
	return narrow[U]("expand", exec.Expand(f), s.in("Expand"))
}

// MapBatch gives rows to f many at a time, and takes what f appends to dst. It
// is the fastest form of a map, a filter or both when the work on a row is a few
// nanoseconds. How rows are dealt to batches is unspecified, so that f must do
// to each row the same whatever else is in the batch. f may overwrite rows, and
// may keep neither slice.
func MapBatch[T, U any](s Stream[T], f func(dst []U, rows []T) []U) Stream[U] {
	need("MapBatch", f != nil)
	return narrow[U]("map batch", exec.MapBatch(f), s.in("MapBatch"))
}
