// Package sharedtest is what tests of several packages share: a check that no goroutine is
// left, and golden files. Only tests import it.
package sharedtest

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Goroutines looks for goroutines that tests have left. The zero Goroutines is ready, and
// looks for those with code of this module. Its methods may be called from any goroutine.
type Goroutines struct {
	Also   []string // parts of stacks that are looked for besides, as in "net/http."
	Before func()   // called before each look; may be nil

	mu     sync.Mutex
	buf    []byte
	blamed map[string]bool // a test has failed for them, and later ones do not
}

// module is in the stacks of goroutines that have code of this module.
const module = "anabranch.dev/"

// Main runs the tests, and ends the process: with an error when goroutines are left.
func (g *Goroutines) Main(m *testing.M) {
	code := m.Run()
	if left := g.left(); len(left) > 0 {
		fmt.Fprintln(os.Stderr, tell(left))
		code = 1
	}
	os.Exit(code)
}

// NoneLeft fails the test when goroutines are left.
func (g *Goroutines) NoneLeft(t testing.TB) {
	t.Helper()
	left := g.left()
	if len(left) == 0 {
		return
	}
	t.Error(tell(left))
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.blamed == nil {
		g.blamed = map[string]bool{}
	}
	for _, stack := range left {
		g.blamed[name(stack)] = true
	}
}

func tell(left []string) string {
	return fmt.Sprintf("%d goroutines are left:\n\n%s", len(left), strings.Join(left, "\n\n"))
}

// left gives the stacks of goroutines that do not end within a second or so.
func (g *Goroutines) left() (left []string) {
	for wait := time.Millisecond; wait < 2*time.Second; wait *= 2 {
		if left = g.now(); len(left) == 0 {
			return nil
		}
		time.Sleep(wait)
	}
	return left
}

// now gives the stacks of goroutines that are there, but for those that run tests.
func (g *Goroutines) now() (stacks []string) {
	if g.Before != nil {
		g.Before()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.buf == nil {
		g.buf = make([]byte, 1<<20)
	}
	text := string(g.buf[:runtime.Stack(g.buf, true)])
	for i, stack := range strings.Split(text, "\n\n") {
		switch {
		case i == 0: // the one that asks
		case strings.Contains(stack, "testing.tRunner("), strings.Contains(stack, "testing.(*M).Run("): // one that waits for it
		case g.blamed[name(stack)]:
		case strings.Contains(stack, module), slices.ContainsFunc(g.Also, func(s string) bool { return strings.Contains(stack, s) }):
			stacks = append(stacks, stack)
		}
	}
	return stacks
}

// name is how the stack of a goroutine names it.
func name(stack string) string {
	name, _, _ := strings.Cut(stack, " [")
	return name
}
