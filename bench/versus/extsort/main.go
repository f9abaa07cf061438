// Extsort does the sorts with github.com/lanrat/extsort, an external sort for Go.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"os"
	"runtime/debug"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/digest"
	"anabranch.dev/bench/internal/trial"
	"github.com/lanrat/extsort"
)

func main() {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/lanrat/extsort" {
				version = m.Path + " " + m.Version
			}
		}
	}
	trial.Main(trial.Contender{
		Name:     "extsort",
		About:    "an external sort for Go",
		Version:  version,
		Settings: "NumWorkers, GOMAXPROCS, GOMEMLIMIT; chunks of at most a million rows, or of a quarter of the memory",
	}, map[string]trial.Func{
		"sort":           sortFile,
		"sort-presorted": sortFile,
		"sort-few":       sortFile,
		"sort-int64": func(ctx context.Context, s *trial.Session) error {
			return sortRows(ctx, s, data.IntsIn(int(s.Rows), data.Random, 1), (*digest.Ordered).AddInt)
		},
		"sort-strings": func(ctx context.Context, s *trial.Session) error {
			return sortRows(ctx, s, data.ShortStrings(int(s.Rows), 1), (*digest.Ordered).AddString)
		},
	})
}

// config has chunks of rows that take so many bytes each in memory.
func config(s *trial.Session, bytes int64) *extsort.Config {
	c := extsort.DefaultConfig()
	c.NumWorkers = s.Workers
	c.TempFilesDir = s.TempDir
	if s.Memory > 0 {
		c.ChunkSize = int(min(int64(c.ChunkSize), max(s.Memory/4/bytes, 1000)))
	}
	return c
}

// sortFile sorts lines, which take about 130 bytes each with their headers.
func sortFile(ctx context.Context, s *trial.Session) error {
	in, err := os.Open(s.Inputs[0])
	if err != nil {
		return err
	}
	defer in.Close()
	rows := make(chan string, 1000)
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), 64<<20)
	go func() {
		defer close(rows)
		for lines.Scan() {
			rows <- lines.Text()
		}
	}()
	sorter, sorted, errs := extsort.Strings(rows, config(s, 130))
	go sorter.Sort(ctx)
	out, err := os.Create(s.Output)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 1<<20)
	for row := range sorted {
		w.WriteString(row)
		w.WriteByte('\n')
	}
	return errors.Join(<-errs, lines.Err(), w.Flush(), out.Close())
}

// sortRows is from a slice to a slice.
func sortRows[T cmp.Ordered](ctx context.Context, s *trial.Session, list []T, add func(*digest.Ordered, T)) error {
	if err := s.Start(); err != nil {
		return err
	}
	rows := make(chan T, 1000)
	go func() {
		defer close(rows)
		for _, row := range list {
			rows <- row
		}
	}()
	sorter, sorted, errs := extsort.Ordered(rows, config(s, 32))
	go sorter.Sort(ctx)
	all := make([]T, 0, len(list))
	for row := range sorted {
		all = append(all, row)
	}
	if err := <-errs; err != nil {
		return err
	}
	if err := s.Stop(); err != nil {
		return err
	}
	var d digest.Ordered
	for _, row := range all {
		add(&d, row)
	}
	s.Answer(d.Rows(), d.String())
	return nil
}
