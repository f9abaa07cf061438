package main

import (
	"iter"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
)

// A row has 64 bytes, most of which an operator has to carry about.
type row struct {
	key, id uint64
	rest    [6]uint64
}

func (r row) Key() uint64     { return r.key }
func (r row) Value() uint64   { return r.id }
func (r row) Time() time.Time { return time.Unix(int64(r.id), 0) }

// inputs makes rows.
type inputs struct {
	rows int64
	skew bool
}

// stream is n rows with keys below keys, drawn at random. seed tells streams apart.
func (in inputs) stream(n, keys int64, seed uint64) df.Stream[row] {
	return df.Map(df.Range(0, n), func(i int64) row {
		k := mix(uint64(i)^seed<<40) % uint64(keys)
		if in.skew && i%2 == 0 {
			k = 0
		}
		return row{key: k, id: uint64(i), rest: [6]uint64{k, seed}}
	})
}

// unique is a row for each key below n.
func (in inputs) unique(n int64) df.Stream[row] {
	return df.Map(df.Range(0, n), func(i int64) row { return row{key: uint64(i), id: uint64(i)} })
}

// one is a stream of all rows, two to a key.
func (in inputs) one() df.Stream[row] { return in.stream(in.rows, in.rows/2, 1) }

// left is half of the rows; right is the other half, with another row for each key; other is a second stream like left.
func (in inputs) left() df.Stream[row]  { return in.stream(in.rows/2, in.rows/2, 1) }
func (in inputs) right() df.Stream[row] { return in.unique(in.rows / 2) }
func (in inputs) other() df.Stream[row] {
	in.skew = false
	return in.stream(in.rows/2, in.rows/2, 2)
}

