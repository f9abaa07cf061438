package spill

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"anabranch.dev/internal/hugepage"
)

// Each calls f for 0 to n-1, at the same time where it can, and returns the first
// error.
type Each func(n int, f func(i int) error) error

// serially is an Each of one goroutine.
func serially(n int, f func(i int) error) error {
	for i := range n {
		if err := f(i); err != nil {
			return err
		}
	}
	return nil
}

// kind is what rows are sorted by.
type kind uint8

const (
	byNumbers kind = iota // keys of at most eight bytes, all of one width
	byTexts               // keys of any bytes
	byPlain               // a comparison
)

// sorter is all of a Sorter that does not depend on the type of its rows.
type sorter struct {
	cfg  Config
	disk *Space
	temp *tempDir

	kind  kind
	width int    // of numbers, in bytes
	desc  bool   // texts: greatest first
	flip  uint64 // texts: what prefixes are turned by
	turn  uint64 // numbers: what keys are turned by

	bare     bool   // rows may be bare
	bareTurn uint64 // what keys of bare rows are turned by, to give the bits of the row
	bareSign uint64 // the bit of the sign, where the others are turned too when it is not set

	compareRows func(a, b []byte) int                           // plain
	sortRows    func(table chunks, refs []ref, each Each) error // plain
	rowExtra    int64                                           // plain: bytes that sorting a row takes

	prefixTells bool // equal prefixes are equal keys
	shared      int  // bytes that all keys of the runs that are merged share

	chunkBytes int // of full chunks

	mem      sharedMemory
	refPool  sync.Pool
	barePool sync.Pool
	touched  atomic.Uint32
	stats    counters

	mu struct {
		sync.Mutex
		fillers []*filler
		state   state
		failed  error // the first error: rows are lost
	}
}

// state is what a sorter does.
type state uint8

const (
	filling state = iota // rows are added, until they are sorted
	ended                // they are given out, until the end
	closed
)

// filling returns why no rows can be added any more.
func (s *sorter) filling() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.mu.state == closed:
		return ErrClosed
	case s.mu.failed != nil:
		return s.mu.failed
	case s.mu.state == ended:
		return ErrEnded
	}
	return nil
}

// fail notes an error that loses rows, unless there was one, and returns the first.
func (s *sorter) fail(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.failed == nil {
		s.mu.failed = err
	}
	return s.mu.failed
}

// end ends the filling.
func (s *sorter) end() error {
	if err := s.filling(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.state = ended
	return nil
}

// closing begins to close the sorter, and reports whether that is new.
func (s *sorter) closing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.mu.state
	s.mu.state = closed
	return was != closed
}

func (s *sorter) took(n int64) { s.mem.took(n) }

// counters is what a sorter has done.
type counters struct {
	rows, runs, raw, stored, passes atomic.Int64
	fanIn                           atomic.Int64
}

func (c *counters) wrote(r *run) {
	c.runs.Add(1)
	c.raw.Add(r.bytes)
	c.stored.Add(r.stored)
}

// ErrTooLarge means that one row is larger than the memory there is.
var ErrTooLarge = errors.New("row too large")

func tooLarge(n int) error {
	return fmt.Errorf("%w: it takes %d bytes; Memory allows more", ErrTooLarge, n)
}

func (s *sorter) init(c Config) {
	if c.Memory < 0 || c.Disk < 0 || c.Workers < 0 || c.FanIn < 0 {
		panic("spill.NewSorter: a limit is negative")
	}
	if c.Memory == 0 {
		c.Memory = defaultMemory
	}
	s.cfg = c
	if s.disk = c.Space; s.disk == nil {
		s.disk = NewSpace(c.Disk)
	}
	s.temp = newTempDir(&c, s.disk)
	s.chunkBytes = chunkBytes
	for parts := int64(16 * max(c.Workers, 2)); s.chunkBytes > leastChunk && int64(s.chunkBytes) > c.Memory/parts; {
		s.chunkBytes /= 2
	}
	if c.Budget == nil {
		own := &limited{}
		own.left.Store(c.Memory)
		s.cfg.Budget = func() Memory { return own }
	}
	s.mem.of = s.cfg.Budget()
}

