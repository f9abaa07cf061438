package df_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
)

// plans are things to be cancelled: each goes on for minutes or forever.
func plans(dir string, seen *atomic.Int64) map[string]df.Output {
	see := func(int64) { seen.Add(1) }
	wait := func(ctx context.Context, v int64) (int64, error) {
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("call %d: %w", v, ctx.Err())
		case <-time.After(time.Millisecond):
			return v, nil
		}
	}
	text := func(v int64) string { return fmt.Sprint(v) }
	long := df.Range[int64](0, 1<<50)
	return map[string]df.Output{
		"range":          df.Inspect(long, see),
		"sequence":       df.Inspect(dftest.Endless(), see),
		"take":           df.Inspect(df.Take(df.Filter(dftest.Endless(), func(int64) bool { return true }), 1<<60), see),
		"aggregate":      df.Count(df.Inspect(long, see)),
		"keys":           df.CountBy(df.Inspect(long, see), func(v int64) int64 { return v % 1000 }),
		"map concurrent": df.Inspect(df.MapConcurrent(dftest.Endless(), 4, wait), see),
		"write":          df.WriteLines(df.Map(df.Inspect(long, see), text), filepath.Join(dir, "out.gz")),
		"tee":            df.Outputs(df.Count(df.Inspect(long, see)), df.WriteLines(df.Map(long, text), filepath.Join(dir, "out"))),
		"zip":            df.Inspect(df.Zip(long, df.Range(0, 10_000_000), func(a int64, b int) int64 { return a }), see),
		"source": df.Inspect(df.Source([]int{1, 2, 3}, func(ctx context.Context, n int) iter.Seq2[int64, error] {
			return func(yield func(int64, error) bool) {
				for i := int64(0); yield(i, ctx.Err()); i++ {
				}
			}
		}), see),
	}
}

func TestCancel(t *testing.T) {
	cause := errors.New("enough")
	dir := t.TempDir()
	var seen atomic.Int64
	for name, o := range plans(dir, &seen) {
		for _, n := range workerCounts {
			what := fmt.Sprintf("%s, %d workers", name, n)
			ctx, cancel := context.WithCancelCause(context.Background())
			seen.Store(0)
			go func() {
				for seen.Load() == 0 {
					time.Sleep(time.Millisecond)
				}
				cancel(cause)
			}()
			began := time.Now()
			if err := df.Run(ctx, o, df.Workers(n)); err != cause {
				t.Errorf("%s: error %v", what, err)
			}
			dftest.Prompt(t, began, what)
			seen.Store(0)
			if err := df.Run(ctx, o, df.Workers(n)); err != cause || seen.Load() > 0 { // over from the start
				t.Errorf("%s: cancelled before: error %v, %d rows", what, err, seen.Load())
			}
		}
	}
	noneLeft(t)
	same(t, "files left", dftest.FilesIn(t, dir), nil)
}

func TestDeadline(t *testing.T) {
	dir := t.TempDir()
	var seen atomic.Int64
	for name, o := range plans(dir, &seen) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
		began := time.Now()
		if err := df.Run(ctx, o, df.Workers(2)); err != context.DeadlineExceeded {
			t.Errorf("%s: error %v", name, err)
		}
		dftest.Prompt(t, began, name)
		cancel()
	}
	noneLeft(t)
	same(t, "files left", dftest.FilesIn(t, dir), nil)
}

// TestErrorInTheMiddle holds that an error ends a big run at once.
func TestErrorInTheMiddle(t *testing.T) {
	var seen atomic.Int64
	s := df.MapErr(df.Range[int64](0, 1<<40), func(v int64) (int64, error) {
		if seen.Add(1); v == 1_000_000 {
			return 0, errBoom
		}
		return v, nil
	})
	for _, n := range workerCounts {
		seen.Store(0)
		began := time.Now()
		if err := df.Run(context.Background(), df.Count(s), df.Workers(n)); !errors.Is(err, errBoom) {
			t.Errorf("%d workers: error %v", n, err)
		}
		dftest.Prompt(t, began, fmt.Sprint(n, " workers"))
		if seen.Load() > 100_000_000 {
			t.Errorf("%d workers: %d rows were read", n, seen.Load())
		}
	}
	noneLeft(t)
}

