// Package groups says to which accumulators the rows of a batch belong, so that an
// aggregate can be given a batch at a time and have a loop of its own over it.
//
// Accumulators lie in one block of memory, such as the slots of a hash table, at any
// distance from each other; those of a part of an accumulator lie at the same distances,
// so that an aggregate of two hands each its part without a list of its own.
package groups

// Len is the number of rows.
func (g Of[A]) Len() int { return len(g.at) }

// Part is the same part of each accumulator.
func Part[A, P any](g Of[A], part func(*A) *P) Of[P] {
	if len(g.at) == 0 {
		return Of[P]{}
	}
	return Of[P]{part(g.first), g.at}
}

// mostSame is the number of rows of the largest batch that Same is for.
const mostSame = 1 << 10

// zeros are the distances of rows that all belong to the first accumulator.
var zeros [mostSame]uintptr

// Same calls f with the rows of one accumulator, so many at a time as f is given.
func Same[T, A any](a *A, rows []T, f func(Of[A], []T)) {
	for len(rows) > 0 {
		n := min(len(rows), mostSame)
		f(Of[A]{a, zeros[:n]}, rows[:n])
		rows = rows[n:]
	}
}
