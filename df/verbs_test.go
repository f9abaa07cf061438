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
)

// A verbCase runs a plan over an input and compares what comes with what plain
// loops over the rows give.
type verbCase struct {
	name  string
	check func(t *testing.T, in input)
}

// ordered is a verb whose rows have an order.
func ordered[R any](name string, plan func(df.Stream[int64]) df.Stream[R], oracle func([]int64) []R) verbCase {
	return verbCase{name, func(t *testing.T, in input) {
		t.Helper()
		s, want := plan(in.stream), oracle(in.rows)
		eachDeployment(in.name, func(what string, o df.Option) { same(t, what, collect(t, s, o), want) })
	}}
}

// unordered is a verb whose rows come in any order.
func unordered[R cmp.Ordered](name string, plan func(df.Stream[int64]) df.Stream[R], oracle func([]int64) []R) verbCase {
	return verbCase{name, func(t *testing.T, in input) {
		t.Helper()
		s, want := plan(in.stream), oracle(in.rows)
		eachDeployment(in.name, func(what string, o df.Option) { sameSet(t, what, collect(t, s, o), want) })
	}}
}

// grouped is a verb that gives a row for each key. The oracle folds the rows of
// one key.
func grouped[K comparable, V any](name string, plan func(df.Stream[int64]) df.Stream[df.KV[K, V]], key func(int64) K, oracle func([]int64) V) verbCase {
	return verbCase{name, func(t *testing.T, in input) {
		t.Helper()
		rows := map[K][]int64{}
		for _, v := range in.rows {
			rows[key(v)] = append(rows[key(v)], v)
		}
		want := map[K]V{}
		for k, vs := range rows {
			want[k] = oracle(vs)
		}
		s := plan(in.stream)
		eachDeployment(in.name, func(what string, o df.Option) { sameGroups(t, what, collect(t, s, o), want) })
	}}
}

// The functions that the plans are made of.
func double(v int64) int64 { return v * 2 }
func isOdd(v int64) bool   { return v%2 != 0 }
func text(v int64) string  { return strconv.FormatInt(v, 36) }
func mod10(v int64) int64  { return v % 10 }

func notBySeven(v int64) (string, error) {
	if v%7 == 0 {
		return "", fmt.Errorf("%d is a multiple of seven", v)
	}
	return text(v), nil
}

// copies is none to three of a row, and of some very many.
func copies(dst []int64, v int64) []int64 {
	n := int(v & 3)
	if v%1000 == 3 {
		n = 2500
	}
	for i := range n {
		dst = append(dst, v+int64(i))
	}
	return dst
}

func copiesSeq(v int64) iter.Seq[int64] { return slices.Values(copies(nil, v)) }

// An affine is a function of numbers that wrap around; putting two together is
// associative, but not commutative.
type affine struct{ times, plus int64 }

func affineOf(v int64) affine    { return affine{v | 1, v} }
func compose(a, b affine) affine { return affine{a.times * b.times, a.plus*b.times + b.plus} }

type stats struct {
	N, Sum      int64
	First, Last int64
}

var toStats = agg.Combine(
	agg.Combine(agg.Count[int64], agg.Sum(df.Self[int64]), func(n, sum int64) stats { return stats{N: n, Sum: sum} }),
	agg.Combine(agg.First[int64], agg.Last[int64], func(a, b int64) stats { return stats{First: a, Last: b} }),
	func(a, b stats) stats { return stats{a.N, a.Sum, b.First, b.Last} },
)

func statsOf(rows []int64) (s stats) {
	for i, v := range rows {
		if i == 0 {
			s.First = v
		}
		s.N, s.Sum, s.Last = s.N+1, s.Sum+v, v
	}
	return s
}

// mapped and the others after it are the oracles that several cases share.
func mapped[R any](f func(int64) R) func([]int64) []R {
	return func(rows []int64) (out []R) {
		for _, v := range rows {
			out = append(out, f(v))
		}
		return out
	}
}

func kept(keep func(i int, v int64) bool) func([]int64) []int64 {
	return func(rows []int64) (out []int64) {
		for i, v := range rows {
			if keep(i, v) {
				out = append(out, v)
			}
		}
		return out
	}
}

func total(rows []int64) (sum int64) {
	for _, v := range rows {
		sum += v
	}
	return sum
}

func expanded(rows []int64) (out []int64) {
	for _, v := range rows {
		out = copies(out, v)
	}
	return out
}

