package spill

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"
)

// feed is the goroutines behind Add: each fills a part of the sorter.
type feed[T any] struct {
	batches chan batch[T]
	empty   chan []T // for Add to fill
	group   *errgroup.Group
	ctx     context.Context
	once    sync.Once
}

type batch[T any] struct {
	place uint64
	rows  []T
}

// give hands the batch that is full to a goroutine.
func (s *Sorter[T]) give() error {
	if s.feed == nil {
		s.feed = s.newFeed()
	}
	f := s.feed
	select {
	case f.batches <- batch[T]{s.next, s.rows}:
		s.next++
	case <-f.ctx.Done():
		return s.endAdding()
	}
	select {
	case s.rows = <-f.empty:
	default:
		s.rows = make([]T, 0, batchRows)
	}
	return nil
}

func (s *Sorter[T]) newFeed() *feed[T] {
	n := s.workers()
	f := &feed[T]{batches: make(chan batch[T], n), empty: make(chan []T, 2*n)}
	f.group, f.ctx = errgroup.WithContext(context.Background())
	for range n {
		part := s.Filler()
		f.group.Go(func() error { return guarded(func() error { return f.fill(part) }) })
	}
	return f
}

// fill is the life of one goroutine.
func (f *feed[T]) fill(part *Filler[T]) error {
	for b := range f.batches {
		if err := part.Add(b.place, b.rows); err != nil {
			return err
		}
		clear(b.rows)
		select {
		case f.empty <- b.rows[:0]:
		default:
		}
	}
	return nil
}

// stop ends the goroutines, after what was given to them or, dropping that, soon.
func (f *feed[T]) stop(drop bool) error {
	f.once.Do(func() { close(f.batches) })
	if drop {
		for range f.batches {
		}
	}
	return f.group.Wait()
}

// endAdding waits until all rows are in fillers.
func (s *Sorter[T]) endAdding() error {
	var err error
	if s.feed != nil {
		if err = s.feed.stop(false); err != nil {
			return err
		}
	}
	if len(s.rows) > 0 {
		err = s.Filler().Add(s.next, s.rows)
	}
	s.rows = nil
	return err
}
