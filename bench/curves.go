package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"anabranch.dev/bench/internal/record"
	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/bench/internal/workload"
)

// larger is how many times the size of the contests the inputs of budgets are: little memory is to be little.
const larger = 2

// curveRounds is how often each point is measured at most.
const curveRounds = 3

// curves measures how time depends on memory and on workers.
func (b *bout) curves(ctx context.Context, r *record.Record) error {
	for _, w := range workload.All {
		if w.Spills {
			c, err := b.budgetCurve(ctx, w)
			if err != nil {
				return err
			}
			r.Curves = append(r.Curves, c)
			b.say(fmt.Sprintf("%6s  %s in less memory", time.Since(r.Started).Round(time.Second), w.Name))
		}
	}
	for _, w := range workload.All {
		if w.Scales && b.workers > 1 {
			c, err := b.workersCurve(ctx, w)
			if err != nil {
				return err
			}
			r.Curves = append(r.Curves, c)
			b.say(fmt.Sprintf("%6s  %s on more cores", time.Since(r.Started).Round(time.Second), w.Name))
		}
	}
	return nil
}

func (b *bout) budgetCurve(ctx context.Context, w workload.Workload) (record.Curve, error) {
	big := *b
	big.size *= larger
	task, err := big.task(w)
	if err != nil {
		return record.Curve{}, err
	}
	input, err := warm(task)
	if err != nil {
		return record.Curve{}, err
	}
	return big.curve(ctx, w.Name, record.Budget, budgets(input, int64(b.budget), b.workers), func(v int64) trial.Task {
		t := task
		t.Memory = v
		return t
	})
}

// budgets are parts of the size of the input, no less than the least that a run needs, and what all have.
func budgets(input, all int64, workers int) (list []int64) {
	least := int64(workers) * 12 << 20
	for _, part := range []int64{16, 8, 4, 2} {
		if v := input / part; v > least && v < all {
			list = append(list, v)
		}
	}
	return append(append([]int64{least}, list...), all)
}

func (b *bout) workersCurve(ctx context.Context, w workload.Workload) (record.Curve, error) {
	task, err := b.task(w)
	if err != nil {
		return record.Curve{}, err
	}
	if _, err := warm(task); err != nil {
		return record.Curve{}, err
	}
	return b.curve(ctx, w.Name, record.Workers, doublings(b.workers), func(v int64) trial.Task {
		t := task
		t.Workers = int(v)
		return t
	})
}

// doublings are 1, 2, 4 and so on, and n.
func doublings(n int) (list []int64) {
	for v := 1; v < n; v *= 2 {
		list = append(list, int64(v))
	}
	return append(list, int64(n))
}

// curve measures ours at values of a setting, in turns.
func (b *bout) curve(ctx context.Context, name, setting string, values []int64, task func(int64) trial.Task) (record.Curve, error) {
	c := record.Curve{Workload: name, Setting: setting}
	for _, v := range values {
		c.Points = append(c.Points, record.Point{Value: v})
	}
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	for round := range min(b.count, curveRounds) {
		for _, i := range order {
			run := b.run(ctx, b.contenders[0], task(values[i]), round)
			if ctx.Err() != nil {
				return c, context.Cause(ctx)
			}
			if why := failure(run); why != "" {
				return c, fmt.Errorf("%s with %s %d: %s", name, setting, values[i], why)
			}
			c.Points[i].Runs = append(c.Points[i].Runs, run)
		}
		slices.Reverse(order)
	}
	return c, nil
}
