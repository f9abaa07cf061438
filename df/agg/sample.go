package agg

import (
	"cmp"

	"anabranch.dev/internal/held"
)

// Drawn is a row of a [Sample], with its place in the input and its lot.
type Drawn[T any] struct {
	row T
	at  Stamp
	lot uint64
}

// Sample draws n rows at random, each as likely as any other, in the order of the
// input; of fewer rows it is all of them. The same rows and the same seed give the
// same sample, for any number of workers: each row's lot follows from its place and
// the seed, and the n least are drawn.
func Sample[T any](n int, seed uint64) Func[T, []Drawn[T], []T] {
	if n < 0 {
		misuse("Sample", "negative number of rows")
	}
	byLot := func(a, b Drawn[T]) int { return cmp.Or(cmp.Compare(a.lot, b.lot), a.at.Compare(b.at)) }
	add := func(a *[]Drawn[T], d Drawn[T]) {
		switch {
		case len(*a) < n:
			*a = append(*a, d)
			siftUp(*a, byLot)
		case n > 0 && byLot(d, (*a)[0]) < 0:
			(*a)[0] = d
			siftDown(*a, byLot)
		}
	}
	return func() Def[T, []Drawn[T], []T] {
		return Def[T, []Drawn[T], []T]{
			AddAt: func(a *[]Drawn[T], v T, at Stamp) { add(a, Drawn[T]{v, at, lotOf(at, seed)}) },
			Merge: func(dst, src *[]Drawn[T]) {
				for _, d := range *src {
					add(dst, d)
				}
			},
			Result: func(a *[]Drawn[T]) []T {
				var rows []T
				for _, i := range inPlace(len(*a), func(i int) Stamp { return (*a)[i].at }) {
					rows = append(rows, (*a)[i].row)
				}
				return rows
			},
			Size: held.Of[[]Drawn[T]](),
		}
	}
}

// lotOf mixes a place and a seed twice with the finaliser of SplitMix64 (Steele, Lea
// and Flood, "Fast splittable pseudorandom number generators", 2014).
func lotOf(at Stamp, seed uint64) uint64 {
	return splitMix(splitMix(seed+at.Morsel*0x9E3779B97F4A7C15) + at.Row*0xD1342543DE82EF95)
}

func splitMix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}