// operators give hashes of the rows that come out.
var operators = map[string]func(inputs) df.Stream[uint64]{
	"count-by": func(in inputs) df.Stream[uint64] {
		return df.Map(df.CountBy(in.one(), row.Key), func(kv df.KV[uint64, int64]) uint64 { return mix(kv.Key ^ uint64(kv.Value)<<40) })
	},
	"aggregate-by": func(in inputs) df.Stream[uint64] {
		return groups(df.AggregateBy(in.one(), row.Key, agg.Combine(agg.Max(row.Value), agg.Sum(row.Value), add)))
	},
	"reduce-by": func(in inputs) df.Stream[uint64] {
		last := df.ReduceBy(in.one(), row.Key, func(a, b row) row {
			if a.id < b.id {
				return b
			}
			return a
		})
		return df.Map(last, func(kv df.KV[uint64, row]) uint64 { return hash(kv.Value) })
	},
	"distinct-by": func(in inputs) df.Stream[uint64] { return df.Map(df.DistinctBy(in.one(), row.Key), hash) },
	"top-by": func(in inputs) df.Stream[uint64] {
		top := df.TopBy(in.one(), row.Key, 1, df.Desc(row.Value))
		return df.Map(top, func(kv df.KV[uint64, []row]) uint64 { return hash(kv.Value[0]) })
	},
	"median-by": func(in inputs) df.Stream[uint64] {
		return groups(df.AggregateBy(in.one(), row.Key, agg.Then(agg.Median(row.Value), func(x float64) uint64 { return uint64(2 * x) })))
	},
	"group-by": func(in inputs) df.Stream[uint64] {
		return df.GroupBy(in.one(), row.Key, func(dst []uint64, k uint64, rows iter.Seq[row]) []uint64 {
			return append(dst, inOrder(k, rows))
		})
	},
	"window-by": func(in inputs) df.Stream[uint64] {
		windows := df.WindowBy(in.one(), row.Key, row.Time, df.Tumbling(time.Hour), agg.Sum(row.Value))
		return df.Map(windows, func(w df.Windowed[uint64, uint64]) uint64 { return mix(w.Key ^ uint64(w.Start.Unix())<<40 ^ w.Value) })
	},
	"sort": func(in inputs) df.Stream[uint64] { return df.Map(df.SortBy(in.one(), row.Key), hash) },
	"join": func(in inputs) df.Stream[uint64] {
		return df.Join(in.left(), in.right(), row.Key, row.Key, pair)
	},
	"left-join": func(in inputs) df.Stream[uint64] {
		return df.LeftJoin(in.left(), in.right(), row.Key, row.Key, func(l, r row, _ bool) uint64 { return pair(l, r) })
	},
	"right-join": func(in inputs) df.Stream[uint64] {
		return df.RightJoin(in.left(), in.right(), row.Key, row.Key, func(l row, _ bool, r row) uint64 { return pair(l, r) })
	},
	"full-join": func(in inputs) df.Stream[uint64] {
		return df.FullJoin(in.left(), in.right(), row.Key, row.Key, func(l row, _ bool, r row, _ bool) uint64 { return pair(l, r) })
	},
	"many-join": func(in inputs) df.Stream[uint64] {
		return df.Join(in.left(), in.other(), row.Key, row.Key, pair)
	},
	"semi-join": func(in inputs) df.Stream[uint64] {
		return df.Map(df.SemiJoin(in.left(), in.other(), row.Key, row.Key), hash)
	},
	"anti-join": func(in inputs) df.Stream[uint64] {
		return df.Map(df.AntiJoin(in.left(), in.other(), row.Key, row.Key), hash)
	},
	"as-of-join": func(in inputs) df.Stream[uint64] {
		return df.AsOfJoin(in.left(), in.other(), row.Key, row.Key, row.Time, row.Time, func(l, r row, _ bool) uint64 { return pair(l, r) })
	},
	"interval-join": func(in inputs) df.Stream[uint64] {
		return df.IntervalJoin(in.left(), in.other(), row.Key, row.Key, row.Time, row.Time, -1e6*time.Second, 1e6*time.Second, pair)
	},
	"cogroup": func(in inputs) df.Stream[uint64] {
		return df.CoGroup(in.left(), in.other(), row.Key, row.Key, func(dst []uint64, k uint64, left, right iter.Seq[row]) []uint64 {
			return append(dst, inOrder(inOrder(k, left), right))
		})
	},
	"intersect": func(in inputs) df.Stream[uint64] {
		return df.Map(df.Intersect(keysOnly(in.left()), keysOnly(in.other())), hash)
	},
	"subtract": func(in inputs) df.Stream[uint64] {
		return df.Map(df.Subtract(keysOnly(in.left()), keysOnly(in.other())), hash)
	},
}

// keysOnly makes rows of equal key equal.
func keysOnly(s df.Stream[row]) df.Stream[row] {
	return df.Map(s, func(r row) row { return row{key: r.key} })
}

func groups(s df.Stream[df.KV[uint64, uint64]]) df.Stream[uint64] {
	return df.Map(s, func(kv df.KV[uint64, uint64]) uint64 { return mix(mix(kv.Key) ^ kv.Value) })
}

// inOrder is a hash of rows that depends on their order.
func inOrder(h uint64, rows iter.Seq[row]) uint64 {
	for r := range rows {
		h = mix(h ^ r.id)
	}
	return mix(h)
}

func add(a, b uint64) uint64 { return a + b }
func pair(l, r row) uint64   { return mix(mix(l.key^l.id<<32) ^ r.id) }
func hash(r row) uint64      { return mix(mix(r.key) ^ r.id) }

// mix is the finisher of splitmix64.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// A sum is how many rows there are, and the sum of their hashes.
type sum struct{ rows, bits uint64 }

func checksum(s df.Stream[uint64]) df.Stream[sum] {
	return df.Reduce(df.Map(s, func(h uint64) sum { return sum{1, h} }), func(a, b sum) sum { return sum{a.rows + b.rows, a.bits + b.bits} })
}
