package sharedtest

import (
	"strings"
	"testing"
)

// recorder is a test that may fail without failing this one.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper()           {}
func (r *recorder) Error(args ...any) { r.said = append(r.said, args[0].(string)) }

// TestNoneLeft: a goroutine that is left fails one test, and only one.
func TestNoneLeft(t *testing.T) {
	var g Goroutines
	g.NoneLeft(t)
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() { defer close(ended); <-stop }()
	var first, second recorder
	g.NoneLeft(&first)
	g.NoneLeft(&second)
	close(stop)
	<-ended
	if len(first.said) != 1 || !strings.Contains(first.said[0], "1 goroutines are left") || !strings.Contains(first.said[0], "TestNoneLeft") {
		t.Errorf("of a goroutine that is left: %q", first.said)
	}
	if len(second.said) != 0 {
		t.Errorf("it is told twice: %q", second.said)
	}
}
