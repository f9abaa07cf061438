package dftest

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Main runs the tests of a package, and fails when goroutines of the library are left after them.
func Main(m *testing.M) {
	code := m.Run()
	if left := goroutinesLeft(); len(left) > 0 {
		fmt.Fprintf(os.Stderr, "%d goroutines are left after the tests:\n\n%s\n", len(left), strings.Join(left, "\n\n"))
		code = 1
	}
	os.Exit(code)
}

// goroutinesLeft gives the stacks of goroutines that the library has started
// and that do not end within a second or so.
func goroutinesLeft() (left []string) {
	for wait := time.Millisecond; wait < time.Second; wait *= 2 {
		if left = libraryGoroutines(); len(left) == 0 {
			return nil
		}
		time.Sleep(wait)
	}
	return left
}

func libraryGoroutines() (stacks []string) {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	for i, stack := range strings.Split(string(buf), "\n\n") {
		if i == 0 { // the one that asks
			continue
		}
		for _, pkg := range []string{"df.", "exec.", "internal/"} {
			if strings.Contains(stack, "anabranch.dev/"+pkg) {
				stacks = append(stacks, stack)
				break
			}
		}
	}
	return stacks
}

// NoneLeft fails the test when a run has left goroutines behind.
func NoneLeft(t *testing.T) {
	t.Helper()
	if left := goroutinesLeft(); len(left) > 0 {
		t.Errorf("%d goroutines are left:\n\n%s", len(left), strings.Join(left, "\n\n"))
	}
}

// Prompt fails the test when a run takes long although it has been ended.
func Prompt(t *testing.T, began time.Time, what string) {
	t.Helper()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("%s: the run took %v", what, took)
	}
}