// byColumns says what rows are sorted by: n columns, of which first is one.
func (s *sorter) byColumns(n int, first columnForm) {
	if n == 1 && first.form == numeric {
		s.kind, s.width, s.prefixTells = byNumbers, first.width, true
		if first.desc {
			s.turn = ^uint64(0) << (64 - 8*first.width)
		}
		return
	}
	s.kind = byTexts
	if n == 1 && first.form == textual && first.desc {
		s.desc, s.flip = true, ^uint64(0)
	}
}

// filler makes the part of the sorter that one goroutine fills.
func (s *sorter) filler() *filler {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &filler{s: s, index: len(s.mu.fillers), mem: s.cfg.Budget(), pick: chooser{mode: s.cfg.Compression}}
	f.bare.on = s.bare
	f.keys.reset()
	s.mu.fillers = append(s.mu.fillers, f)
	return f
}

// output is what a sorter gives out: rows in memory, or ranges of runs.
type output struct {
	memory *arranged
	ranges *ranges
}

// finish ends the filling and makes the output.
func (s *sorter) finish(parts int, each Each) (*output, error) {
	if bare, err := s.bareOnly(each); err != nil {
		return nil, err
	} else if bare {
		a, err := s.finishBare(parts, each)
		return &output{memory: a}, err
	}
	var runs []*run
	rows := 0
	for _, f := range s.mu.fillers {
		rows += f.rows
		s.stats.rows.Add(int64(f.rows))
		for _, r := range f.runs {
			s.stats.rows.Add(r.rows)
		}
		runs = append(runs, f.runs...)
	}
	if len(runs) == 0 {
		a, err := s.finishMemory(rows, parts, each)
		return &output{memory: a}, err
	}
	return s.finishRuns(runs, parts, each)
}

// finishMemory arranges the rows of all fillers.
func (s *sorter) finishMemory(rows, parts int, each Each) (*arranged, error) {
	type placed struct {
		place uint64
		piece[ref]
	}
	var all []placed
	var table chunks
	var keys keyStats
	var bytes int64
	keys.reset()
	for _, f := range s.mu.fillers {
		f.endSegment()
		for _, seg := range f.segs {
			all = append(all, placed{seg.place, piece[ref]{seg.refs, uint64(len(table))}})
		}
		table = append(table, f.chunks...)
		keys.merge(&f.keys)
		bytes += f.bytes
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Compare(a.place, b.place) })
	pieces := make([]piece[ref], len(all))
	for i := range all {
		pieces[i] = all[i].piece
	}
	dst := make([]ref, rows)
	hugepage.Advise(dst)
	return s.arrange(pieces, table, &keys, bytes, dst, parts, each)
}

// writeRest writes the rows of the buckets from first on, as a run.
func (s *sorter) writeRest(a *arranged, first int) (*run, error) {
	file, err := s.temp.create()
	if err != nil {
		return nil, err
	}
	w := s.newRun(file, &chooser{mode: s.cfg.Compression})
	for i := first; i < len(a.ends); i++ {
		if a.bare != nil {
			err = w.addBare(a.bareOf(i), i)
		} else {
			err = w.addAll(a.table, a.rowsOf(i))
		}
		if err != nil {
			return nil, err
		}
	}
	r, err := w.end()
	if e := file.release(); err == nil {
		err = e
	}
	return r, err
}

