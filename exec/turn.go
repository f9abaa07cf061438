package exec

import (
	"sync"
	"sync/atomic"
	"time"
)

// A Turn lets the workers of a pipeline act one at a time, in the order of
// their morsels. Every morsel of the pipeline passes exactly once.
//
// The worker that holds the lowest morsel in flight never waits, so somebody
// always moves.
type Turn struct {
	next atomic.Uint64 // the morsel whose turn it is

	mu struct {
		sync.Mutex
		passed map[uint64]struct{} // later morsels that have passed already
	}
	moved *sync.Cond // on mu; next has moved, or the run is over
}

// NewTurn returns the turns of one operator of a run.
func NewTurn(r *Run) *Turn {
	t := &Turn{}
	t.mu.passed = map[uint64]struct{}{}
	t.moved = sync.NewCond(&t.mu)
	r.onAbort(t.wake)
	return t
}

func (t *Turn) wake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.moved.Broadcast()
}

// Mine reports whether it is the turn of the worker's morsel.
func (t *Turn) Mine(w *Worker) bool { return t.next.Load() == w.seq }

// Wait returns when it is the turn of the worker's morsel, or with an error
// when the run is over.
func (t *Turn) Wait(w *Worker) error {
	if t.Mine(w) {
		return nil
	}
	start := time.Now()
	t.mu.Lock()
	for !t.Mine(w) && !w.run.aborted.Load() {
		t.moved.Wait()
	}
	t.mu.Unlock()
	w.waited(time.Since(start))
	if w.run.aborted.Load() {
		return errAborted
	}
	return nil
}

// Pass ends the turn of a morsel, which may lie ahead.
func (t *Turn) Pass(seq uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	next := t.next.Load()
	if seq != next {
		t.mu.passed[seq] = struct{}{}
		return
	}
	for {
		next++
		if _, ok := t.mu.passed[next]; !ok {
			break
		}
		delete(t.mu.passed, next)
	}
	t.next.Store(next)
	t.moved.Broadcast()
}
