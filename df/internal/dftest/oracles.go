package dftest

import "slices"

// Zipped is the oracle of Zip with Plus.
func Zipped(a, b []int64) (out []int64) {
	for i := range min(len(a), len(b)) {
		out = append(out, a[i]+b[i])
	}
	return out
}

// MeanRows is the oracle of MeanOf.
func MeanRows(rows []int64) []int64 { return []int64{int64(float64(Total(rows)) / float64(len(rows)))} }

// SortedBy is the oracle of sorts.
func SortedBy[T any](rows []T, compare func(a, b T) int) []T {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, compare)
	return rows
}

// Mapped is the oracle of Map.
func Mapped[R any](f func(int64) R) func([]int64) []R {
	return func(rows []int64) (out []R) {
		for _, v := range rows {
			out = append(out, f(v))
		}
		return out
	}
}

// Kept is the oracle of verbs that keep some rows, by their place too.
func Kept(keep func(i int, v int64) bool) func([]int64) []int64 {
	return func(rows []int64) (out []int64) {
		for i, v := range rows {
			if keep(i, v) {
				out = append(out, v)
			}
		}
		return out
	}
}

// Total is the sum of rows.
func Total(rows []int64) (sum int64) {
	for _, v := range rows {
		sum += v
	}
	return sum
}

// Expanded is the oracle of Expand with Copies.
func Expanded(rows []int64) (out []int64) {
	for _, v := range rows {
		out = Copies(out, v)
	}
	return out
}

// Chunks is the oracle of Chunk.
func Chunks(n int) func([]int64) [][]int64 {
	return func(rows []int64) (out [][]int64) {
		for c := range slices.Chunk(rows, n) {
			out = append(out, c)
		}
		return out
	}
}

// Single is the oracle of a verb that gives one row, and none of none if some
// is set.
func Single[R any](some bool, f func([]int64) R) func([]int64) []R {
	return func(rows []int64) []R {
		if some && len(rows) == 0 {
			return nil
		}
		return []R{f(rows)}
	}
}

// UpTo are the numbers below n.
func UpTo(n int64) (rows []int64) {
	for i := range n {
		rows = append(rows, i)
	}
	return rows
}
