package df_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	"anabranch.dev/df/internal/dftest"
)

// A sharedCase is a plan that uses the streams x and y several times.
type sharedCase struct {
	name string
	plan func(x, y dftest.Stream) []dftest.Stream
	want func(x, y []int64) [][]int64
}

var sharedCases = []sharedCase{
	{"tee",
		func(x, _ dftest.Stream) []dftest.Stream {
			return []dftest.Stream{df.Map(x, dftest.Double), x.Filter(dftest.IsOdd), x}
		},
		func(x, _ []int64) [][]int64 {
			return [][]int64{dftest.Mapped(dftest.Double)(x), dftest.Kept(func(_ int, v int64) bool { return dftest.IsOdd(v) })(x), x}
		}},
	{"the same output twice",
		func(x, _ dftest.Stream) []dftest.Stream { return []dftest.Stream{x, x} },
		func(x, _ []int64) [][]int64 { return [][]int64{x, x} }},
	{"a tee may overwrite its rows",
		func(x, _ dftest.Stream) []dftest.Stream {
			zero := func(v *int64) { *v = 0 }
			return []dftest.Stream{df.Sum(x.Update(zero)), df.Sum(x), df.Sum(x.Update(zero)), df.Sum(x)}
		},
		func(x, _ []int64) [][]int64 { return [][]int64{{0}, {dftest.Total(x)}, {0}, {dftest.Total(x)}} }},
	{"one branch wants few",
		func(x, _ dftest.Stream) []dftest.Stream {
			return []dftest.Stream{x.Take(3), x.Count(), x.Skip(9000).Take(2)}
		},
		func(x, _ []int64) [][]int64 { return [][]int64{x[:3], {int64(len(x))}, x[9000:9002]} }},
	{"concatenated with itself",
		func(x, _ dftest.Stream) []dftest.Stream { return []dftest.Stream{x.Concat(x)} },
		func(x, _ []int64) [][]int64 { return [][]int64{slices.Concat(x, x)} }},
	{"concatenations in concatenations",
		func(x, y dftest.Stream) []dftest.Stream {
			return []dftest.Stream{df.Concat(df.Concat(x, y, x), df.Map(df.Concat(x, y), dftest.Double), y)}
		},
		func(x, y []int64) [][]int64 {
			return [][]int64{slices.Concat(x, y, x, dftest.Mapped(dftest.Double)(x), dftest.Mapped(dftest.Double)(y), y)}
		}},
	{"concatenated both ways",
		func(x, y dftest.Stream) []dftest.Stream { return []dftest.Stream{x.Concat(y), y.Concat(x)} },
		func(x, y []int64) [][]int64 { return [][]int64{slices.Concat(x, y), slices.Concat(y, x)} }},
	{"three concatenated in a circle",
		func(x, y dftest.Stream) []dftest.Stream {
			z := df.Range[int64](0, 3000)
			return []dftest.Stream{x.Concat(y), y.Concat(z), z.Concat(x), z}
		},
		func(x, y []int64) [][]int64 {
			z := dftest.UpTo(3000)
			return [][]int64{slices.Concat(x, y), slices.Concat(y, z), slices.Concat(z, x), z}
		}},
	{"concatenated with its groups",
		func(x, _ dftest.Stream) []dftest.Stream {
			return []dftest.Stream{x.Concat(df.Sum(df.DistinctBy(x, dftest.Mod10)))}
		},
		func(x, _ []int64) [][]int64 {
			return [][]int64{slices.Concat(x, []int64{dftest.Total(firstOf(dftest.Mod10)(x))})}
		}},
	{"its groups first",
		func(x, _ dftest.Stream) []dftest.Stream {
			return []dftest.Stream{df.Concat(df.Sum(df.DistinctBy(x, dftest.Mod10)), x), x.Count()}
		},
		func(x, _ []int64) [][]int64 {
			return [][]int64{slices.Concat([]int64{dftest.Total(firstOf(dftest.Mod10)(x))}, x), {int64(len(x))}}
		}},
	{"zipped with itself",
		func(x, _ dftest.Stream) []dftest.Stream { return []dftest.Stream{df.Zip(x, x, dftest.Plus)} },
		func(x, _ []int64) [][]int64 { return [][]int64{dftest.Mapped(dftest.Double)(x)} }},
	{"zipped with what is made of it",
		func(x, _ dftest.Stream) []dftest.Stream {
			return []dftest.Stream{df.Zip(x, df.Map(x, dftest.Double), dftest.Plus), df.Zip(x.Skip(1), x, dftest.Plus), df.Zip(x, x.Skip(1), dftest.Plus)}
		},
		func(x, _ []int64) [][]int64 {
			return [][]int64{dftest.Zipped(x, dftest.Mapped(dftest.Double)(x)), dftest.Zipped(x[1:], x), dftest.Zipped(x[1:], x)}
		}},
	{"zipped crosswise",
		func(x, y dftest.Stream) []dftest.Stream {
			return []dftest.Stream{df.Zip(df.Zip(x, y, dftest.Plus), df.Zip(y, x, dftest.Plus), dftest.Plus), df.Zip(y, x, dftest.Plus)}
		},
		func(x, y []int64) [][]int64 {
			return [][]int64{dftest.Zipped(dftest.Zipped(x, y), dftest.Zipped(y, x)), dftest.Zipped(y, x)}
		}},
	{"zip of a concatenation with its parts",
		func(x, y dftest.Stream) []dftest.Stream {
			return []dftest.Stream{df.Zip(x.Concat(y), y.Concat(x), dftest.Plus)}
		},
		func(x, y []int64) [][]int64 {
			return [][]int64{dftest.Zipped(slices.Concat(x, y), slices.Concat(y, x))}
		}},
	{"joined with its mean",
		func(x, _ dftest.Stream) []dftest.Stream { return []dftest.Stream{dftest.EveryRow(x, dftest.MeanOf(x))} },
		func(x, _ []int64) [][]int64 {
			return [][]int64{dftest.Zipped(x, slices.Repeat(dftest.MeanRows(x), len(x)))}
		}},
	{"three phases",
		func(x, y dftest.Stream) []dftest.Stream {
			a := dftest.EveryRow(x, dftest.MeanOf(x))
			b := dftest.EveryRow(x, dftest.MeanOf(a))
			return []dftest.Stream{a, dftest.EveryRow(y, dftest.MeanOf(b)), x.Count(), b.Concat(x)}
		},
		func(x, y []int64) [][]int64 {
			a := dftest.Zipped(x, slices.Repeat(dftest.MeanRows(x), len(x)))
			b := dftest.Zipped(x, slices.Repeat(dftest.MeanRows(a), len(x)))
			return [][]int64{a, dftest.Zipped(y, slices.Repeat(dftest.MeanRows(b), len(y))), {int64(len(x))}, slices.Concat(b, x)}
		}},
	{"behind a cut",
		func(x, y dftest.Stream) []dftest.Stream {
			c := df.MapConcurrent(x.Take(700), 3, func(_ context.Context, v int64) (int64, error) { return v, nil })
			return []dftest.Stream{c.Concat(y), c, df.Zip(y, c, dftest.Plus)}
		},
		func(x, y []int64) [][]int64 {
			return [][]int64{slices.Concat(x[:700], y), x[:700], dftest.Zipped(y, x[:700])}
		}},
	{"behind a cut, in the middle",
		func(x, y dftest.Stream) []dftest.Stream {
			c := df.MapConcurrent(y.Take(700), 3, func(_ context.Context, v int64) (int64, error) { return v, nil })
			return []dftest.Stream{df.Concat(x, c, x.Take(5)).Skip(10), df.Chunk(df.Concat(c, y), 100, dftest.Total)}
		},
		func(x, y []int64) [][]int64 {
			var sums []int64
			for c := range slices.Chunk(slices.Concat(y[:700], y), 100) {
				sums = append(sums, dftest.Total(c))
			}
			return [][]int64{slices.Concat(x, y[:700], x[:5])[10:], sums}
		}},
}

