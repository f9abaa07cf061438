package df_test

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	"anabranch.dev/df/internal/dftest"
)

func notBySeven(v int64) (string, error) {
	if v%7 == 0 {
		return "", fmt.Errorf("%d is a multiple of seven", v)
	}
	return dftest.Text(v), nil
}

func copiesSeq(v int64) iter.Seq[int64] { return slices.Values(dftest.Copies(nil, v)) }

func statsOf(rows []int64) (s dftest.Stats) {
	for i, v := range rows {
		if i == 0 {
			s.First = v
		}
		s.N, s.Sum, s.Last = s.N+1, s.Sum+v, v
	}
	return s
}

// firstOf keeps the first row of each key, in order.
func firstOf[K comparable](key func(int64) K) func([]int64) []int64 {
	return func(rows []int64) []int64 {
		seen := map[K]bool{}
		return dftest.Kept(func(_ int, v int64) bool {
			old := seen[key(v)]
			seen[key(v)] = true
			return !old
		})(rows)
	}
}

func topOf(n int, order df.Order[int64]) func([]int64) []int64 {
	return func(rows []int64) []int64 {
		all := slices.Clone(rows)
		slices.SortStableFunc(all, order.Compare)
		return all[:min(n, len(all))]
	}
}

// perRow are the verbs that work on one row at a time.
func perRow() []dftest.VerbCase {
	return []dftest.VerbCase{
		dftest.Ordered("Map in place", func(s dftest.Stream) dftest.Stream { return df.Map(s, dftest.Double) }, dftest.Mapped(dftest.Double)),
		dftest.Ordered("Map", func(s dftest.Stream) df.Stream[string] { return df.Map(s, dftest.Text) }, dftest.Mapped(dftest.Text)),
		dftest.Ordered("MapErr", func(s dftest.Stream) dftest.Stream {
			return df.MapErr(df.Map(s, func(v int64) string { return strconv.FormatInt(v, 10) }), parse)
		}, dftest.Mapped(df.Self[int64])),
		dftest.Ordered("Filter", func(s dftest.Stream) dftest.Stream { return df.Filter(s, dftest.IsOdd) }, dftest.Kept(func(_ int, v int64) bool { return dftest.IsOdd(v) })),
		dftest.Ordered("Filter none", func(s dftest.Stream) dftest.Stream { return s.Filter(func(int64) bool { return false }) }, dftest.Kept(func(int, int64) bool { return false })),
		dftest.Ordered("Update", func(s dftest.Stream) dftest.Stream { return df.Update(s, func(v *int64) { *v = dftest.Double(*v) }) }, dftest.Mapped(dftest.Double)),
		dftest.Ordered("Inspect", func(s dftest.Stream) dftest.Stream { return df.Inspect(s, func(int64) {}) }, dftest.Mapped(df.Self[int64])),
		dftest.Ordered("FlatMap", func(s dftest.Stream) dftest.Stream { return df.FlatMap(s, copiesSeq) }, dftest.Expanded),
		dftest.Ordered("Expand", func(s dftest.Stream) dftest.Stream { return df.Expand(s, dftest.Copies) }, dftest.Expanded),
		dftest.Ordered("MapBatch", func(s dftest.Stream) dftest.Stream {
			return df.MapBatch(s, func(dst, rows []int64) []int64 {
				for i, v := range rows {
					dst = dftest.Copies(dst, v)
					rows[i] = -1 // allowed: the batch is the step's own
				}
				return dst
			})
		}, dftest.Expanded),
		dftest.Ordered("Named", func(s dftest.Stream) dftest.Stream { return s.Named("the rows") }, dftest.Mapped(df.Self[int64])),
		dftest.Ordered("chain", func(s dftest.Stream) df.Stream[string] {
			return df.Map(df.Filter(df.Expand(df.Map(s, dftest.Double).Filter(func(v int64) bool { return v%3 != 0 }), dftest.Copies), func(v int64) bool { return v%5 != 0 }), dftest.Text)
		}, func(rows []int64) []string {
			rows = dftest.Kept(func(_ int, v int64) bool { return v%3 != 0 })(dftest.Mapped(dftest.Double)(rows))
			return dftest.Mapped(dftest.Text)(dftest.Kept(func(_ int, v int64) bool { return v%5 != 0 })(dftest.Expanded(rows)))
		}),
		dftest.Ordered("Try ok", func(s dftest.Stream) df.Stream[string] {
			ok, _ := df.Try(s, notBySeven)
			return ok
		}, func(rows []int64) []string {
			return dftest.Mapped(dftest.Text)(dftest.Kept(func(_ int, v int64) bool { return v%7 != 0 })(rows))
		}),
		dftest.Ordered("Try failed", func(s dftest.Stream) df.Stream[string] {
			_, failed := df.Try(s, notBySeven)
			return df.Map(failed, func(f df.Failed[int64]) string { return fmt.Sprint(f.Row, ": ", f.Err) })
		}, func(rows []int64) []string {
			return dftest.Mapped(func(v int64) string {
				_, err := notBySeven(v)
				return fmt.Sprint(v, ": ", err)
			})(dftest.Kept(func(_ int, v int64) bool { return v%7 == 0 })(rows))
		}),
	}
}

