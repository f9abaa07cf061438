package main

import (
	"context"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
)

// A join is a question in two forms. The plan of counted only counts the rows of the
// answer and adds v1 and v2 up. The other one has the answer made, as rows with all
// columns of both sides in memory, as the benchmark does, and says how long that took.
type join struct {
	name    string
	counted func(tables) df.Stream[totals]
	made    func(context.Context, tables, ...df.Option) (totals, time.Duration, error)
}

var joins = []join{
	inner("q1", func(t tables) df.Stream[small] { return t.small }, left.ID1, small.ID1, small.V2),
	inner("q2", func(t tables) df.Stream[medium] { return t.medium }, left.ID2, medium.ID2, medium.V2),
	outer("q3", func(t tables) df.Stream[medium] { return t.medium }, left.ID2, medium.ID2, medium.V2),
	inner("q4", func(t tables) df.Stream[medium] { return t.medium }, left.ID5, medium.ID5, medium.V2),
	inner("q5", func(t tables) df.Stream[big] { return t.big }, left.ID3, big.ID3, big.V2),
}

// both is a row of an answer.
type both[R any] struct {
	left
	right R
	found bool // false: there is no right row
}

// inner makes the question of x JOIN right.
func inner[R any, K comparable](name string, right func(tables) df.Stream[R], leftKey func(left) K, rightKey func(R) K, v2 func(R) float64) join {
	return join{
		name: name,
		counted: func(t tables) df.Stream[totals] {
			narrow := df.Map(right(t), func(r R) df.KV[K, float64] { return df.KV[K, float64]{Key: rightKey(r), Value: v2(r)} })
			return total(df.Join(t.x, narrow, leftKey, keyOf, func(l left, r df.KV[K, float64]) measures { return measures{l.v1, r.Value} }))
		},
		made: func(ctx context.Context, t tables, options ...df.Option) (totals, time.Duration, error) {
			rows := df.Join(t.x, right(t), leftKey, rightKey, func(l left, r R) both[R] { return both[R]{l, r, true} })
			return collect(ctx, rows, v2, options)
		},
	}
}

// outer makes the question of x LEFT JOIN right.
func outer[R any, K comparable](name string, right func(tables) df.Stream[R], leftKey func(left) K, rightKey func(R) K, v2 func(R) float64) join {
	return join{
		name: name,
		counted: func(t tables) df.Stream[totals] {
			narrow := df.Map(right(t), func(r R) df.KV[K, float64] { return df.KV[K, float64]{Key: rightKey(r), Value: v2(r)} })
			return total(df.LeftJoin(t.x, narrow, leftKey, keyOf, func(l left, r df.KV[K, float64], _ bool) measures { return measures{l.v1, r.Value} }))
		},
		made: func(ctx context.Context, t tables, options ...df.Option) (totals, time.Duration, error) {
			rows := df.LeftJoin(t.x, right(t), leftKey, rightKey, func(l left, r R, ok bool) both[R] { return both[R]{l, r, ok} })
			return collect(ctx, rows, v2, options)
		},
	}
}

func keyOf[K comparable, V any](kv df.KV[K, V]) K { return kv.Key }

// collect has the rows made, and adds them up afterwards.
func collect[R any](ctx context.Context, rows df.Stream[both[R]], v2 func(R) float64, options []df.Option) (t totals, took time.Duration, err error) {
	start := time.Now()
	all, err := df.Collect(ctx, rows, options...)
	if err != nil {
		return t, 0, err
	}
	took = time.Since(start)
	t, _, err = df.First(ctx, total(df.Map(df.FromSlice(all), func(b both[R]) measures { return measures{b.v1, v2(b.right)} })), options...)
	return t, took, err
}

// measures are the columns that are added up; v2 is 0 where there is no right row.
type measures struct{ v1, v2 float64 }

// totals is a number of rows, and sums of their measures.
type totals struct {
	rows int64
	sums [2]float64
}

// total adds up with plain additions, as the questions do that are about groups.
func total(rows df.Stream[measures]) df.Stream[totals] {
	return df.Aggregate(rows, func() agg.Def[measures, totals, totals] {
		return agg.Def[measures, totals, totals]{
			Add: func(t *totals, m measures) {
				t.rows++
				t.sums[0] += m.v1
				t.sums[1] += m.v2
			},
			Merge: func(dst, src *totals) {
				dst.rows += src.rows
				dst.sums[0] += src.sums[0]
				dst.sums[1] += src.sums[1]
			},
			Result: func(t *totals) totals { return *t },
		}
	})
}