// finishRuns makes runs of what is in memory too, merges runs until one more
// merge is enough, and plans that.
func (s *sorter) finishRuns(runs []*run, parts int, each Each) (*output, error) {
	fillers := s.mu.fillers
	keep := s.keepRest(runs)
	err := each(len(fillers), func(i int) error {
		f := fillers[i]
		if keep && f.bare.on {
			if err := f.expand(); err != nil {
				return err
			}
		}
		if keep && f.rows > 0 {
			r, err := f.memoryRun()
			f.runs = append(f.runs, r)
			return err
		}
		if err := f.spill(); err != nil {
			return err
		}
		f.drop()
		return nil
	})
	if err != nil {
		return nil, err
	}
	runs = runs[:0]
	for _, f := range fillers {
		runs = append(runs, f.runs...)
		f.runs = nil
		if f.out != nil {
			if err := f.out.release(); err != nil {
				return nil, err
			}
			f.out = nil
		}
	}
	for {
		fanIn := s.fanIn(runs)
		if len(runs) <= fanIn {
			s.stats.passes.Add(1)
			s.stats.fanIn.Store(int64(len(runs)))
			return &output{ranges: s.newRanges(runs)}, nil
		}
		if runs, err = s.pass(runs, fanIn, parts, each); err != nil {
			return nil, err
		}
	}
}

// fanIn is how many runs can be merged at a time: each has a block in memory, of
// the size that the largest of a run has on the average.
func (s *sorter) fanIn(runs []*run) int {
	var rows, bytes, index, most int64
	for _, r := range runs {
		rows += r.rows
		bytes += r.bytes
		index += r.index
		most += r.most
	}
	block := max(most/max(int64(len(runs)), 1), blockBytes)
	block += refBytes * block * rows / max(bytes, 1)
	n := max((s.cfg.Memory*3/4-index)/block, 2)
	if s.cfg.FanIn > 1 {
		n = min(n, int64(s.cfg.FanIn))
	}
	return int(n)
}

// pass merges groups of runs that follow one another, and as few of them as
// leave fanIn runs.
func (s *sorter) pass(runs []*run, fanIn, parts int, each Each) ([]*run, error) {
	s.stats.passes.Add(1)
	size := max(fanIn/parts, 2) // of a group: each worker merges one
	groups := min((len(runs)-fanIn+size-2)/(size-1), (len(runs)+size-1)/size)
	s.shareOf(runs)
	merged := make([]*run, groups)
	err := each(groups, func(g int) (err error) {
		part := runs[g*size : min((g+1)*size, len(runs))]
		if merged[g], err = s.mergeRuns(part); err != nil {
			return err
		}
		for _, r := range part {
			s.took(-r.index)
			if e := r.file.release(); err == nil {
				err = e
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return append(merged, runs[min(groups*size, len(runs)):]...), nil
}

// mergeRuns writes one run of several.
func (s *sorter) mergeRuns(runs []*run) (*run, error) {
	if len(runs) == 1 {
		runs[0].file.runs.Add(1)
		s.took(runs[0].index)
		return runs[0], nil
	}
	file, err := s.temp.create()
	if err != nil {
		return nil, err
	}
	w := s.newRun(file, &chooser{mode: s.cfg.Compression})
	m := s.whole(runs)
	defer m.close()
	if err := m.start(nil); err != nil {
		return nil, err
	}
	for rec, ok := m.first(); ok; rec, ok = m.first() {
		if err := w.add(rec.all); err != nil {
			return nil, err
		}
		if err := m.advance(); err != nil {
			return nil, err
		}
	}
	r, err := w.end()
	if e := file.release(); err == nil {
		err = e
	}
	return r, err
}

// dropFillers gives the memory of the fillers back, and reports how much that is.
// Nothing is added any more; readers of parts may call it while others close the
// sorter.
func (s *sorter) dropFillers() (freed int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.mu.fillers {
		freed += f.held
		f.drop()
	}
	return freed
}

// heldByFillers is how many bytes of memory the fillers have.
func (s *sorter) heldByFillers() (held int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.mu.fillers {
		held += f.held
	}
	return held
}

// close removes everything.
func (s *sorter) close() error {
	s.dropFillers()
	err := s.temp.close()
	s.mem.end()
	return err
}