// inPlace are the verbs that depend on the places of rows.
func inPlace() []dftest.VerbCase {
	var cases []dftest.VerbCase
	for _, n := range []int64{0, 1, 1000, 1024, 5001, 1 << 40} {
		cases = append(cases,
			dftest.Ordered(fmt.Sprint("Take ", n), func(s dftest.Stream) dftest.Stream { return df.Take(s, n) }, dftest.Kept(func(i int, _ int64) bool { return int64(i) < n })),
			dftest.Ordered(fmt.Sprint("Skip ", n), func(s dftest.Stream) dftest.Stream { return df.Skip(s, n) }, dftest.Kept(func(i int, _ int64) bool { return int64(i) >= n })),
			dftest.Ordered(fmt.Sprint("Skip then Take ", n), func(s dftest.Stream) dftest.Stream { return s.Skip(777).Take(n).Skip(3) },
				dftest.Kept(func(i int, _ int64) bool { return i >= 780 && int64(i) < n+777 })),
		)
	}
	for _, n := range []int{1, 7, 1500, 1 << 20} {
		cases = append(cases, dftest.Ordered(fmt.Sprint("Chunk ", n),
			func(s dftest.Stream) df.Stream[[]int64] { return df.Chunk(s, n, slices.Clone[[]int64]) }, dftest.Chunks(n)))
	}
	for _, n := range []int64{0, 1, 5000, 50_000} {
		cases = append(cases, dftest.Ordered(fmt.Sprint("Zip with ", n), func(s dftest.Stream) df.Stream[[2]int64] {
			return df.Zip(s, df.Range(0, n), dftest.Pair)
		}, func(rows []int64) (out [][2]int64) {
			for i, v := range rows[:min(int(n), len(rows))] {
				out = append(out, dftest.Pair(v, int64(i)))
			}
			return out
		}))
	}
	return append(cases,
		dftest.Ordered("Enumerate", func(s dftest.Stream) df.Stream[[2]int64] { return df.Enumerate(s, dftest.Pair) }, func(rows []int64) (out [][2]int64) {
			for i, v := range rows {
				out = append(out, dftest.Pair(int64(i), v))
			}
			return out
		}),
		dftest.Ordered("Enumerate what Filter left", func(s dftest.Stream) df.Stream[[2]int64] { return df.Enumerate(s.Filter(dftest.IsOdd), dftest.Pair) }, func(rows []int64) (out [][2]int64) {
			for i, v := range dftest.Kept(func(_ int, v int64) bool { return dftest.IsOdd(v) })(rows) {
				out = append(out, dftest.Pair(int64(i), v))
			}
			return out
		}),
		dftest.Ordered("Chunk of chunks", func(s dftest.Stream) df.Stream[int] {
			sums := df.Chunk(s, 3, dftest.Total)
			return df.Chunk(df.Chunk(sums, 4, slices.Clone[[]int64]), 5, func(c [][]int64) int { return len(c) })
		}, func(rows []int64) (out []int) {
			twelves := (len(rows) + 11) / 12
			for ; twelves > 0; twelves -= 5 {
				out = append(out, min(twelves, 5))
			}
			return out
		}),
		dftest.Ordered("MapConcurrent 1", func(s dftest.Stream) df.Stream[string] { return df.MapConcurrent(s.Take(500), 1, dftest.SlowText) },
			func(rows []int64) []string { return dftest.Mapped(dftest.Text)(rows[:min(500, len(rows))]) }),
		dftest.Ordered("MapConcurrent 5", func(s dftest.Stream) df.Stream[string] { return df.MapConcurrent(s, 5, dftest.SlowText) }, dftest.Mapped(dftest.Text)),
		dftest.Ordered("MapConcurrent twice, then Chunk", func(s dftest.Stream) df.Stream[[]string] {
			back := df.MapConcurrent(df.MapConcurrent(s, 5, dftest.SlowText), 3, func(_ context.Context, s string) (string, error) { return s + "!", nil })
			return df.Chunk(back, 100, slices.Clone[[]string])
		}, func(rows []int64) (out [][]string) {
			for c := range slices.Chunk(dftest.Mapped(func(v int64) string { return dftest.Text(v) + "!" })(rows), 100) {
				out = append(out, c)
			}
			return out
		}),
		dftest.Ordered("Concat", func(s dftest.Stream) dftest.Stream {
			return df.Concat(df.Range[int64](0, 3000), s, df.FromSlice[int64](nil), df.FromSlice([]int64{1}), df.FromSeq(slices.Values([]int64{2, 3})))
		}, func(rows []int64) []int64 {
			return slices.Concat(dftest.UpTo(3000), rows, []int64{1, 2, 3})
		}),
	)
}

