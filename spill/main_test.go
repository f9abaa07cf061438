package spill

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if left := goroutinesLeft(); len(left) > 0 {
		fmt.Fprintf(os.Stderr, "%d goroutines are left after the tests:\n\n%s\n", len(left), strings.Join(left, "\n\n"))
		code = 1
	}
	os.Exit(code)
}

// goroutinesLeft gives the stacks of goroutines that the package has started and
// that do not end within a second or so.
func goroutinesLeft() (left []string) {
	for wait := time.Millisecond; wait < time.Second; wait *= 2 {
		if left = ownGoroutines(); len(left) == 0 {
			return nil
		}
		time.Sleep(wait)
	}
	return left
}

// blamed are goroutines that a test was blamed for, which the next are not.
var blamed sync.Map

// stacksBuf is memory for stacks.
var (
	stacksLock sync.Mutex
	stacksBuf  = make([]byte, 1<<20)
)

// goroutine is how the stack of a goroutine names it.
func goroutine(stack string) string {
	name, _, _ := strings.Cut(stack, " [")
	return name
}

func ownGoroutines() (stacks []string) {
	stacksLock.Lock()
	defer stacksLock.Unlock()
	text := string(stacksBuf[:runtime.Stack(stacksBuf, true)])
	for i, stack := range strings.Split(text, "\n\n") {
		switch {
		case i == 0: // the one that asks
		case strings.Contains(stack, "testing.tRunner("), strings.Contains(stack, "testing.(*M).Run("): // one that waits for it
		case strings.Contains(stack, "anabranch.dev/"):
			if _, known := blamed.Load(goroutine(stack)); !known {
				stacks = append(stacks, stack)
			}
		}
	}
	return stacks
}

// noneLeft fails the test when goroutines are left.
func noneLeft(t *testing.T) {
	t.Helper()
	left := goroutinesLeft()
	if len(left) == 0 {
		return
	}
	t.Errorf("%d goroutines are left:\n\n%s", len(left), strings.Join(left, "\n\n"))
	for _, stack := range left {
		blamed.Store(goroutine(stack), true)
	}
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
