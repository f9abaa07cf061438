package df_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
)

// leaves are plans with everything in them that starts goroutines.
func leaves(t *testing.T) map[string]dftest.Stream {
	path := linesFile(t, zipfRows(3, 50_000))
	lines := df.MapErr(df.Lines(path), parse)
	endless := df.FromSeq(func(yield func(int64) bool) {
		for i := int64(0); yield(i); i++ {
		}
	})
	same := func(_ context.Context, v int64) (int64, error) { return v, nil }
	return map[string]dftest.Stream{
		"lines":         lines,
		"a sequence":    endless,
		"groups":        df.DistinctBy(lines, df.Self[int64]),
		"concurrent":    df.MapConcurrent(endless, 5, same),
		"two cuts":      df.MapConcurrent(df.MapConcurrent(lines, 5, same).Filter(dftest.IsOdd), 3, same),
		"in turns":      df.Enumerate(df.Chunk(endless, 3, dftest.Total), dftest.Plus),
		"buffered":      lines.Concat(lines),
		"beside others": df.Zip(lines, df.MapConcurrent(lines, 2, same), dftest.Plus),
	}
}

// TestNothingIsLeft ends runs early in every way there is.
func TestNothingIsLeft(t *testing.T) {
	boom := errors.New("boom")
	after := func(n int64, then func()) func(int64) (int64, error) {
		return func(v int64) (int64, error) {
			if v >= n {
				then()
				return 0, boom
			}
			return v, nil
		}
	}
	for name, s := range leaves(t) {
		eachWorkers(name, func(what string, o df.Option) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			n := 0
			for _, err := range df.All(ctx, s, o) {
				if err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				if n++; n == 1500 {
					break
				}
			}
			noneLeft(t)

			if _, _, err := df.First(ctx, s, o); err != nil {
				t.Errorf("%s: First: %v", what, err)
			}
			noneLeft(t)

			numbered := df.Enumerate(s, func(i, _ int64) int64 { return i })
			if _, err := df.Collect(ctx, df.MapErr(numbered, after(1200, func() {})), o); !errors.Is(err, boom) {
				t.Errorf("%s: error %v, want boom", what, err)
			}
			noneLeft(t)

			var p *df.PanicError
			if _, err := df.Collect(ctx, df.MapErr(numbered, after(1200, func() { panic("here") })), o); !errors.As(err, &p) || p.Value != "here" {
				t.Errorf("%s: error %v, want a panic", what, err)
			}
			noneLeft(t)

			func() {
				defer func() { _ = recover() }()
				for range df.All(ctx, s, o) {
					panic("in the loop")
				}
			}()
			noneLeft(t)

			if _, err := df.Collect(ctx, df.MapErr(numbered, after(1200, cancel)), o); !errors.Is(err, context.Canceled) && !errors.Is(err, boom) {
				t.Errorf("%s: error %v, want that of the context", what, err)
			}
			noneLeft(t)

			if err := df.Run(ctx, s, o); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: error %v of a run whose context had ended", what, err)
			}
			noneLeft(t)
		})
	}
}

// TestSequencesEnd: a sequence that is left early gets to its deferred calls,
// also when it panics.
func TestSequencesEnd(t *testing.T) {
	for name, end := range map[string]func(){"return": func() {}, "panic": func() { panic("in the sequence") }} {
		eachWorkers(name, func(what string, o df.Option) {
			ended := 0
			var seq iter.Seq[int64] = func(yield func(int64) bool) {
				defer func() { ended++ }()
				for i := int64(0); i < 5000; i++ {
					if !yield(i) {
						return
					}
				}
				end()
			}
			if _, _, err := df.First(context.Background(), df.FromSeq(seq), o); err != nil || ended != 1 {
				t.Errorf("%s: error %v, and the sequence ended %d times", what, err, ended)
			}
			_, err := df.Collect(context.Background(), df.FromSeq(seq), o)
			if ended != 2 || (err != nil) != (name == "panic") || err != nil && !strings.Contains(err.Error(), "in the sequence") {
				t.Errorf("%s: error %v, and the sequence ended %d times", what, err, ended)
			}
		})
	}
	noneLeft(t)
}
