// Package hashtable groups rows by key: the kernels of every aggregation by
// key.
//
// Each worker owns a [Local], which folds rows into the accumulators of their
// groups in a small front table that stays in the cache. A full front table
// moves into [Partitions] partitions, chosen by hash; while few rows find their
// group in it, rows go to the partitions directly; and while many do, it is
// let grow. When all locals are sealed, the groups of one partition are merged
// from all of them, independently of the other partitions.
//
//	g, err := hashtable.New(hashtable.Spec[Order, int64, int64]{
//		Key:   func(o Order) int64 { return o.Customer },
//		Add:   func(sum *int64, o Order) { *sum += o.Amount },
//		Merge: func(dst, src *int64) { *dst += *src },
//	})
//	l := g.Local()
//	err = l.Add(orders, stamp.Stamp{})
//	l.Seal()
//	for p := range hashtable.Partitions {
//		g.Merge(p, []hashtable.Local[Order, int64, int64]{l}).Each(...)
//	}
//
// Keys are equal by ==, plus NaN equals NaN; -0 and 0 are equal and given out
// as 0. How they are stored depends on their type: strings by their first 16
// bytes in the table itself, other fixed types as they are, and types for which
// == is not the answer by an encoding.
//
// The order of groups is unspecified, but the same for the same input and one
// worker, except with interface keys. Hashes are not seeded: the package is not
// for keys chosen by an adversary. It does not spill; the caller watches Bytes
// and writes groups to disk InOrder.
package hashtable
