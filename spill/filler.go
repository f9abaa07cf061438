package spill

import (
	"encoding/binary"
	"math/bits"
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

	keys keyStats
	runs []*run
	out  *tempFile // where the runs are
	pick chooser
}

// keyStats is what is known of the keys of rows in memory.
type keyStats struct {
	any      bool
	first    []byte
	shared   int    // bytes that all keys share with the first
	or, and  uint64 // of the keys' first eight bytes
	shortest int
	longest  int
}

func (k *keyStats) reset() { *k = keyStats{first: k.first[:0], and: ^uint64(0)} }

// note takes a key into account, whose first bytes are prefix.
func (k *keyStats) note(key string, prefix uint64) { noteKey(k, key, prefix) }

// noteBytes is note.
func (k *keyStats) noteBytes(key []byte, prefix uint64) { noteKey(k, key, prefix) }

func noteKey[S string | []byte](k *keyStats, key S, prefix uint64) {
	if !k.any {
		k.any = true
		k.first = append(k.first[:0], key...)
		k.shared, k.shortest, k.longest = len(key), len(key), len(key)
		k.or, k.and = prefix, prefix
		return
	}
	k.or |= prefix
	k.and &= prefix
	k.shortest = min(k.shortest, len(key))
	k.longest = max(k.longest, len(key))
	if s := k.shared; s > 0 && (len(key) < s || string(key[:s]) != string(k.first[:s])) {
		k.shared = sharedPrefix(k.first[:s], key)
	}
}

// merge makes k what is known of its keys and those of o.
func (k *keyStats) merge(o *keyStats) {
	switch {
	case !o.any:
		return
	case !k.any:
		*k = *o
		k.first = append([]byte(nil), o.first...)
		return
	}
	k.or |= o.or
	k.and &= o.and
	k.shortest = min(k.shortest, o.shortest)
	k.longest = max(k.longest, o.longest)
	k.shared = sharedPrefix(k.first[:k.shared], o.first[:o.shared])
}

// equal reports whether all keys are equal.
func (k *keyStats) equal(by kind) bool {
	if by == byNumbers {
		return k.or == k.and
	}
	return k.shared == k.longest && k.shared == k.shortest
}

// lead is how many leading bits the keys' first eight bytes share.
func (k *keyStats) lead() int { return bits.LeadingZeros64(k.or ^ k.and) }

// settled reports that the keys' first eight bytes tell their order.
func (k *keyStats) settled() bool { return k.longest <= 8 && k.shortest == k.longest }

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
		b := at[len(at) : len(at)+head+len(row)]
		n := putUvarint(b, 0, headOf(len(row), keyBefore))
		n = putUvarint(b, n, f.place)
		b[n] = byte(width)
		n++
		prefix := keys[i]<<left ^ f.s.turn
		binary.BigEndian.PutUint64(b[n:], prefix) // there is room for eight; the row overwrites the rest
		n += width
		n += copy(b[n:], row)
		f.keys.or |= prefix
		f.keys.and &= prefix
		f.push(prefix, n)
	}
	if f.rows > 0 {
		f.keys.any, f.keys.shortest, f.keys.longest = true, width, width
	}
	return nil
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
		b := at[len(at) : len(at)+need]
		n := 0
		switch {
		case len(key) == len(row) && off == 0:
			n = putUvarint(b, n, headOf(len(row), keyIsRow))
			n = putUvarint(b, n, f.place)
		case off >= 0:
			n = putUvarint(b, n, headOf(len(row), keyWithin))
			n = putUvarint(b, n, f.place)
			n = putUvarint(b, n, uint64(off))
			n = putUvarint(b, n, uint64(len(key)))
		default:
			n = putUvarint(b, n, headOf(len(row), keyBefore))
			n = putUvarint(b, n, f.place)
			n = putUvarint(b, n, uint64(len(key)))
			n += copy(b[n:], key)
		}
		n += copy(b[n:], row)
		prefix := load8(key) ^ f.s.flip
		f.keys.note(key, prefix)
		f.push(prefix, n)
	}
	return nil
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

// more gets a chunk and memory for references where they are needed; when there
// is none to be had, the rows so far are written to disk.
func (f *filler) more(need int) error {
	if int64(need) > f.s.cfg.Memory {
		return tooLarge(need)
	}
	if !f.mem.Reserve(0) { // somebody else is short of memory
		f.dropFree()
		if f.held > leastHeld(f.s.cfg.Memory) && !f.mem.Reserve(0) {
			if err := f.spill(); err != nil {
				return err
			}
			f.dropFree()
		}
	}
	for !f.moreRefs() || !f.moreBytes(need) {
		if err := f.spill(); err != nil {
			return err
		}
	}
	return nil
}

