package df

import (
	"fmt"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// Stream describes rows of type T: where they come from and what happens to
// them on the way. It is a small value, a pointer to a part of a plan, which
// never changes: a stream can be used by several others, run twice, and run
// from several goroutines.
//
// Used twice within a run, a stream is a tee: what leads to it runs once, and
// its rows go both ways.
//
// The zero Stream is of no use; verbs panic when given one.
type Stream[T any] struct{ node *plan.Node }

// Named returns the stream with a label for its last operator, to be seen in
// errors, plans and progress.
func (s Stream[T]) Named(label string) Stream[T] {
	return Stream[T]{s.in("Named").Named(label)}
}

// Filter is [Filter] as a method.
func (s Stream[T]) Filter(keep func(T) bool) Stream[T] { return Filter(s, keep) }

// Update is [Update] as a method.
func (s Stream[T]) Update(f func(*T)) Stream[T] { return Update(s, f) }

// Inspect is [Inspect] as a method.
func (s Stream[T]) Inspect(f func(T)) Stream[T] { return Inspect(s, f) }

// Take is [Take] as a method.
func (s Stream[T]) Take(n int64) Stream[T] { return Take(s, n) }

// Skip is [Skip] as a method.
func (s Stream[T]) Skip(n int64) Stream[T] { return Skip(s, n) }

// Sample is [Sample] as a method.
func (s Stream[T]) Sample(p float64, seed uint64) Stream[T] { return Sample(s, p, seed) }

// Concat is [Concat] as a method: the rows of s, then those of the others.
func (s Stream[T]) Concat(others ...Stream[T]) Stream[T] {
	return Concat(append([]Stream[T]{s}, others...)...)
}

// Reduce is [Reduce] as a method.
func (s Stream[T]) Reduce(f func(T, T) T) Stream[T] { return Reduce(s, f) }

// Top is [Top] as a method.
func (s Stream[T]) Top(n int, o Order[T]) Stream[T] { return Top(s, n, o) }

// Sort is [Sort] as a method.
func (s Stream[T]) Sort(o Order[T]) Stream[T] { return Sort(s, o) }

// SortFunc is [SortFunc] as a method.
func (s Stream[T]) SortFunc(compare func(a, b T) int) Stream[T] { return SortFunc(s, compare) }

// CompactFunc is [CompactFunc] as a method.
func (s Stream[T]) CompactFunc(equal func(a, b T) bool) Stream[T] { return CompactFunc(s, equal) }

// Save is [Save] as a method.
func (s Stream[T]) Save(path string) Stream[File] { return Save(s, path) }

// Count is [Count] as a method.
func (s Stream[T]) Count() Stream[int64] { return Count(s) }

// outputs makes a stream an [Output]: run for its own sake, its rows go nowhere.
func (s Stream[T]) outputs() []*plan.Node { return []*plan.Node{s.in("Run")} }

// in returns the plan node, for the verb that consumes it.
func (s Stream[T]) in(verb string) *plan.Node {
	return inOf(verb, s.node)
}

func inOf(verb string, n *plan.Node) *plan.Node {
	if n == nil {
		misuse(verb, "the zero Stream has no rows; streams come from sources such as df.Lines")
	}
	return n
}

// misuse panics about a wrong call, with the place of the call.
func misuse(verb, format string, args ...any) {
	panic(fmt.Sprintf("df.%s (%v): %s", verb, plan.Caller(), fmt.Sprintf(format, args...)))
}

// need panics unless a function was given.
func need(verb string, given bool) {
	if !given {
		misuse(verb, "nil function")
	}
}

// makeNode is the stream behind a new node with rows of type T. It and the
// functions after it only say what T is: the rest is compiled once, and not for
// the rows of every stream.
func makeNode[T any](n plan.Node, body exec.Body, inputs ...*plan.Node) Stream[T] {
	return Stream[T]{newNode(n, exec.RowsOf[T](), body, inputs...)}
}

func newNode(n plan.Node, rows exec.Rows, body exec.Body, inputs ...*plan.Node) *plan.Node {
	n.Site = plan.Caller()
	n.Inputs = inputs
	n.Body = body
	n.Rows = rows
	for _, in := range inputs {
		n.Views = n.Views || in.Views && holdsView(rows.Type())
	}
	return &n
}

// narrow is a stream whose rows are made of one row of its input at a time, and
// keep its order.
func narrow[T any](op string, body exec.Body, in *plan.Node) Stream[T] {
	return Stream[T]{narrowNode(op, exec.RowsOf[T](), body, in)}
}

func narrowNode(op string, rows exec.Rows, body exec.Body, in *plan.Node) *plan.Node {
	return newNode(plan.Node{Op: op, Order: in.Order}, rows, body, in)
}

// serial is a narrow stream that depends on the places of its rows.
func serial[T any](verb, op, detail string, body exec.Body, in *plan.Node) Stream[T] {
	return Stream[T]{serialNode(verb, op, detail, exec.RowsOf[T](), body, in)}
}

func serialNode(verb, op, detail string, rows exec.Rows, body exec.Body, in *plan.Node) *plan.Node {
	keeps(verb, in)
	return newNode(plan.Node{Op: op, Detail: detail, Kind: plan.Serial, Order: in.Order}, rows, body, in)
}

// breaker is a stream whose rows come after all rows of its inputs.
func breaker[T any](op, detail string, o plan.Order, body exec.Body, inputs ...*plan.Node) Stream[T] {
	return Stream[T]{breakerNode(op, detail, o, exec.RowsOf[T](), body, inputs...)}
}

// shared says how several processes run a breaker that was just made.
func (s Stream[T]) shared(how exec.Sharing) Stream[T] {
	s.node.Share = how
	return s
}

func breakerNode(op, detail string, o plan.Order, rows exec.Rows, body exec.Body, inputs ...*plan.Node) *plan.Node {
	n := newNode(plan.Node{Op: op, Detail: detail, Kind: plan.Breaker, Order: o}, rows, body, inputs...)
	n.Views = false // what a breaker keeps, it has copied
	return n
}

// written is what a node that writes its rows to files tells of them.
func written(op, path string, body exec.Body, in *plan.Node) Stream[File] {
	return makeNode[File](plan.Node{Op: op, Detail: path, Kind: plan.Sink, Order: plan.InputOrder}, body, in)
}

// keeps panics when a verb would keep rows that are valid for a call only.
func keeps(verb string, in *plan.Node) {
	if in.Views {
		misuse(verb, "the rows hold Views, which are valid only until the function that is given them returns; make strings of them first, as in df.Map(s, df.View.Clone)")
	}
}
