package spill

import (
	"flag"
	"fmt"
	"sync/atomic"
	"testing"

	"anabranch.dev/internal/sharedtest"
)

var goroutines sharedtest.Goroutines

func TestMain(m *testing.M) {
	flag.Parse()
	goroutines.Main(m)
}

// noneLeft fails the test when goroutines are left.
func noneLeft(t *testing.T) {
	t.Helper()
	goroutines.NoneLeft(t)
}

// purse is a budget that several holders share, each of which is a holder of it.
// It knows what they have, and whether they are used as they may be.
type purse struct {
	limit int64
	held  atomic.Int64
	wrong atomic.Pointer[string]
}

func (p *purse) holder() Memory { return &purseHolder{p: p} }

func (p *purse) complain(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	p.wrong.CompareAndSwap(nil, &text)
}

// empty fails the test when memory was not given back, or more than was taken.
func (p *purse) empty(t *testing.T, what string) {
	t.Helper()
	if held := p.held.Load(); held != 0 {
		t.Errorf("%s: %d bytes of memory are held after the end", what, held)
	}
	if wrong := p.wrong.Load(); wrong != nil {
		t.Errorf("%s: %s", what, *wrong)
	}
}

type purseHolder struct {
	p      *purse
	held   int64
	inside atomic.Bool
}

// enter notices when two goroutines are in one holder.
func (h *purseHolder) enter() func() {
	if !h.inside.CompareAndSwap(false, true) {
		h.p.complain("a holder is used by two goroutines at once")
	}
	return func() { h.inside.Store(false) }
}

func (h *purseHolder) Reserve(n int64) bool {
	defer h.enter()()
	if h.p.held.Add(n) <= h.p.limit {
		h.held += n
		return true
	}
	h.p.held.Add(-n)
	return false
}

func (h *purseHolder) Take(n int64) {
	defer h.enter()()
	h.p.held.Add(n)
	h.held += n
}

func (h *purseHolder) Release(n int64) {
	defer h.enter()()
	h.p.held.Add(-n)
	if h.held -= n; h.held < 0 {
		h.p.complain("a holder gives back %d bytes more than it has", -h.held)
	}
}
