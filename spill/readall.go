package spill

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

// errStopped ends the reading of a part when nobody wants more rows.
var errStopped = errors.New("spill: no more rows wanted")

// readAll yields the rows of all parts in order. Workers read parts ahead of
// those that are yielded.
func readAll[T any](o *Sorted[T], workers int, yield func(T, error) bool) error {
	if workers == 1 {
		return readSerially(o, yield)
	}
	g, ctx := errgroup.WithContext(context.Background())
	ctx, cancel := context.WithCancel(ctx)
	// Each worker has a channel of its own, and parts are dealt in turns, so that
	// the consumer finds them in order.
	lanes := make([]chan []T, workers)
	turn := make([]chan struct{}, workers) // may take the next part
	for i := range lanes {
		lanes[i] = make(chan []T, 1)
		turn[i] = make(chan struct{}, 1)
	}
	turn[0] <- struct{}{}
	for i := range lanes {
		g.Go(func() error {
			defer close(lanes[i])
			return guarded(func() error { return readLane(ctx, o, lanes[i], turn[i], turn[(i+1)%workers]) })
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
		for _, v := range rows {
			if !yield(v, nil) {
				return nil
			}
		}
	}
}

// readLane reads every part whose turn it is, and lets the next lane have its turn.
func readLane[T any](ctx context.Context, o *Sorted[T], lane chan<- []T, turn <-chan struct{}, next chan<- struct{}) error {
	for {
		select {
		case <-turn:
		case <-ctx.Done():
			return nil
		}
		part, ok := o.Next()
		next <- struct{}{}
		if !ok {
			return nil
		}
		rows, err := part.all()
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

// all returns the rows of a part, in memory of their own.
func (p Part[T]) all() (rows []T, err error) {
	err = p.Read(make([]T, batchRows), func(batch []T) error {
		rows = append(rows, batch...)
		return nil
	})
	return rows, err
}

func readSerially[T any](o *Sorted[T], yield func(T, error) bool) error {
	buf := make([]T, batchRows)
	for {
		part, ok := o.Next()
		if !ok {
			return nil
		}
		err := part.Read(buf, func(rows []T) error {
			for _, v := range rows {
				if !yield(v, nil) {
					return errStopped
				}
			}
			return nil
		})
		if err == errStopped {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
