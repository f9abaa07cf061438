package dftest

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
)

// A VerbCase runs a plan over an input and compares what comes with what plain
// loops over the rows give.
type VerbCase struct {
	Name  string
	Check func(t *testing.T, in Input)
}

// Ordered is a verb whose rows have an order.
func Ordered[R any](name string, plan func(df.Stream[int64]) df.Stream[R], oracle func([]int64) []R) VerbCase {
	return VerbCase{name, func(t *testing.T, in Input) {
		t.Helper()
		s, want := plan(in.Stream), oracle(in.Rows)
		EachDeployment(in.Name, func(what string, o df.Option) { Same(t, what, Collect(t, s, o), want) })
	}}
}

// Unordered is a verb whose rows come in any order.
func Unordered[R cmp.Ordered](name string, plan func(df.Stream[int64]) df.Stream[R], oracle func([]int64) []R) VerbCase {
	return VerbCase{name, func(t *testing.T, in Input) {
		t.Helper()
		s, want := plan(in.Stream), oracle(in.Rows)
		EachDeployment(in.Name, func(what string, o df.Option) { SameSet(t, what, Collect(t, s, o), want) })
	}}
}

// Grouped is a verb that gives a row for each key. The oracle folds the rows of
// one key.
func Grouped[K comparable, V any](name string, plan func(df.Stream[int64]) df.Stream[df.KV[K, V]], key func(int64) K, oracle func([]int64) V) VerbCase {
	return VerbCase{name, func(t *testing.T, in Input) {
		t.Helper()
		rows := map[K][]int64{}
		for _, v := range in.Rows {
			rows[key(v)] = append(rows[key(v)], v)
		}
		want := map[K]V{}
		for k, vs := range rows {
			want[k] = oracle(vs)
		}
		s := plan(in.Stream)
		EachDeployment(in.Name, func(what string, o df.Option) { SameGroups(t, what, Collect(t, s, o), want) })
	}}
}

// Double and the functions after it are what the plans are made of.
func Double(v int64) int64 { return v * 2 }
func IsOdd(v int64) bool   { return v%2 != 0 }
func Text(v int64) string  { return strconv.FormatInt(v, 36) }
func Mod10(v int64) int64  { return v % 10 }

// Copies is none to three of a row, and of some very many.
func Copies(dst []int64, v int64) []int64 {
	n := int(v & 3)
	if v%1000 == 3 {
		n = 2500
	}
	for i := range n {
		dst = append(dst, v+int64(i))
	}
	return dst
}

// An Affine is a function of numbers that wrap around; putting two together is
// associative, but not commutative. It has the form of a pair, so that rows of both
// are compiled once.
type Affine [2]int64 // a of v is v*a[0] + a[1]

// AffineOf makes a function of a row.
func AffineOf(v int64) Affine { return Affine{v | 1, v} }

// Compose puts two functions together.
func Compose(a, b Affine) Affine { return Affine{a[0] * b[0], a[1]*b[0] + b[1]} }

// Stats is what ToStats knows of rows, in an accumulator of several parts.
type Stats struct {
	N, Sum      int64
	First, Last int64
}

// ToStats is an aggregate put together from four.
var ToStats = agg.Combine(
	agg.Combine(agg.Count[int64], agg.Sum(df.Self[int64]), func(n, sum int64) Stats { return Stats{N: n, Sum: sum} }),
	agg.Combine(agg.First[int64], agg.Last[int64], func(a, b int64) Stats { return Stats{First: a, Last: b} }),
	func(a, b Stats) Stats { return Stats{a.N, a.Sum, b.First, b.Last} },
)

// Stream is what most plans begin with.
type Stream = df.Stream[int64]

// Pair puts two rows together, without loss.
func Pair(a, b int64) [2]int64 { return [2]int64{a, b} }

// SlowText is Text as a call that may wait.
func SlowText(_ context.Context, v int64) (string, error) { return Text(v), nil }

// Plus puts two rows together, as Zip needs it.
func Plus(a, b int64) int64 { return a + b }

// MeanOf is a stream of one row, the mean.
func MeanOf(s Stream) Stream {
	return df.Map(df.Mean(s), func(m float64) int64 { return int64(m) })
}

// EveryRow gives the only row of one beside each row of s.
func EveryRow(s, one Stream) Stream {
	return df.Zip(s, df.Expand(one, func(dst []int64, v int64) []int64 {
		return append(dst, slices.Repeat([]int64{v}, ManyRows)...)
	}), Plus)
}
