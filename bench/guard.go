package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"anabranch.dev/bench/internal/stat"
)

// A check is a ratio that may not be over a bound. Time is never held against a number: a is held against b, which took
// turns with it in the same process.
type check struct {
	name  string
	about string
	bound float64
	// pair measures once, and returns what is to be below the bound.
	pair func(ctx context.Context, odd bool) (float64, error)
	// once says that the value is no time, and the same each time.
	once bool
}

// The rounds of a check: as many as it takes until it is sure that the median is below the bound, or above it.
const (
	fewestRounds = 7
	mostRounds   = 25
)

// guard is the command of that name.
func guard(ctx context.Context, args []string) (err error) {
	f := newFlags("guard", "")
	size := bytesFlag(16e6)
	f.Var(&size, "size", "`bytes` of each input")
	if rest, err := parse(f, args); err != nil {
		return err
	} else if len(rest) > 0 {
		return errors.New("guard takes no arguments")
	}
	dir, err := os.MkdirTemp("", "anabranch-guard-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	checks, err := guarded(dir, int64(size))
	if err != nil {
		return err
	}
	return runChecks(ctx, os.Stdout, checks)
}

// runChecks runs all, and fails when one is over its bound.
func runChecks(ctx context.Context, out io.Writer, checks []check) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\tmedian\tinterval\tbound\trounds\t\n")
	var failed error
	for _, c := range checks {
		s, err := c.run(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		verdict := ""
		if s.Low > c.bound {
			verdict = "  OVER"
			failed = errors.Join(failed, fmt.Errorf("%s: %s is %.3f, between %.3f and %.3f, and may be %.2f", c.name, c.about, s.Median, s.Low, s.High, c.bound))
		}
		fmt.Fprintf(w, "%s\t%.3f\t%.3f to %.3f\t%.2f\t%d\t%s%s\n", c.name, s.Median, s.Low, s.High, c.bound, s.N, c.about, verdict)
	}
	return errors.Join(w.Flush(), failed)
}

// run measures until the interval of the median is on one side of the bound, or for as long as it may. A check fails
// only when the whole interval is above: what is not sure, passes.
func (c check) run(ctx context.Context) (s stat.Summary, err error) {
	var values []float64
	for len(values) < mostRounds {
		if ctx.Err() != nil {
			return s, context.Cause(ctx)
		}
		v, err := c.pair(ctx, len(values)%2 == 1)
		if err != nil {
			return s, err
		}
		values = append(values, v)
		s = stat.Of(values)
		if c.once || len(values) >= fewestRounds && (s.High <= c.bound || s.Low > c.bound && len(values) >= mostRounds*2/3) {
			return s, nil
		}
	}
	return s, nil
}

// against is a pair of times: ours by that of what is done by hand.
func against(ours, hand func(context.Context) error) func(context.Context, bool) (float64, error) {
	return func(ctx context.Context, odd bool) (float64, error) {
		times, err := inTurn(ctx, odd, ours, hand)
		if err != nil {
			return 0, err
		}
		return times[0] / times[1], nil
	}
}

// scaling is how much of the machine's own gain from two processors is lost: the time with two workers by that with one,
// by the same of a loop by hand. So a machine that has one processor to give at the moment does not fail it.
func scaling(job func(ctx context.Context, workers int) error, control func(workers int)) func(context.Context, bool) (float64, error) {
	with := func(workers int) func(context.Context) error {
		return func(ctx context.Context) error { return job(ctx, workers) }
	}
	loop := func(workers int) func(context.Context) error {
		return func(context.Context) error { control(workers); return nil }
	}
	return func(ctx context.Context, odd bool) (float64, error) {
		t, err := inTurn(ctx, odd, with(2), loop(2), with(1), loop(1))
		if err != nil {
			return 0, err
		}
		return (t[0] / t[2]) / (t[1] / t[3]), nil
	}
}

// inTurn times functions one after the other, or in reverse.
func inTurn(ctx context.Context, reverse bool, fs ...func(context.Context) error) ([]float64, error) {
	times := make([]float64, len(fs))
	order := make([]int, len(fs))
	for i := range order {
		order[i] = i
	}
	if reverse {
		slices.Reverse(order)
	}
	for _, i := range order {
		runtime.GC()
		start := time.Now()
		if err := fs[i](ctx); err != nil {
			return nil, err
		}
		times[i] = time.Since(start).Seconds()
	}
	return times, nil
}

// allocated is the bytes that a job allocates for each of its rows: the least of some runs, as the collector empties
// pools.
func allocated(rows int64, job func(context.Context) error) func(context.Context, bool) (float64, error) {
	return func(ctx context.Context, _ bool) (float64, error) {
		var least float64
		for i := range 4 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if err := job(ctx); err != nil {
				return 0, err
			}
			runtime.ReadMemStats(&after)
			if v := float64(after.TotalAlloc-before.TotalAlloc) / float64(cmp.Or(rows, 1)); i == 0 || v < least {
				least = v
			}
		}
		return least, nil
	}
}
