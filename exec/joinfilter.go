package exec

import (
	"sync"
	"sync/atomic"

	"anabranch.dev/internal/bloom"
)

// keyFilter knows the keys of the right rows of a join, and some others, so that left
// rows without a match need not be kept. It is filled while right rows go to disk, from
// the first one on, and used while left rows do.
type keyFilter struct {
	run *Run
	of  atomic.Pointer[bloom.Filter] // nil: it was of no use

	ready sync.Once
}

// A filter takes such a share of the memory, and at most so many bytes.
const (
	filterShare = 8
	mostFilter  = 64 << 20
)

// newKeyFilter makes an empty filter. Its memory is taken in any case: right rows are
// about to leave theirs.
func newKeyFilter(r *Run) *keyFilter {
	f := &keyFilter{run: r}
	b := bloom.New(min(r.memory.live/filterShare, mostFilter))
	r.memory.take(b.Bytes())
	f.of.Store(b)
	return f
}

// tester makes one worker's test of left rows. From the first on, whoever is short of
// memory gets that of the filter: what it does not leave out costs time alone.
func (f *keyFilter) tester() tester {
	if f != nil {
		f.ready.Do(func() { f.run.memory.offer(&idle{held: f.held, spill: f.drop}) })
	}
	return tester{filter: f}
}

func (f *keyFilter) held() int64 {
	if b := f.of.Load(); b != nil {
		return b.Bytes()
	}
	return 0
}

// drop ends the use of the filter, and reports how much memory that frees. It may be
// called again, and from any goroutine.
func (f *keyFilter) drop() (freed int64) {
	if b := f.of.Swap(nil); b != nil {
		freed = b.Bytes()
		f.run.memory.take(-freed)
	}
	return freed
}

// add adds the hashes of right rows.
func (f *keyFilter) add(hs []uint64) {
	if f == nil {
		return
	}
	if b := f.of.Load(); b != nil {
		if b.Add(hs); b.Full() {
			f.drop()
		}
	}
}

// end is called when no rows will be looked for any more.
func (f *keyFilter) end() {
	if f != nil {
		f.drop()
	}
}

// tester is one worker's use of a filter. It looks how many of some rows are left out;
// when those are few, it lets many through before it looks again.
type tester struct {
	filter *keyFilter // nil: all rows pass
	in     []uint8
	tested int
	out    int // of the tested
	skip   int // rows that pass before the next is tested
}

const (
	testRows   = 16 << 10 // after which is decided
	skipRows   = 16 * testRows
	worthShare = 8 // of the rows that must be left out for the rest to be worth testing
)

// test says which rows may have a match, by their hashes: all, or with ok those for
// which in is 1.
func (t *tester) test(hs []uint64) (in []uint8, ok bool) {
	if t.filter == nil {
		return nil, false
	}
	b := t.filter.of.Load()
	if b == nil {
		return nil, false
	}
	if t.skip > 0 {
		t.skip -= len(hs)
		return nil, false
	}
	t.in = grown(t.in, len(hs))
	in = t.in[:len(hs)]
	b.Has(hs, in)
	t.tested += len(hs)
	for _, one := range in {
		t.out += 1 - int(one)
	}
	if t.tested >= testRows {
		if t.out < t.tested/worthShare {
			t.skip = skipRows
		}
		t.tested, t.out = 0, 0
	}
	return in, true
}

// passKernel copies the rows for which in is 1 to dst, and moves their hashes to the
// front. It has no branch on that.
func passKernel[T any](dst, rows []T, hs []uint64, in []uint8) int {
	dst, hs, in = dst[:len(rows)], hs[:len(rows)], in[:len(rows)]
	n := 0
	for i := range rows {
		dst[n], hs[n] = rows[i], hs[i]
		n += int(in[i])
	}
	return n
}