func half(v int64) float64 { return float64(v) / 2 }

// wholeStream are the verbs that make few rows of all.
func wholeStream() []dftest.VerbCase {
	byMod := df.Asc(dftest.Mod10)
	cases := []dftest.VerbCase{
		dftest.Ordered("Count", func(s dftest.Stream) dftest.Stream { return df.Count(s) }, dftest.Single(false, func(rows []int64) int64 { return int64(len(rows)) })),
		dftest.Ordered("Sum", func(s dftest.Stream) dftest.Stream { return df.Sum(s) }, dftest.Single(false, dftest.Total)),
		dftest.Ordered("Sum of small ones wraps around", func(s dftest.Stream) df.Stream[int8] { return df.Sum(df.Map(s, func(v int64) int8 { return int8(v) })) },
			dftest.Single(false, func(rows []int64) int8 { return int8(dftest.Total(rows)) })),
		dftest.Ordered("Min", func(s dftest.Stream) dftest.Stream { return df.Min(s) }, dftest.Single(true, slices.Min[[]int64])),
		dftest.Ordered("Max", func(s dftest.Stream) df.Stream[string] { return df.Max(df.Map(s, dftest.Text)) }, dftest.Single(true, func(rows []int64) string { return slices.Max(dftest.Mapped(dftest.Text)(rows)) })),
		dftest.Ordered("Mean", func(s dftest.Stream) df.Stream[float64] { return df.Mean(df.Map(s, dftest.Mod10)) }, dftest.Single(true, func(rows []int64) float64 {
			return float64(dftest.Total(dftest.Mapped(dftest.Mod10)(rows))) / float64(len(rows))
		})),
		dftest.Ordered("Sum of floats", func(s dftest.Stream) df.Stream[float64] { return df.Sum(df.Map(df.Map(s, dftest.Mod10), half)) }, dftest.Single(false, func(rows []int64) float64 {
			return half(dftest.Total(dftest.Mapped(dftest.Mod10)(rows))) // exact in float64
		})),
		dftest.Ordered("Reduce", func(s dftest.Stream) df.Stream[dftest.Affine] {
			return df.Reduce(df.Map(s, dftest.AffineOf), dftest.Compose)
		}, dftest.Single(true, func(rows []int64) dftest.Affine {
			a := dftest.AffineOf(rows[0])
			for _, v := range rows[1:] {
				a = dftest.Compose(a, dftest.AffineOf(v))
			}
			return a
		})),
		dftest.Ordered("Aggregate", func(s dftest.Stream) df.Stream[dftest.Stats] { return df.Aggregate(s, dftest.ToStats) }, dftest.Single(false, statsOf)),
		dftest.Ordered("Aggregate into a list", func(s dftest.Stream) df.Stream[[]int64] { return df.Aggregate(s, agg.Collect[int64]) },
			dftest.Single(false, func(rows []int64) []int64 { return slices.Clone(rows) })),
	}
	for _, n := range []int{0, 1, 10, 3000, 50_000} {
		cases = append(cases,
			dftest.Ordered(fmt.Sprint("Top ", n, ", ties in order"), func(s dftest.Stream) dftest.Stream { return df.Top(s, n, byMod) }, topOf(n, byMod)),
			dftest.Ordered(fmt.Sprint("Top ", n, ", greatest"), func(s dftest.Stream) dftest.Stream { return s.Top(n, df.Desc(df.Self[int64])) }, topOf(n, df.Desc(df.Self[int64]))))
	}
	return cases
}

