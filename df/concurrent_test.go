package df_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
)

// The tests of this file run in bubbles of testing/synctest, where time passes
// only when nothing else can happen: hours cost nothing, and are exact.

// flight counts calls in flight.
type flight struct{ now, most, calls atomic.Int64 }

func (f *flight) begin() {
	f.calls.Add(1)
	n := f.now.Add(1)
	for m := f.most.Load(); n > m && !f.most.CompareAndSwap(m, n); m = f.most.Load() {
	}
}

func (f *flight) end() { f.now.Add(-1) }

func TestMapConcurrentInFlight(t *testing.T) {
	const rows = 2100 // three morsels
	for _, n := range []int{1, 3, 40} {
		eachWorkers(fmt.Sprint(n, " in flight"), func(what string, o df.Option) {
			synctest.Test(t, func(t *testing.T) {
				var f flight
				s := df.MapConcurrent(df.Range[int64](0, rows), n, func(_ context.Context, v int64) (int64, error) {
					f.begin()
					defer f.end()
					time.Sleep(time.Second)
					return v, nil
				})
				start := time.Now()
				same(t, what, collect(t, s, o), dftest.UpTo(rows))
				took, least := time.Since(start), time.Duration((rows+n-1)/n)*time.Second
				if most := f.most.Load(); most != int64(n) || f.calls.Load() != rows {
					t.Errorf("%s: %d calls of %d at once, %d in all", what, most, n, f.calls.Load())
				}
				if took < least || took > least*11/10 {
					t.Errorf("%s: took %v, want %v", what, took, least)
				}
			})
		})
	}
}

// TestMapConcurrentOrder: calls end in another order than they began.
func TestMapConcurrentOrder(t *testing.T) {
	const rows = 3000
	eachWorkers("MapConcurrent", func(what string, o df.Option) {
		synctest.Test(t, func(t *testing.T) {
			s := df.MapConcurrent(df.Range[int64](0, rows), 10, func(_ context.Context, v int64) (int64, error) {
				time.Sleep(time.Duration(v*7919%101) * time.Millisecond)
				return v, nil
			})
			same(t, what, collect(t, df.Enumerate(s, func(i, v int64) int64 { return max(i, v) }), o), dftest.UpTo(rows))
		})
	})
}

// TestMapConcurrentPassesRowsOn: a row whose call has ended does not wait for
// the input to go on.
func TestMapConcurrentPassesRowsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		hourly := df.FromSeq(func(yield func(int) bool) {
			for i := 0; i < 3 && yield(i); i++ {
				time.Sleep(time.Hour)
			}
		})
		slow := df.MapConcurrent(hourly, 2, func(_ context.Context, v int) (int, error) {
			time.Sleep(time.Minute)
			return v, nil
		})
		var came []time.Duration
		err := df.ForEach(context.Background(), slow, func(int) error {
			came = append(came, time.Since(start))
			return nil
		}, df.Workers(1))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "rows came after", came, []time.Duration{time.Minute, time.Hour + time.Minute, 2*time.Hour + time.Minute})
	})
}

func TestMapConcurrentError(t *testing.T) {
	boom := errors.New("boom")
	eachWorkers("MapConcurrent", func(what string, o df.Option) {
		synctest.Test(t, func(t *testing.T) {
			var f flight
			s := df.MapConcurrent(df.Range[int64](0, 100_000), 8, func(ctx context.Context, v int64) (int64, error) {
				f.begin()
				defer f.end()
				if v == 500 {
					return 0, boom
				}
				select {
				case <-time.After(time.Second):
					return v, nil
				case <-ctx.Done():
					return 0, ctx.Err()
				}
			}).Named("ask")
			_, err := df.Collect(context.Background(), s, o)
			var e *df.Error
			if !errors.Is(err, boom) || !errors.As(err, &e) || e.Label != "ask" || e.Op != "map concurrent" {
				t.Errorf("%s: %v", what, err)
			}
			if f.now.Load() != 0 {
				t.Errorf("%s: %d calls are in flight after the run", what, f.now.Load())
			}
			if f.calls.Load() > 5000 { // seven workers share the calls evenly
				t.Errorf("%s: %d calls for an error at the 500th row", what, f.calls.Load())
			}
		})
	})
}

func TestMapConcurrentPanic(t *testing.T) {
	eachWorkers("MapConcurrent", func(what string, o df.Option) {
		s := df.MapConcurrent(df.Range(0, 5000), 4, func(_ context.Context, v int) (int, error) {
			if v == 1234 {
				panic("boom")
			}
			return v, nil
		})
		_, err := df.Collect(context.Background(), s, o)
		var p *df.PanicError
		if !errors.As(err, &p) || p.Value != "boom" || !strings.Contains(string(p.Stack), "concurrent_test.go") {
			t.Errorf("%s: %v", what, err)
		}
	})
}

type contextKey struct{}

// TestMapConcurrentContext: calls see the values of the caller's context, and
// its end.
func TestMapConcurrentContext(t *testing.T) {
	eachWorkers("MapConcurrent", func(what string, o df.Option) {
		synctest.Test(t, func(t *testing.T) {
			late := errors.New("too late")
			ctx := context.WithValue(context.Background(), contextKey{}, "value")
			ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, late)
			defer cancel()
			var f flight
			s := df.MapConcurrent(df.Range(0, 5000), 4, func(ctx context.Context, v int) (int, error) {
				f.begin()
				defer f.end()
				if ctx.Value(contextKey{}) != "value" {
					return 0, errors.New("another context")
				}
				select {
				case <-time.After(time.Second):
				case <-ctx.Done():
				}
				return v, ctx.Err()
			})
			start := time.Now()
			_, err := df.Collect(ctx, s, o)
			if !errors.Is(err, late) && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", what, err)
			}
			if took := time.Since(start); took != time.Minute || f.now.Load() != 0 {
				t.Errorf("%s: took %v, and left %d calls in flight", what, took, f.now.Load())
			}
		})
	})
}

// TestSlowSequence: rows of a sequence are passed on as they come, by one
// worker at a time.
func TestSlowSequence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		seq := func(yield func(int) bool) {
			for i := 0; i < 200 && yield(i); i++ {
				time.Sleep(time.Second)
			}
		}
		var late []int
		err := df.ForEach(context.Background(), df.FromSeq(seq), func(v int) error {
			if time.Since(start) > time.Duration(v+1)*time.Second {
				late = append(late, v)
			}
			return nil
		}, df.Workers(1))
		if err != nil || len(late) > 0 {
			t.Errorf("rows that were held back: %v; error %v", late, err)
		}
	})
}

// TestWatch: a watcher is told several times a second, and at the end.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []df.Progress
		s := df.Map(df.FromSlice(make([]int, 10)), func(v int) int { time.Sleep(time.Second); return v }).Named("slow")
		rows := collect(t, s, df.Workers(1), df.Watch(func(p df.Progress) { seen = append(seen, p) }))
		if len(rows) != 10 || len(seen) < 40 || len(seen) > 60 {
			t.Fatalf("%d rows, and told %d times in 10 seconds", len(rows), len(seen))
		}
		last := seen[len(seen)-1]
		i := slices.IndexFunc(last.Operators, func(o df.OperatorProgress) bool { return o.Label == "slow" })
		if !last.Done || i < 0 || last.Operators[i].RowsIn != 10 || last.Operators[i].RowsOut != 10 || last.Elapsed < 10*time.Second {
			t.Errorf("the last progress is %+v", last)
		}
	})
}
