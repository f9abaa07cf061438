package spill

// WriteSorted writes rows that are in order already straight to disk, as a run of
// the sorter: for those who have sorted what they hold and have no memory for a
// copy of it. Batches come from next, which returns none at the end; a batch is
// used until the next call. The order must be one of keys, not of a comparison.
//
// Place is as for [Filler.Add].
func (f *Filler[T]) WriteSorted(place uint64, next func() ([]T, error)) error {
	if err := f.s.core.filling(); err != nil {
		return err
	}
	if f.s.core.kind == byPlain {
		panic("spill.WriteSorted: the rows are ordered by a comparison")
	}
	if err := f.writeSorted(place, next); err != nil {
		return f.s.core.fail(err)
	}
	return nil
}

func (f *Filler[T]) writeSorted(place uint64, next func() ([]T, error)) (err error) {
	defer unwritten(&err)
	if err := f.f.spill(); err != nil { // what was added before
		return err
	}
	f.f.at(place)
	var w *runWriter
	for {
		rows, err := next()
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		if w == nil {
			if err := f.f.openFile(); err != nil {
				return err
			}
			w = f.s.core.newRun(f.f.out, &f.f.pick)
		}
		for len(rows) > 0 {
			n := min(len(rows), batchRows)
			if err := f.write(w, rows[:n]); err != nil {
				return err
			}
			rows = rows[n:]
		}
	}
	if w == nil {
		return nil
	}
	r, err := w.end()
	if err != nil {
		return err
	}
	f.f.runs = append(f.f.runs, r)
	return nil
}

// write adds rows to a run.
func (f *Filler[T]) write(w *runWriter, rows []T) error {
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
