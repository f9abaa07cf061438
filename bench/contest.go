package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"anabranch.dev/bench/internal/record"
	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/bench/internal/workload"
	"anabranch.dev/internal/human"
)

// patience is how long the runs of a contender may take in all, for one workload. One that has taken longer is not run
// again, and has fewer rounds than others.
const patience = 5 * time.Second

// A bout measures workloads.
type bout struct {
	*programs
	settings
	dir string       // for answers and temporary files
	say func(string) // told what is being done
}

// newBout makes the folder that bout.close removes.
func newBout(p *programs, s settings) (*bout, error) {
	dir, err := os.MkdirTemp("", "anabranch-bench-")
	if err != nil {
		return nil, err
	}
	return &bout{programs: p, settings: s, dir: dir, say: func(text string) { fmt.Fprintln(os.Stderr, text) }}, nil
}

func (b *bout) close() error { return os.RemoveAll(b.dir) }

// task is what is to be done for a workload.
func (b *bout) task(w workload.Workload) (trial.Task, error) {
	var task trial.Task
	var err error
	if b.input != "" {
		if !w.Own {
			return task, fmt.Errorf("%s has no use for -input", w.Name)
		}
		path, err := filepath.Abs(b.input)
		if err != nil {
			return task, err
		}
		task = trial.Task{Workload: w.Name, Ordered: w.Order, Inputs: []string{path}}
	} else if task, err = w.Task(int64(b.size)); err != nil {
		return task, err
	}
	if w.Output {
		task.Output = filepath.Join(b.dir, "answer.txt")
	}
	task.Workers, task.Memory = b.workers, int64(b.budget)
	task.TempDir, task.Bin, task.Root = b.dir, b.bin, b.root
	return task, nil
}

// contest measures a workload, by all contenders that can do it. An error is one of ours: those of others are results.
func (b *bout) contest(ctx context.Context, w workload.Workload) (c record.Contest, err error) {
	task, err := b.task(w)
	if err != nil {
		return c, err
	}
	c.Workload = w.Name
	if c.Bytes, err = warm(task); err != nil {
		return c, err
	}
	var names []trial.Contender
	for _, o := range b.contenders {
		if o.Missing == "" && slices.Contains(o.Workloads, w.Name) {
			names = append(names, o)
		}
	}
	start := time.Now()
	for round := range b.count {
		if round >= 2 && b.share > 0 && time.Since(start) > b.share {
			break
		}
		if round%2 == 1 {
			slices.Reverse(names)
		}
		for _, o := range names {
			if b.out(c, o.Name) {
				continue
			}
			run := b.run(ctx, o, task, round)
			if ctx.Err() != nil {
				return c, context.Cause(ctx)
			}
			if o.Name == record.Ours && (run.Error != "" || run.Over != "") {
				return c, fmt.Errorf("%s: %s", w.Name, failure(run))
			}
			c.Runs = append(c.Runs, run)
		}
		if round%2 == 1 {
			slices.Reverse(names)
		}
	}
	return c, nil
}

// out tells whether a contender is not to be run again.
func (b *bout) out(c record.Contest, name string) bool {
	total := 0.0
	for _, r := range c.Runs {
		if r.Contender == name {
			if r.Over != "" || r.Error != "" {
				return true
			}
			total += r.Result.Wall
		}
	}
	return name != record.Ours && total > patience.Seconds()
}

// run is one run of one contender.
func (b *bout) run(ctx context.Context, c trial.Contender, task trial.Task, round int) record.Run {
	run := record.Run{Contender: c.Name, Round: round}
	var err error
	run.Result, err = trial.Run(ctx, c.Command, task, trial.Limits{Time: b.limit, Memory: b.most()})
	switch {
	case errors.Is(err, trial.ErrTime):
		run.Over = human.Duration(b.limit)
	case errors.Is(err, trial.ErrMemory):
		run.Over = human.Bytes(b.most())
	case err != nil:
		run.Error = err.Error()
	}
	if err := b.clear(); err != nil && run.Error == "" {
		run.Error = err.Error()
	}
	return run
}

// clear removes what a run has left, so that its answer is not taken for that of the next.
func (b *bout) clear() error {
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(b.dir, e.Name())))
	}
	return err
}

// failure is why a run has no result.
func failure(r record.Run) string {
	if r.Over != "" {
		return "over " + r.Over
	}
	return r.Error
}

// warm reads the input, so that all find it in the page cache, and returns its size.
func warm(task trial.Task) (total int64, err error) {
	if task.Inputs == nil {
		return task.Rows * 8, nil
	}
	for _, path := range task.Inputs {
		paths := []string{path}
		info, err := os.Stat(path)
		if err != nil {
			return 0, err
		}
		if info.IsDir() {
			if paths, err = filepath.Glob(filepath.Join(path, "*")); err != nil {
				return 0, err
			}
		}
		for _, p := range paths {
			n, err := readAll(p)
			if err != nil {
				return 0, err
			}
			total += n
		}
	}
	return total, nil
}

func readAll(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return io.Copy(io.Discard, f)
}