func TestAllLeftEarly(t *testing.T) {
	for _, n := range workerCounts {
		for _, rows := range []int{1, 10, 5000} {
			var got []int64
			for v, err := range df.All(context.Background(), dftest.Endless(), df.Workers(n)) {
				if err != nil {
					t.Fatal(err)
				}
				if got = append(got, v); len(got) == rows {
					break
				}
			}
			if len(got) != rows || got[rows-1] != int64(rows-1) {
				t.Errorf("%d workers: %d rows, want %d", n, len(got), rows)
			}
			noneLeft(t)
		}
	}
}

func TestPanicInTheBodyOfAll(t *testing.T) {
	text := dftest.PanicText(func() {
		for v := range df.All(context.Background(), dftest.Endless()) {
			if v == 2000 {
				panic("in the body")
			}
		}
	})
	if text != "in the body" {
		t.Errorf("the body panicked with %q", text)
	}
	noneLeft(t)
}

func TestAllIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	var last error
	n := 0
	for v, err := range df.All(ctx, dftest.Endless()) {
		if last != nil {
			t.Fatal("a pair after the error")
		}
		if last = err; err != nil && v != 0 {
			t.Errorf("row %d beside the error", v)
		}
		if n++; n == 10 {
			cancel(errBoom)
		}
	}
	if last != errBoom {
		t.Errorf("error %v", last)
	}
	noneLeft(t)
}

func TestAllTwice(t *testing.T) {
	all := df.All(context.Background(), df.Range(0, 3000))
	for range 2 {
		var got []int
		for v, err := range all {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, v)
		}
		if len(got) != 3000 || !slices.IsSorted(got) {
			t.Errorf("%d rows", len(got))
		}
	}
}

func TestFirstOfEndless(t *testing.T) {
	for _, n := range workerCounts {
		v, ok, err := df.First(context.Background(), df.Filter(dftest.Endless(), func(v int64) bool { return v > 3000 }), df.Workers(n))
		if v != 3001 || !ok || err != nil {
			t.Errorf("%d workers: %d, %v, error %v", n, v, ok, err)
		}
	}
	if _, ok, err := df.First(context.Background(), df.FromSlice[int](nil)); ok || err != nil {
		t.Errorf("of no rows: %v, error %v", ok, err)
	}
	if _, ok, err := df.First(context.Background(), df.MapErr(df.FromSlice([]string{"x"}), parse)); ok || err == nil {
		t.Errorf("of an error: %v, error %v", ok, err)
	}
	noneLeft(t)
}

// TestOpenFiles holds that a run closes what it has opened, however it ends.
func TestOpenFiles(t *testing.T) {
	open := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip(err)
		}
		return len(entries)
	}
	text := dftest.RandomText(1, 2<<20, 60)
	paths := []string{dftest.TextFile(t, "a", text), dftest.TextFile(t, "b.gz", gzipped(t, text)), dftest.TextFile(t, "c", text)}
	out := filepath.Join(t.TempDir(), "out")
	lines := df.Lines(paths...)
	var seen atomic.Int64
	fails := df.MapErr(lines, func(s string) (string, error) {
		if seen.Add(1)%20_000 == 0 {
			return "", errBoom
		}
		return strings.ToUpper(s), nil
	})
	before := open()
	for _, n := range workerCounts {
		collect(t, df.WriteLines(lines, out), df.Workers(n))
		if err := df.Run(context.Background(), df.WriteLines(fails, out), df.Workers(n)); !errors.Is(err, errBoom) {
			t.Errorf("error %v", err)
		}
		if _, _, err := df.First(context.Background(), lines, df.Workers(n)); err != nil {
			t.Error(err)
		}
	}
	if after := open(); after > before+2 { // the poller's own
		t.Errorf("%d files are open, %d were before", after, before)
	}
}
