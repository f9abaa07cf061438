package spill

// WriteSorted writes rows that are in order already straight to disk, as a run of
// the sorter: for those who have sorted what they hold and have no memory for a
// copy of it. It gives rows a function that takes one batch after the other. The
// order must be one of keys, not of a comparison.
//
// Place is as for [Filler.Add].
func (f *Filler[T]) WriteSorted(place uint64, rows func(write func([]T) error) error) error {
	return f.f.writeSorted(place, func(w *runWriter) error {
		return rows(func(rows []T) error {
			return f.f.writeAll(w, len(rows), func(from, to int) spans { return f.spansOf(rows[from:to]) })
		})
	})
}

func (f *filler) writeSorted(place uint64, rows func(*runWriter) error) error {
	if err := f.s.filling(); err != nil {
		return err
	}
	if f.s.kind == byPlain {
		panic("spill.WriteSorted: the rows are ordered by a comparison")
	}
	if err := f.writeRun(place, rows); err != nil {
		return f.s.fail(err)
	}
	return nil
}

func (f *filler) writeRun(place uint64, rows func(*runWriter) error) error {
	if err := f.spill(); err != nil { // what was added before
		return err
	}
	if err := f.openFile(); err != nil {
		return err
	}
	f.at(place)
	w := f.s.newRun(f.out, &f.pick)
	if err := rows(w); err != nil {
		return err
	}
	r, err := w.end()
	if err != nil {
		return err
	}
	if r.rows == 0 {
		return f.out.release()
	}
	f.runs = append(f.runs, r)
	return nil
}

// writeAll adds n rows to a run, of which spansOf gives some at a time.
func (f *filler) writeAll(w *runWriter, n int, spansOf func(from, to int) spans) error {
	for from := 0; from < n; from += batchRows {
		if err := f.write(w, spansOf, from, min(from+batchRows, n)); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) write(w *runWriter, spansOf func(from, to int) spans, from, to int) (err error) {
	defer unwritten(&err)
	b := spansOf(from, to)
	if b.all != nil {
		b.rows = f.enc.cutAll(f.s.width)
	}
	left := uint(64 - 8*f.s.width)
	for i, row := range b.rows {
		key := ""
		if b.texts != nil {
			key = b.texts[i]
		}
		f.rec = sized(f.rec, maxHead+8+len(row)+len(key))
		n := 0
		if b.numbers != nil {
			n = putNumbered(f.rec, row, b.numbers[i]<<left^f.s.turn, f.s.width, f.place)
		} else {
			n = putText(f.rec, row, key, offsetIn(row, key), f.place)
		}
		if err := w.add(f.rec[:n]); err != nil {
			return err
		}
	}
	return nil
}
