package spill

// sortByComparison sets a sorter up that has a comparison alone and needs rows as
// values. [By] refers to it, and not the sorter, so that it is compiled for rows
// that are sorted so and for no others.
func sortByComparison[T any](s *Sorter[T]) {
	compare := s.order.compare
	one := func(b []byte) T {
		if s.text {
			var row [1]T
			stringsFrom(row[:], [][]byte{b})
			return row[0]
		}
		v, _, err := s.codec.Decode(b)
		if err != nil {
			panic(err) // of a codec that cannot read what it has written
		}
		return v
	}
	s.core.compareRows = func(a, b []byte) int { return compare(one(a), one(b)) }
	s.core.rowExtra = 2 * int64(sizeOf[valued[T]]())
	s.core.sortRows = func(table chunks, refs []ref, each Each) error {
		rows := make([]valued[T], len(refs))
		scratch := make([]valued[T], len(refs))
		parts := min(s.core.workers(), len(refs)/leastRows+1)
		bound := func(i int) int { return i * len(refs) / parts }
		err := each(parts, func(i int) error {
			lo, hi := bound(i), bound(i+1)
			for j := lo; j < hi; j++ {
				rows[j] = valued[T]{one(table.record(refs[j].At).row), refs[j]}
			}
			mergeSort(rows[lo:hi], scratch[lo:hi], compare)
			return nil
		})
		for width := 1; err == nil && width < parts; width *= 2 {
			err = each((parts+2*width-1)/(2*width), func(i int) error {
				lo, mid, hi := bound(2*width*i), bound(min(2*width*i+width, parts)), bound(min(2*width*(i+1), parts))
				copy(scratch[lo:mid], rows[lo:mid])
				mergeInto(rows[lo:hi], scratch[lo:mid], rows[mid:hi], compare)
				return nil
			})
		}
		for j := range rows {
			refs[j] = rows[j].ref
		}
		return err
	}
}

// valued is a row and where its bytes are.
type valued[T any] struct {
	v   T
	ref ref
}

// mergeSort sorts rows, and leaves those that are equal in their order.
func mergeSort[T any](rows, scratch []valued[T], compare func(a, b T) int) {
	if len(rows) <= 12 {
		for i := 1; i < len(rows); i++ {
			r := rows[i]
			j := i
			for ; j > 0 && compare(rows[j-1].v, r.v) > 0; j-- {
				rows[j] = rows[j-1]
			}
			rows[j] = r
		}
		return
	}
	mid := len(rows) / 2
	mergeSort(rows[:mid], scratch[:mid], compare)
	mergeSort(rows[mid:], scratch[mid:], compare)
	if compare(rows[mid-1].v, rows[mid].v) <= 0 {
		return
	}
	copy(scratch[:mid], rows[:mid])
	mergeInto(rows, scratch[:mid], rows[mid:], compare)
}

// mergeInto merges a, which lies elsewhere, and b, which is the end of dst.
//
//go:noinline
func mergeInto[T any](dst, a, b []valued[T], compare func(a, b T) int) {
	for i := 0; len(a) > 0; i++ {
		if len(b) > 0 && compare(b[0].v, a[0].v) < 0 {
			dst[i], b = b[0], b[1:]
		} else {
			dst[i], a = a[0], a[1:]
		}
	}
}