// leastHeld is what a filler may hold however little memory is left of so much.
func leastHeld(memory int64) int64 { return min(max(memory/16, 2*leastChunk), 512<<10) }

// reserve takes n bytes, and reports whether it may. What cannot be spilled is
// taken in any case.
func (f *filler) reserve(n int64) bool {
	if !f.mem.Reserve(n) {
		if f.rows > 0 && f.held+n > leastHeld(f.s.cfg.Memory) {
			return false
		}
		f.dropFree()
		f.mem.Take(n)
	}
	f.held += n
	return true
}

func (f *filler) moreRefs() bool {
	if len(f.refs) < cap(f.refs) {
		return true
	}
	f.endSegment()
	if n := len(f.freeRefs); n > 0 {
		f.useRefs(f.freeRefs[n-1])
		f.freeRefs = f.freeRefs[:n-1]
		return true
	}
	size := min(max(f.rows, leastRefs), mostRefs)
	if !f.reserve(int64(size) * f.s.refCost()) {
		return false
	}
	f.useRefs(make([]ref, 0, size))
	return true
}

func (f *filler) useRefs(whole []ref) {
	f.refs = whole
	f.wholeRefs = append(f.wholeRefs, whole)
}

// refCost is what a row costs beside its record: its reference, another one
// while it is sorted, and what sorting by comparison needs.
func (s *sorter) refCost() int64 { return 2*refBytes + s.rowExtra }

func (f *filler) moreBytes(need int) bool {
	size := leastChunk
	if n := len(f.chunks); n > 0 {
		c := f.chunks[n-1]
		if cap(c)-len(c) >= need && len(c) < f.s.chunkBytes {
			return true
		}
		size = min(2*cap(c), f.s.chunkBytes)
	}
	if n := len(f.freeChunks); n > 0 && cap(f.freeChunks[n-1]) >= need {
		f.chunks = append(f.chunks, f.freeChunks[n-1])
		f.freeChunks = f.freeChunks[:n-1]
		return true
	}
	size = max(size, need)
	if !f.reserve(int64(size)) {
		return false
	}
	c := make([]byte, 0, size)
	adviseHuge(c)
	f.chunks = append(f.chunks, c)
	return true
}

// free gives the memory of n bytes back.
func (f *filler) free(n int64) {
	f.held -= n
	f.mem.Release(n)
}

// recycle makes the memory of rows that are on disk now free for others.
func (f *filler) recycle() {
	for _, c := range f.chunks {
		if cap(c) != f.s.chunkBytes { // small, or made for one row
			f.free(int64(cap(c)))
			continue
		}
		f.freeChunks = append(f.freeChunks, c[:0])
	}
	for _, whole := range f.wholeRefs {
		if cap(whole) != mostRefs {
			f.free(int64(cap(whole)) * f.s.refCost())
			continue
		}
		f.freeRefs = append(f.freeRefs, whole)
	}
	clear(f.chunks)
	clear(f.wholeRefs)
	f.chunks, f.wholeRefs, f.segs, f.refs = f.chunks[:0], f.wholeRefs[:0], f.segs[:0], nil
	f.bytes, f.rows = 0, 0
	f.keys.reset()
}

// dropFree gives the memory back that no row is in.
func (f *filler) dropFree() {
	for _, c := range f.freeChunks {
		f.free(int64(cap(c)))
	}
	for _, whole := range f.freeRefs {
		f.free(int64(cap(whole)) * f.s.refCost())
	}
	f.freeChunks, f.freeRefs, f.dst = nil, nil, nil
}

// drop gives all memory back.
func (f *filler) drop() {
	f.recycle()
	f.dropFree()
}

// pieces are the rows in memory.
func (f *filler) pieces() []piece {
	f.endSegment()
	list := make([]piece, len(f.segs))
	for i, seg := range f.segs {
		list[i] = piece{refs: seg.refs}
	}
	return list
}

// spill writes the rows in memory to disk, as a run.
func (f *filler) spill() (err error) {
	if f.rows == 0 {
		f.recycle()
		return nil
	}
	if f.out == nil {
		if f.out, err = f.s.temp.create(); err != nil {
			return err
		}
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

// arrange puts the rows in memory into buckets.
func (f *filler) arrange() (*arranged, error) {
	if cap(f.dst) < f.rows {
		n := 0
		for _, whole := range f.wholeRefs {
			n += cap(whole)
		}
		f.dst = make([]ref, n)
		adviseHuge(f.dst)
	}
	return f.s.arrange(f.pieces(), f.chunks, &f.keys, f.bytes, f.dst[:f.rows], 1, serially)
}
