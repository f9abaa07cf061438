package sorting_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
)

// runsOf draws runs of equal rows, of about so many rows each.
func runsOf(seed uint64, n, mean int) []int64 {
	r := rand.New(rand.NewPCG(seed, seed))
	rows := make([]int64, 0, n)
	for len(rows) < n {
		v := r.Int64N(3)
		for range 1 + r.IntN(2*mean) {
			rows = append(rows, v)
		}
	}
	return rows[:n]
}

func TestCompact(t *testing.T) {
	const n = 20_000
	shapes := map[string][]int64{
		"none": nil, "one": {5}, "two": {5, 5}, "equal": slices.Repeat([]int64{1}, n), "distinct": dftest.UpTo(n),
		"of two": dftest.Mapped(func(v int64) int64 { return v % 2 })(dftest.UpTo(n)),
	}
	for _, mean := range []int{1, 2, 10, 500, 1024, 3000} {
		shapes[fmt.Sprint("runs of ", mean)] = runsOf(uint64(mean), n, mean)
	}
	for size := int64(1022); size <= 1026; size++ { // runs that end about where morsels do
		shapes[fmt.Sprint("runs of exactly ", size)] = dftest.Mapped(func(v int64) int64 { return v / size })(dftest.UpTo(n))
	}
	equalMod := func(a, b int64) bool { return dftest.Mod10(a) == dftest.Mod10(b) }
	for name, rows := range shapes {
		want := slices.Compact(slices.Clone(rows))
		wantMod := slices.CompactFunc(dftest.Mapped(scrambleFew)(rows), equalMod)
		for source, s := range map[string]dftest.Stream{
			"slice": df.FromSlice(rows), "sequence": df.FromSeq(slices.Values(rows)), "lines": df.MapErr(df.Lines(dftest.LinesFile(t, rows)), dftest.Parse),
		} {
			dftest.EachDeployment(name+", "+source, func(what string, o df.Option) {
				dftest.Same(t, what, dftest.Collect(t, df.Compact(s), o), want)
				dftest.Same(t, what+", twice", dftest.Collect(t, df.Compact(df.Compact(s)), o), want)
				dftest.Same(t, what+", by function", dftest.Collect(t, df.Map(s, scrambleFew).CompactFunc(equalMod), o), wantMod)
			})
		}
	}
}

// scrambleFew makes rows of one row that differ, but not by their last digit.
func scrambleFew(v int64) int64 { return v%10 + 10*(v*7919%13) }

// TestCompactKeepsTheFirst of each run.
func TestCompactKeepsTheFirst(t *testing.T) {
	rows := dftest.Tag(runsOf(3, 20_000, 300))
	same2 := func(a, b dftest.Tagged[int64]) bool { return a.Key == b.Key }
	want := slices.CompactFunc(slices.Clone(rows), same2)
	dftest.EachDeployment("tagged", func(what string, o df.Option) {
		sameRows(t, what, dftest.Collect(t, df.CompactFunc(df.FromSlice(rows), same2), o), want)
	})
}

