package spill

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

// errStopped ends the reading of a part when nobody wants more rows.
var errStopped = errors.New("spill: no more rows wanted")

// readAll yields all rows in order.
func (o *Sorted[T]) readAll(yield func(T, error) bool) error {
	each := func(rows []T) bool {
		for i := range rows {
			if !yield(rows[i], nil) {
				return false
			}
		}
		return true
	}
	if o.s.core.workers() == 1 {
		buf := make([]T, batchRows)
		return o.of.readSerially(func(p section) error {
			return Part[T]{o.s, p}.Read(buf, func(rows []T) error {
				if !each(rows) {
					return errStopped
				}
				return nil
			})
		})
	}
	return o.of.readLanes(func(p section) (any, error) { return Part[T]{o.s, p}.all() }, func(rows any) bool { return each(rows.([]T)) })
}

// all returns the rows of a part, in memory of their own.
func (p Part[T]) all() (rows []T, err error) {
	err = p.Read(make([]T, batchRows), func(batch []T) error {
		rows = append(rows, batch...)
		return nil
	})
	return rows, err
}

func (o *sorted) readSerially(read func(section) error) error {
	for {
		p, ok := o.next()
		if !ok {
			return nil
		}
		if err := read(p); err != nil {
			if err == errStopped {
				return nil
			}
			return err
		}
	}
}

// readLanes yields the rows of all parts in order, each as all gives them. Workers
// read parts ahead of those that are yielded.
func (o *sorted) readLanes(all func(section) (any, error), yield func(rows any) bool) error {
	g, ctx := errgroup.WithContext(context.Background())
	ctx, cancel := context.WithCancel(ctx)
	// Each worker has a channel of its own, and parts are dealt in turns, so that
	// the consumer finds them in order.
	workers := o.core.workers()
	lanes := make([]chan any, workers)
	turn := make([]chan struct{}, workers) // may take the next part
	for i := range lanes {
		lanes[i] = make(chan any, 1)
		turn[i] = make(chan struct{}, 1)
	}
	turn[0] <- struct{}{}
	for i := range lanes {
		g.Go(func() error {
			defer close(lanes[i])
			return guarded(func() error { return o.readLane(ctx, all, lanes[i], turn[i], turn[(i+1)%workers]) })
		})
	}
	defer func() { // also when yield panics
		cancel()
		_ = g.Wait() // an error is returned below
	}()
	for i := 0; ; i = (i + 1) % workers {
		rows, ok := <-lanes[i]
		if !ok {
			cancel()
			return g.Wait()
		}
		if !yield(rows) {
			return nil
		}
	}
}

// readLane reads every part whose turn it is, and lets the next lane have its turn.
func (o *sorted) readLane(ctx context.Context, all func(section) (any, error), lane chan<- any, turn <-chan struct{}, next chan<- struct{}) error {
	for {
		select {
		case <-turn:
		case <-ctx.Done():
			return nil
		}
		p, ok := o.next()
		next <- struct{}{}
		if !ok {
			return nil
		}
		rows, err := all(p)
		if err != nil {
			return err
		}
		select {
		case lane <- rows:
		case <-ctx.Done():
			return nil
		}
	}
}
