package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/workload"
	"anabranch.dev/df"
)

// guarded are the checks. Bounds are generous: about one and a half times what was measured, so that what fails is a
// mistake and not a busy minute.
func guarded(dir string, size int64) ([]check, error) {
	ints := data.Ints(int(size/8), 1<<40, 1)
	keys := data.Ints(int(size/8), int(size/16), 1)
	few := data.Ints(int(size/8), 100, 1)
	random := data.IntsIn(int(size/16), data.Random, 1)
	words, err := written(dir, data.Words{Bytes: size, Distinct: int(max(size/700, 1)), Seed: 1})
	if err != nil {
		return nil, err
	}
	lines, _, err := linesByHand(words)
	if err != nil {
		return nil, err
	}
	chain := func(ctx context.Context, workers int) error { return runs(ctx, workload.Chain(ints), workers) }
	scan := func(ctx context.Context, workers int) error { return runs(ctx, workload.Lines(words), workers) }
	count := func(ctx context.Context, workers int) error { return runs(ctx, workload.Words(words), workers) }
	group := func(rows []int64) func(context.Context, int) error {
		return func(ctx context.Context, workers int) error {
			return runs(ctx, df.CountBy(df.FromSlice(rows), df.Self), workers)
		}
	}
	sort := func(ctx context.Context, workers int) error {
		return runs(ctx, df.SortBy(df.FromSlice(random), df.Self), workers)
	}

	var kept any // what is done by hand, so that it is done
	hand := func(f func() (any, error)) func(context.Context) error {
		return func(context.Context) (err error) { kept, err = f(); return err }
	}
	checks := []check{
		{name: "chain", about: "time by that of a loop through the same functions", bound: 1.9,
			pair: against(one(chain), hand(func() (any, error) { return workload.ChainByHand(ints), nil }))},
		{name: "lines", about: "time by that of a loop over bytes.IndexByte", bound: 2.4,
			pair: against(one(scan), hand(func() (any, error) { n, _, err := linesByHand(words); return n, err }))},
		{name: "words", about: "time by that of a loop over a map", bound: 1.3,
			pair: against(one(count), hand(func() (any, error) { return wordsByHand(words) }))},
		{name: "groups", about: "time by that of a loop over a map, each key about twice", bound: 1.4,
			pair: against(one(group(keys)), hand(func() (any, error) { return countByHand(keys), nil }))},
		{name: "sort", about: "time by that of slices.Sort", bound: 1.8,
			pair: against(one(sort), hand(func() (any, error) { s := slices.Clone(random); slices.Sort(s); return s, nil }))},
		{name: "chain, bytes", about: "bytes allocated for each row", bound: 0.15, once: true, pair: allocated(int64(len(ints)), one(chain))},
		{name: "lines, bytes", about: "bytes allocated for each line", bound: 5, once: true, pair: allocated(lines, one(scan))},
		{name: "words, bytes", about: "bytes allocated for each line", bound: 50, once: true, pair: allocated(lines, one(count))},
		{name: "few groups, bytes", about: "bytes allocated for each row", bound: 0.3, once: true, pair: allocated(int64(len(few)), one(group(few)))},
		{name: "groups, bytes", about: "bytes allocated for each row", bound: 110, once: true, pair: allocated(int64(len(keys)), one(group(keys)))},
		{name: "sort, bytes", about: "bytes allocated for each row", bound: 100, once: true, pair: allocated(int64(len(random)), one(sort))},
	}
	if runtime.GOMAXPROCS(0) > 1 {
		control := func(workers int) { kept = sumByHand(ints, workers) }
		checks = append(checks,
			check{name: "chain, workers", about: "gain of two workers that is lost, by that of a loop", bound: 1.5, pair: scaling(chain, control)},
			check{name: "lines, workers", about: "the same", bound: 1.6, pair: scaling(scan, control)},
			check{name: "words, workers", about: "the same", bound: 1.8, pair: scaling(count, control)})
	}
	_ = kept
	return checks, nil
}

// one is a job with one worker.
func one(job func(context.Context, int) error) func(context.Context) error {
	return func(ctx context.Context) error { return job(ctx, 1) }
}

// runs runs a plan, whose rows are only counted.
func runs[T any](ctx context.Context, s df.Stream[T], workers int) error {
	n, ok, err := df.First(ctx, df.Count(s), df.Workers(workers))
	if err == nil && (!ok || n == 0) {
		return errors.New("no rows came")
	}
	return err
}

// written writes an input.
func written(dir string, k data.Kind) (path string, err error) {
	path = filepath.Join(dir, filepath.Base(k.Name()))
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	_, err = k.WriteTo(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return "", fmt.Errorf("make %s: %w", k.Name(), err)
	}
	return path, nil
}