// TestSharedStreams runs plans in which streams are used several times; what is
// shared must run once.
func TestSharedStreams(t *testing.T) {
	xs, ys := zipfRows(1, manyRows), zipfRows(2, manyRows)
	for _, c := range sharedCases {
		t.Run(c.name, func(t *testing.T) {
			var calls atomic.Int64
			x := df.Map(df.FromSlice(xs), func(v int64) int64 { calls.Add(1); return v })
			y := df.FromSeq(slices.Values(ys))
			streams, want := c.plan(x, y), c.want(xs, ys)
			eachDeployment(c.name, func(what string, o df.Option) {
				calls.Store(0)
				got := make([][]int64, len(streams))
				var outs []df.Output
				for i, s := range streams {
					outs = append(outs, df.Into(s, &got[i]))
				}
				if err := df.Run(context.Background(), df.Outputs(outs...), o); err != nil {
					t.Fatalf("%s: %v\n%s", what, err, df.Explain(df.Outputs(outs...)))
				}
				for i := range got {
					same(t, fmt.Sprintf("%s, output %d", what, i), got[i], want[i])
				}
				if n := calls.Load(); n > int64(len(xs)) {
					t.Errorf("%s: the shared part took %d rows, of %d", what, n, len(xs))
				}
			})
		})
	}
}

