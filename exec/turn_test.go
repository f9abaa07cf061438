package exec

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func contextWithCancel(t *testing.T) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(t.Context())
	t.Cleanup(func() { cancel(nil) })
	return ctx, cancel
}

// TestTurn lets workers take morsels in order, wait for their turn or pass
// without, at random: those that wait act in the order of the morsels.
func TestTurn(t *testing.T) {
	for seed := range uint64(20) {
		r := testRun(t, 7)
		turn := NewTurn(r)
		var next atomic.Uint64
		var acted []uint64 // in turn
		var wg sync.WaitGroup
		const morsels = 500
		for id := range r.workers {
			wg.Go(func() {
				w := &Worker{ID: id, run: r}
				random := rand.New(rand.NewPCG(seed, uint64(id)))
				for {
					if w.seq = next.Add(1) - 1; w.seq >= morsels {
						return
					}
					if random.IntN(50) == 0 {
						time.Sleep(time.Duration(random.IntN(100)) * time.Microsecond)
					}
					if w.seq%3 != 0 {
						if err := turn.Wait(w); err != nil {
							t.Error(err)
						}
						acted = append(acted, w.seq)
					}
					turn.Pass(w.seq)
				}
			})
		}
		wg.Wait()
		var want []uint64
		for seq := range uint64(morsels) {
			if seq%3 != 0 {
				want = append(want, seq)
			}
		}
		if !slices.Equal(acted, want) || turn.next.Load() != morsels || len(turn.mu.passed) > 0 {
			t.Fatalf("seed %d: %d acted, next %d, %d passed ahead: %v", seed, len(acted), turn.next.Load(), len(turn.mu.passed), acted)
		}
	}
}

// TestTurnWhenTheRunIsOver wakes who waits for a turn that never comes.
func TestTurnWhenTheRunIsOver(t *testing.T) {
	r := testRun(t, 2)
	turn := NewTurn(r)
	ended := make(chan error)
	go func() { ended <- turn.Wait(&Worker{run: r, seq: 5}) }()
	time.Sleep(time.Millisecond)
	r.abort()
	if err := <-ended; err != errAborted {
		t.Errorf("error %v", err)
	}
}

func TestEach(t *testing.T) {
	for _, workers := range []int{1, 2, 7} {
		r := testRun(t, workers)
		calls := make([]atomic.Int32, 1000)
		if err := r.Each(len(calls), func(i int) error { calls[i].Add(1); return nil }); err != nil {
			t.Error(err)
		}
		for i := range calls {
			if n := calls[i].Load(); n != 1 {
				t.Errorf("%d workers: %d was called %d times", workers, i, n)
			}
		}
		boom := errors.New("boom")
		if err := r.Each(1000, func(i int) error { return boom }); err != boom {
			t.Errorf("error %v", err)
		}
		var p *PanicError
		if err := r.Each(1000, func(int) error { panic(boom) }); !errors.As(err, &p) || !errors.Is(err, boom) {
			t.Errorf("error %v", err)
		}
		r.cancel(nil)
		if err := r.Each(1000, func(int) error { return nil }); err != context.Canceled {
			t.Errorf("error %v", err)
		}
	}
}

func TestBudget(t *testing.T) {
	b, err := newBudget(Floor(3), 3)
	if err != nil {
		t.Fatal(err)
	}
	limit := b.Limit()
	for _, step := range []struct {
		add  int64
		ok   bool
		peak int64
	}{{limit, true, limit}, {1, false, limit + 1}, {-1, true, limit + 1}, {0, true, limit + 1}, {-limit, true, limit + 1}, {limit - 1, true, limit + 1}} {
		if ok := b.Add(step.add); ok != step.ok || b.Peak() != step.peak {
			t.Errorf("Add(%d): %v, peak %d, want %v, %d", step.add, ok, b.Peak(), step.ok, step.peak)
		}
	}
	if err := b.exceeded(errInMemory); !errors.Is(err, ErrMemory) {
		t.Errorf("error %v", err)
	}
	if _, err := newBudget(Floor(3)-1, 3); err == nil {
		t.Error("a budget below the floor")
	}
	if b, err := newBudget(0, 1); err != nil || b.Limit() < Floor(1) {
		t.Errorf("the default: %v, error %v", b, err)
	}
}
