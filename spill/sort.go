package spill

import (
	"runtime"

	"golang.org/x/sync/errgroup"
)

func (s *sorter) workers() int {
	if s.cfg.Workers > 0 {
		return s.cfg.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// each is the Each of a sorter that is used alone.
func (s *sorter) each(n int, f func(i int) error) error {
	var g errgroup.Group
	g.SetLimit(s.workers())
	for i := range n {
		g.Go(func() error { return guarded(func() error { return f(i) }) })
	}
	return g.Wait()
}

// total is what the sorter has done so far.
func (s *sorter) total() Stats {
	c := &s.stats
	return Stats{
		Rows: c.rows.Load(), Runs: c.runs.Load(), RunBytes: c.raw.Load(), DiskBytes: c.stored.Load(),
		DiskAtMost: s.disk.peak.Load(), Passes: c.passes.Load(), FanIn: c.fanIn.Load(),
	}
}

// sort ends the adding, of which endAdding is the rest, and sorts.
func (s *sorter) sort(endAdding func() error, each Each) (*sorted, error) {
	if err := s.filling(); err != nil {
		return nil, err
	}
	if err := endAdding(); err != nil {
		return nil, s.fail(err)
	}
	if err := s.end(); err != nil { // of a filler
		return nil, err
	}
	if each == nil {
		each = s.each
	}
	out, err := s.finish(s.workers(), each)
	if err != nil {
		return nil, s.fail(err)
	}
	o := &sorted{core: s}
	o.mu.memory, o.mu.ranges = out.memory, out.ranges
	return o, nil
}