func TestTryIsOnePass(t *testing.T) {
	rows := zipfRows(4, manyRows)
	var calls atomic.Int64
	ok, failed := df.Try(df.FromSlice(rows), func(v int64) (string, error) {
		calls.Add(1)
		return notBySeven(v)
	})
	eachDeployment("Try", func(what string, o df.Option) {
		calls.Store(0)
		var good []string
		var bad []df.Failed[int64]
		if err := df.Run(context.Background(), df.Outputs(df.Into(ok, &good), df.Into(failed, &bad)), o); err != nil {
			t.Fatal(err)
		}
		var wantGood, wantBad, gotBad []string
		for _, v := range rows {
			if s, err := notBySeven(v); err == nil {
				wantGood = append(wantGood, s)
			} else {
				wantBad = append(wantBad, fmt.Sprint(v, err))
			}
		}
		for _, f := range bad {
			gotBad = append(gotBad, fmt.Sprint(f.Row, f.Err))
		}
		same(t, what+", ok", good, wantGood)
		same(t, what+", failed", gotBad, wantBad)
		if n := calls.Load(); n != int64(len(rows)) {
			t.Errorf("%s: %d calls for %d rows", what, n, len(rows))
		}
	})
}

// TestRunsOfOnePlan runs one plan several times at once: runs share nothing.
func TestRunsOfOnePlan(t *testing.T) {
	rows := zipfRows(6, manyRows)
	counts := df.AggregateBy(df.FromSlice(rows).Filter(dftest.IsOdd), dftest.Mod10, agg.Collect[int64])
	plan := df.Map(counts, func(kv df.KV[int64, []int64]) int64 { return hashOf(kv.Value) }).Top(10, df.Asc(df.Self[int64]))
	want := collect(t, plan, df.Workers(1))
	errs := make(chan error)
	for i := range 8 {
		go func() {
			got, err := df.Collect(context.Background(), plan, df.Workers(i%3+1))
			if err == nil && !slices.Equal(got, want) {
				err = fmt.Errorf("run %d: %v, want %v", i, got, want)
			}
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// TestBufferWithinBudget: rows that wait to be used again are counted.
func TestBufferWithinBudget(t *testing.T) {
	x := df.Range[int64](0, 8<<20) // 64 MiB
	for _, plan := range []dftest.Stream{x.Concat(x), df.Zip(x, x, dftest.Plus)} {
		_, err := df.Collect(context.Background(), plan.Count(), df.Workers(1), df.Memory(20<<20))
		if !errors.Is(err, df.ErrMemory) {
			t.Errorf("%v, want ErrMemory", err)
		}
	}
}

// TestTakeEndsItsInput: an endless input ends when no one wants more of it.
func TestTakeEndsItsInput(t *testing.T) {
	from := func(i int64) dftest.Stream {
		return df.FromSeq(func(yield func(int64) bool) {
			for i := i; yield(i); i++ {
			}
		})
	}
	endless := from(0)
	for name, plan := range map[string]dftest.Stream{
		"Take":                  endless.Take(2500),
		"Take behind others":    df.Map(endless.Filter(dftest.IsOdd), func(v int64) int64 { return v / 2 }).Take(2500),
		"Take of a Take":        endless.Take(5000).Take(2500),
		"Zip with a short one":  df.Zip(endless, df.Range[int64](0, 2500), func(a, _ int64) int64 { return a }),
		"first of a Concat":     df.Concat(endless.Take(1000), from(1000).Take(1500)),
		"MapConcurrent between": df.MapConcurrent(endless, 3, func(_ context.Context, v int64) (int64, error) { return v, nil }).Take(2500),
	} {
		eachDeployment(name, func(what string, o df.Option) {
			same(t, what, collect(t, plan, o), dftest.UpTo(2500))
			if v, ok, err := df.First(context.Background(), plan.Skip(7), o); v != 7 || !ok || err != nil {
				t.Errorf("%s: First gave %v, %v, %v", what, v, ok, err)
			}
		})
	}
	noneLeft(t)
}

// TestWideRange: a range may be wider than what an int64 counts.
func TestWideRange(t *testing.T) {
	same(t, "uint64", collect(t, df.Range[uint64](0, math.MaxUint64).Take(2)), []uint64{0, 1})
	same(t, "int64", collect(t, df.Range[int64](math.MinInt64, math.MaxInt64).Take(2)), []int64{math.MinInt64, math.MinInt64 + 1})
	same(t, "int8", collect(t, df.Range[int8](126, 127)), []int8{126})
	same(t, "none", collect(t, df.Range(3, 3)), nil)
}

// TestNilOptionOfAll panics where All is called, not in a goroutine of it.
func TestNilOptionOfAll(t *testing.T) {
	mustPanic(t, "nil option", func() { df.All(context.Background(), df.Range(0, 3), nil) })
}
