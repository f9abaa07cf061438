package spill

import "anabranch.dev/internal/hugepage"

// bareRows is the rows of a filler that are bare, in input order, and their places.
type bareRows struct {
	on    bool // all rows so far are bare, and those to come are looked at
	whole [][]uint64
	runs  []placeRun
	free  [][]uint64
	refs  []ref // to rows that are written to disk
}

// placeRun is how many rows in turn have one place.
type placeRun struct {
	place uint64
	rows  int
}

// bareCost is what a bare row costs: its key, and another one while it is sorted.
const bareCost = 16

// addBareOrNot adds rows that come without records, and ends that when they are not
// bare.
func (f *filler) addBareOrNot(b spans) error {
	if f.s.allBare(b.all, b.numbers) {
		return f.addBare(b.numbers)
	}
	if err := f.expand(); err != nil {
		return err
	}
	return f.addNumbers(f.enc.cutAll(f.s.width), b.numbers)
}

// addBare adds bare rows.
func (f *filler) addBare(numbers []uint64) error {
	left, turn := uint(64-8*f.s.width), f.s.turn
	for len(numbers) > 0 {
		if err := f.roomBare(); err != nil {
			return err
		}
		last := &f.bare.whole[len(f.bare.whole)-1]
		n := min(len(numbers), cap(*last)-len(*last))
		keys := (*last)[len(*last) : len(*last)+n]
		or, and := f.keys.or, f.keys.and
		for i, v := range numbers[:n] {
			key := v<<left ^ turn
			keys[i] = key
			or |= key
			and &= key
		}
		f.keys.or, f.keys.and, f.keys.any = or, and, true
		*last = (*last)[:len(*last)+n]
		if p := len(f.bare.runs) - 1; p >= 0 && f.bare.runs[p].place == f.place {
			f.bare.runs[p].rows += n
		} else {
			f.bare.runs = append(f.bare.runs, placeRun{f.place, n})
		}
		f.rows += n
		f.bytes += int64(n * f.s.width)
		numbers = numbers[n:]
	}
	return nil
}

// roomBare sees to it that there is room for a bare row.
func (f *filler) roomBare() error {
	if n := len(f.bare.whole); n > 0 && len(f.bare.whole[n-1]) < cap(f.bare.whole[n-1]) {
		return nil
	}
	if err := f.yield(); err != nil {
		return err
	}
	for !f.moreBare() {
		if err := f.spill(); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) moreBare() bool {
	b := &f.bare
	if n := len(b.free); n > 0 {
		b.whole = append(b.whole, b.free[n-1])
		b.free = b.free[:n-1]
		return true
	}
	size := min(max(f.rows, leastRefs), mostRefs)
	if !f.reserve(int64(size) * bareCost) {
		return false
	}
	b.whole = append(b.whole, make([]uint64, 0, size))
	return true
}

// recycleBare is recycle for bare rows.
func (f *filler) recycleBare() {
	b := &f.bare
	for _, whole := range b.whole {
		if cap(whole) != mostRefs {
			f.free(int64(cap(whole)) * bareCost)
			continue
		}
		b.free = append(b.free, whole[:0])
	}
	clear(b.whole)
	b.whole, b.runs = b.whole[:0], b.runs[:0]
}

// dropFreeBare is dropFree for bare rows.
func (f *filler) dropFreeBare() {
	for _, whole := range f.bare.free {
		f.free(int64(cap(whole)) * bareCost)
	}
	f.bare.free, f.bare.refs = nil, nil
}

// each gives the rows, at most n of one place at a time.
func (b *bareRows) each(n int, f func(place uint64, keys []uint64) error) error {
	p := 0
	left := 0 // of runs[p]
	for _, keys := range b.whole {
		for len(keys) > 0 {
			if left == 0 {
				left = b.runs[p].rows
				p++
			}
			k := min(len(keys), left, n)
			if err := f(b.runs[p-1].place, keys[:k]); err != nil {
				return err
			}
			keys = keys[k:]
			left -= k
		}
	}
	return nil
}

// expand makes records of bare rows, which are those of the filler so far, and has those
// to come made records.
func (f *filler) expand() error {
	if !f.bare.on {
		return nil
	}
	old, place := f.bare, f.place
	f.bare = bareRows{}
	f.rows, f.bytes = 0, 0
	f.keys.reset()
	var e encoded
	left := uint(64 - 8*f.s.width)
	err := old.each(batchRows, func(place uint64, keys []uint64) error {
		f.at(place)
		e.buf = f.s.appendBare(e.buf[:0], keys)
		numbers := e.numbersFor(len(keys))
		for i, key := range keys {
			numbers[i] = (key ^ f.s.turn) >> left
		}
		return f.addNumbers(e.cutAll(f.s.width), numbers)
	})
	f.at(place)
	for _, whole := range append(old.whole, old.free...) {
		f.free(int64(cap(whole)) * bareCost)
	}
	return err
}

// heldAsRecords is how much memory the filler has, or would have if its bare rows were
// records.
func (f *filler) heldAsRecords() int64 {
	if !f.bare.on {
		return f.held
	}
	return int64(f.rows) * (int64(maxRecordOfBare) + f.s.refCost())
}

// maxRecordOfBare is about the most that the record of a bare row takes.
const maxRecordOfBare = 28

// spillBare writes bare rows to disk, as runs. A row then has a place, as the runs are
// merged with rows that may not be bare: it is sorted as a reference that holds it. For
// those there is only the memory of half of the rows: as much as they were to be sorted
// in. So they are written in four parts, with twice the memory of a reference each.
func (f *filler) spillBare() error {
	most := max((f.rows+3)/4, leastRefs)
	if cap(f.bare.refs) < most {
		f.bare.refs, f.dst = make([]ref, 0, most), make([]ref, most)
		hugepage.Advise(f.bare.refs)
		hugepage.Advise(f.dst)
	}
	refs := f.bare.refs[:0]
	flush := func() error {
		var keys keyStats
		keys.reset()
		f.s.noteAll(&keys, refs, nil)
		a, err := f.s.arrange([]piece[ref]{{rows: refs}}, nil, &keys, int64(8*len(refs)), f.dst[:len(refs)], 1, serially)
		if err != nil {
			return err
		}
		w := f.s.newRun(f.out, &f.pick)
		for i := range a.ends {
			if err := w.addPlaced(a.rowsOf(i)); err != nil {
				return err
			}
		}
		r, err := w.end()
		if err != nil {
			return err
		}
		f.runs = append(f.runs, r)
		refs = refs[:0]
		return nil
	}
	err := f.bare.each(batchRows, func(place uint64, keys []uint64) error {
		for _, key := range keys {
			if len(refs) == most {
				if err := flush(); err != nil {
					return err
				}
			}
			refs = append(refs, ref{Key: key, At: place})
		}
		return nil
	})
	if err != nil || len(refs) == 0 {
		return err
	}
	return flush()
}
