package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"anabranch.dev/bench/internal/page"
	"anabranch.dev/bench/internal/record"
	"anabranch.dev/bench/internal/workload"
)

// report is the command of that name.
func report(ctx context.Context, args []string) (err error) {
	f := newFlags("report", "[-all | FILE.json] [-o FILE.html] [-docs]")
	var s settings
	s.define(f)
	f.Lookup("share").DefValue = fairShare.String()
	s.share = fairShare
	all := f.Bool("all", false, "measure all workloads, by all programs, with curves of memory and workers")
	out := f.String("o", "bench.html", "write the page to `FILE`")
	docs := f.Bool("docs", false, "write docs/benchmarks.md and its plots, too")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if *all == (len(rest) == 1) || len(rest) > 1 {
		f.Usage()
		return errors.New("either -all or one file is needed")
	}
	var r *record.Record
	if *all {
		s.versus = true
		r, err = everything(ctx, s)
	} else {
		r, err = record.Read(rest[0])
	}
	if err != nil {
		return err
	}
	view := page.New(r, described())
	if err := writePage(*out, view); err != nil {
		return err
	}
	fmt.Println(*out)
	if !*docs {
		return nil
	}
	dir, err := root(ctx)
	if err != nil {
		return err
	}
	return page.WriteDocs(filepath.Join(dir, "docs"), view)
}

// described are the workloads as a page speaks of them.
func described() (list []page.Job) {
	for _, w := range workload.All {
		list = append(list, page.Job{Name: w.Name, Group: w.Group, About: w.About, Why: w.Why})
	}
	return list
}

func writePage(path string, v *page.View) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	return errors.Join(page.HTML(w, v), w.Flush(), f.Close())
}

// everything measures all there is, and writes the record where the settings say so.
func everything(ctx context.Context, s settings) (r *record.Record, err error) {
	start := time.Now()
	b, r, err := begin(ctx, workload.All, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	r.Started = start // with building
	if err := b.contests(ctx, workload.All, r); err != nil {
		return nil, err
	}
	if err := b.curves(ctx, r); err != nil {
		return nil, err
	}
	r.Elapsed = time.Since(start).Seconds()
	if s.json != "" {
		return r, r.Write(s.json)
	}
	return r, nil
}
