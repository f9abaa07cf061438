package main

import (
	"anabranch.dev/df"
	"anabranch.dev/df/agg"
)

// A question is a plan: it gives the columns of its answer, of which there are up to
// three, for each group.
type question struct {
	name string
	plan func(df.Stream[row]) df.Stream[columns]
}

type columns [3]float64

var questions = []question{
	{"q1", func(s df.Stream[row]) df.Stream[columns] { // sum v1 by id1
		return values(df.AggregateBy(s, row.ID1, agg.Sum(row.V1)), ofInt)
	}},
	{"q2", func(s df.Stream[row]) df.Stream[columns] { // sum v1 by id1, id2
		return values(df.AggregateBy(s, row.ID12, agg.Sum(row.V1)), ofInt)
	}},
	{"q3", func(s df.Stream[row]) df.Stream[columns] { // sum v1, mean v3 by id3
		return values(df.AggregateBy(s, row.ID3, agg.Combine(agg.Sum(row.V1), agg.FastMean(row.V3), ofSumAndFloat)), self)
	}},
	{"q4", func(s df.Stream[row]) df.Stream[columns] { // mean v1, v2, v3 by id4
		means := agg.Combine(agg.Combine(agg.FastMean(row.V1), agg.FastMean(row.V2), ofFloats), agg.FastMean(row.V3), withThird)
		return values(df.AggregateBy(s, row.ID4, means), self)
	}},
	{"q5", func(s df.Stream[row]) df.Stream[columns] { // sum v1, v2, v3 by id6
		sums := agg.Combine(agg.Combine(agg.Sum(row.V1), agg.Sum(row.V2), ofInts), agg.FastSum(row.V3), withThird)
		return values(df.AggregateBy(s, row.ID6, sums), self)
	}},
	{"q6", func(s df.Stream[row]) df.Stream[columns] { // median v3, standard deviation of v3 by id4, id5
		return values(df.AggregateBy(s, row.ID45, agg.Combine(agg.Median(row.V3), agg.FastStdDev(row.V3), ofFloats)), self)
	}},
	{"q7", func(s df.Stream[row]) df.Stream[columns] { // max v1 - min v2 by id3
		span := agg.Combine(agg.Max(row.V1), agg.Min(row.V2), func(most, least int64) int64 { return most - least })
		return values(df.AggregateBy(s, row.ID3, span), ofInt)
	}},
	{"q8", func(s df.Stream[row]) df.Stream[columns] { // the two largest v3 by id6
		two := df.TopBy(df.Map(s, row.narrow), narrow.ID6, 2, df.Desc(narrow.V3))
		return df.Expand(two, func(dst []columns, kv df.KV[int32, []narrow]) []columns {
			for _, v := range kv.Value {
				dst = append(dst, columns{v.v3})
			}
			return dst
		})
	}},
	{"q9", func(s df.Stream[row]) df.Stream[columns] { // squared correlation of v1 and v2 by id2, id4
		squared := agg.Then(agg.FastCorrelation(row.V1, row.V2), func(r float64) columns { return columns{r * r} })
		return values(df.AggregateBy(s, row.ID24, squared), self)
	}},
	{"q10", func(s df.Stream[row]) df.Stream[columns] { // sum v3, count by id1 to id6
		return values(df.AggregateBy(s, row.IDs, agg.Combine(agg.Count, agg.FastSum(row.V3), ofSumAndFloat)), self)
	}},
}

func values[K comparable, V any](groups df.Stream[df.KV[K, V]], f func(V) columns) df.Stream[columns] {
	return df.Map(groups, func(kv df.KV[K, V]) columns { return f(kv.Value) })
}

func self(c columns) columns                     { return c }
func ofInt(n int64) columns                      { return columns{float64(n)} }
func ofInts(a, b int64) columns                  { return columns{float64(a), float64(b)} }
func ofFloats(a, b float64) columns              { return columns{a, b} }
func ofSumAndFloat(a int64, b float64) columns   { return columns{float64(a), b} }
func withThird(c columns, third float64) columns { c[2] = third; return c }

// Keys and values of rows.

func (r row) ID1() short          { return r.id1 }
func (r row) ID12() [2]short      { return [2]short{r.id1, r.id2} }
func (r row) ID3() short          { return r.id3 }
func (r row) ID4() int32          { return r.id4 }
func (r row) ID6() int32          { return r.id6 }
func (r row) ID45() [2]int32      { return [2]int32{r.id4, r.id5} }
func (r row) ID24() textAndNumber { return textAndNumber{r.id2, r.id4} }
func (r row) IDs() ids            { return ids{r.id1, r.id2, r.id3, r.id4, r.id5, r.id6} }
func (r row) V1() int64           { return int64(r.v1) }
func (r row) V2() int64           { return int64(r.v2) }
func (r row) V3() float64         { return r.v3 }

type textAndNumber struct {
	id2 short
	id4 int32
}

type ids struct {
	id1, id2, id3 short
	id4, id5, id6 int32
}

// narrow is what q8 keeps of rows.
type narrow struct {
	id6 int32
	v3  float64
}

func (r row) narrow() narrow { return narrow{r.id6, r.v3} }
func (n narrow) ID6() int32  { return n.id6 }
func (n narrow) V3() float64 { return n.v3 }

// An answer is how many groups there are, and the sums of their columns.
type answer struct {
	groups int64
	sums   columns
}

// check adds the groups of a question up.
func check(groups df.Stream[columns]) df.Stream[answer] {
	type total struct {
		n    int64
		sums [3]agg.FloatSum
	}
	return df.Aggregate(groups, func() agg.Def[columns, total, answer] {
		return agg.Def[columns, total, answer]{
			Add: func(t *total, c columns) {
				t.n++
				for i := range c {
					t.sums[i].Add(c[i])
				}
			},
			Merge: func(dst, src *total) {
				dst.n += src.n
				for i := range dst.sums {
					dst.sums[i].Merge(&src.sums[i])
				}
			},
			Result: func(t *total) (a answer) {
				a.groups = t.n
				for i := range t.sums {
					a.sums[i] = t.sums[i].Float64()
				}
				return a
			},
		}
	})
}
