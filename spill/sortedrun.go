package spill

import "slices"

// WriteSorted writes rows that are in order already straight to disk, as a run of
// the sorter: for those who have sorted what they hold and have no memory for a
// copy of it. It gives rows a function that takes one batch after the other. The
// order must be one of keys, not of a comparison.
//
// Place is as for [Filler.Add].
func (f *Filler[T]) WriteSorted(place uint64, rows func(write func([]T) error) error) error {
	if err := f.s.core.filling(); err != nil {
		return err
	}
	if f.s.core.kind == byPlain {
		panic("spill.WriteSorted: the rows are ordered by a comparison")
	}
	if err := f.writeSorted(place, rows); err != nil {
		return f.s.core.fail(err)
	}
	return nil
}

func (f *Filler[T]) writeSorted(place uint64, rows func(write func([]T) error) error) error {
	if err := f.f.spill(); err != nil { // what was added before
		return err
	}
	if err := f.f.openFile(); err != nil {
		return err
	}
	f.f.at(place)
	w := f.s.core.newRun(f.f.out, &f.f.pick)
	err := rows(func(rows []T) error {
		for part := range slices.Chunk(rows, batchRows) {
			if err := f.write(w, part); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	r, err := w.end()
	if err != nil {
		return err
	}
	if r.rows == 0 {
		return f.f.out.release()
	}
	f.f.runs = append(f.f.runs, r)
	return nil
}

// write adds rows to a run.
func (f *Filler[T]) write(w *runWriter, rows []T) (err error) {
	defer unwritten(&err)
	core := &f.s.core
	spans := f.encode(rows)
	numbers, texts := f.keysOf(rows)
	left := uint(64 - 8*core.width)
	for i, row := range spans {
		key := ""
		if texts != nil {
			key = texts[i]
		}
		f.rec = sized(f.rec, maxHead+8+len(row)+len(key))
		n := 0
		if numbers != nil {
			n = putNumbered(f.rec, row, numbers[i]<<left^core.turn, core.width, f.f.place)
		} else {
			n = putText(f.rec, row, key, offsetIn(row, key), f.f.place)
		}
		if err := w.add(f.rec[:n]); err != nil {
			return err
		}
	}
	return nil
}
