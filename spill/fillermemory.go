package spill

import "anabranch.dev/internal/hugepage"

// more gets a chunk and memory for references where they are needed; when there
// is none to be had, the rows so far are written to disk.
func (f *filler) more(need int) error {
	if int64(need) > f.s.cfg.Memory {
		return tooLarge(need)
	}
	if err := f.yield(); err != nil {
		return err
	}
	for !f.moreRefs() || !f.moreBytes(need) {
		if err := f.spill(); err != nil {
			return err
		}
	}
	return nil
}

// yield gives memory up when somebody else is short of it.
func (f *filler) yield() error {
	if !f.mem.Reserve(0) {
		f.dropFree()
		if f.held > leastHeld(f.s.cfg.Memory) && !f.mem.Reserve(0) {
			if err := f.spill(); err != nil {
				return err
			}
			f.dropFree()
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
	hugepage.Advise(c)
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
	f.recycleBare()
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
	f.dropFreeBare()
	f.freeChunks, f.freeRefs, f.dst = nil, nil, nil
}

// drop gives all memory back.
func (f *filler) drop() {
	f.recycle()
	f.dropFree()
}