// byKey are the verbs that put rows of equal key together.
func byKey() []dftest.VerbCase {
	order := df.Desc(func(v int64) int64 { return v / 100 % 10 })
	return []dftest.VerbCase{
		dftest.Grouped("CountBy", func(s dftest.Stream) df.Stream[df.KV[int64, int64]] { return df.CountBy(s, df.Self[int64]) }, df.Self[int64], func(rows []int64) int64 { return int64(len(rows)) }),
		dftest.Grouped("CountBy text", func(s dftest.Stream) df.Stream[df.KV[string, int64]] { return df.CountBy(s, dftest.Text) }, dftest.Text, func(rows []int64) int64 { return int64(len(rows)) }),
		dftest.Grouped("ReduceBy", func(s dftest.Stream) df.Stream[df.KV[int64, int64]] {
			return df.ReduceBy(s, dftest.Mod10, func(a, b int64) int64 { return a + b })
		}, dftest.Mod10, dftest.Total),
		dftest.Grouped("AggregateBy", func(s dftest.Stream) df.Stream[df.KV[int64, dftest.Stats]] {
			return df.AggregateBy(s, dftest.Mod10, dftest.ToStats)
		}, dftest.Mod10, statsOf),
		dftest.Grouped("AggregateBy into lists", func(s dftest.Stream) df.Stream[df.KV[string, []int64]] {
			return df.AggregateBy(s, dftest.Text, agg.Collect[int64])
		}, dftest.Text, slices.Clone[[]int64]),
		dftest.Grouped("TopBy", func(s dftest.Stream) df.Stream[df.KV[int64, []int64]] { return df.TopBy(s, dftest.Mod10, 3, order) }, dftest.Mod10, topOf(3, order)),
		dftest.Unordered("DistinctBy itself", func(s dftest.Stream) dftest.Stream { return df.DistinctBy(s, df.Self[int64]) }, firstOf(df.Self[int64])),
		dftest.Unordered("DistinctBy keeps the first", func(s dftest.Stream) dftest.Stream { return df.DistinctBy(s, dftest.Mod10) }, firstOf(dftest.Mod10)),
		dftest.Unordered("keyed twice", func(s dftest.Stream) dftest.Stream {
			return df.Map(df.CountBy(df.CountBy(s, df.Self[int64]), groupSize), func(kv df.KV[int64, int64]) int64 { return kv.Key<<32 | kv.Value })
		}, func(rows []int64) (out []int64) {
			counts, of := map[int64]int64{}, map[int64]int64{}
			for _, v := range rows {
				counts[v]++
			}
			for _, n := range counts {
				of[n]++
			}
			for n, m := range of {
				out = append(out, n<<32|m)
			}
			return out
		}),
		dftest.Ordered("CountBy, then Top", func(s dftest.Stream) df.Stream[df.KV[string, int64]] {
			return df.CountBy(s, dftest.Text).Top(10, df.Desc(func(kv df.KV[string, int64]) int64 { return kv.Value }).Then(df.Asc(func(kv df.KV[string, int64]) string { return kv.Key })))
		}, func(rows []int64) (out []df.KV[string, int64]) {
			counts := map[string]int64{}
			for _, v := range rows {
				counts[dftest.Text(v)]++
			}
			for k, n := range counts {
				out = append(out, df.KV[string, int64]{Key: k, Value: n})
			}
			slices.SortFunc(out, func(a, b df.KV[string, int64]) int {
				return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Key, b.Key))
			})
			return out[:min(10, len(out))]
		}),
	}
}

func TestVerbs(t *testing.T) {
	all := dftest.Inputs(t)
	for _, c := range slices.Concat(perRow(), inPlace(), wholeStream(), byKey()) {
		t.Run(c.Name, func(t *testing.T) {
			for _, in := range all {
				c.Check(t, in)
			}
		})
	}
}

func TestSampleDependsOnPlacesAlone(t *testing.T) {
	const seed = 99
	for _, p := range []float64{0, 0.001, 0.3, 1} {
		places := collect(t, df.Range[int64](0, manyRows).Sample(p, seed), df.Workers(1))
		if mean := p * manyRows; math.Abs(float64(len(places))-mean) > 6*math.Sqrt(mean*(1-p)) {
			t.Errorf("probability %v: %d rows of %d", p, len(places), manyRows)
		}
		for _, in := range dftest.Inputs(t) {
			want := []int64{}
			for _, i := range places {
				if i < int64(len(in.Rows)) {
					want = append(want, in.Rows[i])
				}
			}
			eachDeployment(fmt.Sprintf("probability %v, %s", p, in.Name), func(what string, o df.Option) {
				same(t, what, collect(t, df.Sample(in.Stream, p, seed), o), want)
			})
		}
	}
	a := collect(t, df.Range(0, 10_000).Sample(0.5, 1))
	b := collect(t, df.Range(0, 10_000).Sample(0.5, 2))
	if slices.Equal(a, b) {
		t.Error("two seeds chose the same rows")
	}
}

func groupSize(kv df.KV[int64, int64]) int64 { return kv.Value }
