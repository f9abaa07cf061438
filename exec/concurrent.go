package exec

import (
	"context"
	"time"
)

// MapConcurrent is the body of a step that keeps n calls of f in flight, for
// calls that wait for something else than the processor. Rows leave in the
// order in which they came.
//
// It cuts the pipeline: what follows runs in a goroutine of its own for each
// worker, so that rows leave as soon as their call and those before it are
// done, even while the worker waits for more input.
func MapConcurrent[T, U any](n int, f func(context.Context, T) (U, error)) Body {
	return func(*Run) (any, error) {
		return &concurrent[T, U]{n: n, f: f, tokens: make(chan struct{}, n)}, nil
	}
}

type concurrent[T, U any] struct {
	n      int
	f      func(context.Context, T) (U, error)
	tokens chan struct{} // one for each call in flight, over all workers
}

// call is one row on its way, or a mark.
type call[U any] struct {
	out  U
	err  error
	row  int64         // of its morsel
	done chan struct{} // closed when the call is; nil for a mark
	mark Mark
	part Morsel
	src  Source
}

// concurrentLocal is one worker's window of calls. The worker appends to the
// queue; the goroutine behind the cut takes from it.
type concurrentLocal[T, U any] struct {
	c     *concurrent[T, U]
	w     *Worker // pushes into the queue
	below *Worker // takes from it
	down  Pipe
	queue chan *call[U]
	ended chan struct{}
}

func (c *concurrent[T, U]) Below(w *Worker) *Worker {
	w.cut = w.below()
	return w.cut
}

func (c *concurrent[T, U]) Fuse(w *Worker, down Pipe) (Pipe, error) {
	l := &concurrentLocal[T, U]{
		c: c, w: w, below: w.cut, down: down,
		queue: make(chan *call[U], c.n), ended: make(chan struct{}),
	}
	l.below.op = &opStat{node: w.op.node}
	go func() {
		defer close(l.ended)
		defer l.abandon()
		l.deliver()
	}()
	w.AtEnd(func() error {
		close(l.queue)
		<-l.ended
		for _, f := range l.below.ends {
			w.run.fail(l.below.guard(f), l.below.seq)
		}
		l.below.publish()
		return nil
	})
	return Pipe{Push: l.push, Mark: l.mark, Done: down.Done, Reads: true}, nil
}

func (l *concurrentLocal[T, U]) push(rows []T) error {
	run := l.w.run
	for i, v := range rows {
		if l.down.Done() {
			return ErrStop
		}
		if err := l.token(); err != nil {
			return err
		}
		k := &call[U]{row: l.w.op.batchStart + int64(i), done: make(chan struct{}), err: errGoexit}
		k.mark.Seq, k.part, k.src = l.w.seq, l.w.part, l.w.src
		go func() {
			defer close(k.done)
			defer func() { <-l.c.tokens }()
			k.err = callGuarded(run.ctx, l.c.f, v, &k.out)
		}()
		l.queue <- k // never for long: calls end, and deliver takes them
	}
	return nil
}

// token waits until one more call may be in flight.
func (l *concurrentLocal[T, U]) token() error {
	select {
	case l.c.tokens <- struct{}{}:
		return nil
	default:
	}
	start := time.Now()
	defer func() { l.w.waited(time.Since(start)) }()
	select {
	case l.c.tokens <- struct{}{}:
		return nil
	case <-l.w.run.ctx.Done():
		return errAborted
	}
}

func callGuarded[T, U any](ctx context.Context, f func(context.Context, T) (U, error), v T, out *U) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicError(p)
		}
	}()
	*out, err = f(ctx, v)
	return err
}

func (l *concurrentLocal[T, U]) mark(m Mark) error {
	l.queue <- &call[U]{mark: m}
	return nil
}

// deliver pushes results in order, in batches when several are ready.
func (l *concurrentLocal[T, U]) deliver() {
	w := l.below
	at := w.op
	err := w.guard(func() error {
		push := pushOf[U](l.down)
		var batch []U
		flush := func() error {
			if len(batch) == 0 {
				return nil
			}
			err := push(batch)
			batch = batch[:0]
			if err == ErrStop {
				w.run.checkDone() // the worker may be waiting for input
				return nil        // rows of this worker that follow are dropped below
			}
			return err
		}
		for k := range l.queue {
			if k.done == nil {
				if err := flush(); err != nil {
					return err
				}
				w.seq = k.mark.Seq
				if err := l.down.Mark(k.mark); err != nil && err != ErrStop {
					return err
				}
				w.publish()
				continue
			}
			select {
			case <-k.done:
			default: // not there yet: do not keep the others waiting
				if err := flush(); err != nil {
					return err
				}
				<-k.done
			}
			w.seq, w.part, w.src = k.mark.Seq, k.part, k.src
			if k.err != nil {
				return l.failed(k, at)
			}
			batch = append(batch, k.out)
			if len(batch) == maxBatchRows {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		return nil
	})
	w.run.fail(err, w.seq)
}

// abandon waits, after an error, for the calls that are in flight still.
func (l *concurrentLocal[T, U]) abandon() {
	for k := range l.queue {
		if k.done != nil {
			<-k.done
		}
	}
}

// failed names the row whose call failed.
func (l *concurrentLocal[T, U]) failed(k *call[U], at *opStat) error {
	l.below.op = &opStat{node: at.node, batchStart: k.row}
	return l.below.Fail(0, k.err)
}
