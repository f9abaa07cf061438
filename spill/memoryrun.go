package spill

import "slices"

// memoryRun makes a run of the rows that a filler has in memory, without writing
// them.
func (f *filler) memoryRun() (*run, error) {
	f.dropFree()
	a, err := f.arrange()
	if err != nil {
		return nil, err
	}
	r := &run{memory: a, rows: int64(len(a.refs)), bytes: f.bytes}
	for i := range a.ends {
		a.rowsOf(i)
	}
	step := max(int(blockBytes*int64(f.rows)/max(f.bytes, 1)), 1)
	for at := 0; at < len(a.refs); at += step {
		rows := min(step, len(a.refs)-at)
		rec := a.table.record(a.refs[at].At)
		from := bound{f.s.keyOf(rec), rec.place}
		apart := false
		if at > 0 {
			prev := a.table.record(a.refs[at-1].At)
			apart = prev.place != rec.place || f.s.compare(f.s.keyOf(prev), from.key) != 0
		}
		r.blocks = append(r.blocks, blockInfo{off: int64(at), rows: int32(rows), bytes: blockBytes, from: from, apart: apart})
	}
	last := a.table.record(a.refs[len(a.refs)-1].At)
	r.last = bound{f.s.keyOf(last), last.place}
	return r, nil
}

// block returns the rows of block i, with the prefixes that a merge goes by:
// sorting has changed them.
func (a *arranged) block(blocks []blockInfo, i int) []ref {
	refs := a.refs[blocks[i].off:][:blocks[i].rows]
	for part := range slices.Chunk(refs, ahead) {
		a.s.touched.Add(uint32(a.table.touch(part)))
		for j := range part {
			part[j].Key = a.s.prefix(a.table.record(part[j].At).key)
		}
	}
	return refs
}

// keepRest reports whether the rows that fillers have in memory when all have
// come can stay there while runs are merged: they leave half of the memory to
// others, and there is room for the blocks of the merge.
func (s *sorter) keepRest(runs []*run) bool {
	held := int64(0)
	n := len(runs)
	for _, f := range s.mu.fillers {
		f.dropFree()
		if f.rows > 0 {
			held += f.heldAsRecords()
			n++
		}
	}
	return held <= s.cfg.Memory/2 && 2*n <= s.fanIn(runs)
}
