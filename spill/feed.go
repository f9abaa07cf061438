package spill

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"
)

// feed is the goroutines behind Add: each fills a part of the sorter. Batches are
// slices of rows, as any.
type feed struct {
	batches chan fed
	empty   chan any // for Add to fill
	next    uint64   // place
	group   *errgroup.Group
	ctx     context.Context
	once    sync.Once
}

type fed struct {
	place uint64
	rows  any
}

// newFeed starts n goroutines. Each has one of the functions that filler makes,
// which adds a batch to a part of its own, and clears it.
func newFeed(n int, filler func() func(place uint64, rows any) error) *feed {
	f := &feed{batches: make(chan fed, n), empty: make(chan any, 2*n)}
	f.group, f.ctx = errgroup.WithContext(context.Background())
	for range n {
		add := filler()
		f.group.Go(func() error { return guarded(func() error { return f.fill(add) }) })
	}
	return f
}

// fill is the life of one goroutine.
func (f *feed) fill(add func(place uint64, rows any) error) error {
	for b := range f.batches {
		if err := add(b.place, b.rows); err != nil {
			return err
		}
		select {
		case f.empty <- b.rows:
		default:
		}
	}
	return nil
}

// give hands a batch to a goroutine, and returns one to be filled next, or nil.
// ok is false when the goroutines have failed.
func (f *feed) give(rows any) (empty any, ok bool) {
	select {
	case f.batches <- fed{f.next, rows}:
		f.next++
	case <-f.ctx.Done():
		return nil, false
	}
	select {
	case empty = <-f.empty:
	default:
	}
	return empty, true
}

// stop ends the goroutines, after what was given to them or, dropping that, soon.
func (f *feed) stop(drop bool) error {
	f.once.Do(func() { close(f.batches) })
	if drop {
		for range f.batches {
		}
	}
	return f.group.Wait()
}

// give hands the batch that is full to a goroutine.
func (s *Sorter[T]) give() error {
	if s.feed == nil {
		s.feed = newFeed(s.core.workers(), func() func(uint64, any) error {
			part := s.Filler()
			return func(place uint64, rows any) error {
				err := part.Add(place, rows.([]T))
				clear(rows.([]T))
				return err
			}
		})
	}
	empty, ok := s.feed.give(s.rows)
	switch {
	case !ok:
		return s.endAdding()
	case empty != nil:
		s.rows = empty.([]T)[:0]
	default:
		s.rows = make([]T, 0, batchRows)
	}
	return nil
}

// endAdding waits until all rows are in fillers.
func (s *Sorter[T]) endAdding() error {
	var next uint64
	if s.feed != nil {
		if err := s.feed.stop(false); err != nil {
			return err
		}
		next = s.feed.next
	}
	rows := s.rows
	s.rows = nil
	if len(rows) == 0 {
		return nil
	}
	return s.Filler().Add(next, rows)
}
