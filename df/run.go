package df

import (
	"context"
	"iter"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// Output is something that can be run: a stream, as [WriteLines] returns one,
// or several [Outputs].
type Output interface {
	outputs() []*plan.Node
}

type outputs []*plan.Node

func (o outputs) outputs() []*plan.Node { return o }

// Outputs puts several outputs together, to be run in one pass: what they share
// runs once.
func Outputs(list ...Output) Output {
	var all outputs
	for _, o := range list {
		if o == nil {
			misuse("Outputs", "nil output")
		}
		all = append(all, o.outputs()...)
	}
	return all
}

// Into is an output that stores the rows, in order, in *dst, replacing what is
// there, when they have all come. It is [Collect] for a run with several
// outputs.
func Into[T any](s Stream[T], dst *[]T) Output {
	if dst == nil {
		misuse("Into", "nil destination")
	}
	return sink("Into", "collect", s, exec.Collect(dst))
}

// sink is an output that hands rows to the program.
func sink[T any](verb, op string, s Stream[T], body exec.Body) Output {
	in := s.in(verb)
	keeps(verb, in)
	return outputs{{Op: op, Kind: plan.Sink, Site: plan.Caller(), Inputs: []*plan.Node{in}, Body: body}}
}

// Run runs a plan for its effects. It returns when every goroutine of the run
// has ended. The first error ends the run, and so does the end of ctx, whose
// cause is then returned.
//
// Errors of the run are of type *[Error].
func Run(ctx context.Context, o Output, options ...Option) error {
	if o == nil {
		misuse("Run", "nil output")
	}
	return exec.Execute(ctx, config(options), o.outputs()...)
}

// Collect runs a plan and returns its rows, in the order of the stream.
func Collect[T any](ctx context.Context, s Stream[T], options ...Option) ([]T, error) {
	var rows []T
	if err := Run(ctx, Into(s, &rows), options...); err != nil {
		return nil, err
	}
	return rows, nil
}

// ForEach runs a plan and calls f with every row, in the order of the stream,
// one call at a time, though not always from the same goroutine. The first error
// of f ends the run.
func ForEach[T any](ctx context.Context, s Stream[T], f func(T) error, options ...Option) error {
	need("ForEach", f != nil)
	return Run(ctx, sink("ForEach", "for each", s, exec.ForEach(f)), options...)
}

// First runs a plan until it has given a row, and returns that; ok is false when
// there is none.
func First[T any](ctx context.Context, s Stream[T], options ...Option) (row T, ok bool, err error) {
	o := sink("First", "first", s, exec.Deliver(func(rows []T) error {
		row, ok = rows[0], true
		return exec.ErrStop
	}))
	err = Run(ctx, o, options...)
	return row, ok && err == nil, err
}

// All runs a plan when it is ranged over, and yields its rows in the order of
// the stream. A failure is the last pair: an error beside the zero row. Leaving
// the loop ends the run; when the loop is over, so is every goroutine of it.
func All[T any](ctx context.Context, s Stream[T], options ...Option) iter.Seq2[T, error] {
	s.in("All")
	c := config(options)
	return func(yield func(T, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		full, empty := make(chan []T), make(chan []T, 1)
		empty <- nil
		o := sink("All", "all", s, exec.Deliver(func(rows []T) error {
			select {
			case b := <-empty:
				select {
				case full <- append(b[:0], rows...):
					return nil
				case <-ctx.Done():
				}
			case <-ctx.Done():
			}
			return context.Cause(ctx)
		}))
		var err error
		go func() {
			defer close(full)
			err = exec.Execute(ctx, c, o.outputs()...)
		}()
		defer func() { // also when yield panics
			cancel()
			for range full {
			}
		}()
		for batch := range full {
			for _, v := range batch {
				if !yield(v, nil) {
					return
				}
			}
			empty <- batch
		}
		if err != nil {
			var zero T
			yield(zero, err)
		}
	}
}

// Analyze runs a plan as [Run] does, and returns how it ended: of each operator rows, time,
// memory and what went to disk, and of each pipeline when it ran and what its workers did.
// Printed, it is text; it can be drawn, too. It is there when the run fails as well, and
// tells how far that came; it is nil when the run did not begin.
//
//	ran, err := df.Analyze(ctx, df.WriteLines(sorted, "sorted.log"), df.Memory(256<<20))
//	fmt.Print(ran)
func Analyze(ctx context.Context, o Output, options ...Option) (*Progress, error) {
	if o == nil {
		misuse("Analyze", "nil output")
	}
	var last *Progress
	c := config(options)
	c.Watchers = append(c.Watchers, exec.WatchFunc(func(p Progress) { last = &p }).Watcher())
	err := exec.Execute(ctx, c, o.outputs()...)
	return last, err
}

// Plan describes what runs: see [Explain].
type Plan = exec.Plan

// Explain returns the plan of an output: what runs, in which pipeline, and where in the
// program it was asked for. Printed, it is text; it can be drawn, too. It runs nothing
// and reads no file.
//
//	fmt.Print(df.Explain(df.WriteLines(sorted, "sorted.log")))
func Explain(o Output) *Plan {
	if o == nil {
		misuse("Explain", "nil output")
	}
	return exec.Explain(o.outputs()...)
}