// firstOf keeps the first row of each key, in order.
func firstOf[K comparable](key func(int64) K) func([]int64) []int64 {
	return func(rows []int64) []int64 {
		seen := map[K]bool{}
		return kept(func(_ int, v int64) bool {
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

func chunks(n int) func([]int64) [][]int64 {
	return func(rows []int64) (out [][]int64) {
		for c := range slices.Chunk(rows, n) {
			out = append(out, c)
		}
		return out
	}
}

// single is the oracle of a verb that gives one row, and none of none if some
// is set.
func single[R any](some bool, f func([]int64) R) func([]int64) []R {
	return func(rows []int64) []R {
		if some && len(rows) == 0 {
			return nil
		}
		return []R{f(rows)}
	}
}

type stream = df.Stream[int64]

// perRow are the verbs that work on one row at a time.
func perRow() []verbCase {
	return []verbCase{
		ordered("Map in place", func(s stream) stream { return df.Map(s, double) }, mapped(double)),
		ordered("Map", func(s stream) df.Stream[string] { return df.Map(s, text) }, mapped(text)),
		ordered("MapErr", func(s stream) stream {
			return df.MapErr(df.Map(s, func(v int64) string { return strconv.FormatInt(v, 10) }), parse)
		}, mapped(df.Self[int64])),
		ordered("Filter", func(s stream) stream { return df.Filter(s, isOdd) }, kept(func(_ int, v int64) bool { return isOdd(v) })),
		ordered("Filter none", func(s stream) stream { return s.Filter(func(int64) bool { return false }) }, kept(func(int, int64) bool { return false })),
		ordered("Update", func(s stream) stream { return df.Update(s, func(v *int64) { *v = double(*v) }) }, mapped(double)),
		ordered("Inspect", func(s stream) stream { return df.Inspect(s, func(int64) {}) }, mapped(df.Self[int64])),
		ordered("FlatMap", func(s stream) stream { return df.FlatMap(s, copiesSeq) }, expanded),
		ordered("Expand", func(s stream) stream { return df.Expand(s, copies) }, expanded),
		ordered("MapBatch", func(s stream) stream {
			return df.MapBatch(s, func(dst, rows []int64) []int64 {
				for i, v := range rows {
					dst = copies(dst, v)
					rows[i] = -1 // allowed: the batch is the step's own
				}
				return dst
			})
		}, expanded),
		ordered("Named", func(s stream) stream { return s.Named("the rows") }, mapped(df.Self[int64])),
		ordered("chain", func(s stream) df.Stream[string] {
			return df.Map(df.Filter(df.Expand(df.Map(s, double).Filter(func(v int64) bool { return v%3 != 0 }), copies), func(v int64) bool { return v%5 != 0 }), text)
		}, func(rows []int64) []string {
			rows = kept(func(_ int, v int64) bool { return v%3 != 0 })(mapped(double)(rows))
			return mapped(text)(kept(func(_ int, v int64) bool { return v%5 != 0 })(expanded(rows)))
		}),
		ordered("Try ok", func(s stream) df.Stream[string] {
			ok, _ := df.Try(s, notBySeven)
			return ok
		}, func(rows []int64) []string {
			return mapped(text)(kept(func(_ int, v int64) bool { return v%7 != 0 })(rows))
		}),
		ordered("Try failed", func(s stream) df.Stream[string] {
			_, failed := df.Try(s, notBySeven)
			return df.Map(failed, func(f df.Failed[int64]) string { return fmt.Sprint(f.Row, ": ", f.Err) })
		}, func(rows []int64) []string {
			return mapped(func(v int64) string {
				_, err := notBySeven(v)
				return fmt.Sprint(v, ": ", err)
			})(kept(func(_ int, v int64) bool { return v%7 == 0 })(rows))
		}),
	}
}

func pair(a, b int64) [2]int64 { return [2]int64{a, b} }

// inPlace are the verbs that depend on the places of rows.
func inPlace() []verbCase {
	var cases []verbCase
	for _, n := range []int64{0, 1, 1000, 1024, 5001, 1 << 40} {
		cases = append(cases,
			ordered(fmt.Sprint("Take ", n), func(s stream) stream { return df.Take(s, n) }, kept(func(i int, _ int64) bool { return int64(i) < n })),
			ordered(fmt.Sprint("Skip ", n), func(s stream) stream { return df.Skip(s, n) }, kept(func(i int, _ int64) bool { return int64(i) >= n })),
			ordered(fmt.Sprint("Skip then Take ", n), func(s stream) stream { return s.Skip(777).Take(n).Skip(3) },
				kept(func(i int, _ int64) bool { return i >= 780 && int64(i) < n+777 })),
		)
	}
	for _, n := range []int{1, 7, 1500, 1 << 20} {
		cases = append(cases, ordered(fmt.Sprint("Chunk ", n),
			func(s stream) df.Stream[[]int64] { return df.Chunk(s, n, slices.Clone[[]int64]) }, chunks(n)))
	}
	for _, n := range []int64{0, 1, 5000, 50_000} {
		cases = append(cases, ordered(fmt.Sprint("Zip with ", n), func(s stream) df.Stream[[2]int64] {
			return df.Zip(s, df.Range(0, n), pair)
		}, func(rows []int64) (out [][2]int64) {
			for i, v := range rows[:min(int(n), len(rows))] {
				out = append(out, pair(v, int64(i)))
			}
			return out
		}))
	}
	return append(cases,
		ordered("Enumerate", func(s stream) df.Stream[[2]int64] { return df.Enumerate(s, pair) }, func(rows []int64) (out [][2]int64) {
			for i, v := range rows {
				out = append(out, pair(int64(i), v))
			}
			return out
		}),
		ordered("Enumerate what Filter left", func(s stream) df.Stream[[2]int64] { return df.Enumerate(s.Filter(isOdd), pair) }, func(rows []int64) (out [][2]int64) {
			for i, v := range kept(func(_ int, v int64) bool { return isOdd(v) })(rows) {
				out = append(out, pair(int64(i), v))
			}
			return out
		}),
		ordered("Chunk of chunks", func(s stream) df.Stream[int] {
			sums := df.Chunk(s, 3, total)
			return df.Chunk(df.Chunk(sums, 4, slices.Clone[[]int64]), 5, func(c [][]int64) int { return len(c) })
		}, func(rows []int64) (out []int) {
			twelves := (len(rows) + 11) / 12
			for ; twelves > 0; twelves -= 5 {
				out = append(out, min(twelves, 5))
			}
			return out
		}),
		ordered("MapConcurrent 1", func(s stream) df.Stream[string] { return df.MapConcurrent(s.Take(500), 1, slowText) },
			func(rows []int64) []string { return mapped(text)(rows[:min(500, len(rows))]) }),
		ordered("MapConcurrent 5", func(s stream) df.Stream[string] { return df.MapConcurrent(s, 5, slowText) }, mapped(text)),
		ordered("MapConcurrent twice, then Chunk", func(s stream) df.Stream[[]string] {
			back := df.MapConcurrent(df.MapConcurrent(s, 5, slowText), 3, func(_ context.Context, s string) (string, error) { return s + "!", nil })
			return df.Chunk(back, 100, slices.Clone[[]string])
		}, func(rows []int64) (out [][]string) {
			for c := range slices.Chunk(mapped(func(v int64) string { return text(v) + "!" })(rows), 100) {
				out = append(out, c)
			}
			return out
		}),
		ordered("Concat", func(s stream) stream {
			return df.Concat(df.Range[int64](0, 3000), s, df.FromSlice[int64](nil), df.FromSlice([]int64{1}), df.FromSeq(slices.Values([]int64{2, 3})))
		}, func(rows []int64) []int64 {
			return slices.Concat(upTo(3000), rows, []int64{1, 2, 3})
		}),
	)
}

func slowText(_ context.Context, v int64) (string, error) { return text(v), nil }

func upTo(n int64) (rows []int64) {
	for i := range n {
		rows = append(rows, i)
	}
	return rows
}

func half(v int64) float64 { return float64(v) / 2 }

// wholeStream are the verbs that make few rows of all.
func wholeStream() []verbCase {
	byMod := df.Asc(mod10)
	cases := []verbCase{
		ordered("Count", func(s stream) stream { return df.Count(s) }, single(false, func(rows []int64) int64 { return int64(len(rows)) })),
		ordered("Sum", func(s stream) stream { return df.Sum(s) }, single(false, total)),
		ordered("Sum of small ones wraps around", func(s stream) df.Stream[int8] { return df.Sum(df.Map(s, func(v int64) int8 { return int8(v) })) },
			single(false, func(rows []int64) int8 { return int8(total(rows)) })),
		ordered("Min", func(s stream) stream { return df.Min(s) }, single(true, slices.Min[[]int64])),
		ordered("Max", func(s stream) df.Stream[string] { return df.Max(df.Map(s, text)) }, single(true, func(rows []int64) string { return slices.Max(mapped(text)(rows)) })),
		ordered("Mean", func(s stream) df.Stream[float64] { return df.Mean(df.Map(s, mod10)) }, single(true, func(rows []int64) float64 {
			return float64(total(mapped(mod10)(rows))) / float64(len(rows))
		})),
		ordered("Sum of floats", func(s stream) df.Stream[float64] { return df.Sum(df.Map(df.Map(s, mod10), half)) }, single(false, func(rows []int64) float64 {
			return half(total(mapped(mod10)(rows))) // exact in float64
		})),
		ordered("Reduce", func(s stream) df.Stream[affine] { return df.Reduce(df.Map(s, affineOf), compose) }, single(true, func(rows []int64) affine {
			a := affineOf(rows[0])
			for _, v := range rows[1:] {
				a = compose(a, affineOf(v))
			}
			return a
		})),
		ordered("Aggregate", func(s stream) df.Stream[stats] { return df.Aggregate(s, toStats) }, single(false, statsOf)),
		ordered("Aggregate into a list", func(s stream) df.Stream[[]int64] { return df.Aggregate(s, agg.Collect[int64]) },
			single(false, func(rows []int64) []int64 { return slices.Clone(rows) })),
	}
	for _, n := range []int{0, 1, 10, 3000, 50_000} {
		cases = append(cases,
			ordered(fmt.Sprint("Top ", n, ", ties in order"), func(s stream) stream { return df.Top(s, n, byMod) }, topOf(n, byMod)),
			ordered(fmt.Sprint("Top ", n, ", greatest"), func(s stream) stream { return s.Top(n, df.Desc(df.Self[int64])) }, topOf(n, df.Desc(df.Self[int64]))))
	}
	return cases
}

// byKey are the verbs that put rows of equal key together.
func byKey() []verbCase {
	order := df.Desc(func(v int64) int64 { return v / 100 % 10 })
	return []verbCase{
		grouped("CountBy", func(s stream) df.Stream[df.KV[int64, int64]] { return df.CountBy(s, df.Self[int64]) }, df.Self[int64], func(rows []int64) int64 { return int64(len(rows)) }),
		grouped("CountBy text", func(s stream) df.Stream[df.KV[string, int64]] { return df.CountBy(s, text) }, text, func(rows []int64) int64 { return int64(len(rows)) }),
		grouped("ReduceBy", func(s stream) df.Stream[df.KV[int64, int64]] {
			return df.ReduceBy(s, mod10, func(a, b int64) int64 { return a + b })
		}, mod10, total),
		grouped("AggregateBy", func(s stream) df.Stream[df.KV[int64, stats]] { return df.AggregateBy(s, mod10, toStats) }, mod10, statsOf),
		grouped("AggregateBy into lists", func(s stream) df.Stream[df.KV[string, []int64]] {
			return df.AggregateBy(s, text, agg.Collect[int64])
		}, text, slices.Clone[[]int64]),
		grouped("TopBy", func(s stream) df.Stream[df.KV[int64, []int64]] { return df.TopBy(s, mod10, 3, order) }, mod10, topOf(3, order)),
		unordered("DistinctBy itself", func(s stream) stream { return df.DistinctBy(s, df.Self[int64]) }, firstOf(df.Self[int64])),
		unordered("DistinctBy keeps the first", func(s stream) stream { return df.DistinctBy(s, mod10) }, firstOf(mod10)),
		unordered("keyed twice", func(s stream) stream {
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
		ordered("CountBy, then Top", func(s stream) df.Stream[df.KV[string, int64]] {
			return df.CountBy(s, text).Top(10, df.Desc(func(kv df.KV[string, int64]) int64 { return kv.Value }).Then(df.Asc(func(kv df.KV[string, int64]) string { return kv.Key })))
		}, func(rows []int64) (out []df.KV[string, int64]) {
			counts := map[string]int64{}
			for _, v := range rows {
				counts[text(v)]++
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
	all := inputs(t)
	for _, c := range slices.Concat(perRow(), inPlace(), wholeStream(), byKey()) {
		t.Run(c.name, func(t *testing.T) {
			for _, in := range all {
				c.check(t, in)
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
		for _, in := range inputs(t) {
			want := []int64{}
			for _, i := range places {
				if i < int64(len(in.rows)) {
					want = append(want, in.rows[i])
				}
			}
			eachDeployment(fmt.Sprintf("probability %v, %s", p, in.name), func(what string, o df.Option) {
				same(t, what, collect(t, df.Sample(in.stream, p, seed), o), want)
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
