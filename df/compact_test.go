package df_test

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
		"none": nil, "one": {5}, "two": {5, 5}, "equal": slices.Repeat([]int64{1}, n), "distinct": upTo(n),
		"of two": mapped(func(v int64) int64 { return v % 2 })(upTo(n)),
	}
	for _, mean := range []int{1, 2, 10, 500, 1024, 3000} {
		shapes[fmt.Sprint("runs of ", mean)] = runsOf(uint64(mean), n, mean)
	}
	for size := int64(1022); size <= 1026; size++ { // runs that end about where morsels do
		shapes[fmt.Sprint("runs of exactly ", size)] = mapped(func(v int64) int64 { return v / size })(upTo(n))
	}
	equalMod := func(a, b int64) bool { return mod10(a) == mod10(b) }
	for name, rows := range shapes {
		want := slices.Compact(slices.Clone(rows))
		wantMod := slices.CompactFunc(mapped(scrambleFew)(rows), equalMod)
		for source, s := range map[string]stream{
			"slice": df.FromSlice(rows), "sequence": df.FromSeq(slices.Values(rows)), "lines": df.MapErr(df.Lines(linesFile(t, rows)), parse),
		} {
			eachDeployment(name+", "+source, func(what string, o df.Option) {
				same(t, what, collect(t, df.Compact(s), o), want)
				same(t, what+", twice", collect(t, df.Compact(df.Compact(s)), o), want)
				same(t, what+", by function", collect(t, df.Map(s, scrambleFew).CompactFunc(equalMod), o), wantMod)
			})
		}
	}
}

// scrambleFew makes rows of one row that differ, but not by their last digit.
func scrambleFew(v int64) int64 { return v%10 + 10*(v*7919%13) }

// TestCompactKeepsTheFirst of each run.
func TestCompactKeepsTheFirst(t *testing.T) {
	rows := tag(runsOf(3, 20_000, 300))
	same2 := func(a, b tagged[int64]) bool { return a.Key == b.Key }
	want := slices.CompactFunc(slices.Clone(rows), same2)
	eachDeployment("tagged", func(what string, o df.Option) {
		sameRows(t, what, collect(t, df.CompactFunc(df.FromSlice(rows), same2), o), want)
	})
}

// TestCompactAmongOthers puts other verbs before and after it.
func TestCompactAmongOthers(t *testing.T) {
	compacted := func(rows []int64) []int64 { return slices.Compact(slices.Clone(rows)) }
	seldom := func(v int64) bool { return scramble(v)%3000 == 0 }
	zero := func(v *int64) { *v = 0 }
	zeroes := func(rows []int64) []int64 { return make([]int64, len(rows)) }
	all := inputs(t)
	for _, c := range []verbCase{
		ordered("Compact", func(s stream) stream { return df.Compact(s) }, compacted),
		ordered("few", func(s stream) stream { return df.Compact(df.Map(s, mod10)) }, func(rows []int64) []int64 { return compacted(mapped(mod10)(rows)) }),
		ordered("after Filter", func(s stream) stream { return df.Compact(s.Filter(seldom)) }, func(rows []int64) []int64 {
			return compacted(kept(func(_ int, v int64) bool { return seldom(v) })(rows))
		}),
		ordered("after Expand", func(s stream) stream {
			return df.Compact(df.Expand(s, func(dst []int64, v int64) []int64 { return append(dst, v, v, v, v+1, v+1, v) }))
		}, func(rows []int64) []int64 {
			var out []int64
			for _, v := range rows {
				out = append(out, v, v+1, v)
			}
			return compacted(out)
		}),
		ordered("after Concat", func(s stream) stream { return df.Compact(df.Concat(s, s, df.FromSlice[int64](nil), s)) }, func(rows []int64) []int64 {
			return compacted(slices.Concat(rows, rows, rows))
		}),
		ordered("then changed", func(s stream) stream { return df.Compact(s).Update(zero) }, func(rows []int64) []int64 { return zeroes(compacted(rows)) }),
		ordered("beside others", func(s stream) stream { return df.Zip(df.Compact(s.Update(zero)), df.Compact(s), plus) }, func(rows []int64) []int64 {
			return compacted(rows)[:min(1, len(rows))]
		}),
		ordered("Take after it", func(s stream) stream { return df.Compact(s).Take(700) }, func(rows []int64) []int64 { c := compacted(rows); return c[:min(700, len(c))] }),
		ordered("Take before it", func(s stream) stream { return df.Compact(s.Take(700)) }, func(rows []int64) []int64 { return compacted(rows[:min(700, len(rows))]) }),
		ordered("Enumerate", func(s stream) df.Stream[[2]int64] { return df.Enumerate(df.Compact(s), pair) }, func(rows []int64) (out [][2]int64) {
			for i, v := range compacted(rows) {
				out = append(out, pair(int64(i), v))
			}
			return out
		}),
		ordered("MapConcurrent before it", func(s stream) df.Stream[string] { return df.Compact(df.MapConcurrent(s, 4, slowText)) },
			func(rows []int64) []string { return mapped(text)(compacted(rows)) }),
		ordered("texts", func(s stream) df.Stream[string] {
			return df.Map(s, text).CompactFunc(func(a, b string) bool { return a[:1] == b[:1] })
		}, func(rows []int64) []string {
			return slices.CompactFunc(mapped(text)(rows), func(a, b string) bool { return a[:1] == b[:1] })
		}),
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, in := range all {
				c.check(t, in)
			}
		})
	}
}

// TestCompactOfNaN: NaN is not equal to itself, as for slices.Compact.
func TestCompactOfNaN(t *testing.T) {
	rows := []float64{1, 1, math.NaN(), math.NaN(), 0, math.Copysign(0, -1), 2}
	bits := func(v float64) uint64 { return math.Float64bits(v) }
	want := mappedRows(slices.Compact(slices.Clone(rows)), bits)
	eachDeployment("NaN", func(what string, o df.Option) {
		same(t, what, mappedRows(collect(t, df.Compact(df.FromSlice(rows)), o), bits), want)
	})
}

func TestCompactEndsItsInput(t *testing.T) {
	eachDeployment("endless", func(what string, o df.Option) {
		s := df.Compact(df.Map(endless(), func(v int64) int64 { return v / 100 })).Take(2500)
		same(t, what, collect(t, s, o), upTo(2500))
	})
	noneLeft(t)
}

func TestCompactFails(t *testing.T) {
	calls := func(n int64) func(a, b int64) bool {
		at := boomAt(n)
		return func(a, b int64) bool { at(); return a == b }
	}
	for _, n := range []int64{1, 1000, 15_000} {
		eachDeployment(fmt.Sprint("call ", n), func(what string, o df.Option) {
			err := df.Run(context.Background(), df.CompactFunc(df.Range[int64](0, 20_000), calls(n)).Named("changes"), o)
			var e *df.Error
			if !errors.Is(err, errBoom) || !errors.As(err, &e) || e.Op != "compact" || e.Label != "changes" || !strings.Contains(err.Error(), "compact_test.go") {
				t.Errorf("%s: error %.300v", what, err)
			}
		})
	}
	noneLeft(t)
}
