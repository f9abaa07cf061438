package spill

import (
	"encoding/binary"
	"slices"
	"sync"

	"anabranch.dev/internal/hugepage"
)

// filler takes rows of one goroutine, as records in memory, and writes a run of
// them when there is no more memory to be had.
type filler struct {
	s     *sorter
	index int // among the sorter's fillers
	mem   Memory
	held  int64 // bytes taken from mem

	chunks chunks // those in use; the last is being filled
	bytes  int64  // of records
	rows   int
	segs   []segment
	refs   []ref // the segment that is being filled, and room for more
	place  uint64

	wholeRefs  [][]ref // the memory of all references
	freeChunks [][]byte
	freeRefs   [][]ref
	dst        []ref // where a run is put in order

	bare bareRows // in place of chunks and refs

	enc encoded // of the rows that are being added
	rec []byte  // a record that is being written

	keys keyStats
	runs []*run
	out  *tempFile // where the runs are
	pick chooser

	still sync.Mutex // held by who uses the filler while it rests
}

// at begins the rows of a place.
func (f *filler) at(place uint64) {
	if place == f.place {
		return
	}
	f.endSegment()
	f.place = place
}

// endSegment puts the rows that have come since the last one aside.
func (f *filler) endSegment() {
	if len(f.refs) == 0 {
		return
	}
	f.segs = append(f.segs, segment{f.place, f.refs})
	f.refs = f.refs[len(f.refs):]
}

// addNumbers adds rows with keys of width bytes.
func (f *filler) addNumbers(rows []string, keys []uint64) error {
	width := f.s.width
	left := uint(64 - 8*width)
	head := maxHead + 8
	for i, row := range rows {
		at, err := f.room(head + len(row))
		if err != nil {
			return err
		}
		prefix := keys[i]<<left ^ f.s.turn
		n := putNumbered(at[len(at):len(at)+head+len(row)], row, prefix, width, f.place)
		f.keys.or |= prefix
		f.keys.and &= prefix
		f.push(prefix, n)
	}
	if f.rows > 0 {
		f.keys.any, f.keys.shortest, f.keys.longest = true, width, width
	}
	return nil
}

// putNumbered stores the record of a row with a number of width bytes at b, and
// returns its length. b has room for eight bytes of the number: the row overwrites
// the rest.
func putNumbered(b []byte, row string, prefix uint64, width int, place uint64) int {
	n := putUvarint(b, 0, headOf(len(row), keyBefore))
	n = putUvarint(b, n, place)
	b[n] = byte(width)
	n++
	binary.BigEndian.PutUint64(b[n:], prefix)
	n += width
	return n + copy(b[n:], row)
}

// addTexts adds rows with keys that are text.
func (f *filler) addTexts(rows, keys []string) error {
	for i, row := range rows {
		key := keys[i]
		need := maxHead + len(row)
		off := offsetIn(row, key)
		if off < 0 {
			need += len(key)
		}
		at, err := f.room(need)
		if err != nil {
			return err
		}
		n := putText(at[len(at):len(at)+need], row, key, off, f.place)
		prefix := load8(key) ^ f.s.flip
		f.keys.note(key, prefix)
		f.push(prefix, n)
	}
	return nil
}

// putText is putNumbered for a key that is text, and lies in the row at off or,
// when that is negative, elsewhere.
func putText(b []byte, row, key string, off int, place uint64) int {
	n := 0
	switch {
	case len(key) == len(row) && off == 0:
		n = putUvarint(b, n, headOf(len(row), keyIsRow))
		n = putUvarint(b, n, place)
	case off >= 0:
		n = putUvarint(b, n, headOf(len(row), keyWithin))
		n = putUvarint(b, n, place)
		n = putUvarint(b, n, uint64(off))
		n = putUvarint(b, n, uint64(len(key)))
	default:
		n = putUvarint(b, n, headOf(len(row), keyBefore))
		n = putUvarint(b, n, place)
		n = putUvarint(b, n, uint64(len(key)))
		n += copy(b[n:], key)
	}
	return n + copy(b[n:], row)
}

// addPlain adds rows that only a comparison orders.
func (f *filler) addPlain(rows []string) error {
	for _, row := range rows {
		at, err := f.room(maxHead + len(row))
		if err != nil {
			return err
		}
		b := at[len(at) : len(at)+maxHead+len(row)]
		n := putUvarint(b, 0, headOf(len(row), keyNone))
		n = putUvarint(b, n, f.place)
		n += copy(b[n:], row)
		f.push(0, n)
	}
	return nil
}

// push makes the n bytes after the end of the last chunk a record. There is room
// for its reference.
func (f *filler) push(prefix uint64, n int) {
	last := len(f.chunks) - 1
	c := f.chunks[last]
	f.refs = append(f.refs, ref{Key: prefix, At: uint64(last)<<chunkBits | uint64(len(c))})
	f.chunks[last] = c[:len(c)+n]
	f.bytes += int64(n)
	f.rows++
}

// room returns the chunk that has room for need more bytes, and sees to it that
// there is room for a reference too.
func (f *filler) room(need int) ([]byte, error) {
	if len(f.chunks) > 0 && len(f.refs) < cap(f.refs) {
		if c := f.chunks[len(f.chunks)-1]; cap(c)-len(c) >= need && len(c) < f.s.chunkBytes {
			return c, nil
		}
	}
	if err := f.more(need); err != nil {
		return nil, err
	}
	return f.chunks[len(f.chunks)-1], nil
}

// pieces are the rows in memory.
func (f *filler) pieces() []piece[ref] {
	f.endSegment()
	list := make([]piece[ref], len(f.segs))
	for i, seg := range f.segs {
		list[i] = piece[ref]{rows: seg.refs}
	}
	return list
}

// spill writes the rows in memory to disk, as a run.
func (f *filler) spill() (err error) {
	if f.rows == 0 {
		f.recycle()
		return nil
	}
	if err := f.openFile(); err != nil {
		return err
	}
	if f.bare.on {
		if err := f.spillBare(); err != nil {
			return err
		}
		f.recycle()
		return nil
	}
	a, err := f.arrange()
	if err != nil {
		return err
	}
	w := f.s.newRun(f.out, &f.pick)
	for i := range a.ends {
		if err := w.addAll(a.table, a.rowsOf(i)); err != nil {
			return err
		}
	}
	r, err := w.end()
	if err != nil {
		return err
	}
	f.runs = append(f.runs, r)
	f.recycle()
	return nil
}

// openFile makes the file of the filler's runs.
func (f *filler) openFile() (err error) {
	if f.out == nil {
		f.out, err = f.s.temp.create()
	}
	return err
}

// arrange puts the rows in memory into buckets.
func (f *filler) arrange() (*arranged, error) {
	if cap(f.dst) < f.rows {
		n := 0
		for _, whole := range f.wholeRefs {
			n += cap(whole)
		}
		f.dst = make([]ref, n)
		hugepage.Advise(f.dst)
	}
	return f.s.arrange(f.pieces(), slices.Clone(f.chunks), &f.keys, f.bytes, f.dst[:f.rows], 1, serially)
}
