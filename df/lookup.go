package df

import "anabranch.dev/exec"

// Lookup gives f of each row of s, exactly once: with the row of table that has its
// key, and ok, or with the zero R and not ok where there is none. When two rows of
// table have equal keys, the run fails with [ErrDuplicateKey]: where that may be,
// [LeftJoin] gives each of the pairs.
//
// The table is read first. It should fit into the run's memory, for the rows of s to be
// answered in the pipeline that they come from; where it does not, the two are joined on
// disk as for [Join], and the rows come in no order in any case.
func Lookup[T, R any, K comparable, O any](s Stream[T], table Stream[R], key func(T) K, tableKey func(R) K, f func(l T, r R, ok bool) O) Stream[O] {
	need("Lookup", f != nil)
	return joined("Lookup", "lookup", s, table, exec.JoinOf[T, R, K, O]{
		LeftKey: key, RightKey: tableKey, Unique: true,
		Match:    func(l T, r R) O { return f(l, r, true) },
		LeftOnly: func(l T) O { var r R; return f(l, r, false) },
	})
}