// TestCompactAmongOthers puts other verbs before and after it.
func TestCompactAmongOthers(t *testing.T) {
	compacted := func(rows []int64) []int64 { return slices.Compact(slices.Clone(rows)) }
	seldom := func(v int64) bool { return dftest.Scramble(v)%3000 == 0 }
	zero := func(v *int64) { *v = 0 }
	zeroes := func(rows []int64) []int64 { return make([]int64, len(rows)) }
	all := dftest.Inputs(t)
	for _, c := range []dftest.VerbCase{
		dftest.Ordered("Compact", func(s dftest.Stream) dftest.Stream { return df.Compact(s) }, compacted),
		dftest.Ordered("few", func(s dftest.Stream) dftest.Stream { return df.Compact(df.Map(s, dftest.Mod10)) }, func(rows []int64) []int64 { return compacted(dftest.Mapped(dftest.Mod10)(rows)) }),
		dftest.Ordered("after Filter", func(s dftest.Stream) dftest.Stream { return df.Compact(s.Filter(seldom)) }, func(rows []int64) []int64 {
			return compacted(dftest.Kept(func(_ int, v int64) bool { return seldom(v) })(rows))
		}),
		dftest.Ordered("after Expand", func(s dftest.Stream) dftest.Stream {
			return df.Compact(df.Expand(s, func(dst []int64, v int64) []int64 { return append(dst, v, v, v, v+1, v+1, v) }))
		}, func(rows []int64) []int64 {
			var out []int64
			for _, v := range rows {
				out = append(out, v, v+1, v)
			}
			return compacted(out)
		}),
		dftest.Ordered("after Concat", func(s dftest.Stream) dftest.Stream { return df.Compact(df.Concat(s, s, df.FromSlice[int64](nil), s)) }, func(rows []int64) []int64 {
			return compacted(slices.Concat(rows, rows, rows))
		}),
		dftest.Ordered("then changed", func(s dftest.Stream) dftest.Stream { return df.Compact(s).Update(zero) }, func(rows []int64) []int64 { return zeroes(compacted(rows)) }),
		dftest.Ordered("beside others", func(s dftest.Stream) dftest.Stream {
			return df.Zip(df.Compact(s.Update(zero)), df.Compact(s), dftest.Plus)
		}, func(rows []int64) []int64 {
			return compacted(rows)[:min(1, len(rows))]
		}),
		dftest.Ordered("Take after it", func(s dftest.Stream) dftest.Stream { return df.Compact(s).Take(700) }, func(rows []int64) []int64 { c := compacted(rows); return c[:min(700, len(c))] }),
		dftest.Ordered("Take before it", func(s dftest.Stream) dftest.Stream { return df.Compact(s.Take(700)) }, func(rows []int64) []int64 { return compacted(rows[:min(700, len(rows))]) }),
		dftest.Ordered("Enumerate", func(s dftest.Stream) df.Stream[[2]int64] { return df.Enumerate(df.Compact(s), dftest.Pair) }, func(rows []int64) (out [][2]int64) {
			for i, v := range compacted(rows) {
				out = append(out, dftest.Pair(int64(i), v))
			}
			return out
		}),
		dftest.Ordered("MapConcurrent before it", func(s dftest.Stream) df.Stream[string] { return df.Compact(df.MapConcurrent(s, 4, dftest.SlowText)) },
			func(rows []int64) []string { return dftest.Mapped(dftest.Text)(compacted(rows)) }),
		dftest.Ordered("texts", func(s dftest.Stream) df.Stream[string] {
			return df.Map(s, dftest.Text).CompactFunc(func(a, b string) bool { return a[:1] == b[:1] })
		}, func(rows []int64) []string {
			return slices.CompactFunc(dftest.Mapped(dftest.Text)(rows), func(a, b string) bool { return a[:1] == b[:1] })
		}),
	} {
		t.Run(c.Name, func(t *testing.T) {
			for _, in := range all {
				c.Check(t, in)
			}
		})
	}
}

// TestCompactOfNaN: NaN is not equal to itself, as for slices.Compact.
func TestCompactOfNaN(t *testing.T) {
	rows := []float64{1, 1, math.NaN(), math.NaN(), 0, math.Copysign(0, -1), 2}
	bits := func(v float64) uint64 { return math.Float64bits(v) }
	want := mappedRows(slices.Compact(slices.Clone(rows)), bits)
	dftest.EachDeployment("NaN", func(what string, o df.Option) {
		dftest.Same(t, what, mappedRows(dftest.Collect(t, df.Compact(df.FromSlice(rows)), o), bits), want)
	})
}

func TestCompactEndsItsInput(t *testing.T) {
	dftest.EachDeployment("endless", func(what string, o df.Option) {
		s := df.Compact(df.Map(dftest.Endless(), func(v int64) int64 { return v / 100 })).Take(2500)
		dftest.Same(t, what, dftest.Collect(t, s, o), dftest.UpTo(2500))
	})
	dftest.NoneLeft(t)
}

func TestCompactFails(t *testing.T) {
	calls := func(n int64) func(a, b int64) bool {
		at := dftest.BoomAt(n)
		return func(a, b int64) bool { at(); return a == b }
	}
	for _, n := range []int64{1, 1000, 15_000} {
		dftest.EachDeployment(fmt.Sprint("call ", n), func(what string, o df.Option) {
			err := df.Run(context.Background(), df.CompactFunc(df.Range[int64](0, 20_000), calls(n)).Named("changes"), o)
			var e *df.Error
			if !errors.Is(err, dftest.ErrBoom) || !errors.As(err, &e) || e.Op != "compact" || e.Label != "changes" || !strings.Contains(err.Error(), "compact_test.go") {
				t.Errorf("%s: error %.300v", what, err)
			}
		})
	}
	dftest.NoneLeft(t)
}
