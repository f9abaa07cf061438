package main

import (
	"context"
	"fmt"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/examples/internal/cli"
)

// A runner answers questions.
type runner struct {
	ask      func(name string) bool // whether to answer a question
	fromFile bool                   // read files for each question, instead of once into memory
	settings *cli.Settings
}

// explained prints the plan of a question, if plans are to be printed.
func (r runner) explained(name string, o df.Output) bool {
	if r.settings.Explain == "text" {
		fmt.Println(name)
	}
	return r.settings.Explained(o)
}

// load returns rows to ask questions of.
func load[T any](ctx context.Context, r runner, name string, rows df.Stream[T]) (df.Stream[T], error) {
	if r.fromFile {
		return rows, nil
	}
	start := time.Now()
	all, err := df.Collect(ctx, rows, r.settings.Options()...)
	if err != nil {
		return rows, err
	}
	fmt.Printf("read %8d rows %7d ms  %s\n", len(all), time.Since(start).Milliseconds(), name)
	return df.FromSlice(all), nil
}

// groups answers the group-by questions.
func (r runner) groups(ctx context.Context, path string) error {
	rows, err := load(ctx, r, path, table(path, header, takeRow))
	if err != nil {
		return err
	}
	for _, q := range questions {
		if !r.ask(q.name) {
			continue
		}
		plan := check(q.plan(rows))
		if r.explained(q.name, plan) {
			continue
		}
		start := time.Now()
		a, _, err := df.First(ctx, plan, r.settings.Options()...)
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		fmt.Printf("%-3s %8d groups %6d ms   %.9g\n", q.name, a.groups, time.Since(start).Milliseconds(), a.sums)
	}
	return nil
}

// joins answers the join questions: each only counted, and then with its rows made.
func (r runner) joins(ctx context.Context, x, s, m, b string) (err error) {
	var t tables
	if t.x, err = load(ctx, r, x, table(x, "id1,id2,id3,id4,id5,id6,v1", takeLeft)); err != nil {
		return err
	}
	if t.small, err = load(ctx, r, s, table(s, "id1,id4,v2", takeSmall)); err != nil {
		return err
	}
	if t.medium, err = load(ctx, r, m, table(m, "id1,id2,id4,id5,v2", takeMedium)); err != nil {
		return err
	}
	if t.big, err = load(ctx, r, b, table(b, "id1,id2,id3,id4,id5,id6,v2", takeBig)); err != nil {
		return err
	}
	for _, q := range joins {
		if !r.ask(q.name) {
			continue
		}
		plan := q.counted(t)
		if r.explained(q.name, plan) {
			continue
		}
		start := time.Now()
		a, _, err := df.First(ctx, plan, r.settings.Options()...)
		if err != nil {
			return fmt.Errorf("%s, counted: %w", q.name, err)
		}
		fmt.Printf("%-3s %8d counted %6d ms   %.9g\n", q.name, a.rows, time.Since(start).Milliseconds(), a.sums)
		a, took, err := q.made(ctx, t, r.settings.Options()...)
		if err != nil {
			return fmt.Errorf("%s, made: %w", q.name, err)
		}
		fmt.Printf("%-3s %8d made    %6d ms   %.9g\n", q.name, a.rows, took.Milliseconds(), a.sums)
	}
	return nil
}
