package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"anabranch.dev/bench/internal/record"
	"anabranch.dev/bench/internal/workload"
)

// measure is the command run.
func measure(ctx context.Context, args []string) (err error) {
	f := newFlags("run", "[OPTIONS] WORKLOAD...")
	var s settings
	s.define(f)
	f.StringVar(&s.input, "input", "", "take `FILE` in place of the input that is made")
	f.BoolVar(&s.versus, "versus", false, "measure the programs of others, too")
	names, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		f.Usage()
		return errors.New("no workload is named")
	}
	jobs, err := chosen(names)
	if err != nil {
		return err
	}
	b, r, err := begin(ctx, jobs, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.contests(ctx, jobs, r); err != nil {
		return err
	}
	if err := writeTable(os.Stdout, r); err != nil {
		return err
	}
	if s.json == "" {
		return nil
	}
	return r.Write(s.json)
}

// begin gets ready to measure workloads. The bout is to be closed.
func begin(ctx context.Context, jobs []workload.Workload, s settings) (*bout, *record.Record, error) {
	if err := s.check(); err != nil {
		return nil, nil, err
	}
	if s.versus {
		fmt.Fprintln(os.Stderr, "building the programs of bench/versus")
	}
	p, err := prepare(ctx, jobs, s.versus)
	if err != nil {
		return nil, nil, err
	}
	m, err := machine(p.root)
	if err != nil {
		return nil, nil, err
	}
	b, err := newBout(p, s)
	if err != nil {
		return nil, nil, err
	}
	return b, &record.Record{Machine: m, Settings: s.record(), Started: time.Now(), Contenders: p.contenders}, nil
}

// contests measures workloads into a record.
func (b *bout) contests(ctx context.Context, jobs []workload.Workload, r *record.Record) error {
	for i, w := range jobs {
		b.say(fmt.Sprintf("%6s  %d of %d: %s", time.Since(r.Started).Round(time.Second), i+1, len(jobs), w.Name))
		c, err := b.contest(ctx, w)
		if err != nil {
			return err
		}
		r.Contests = append(r.Contests, c)
		r.Elapsed = time.Since(r.Started).Seconds()
	}
	return nil
}
