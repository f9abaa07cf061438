package dftest

import (
	"testing"
	"time"

	"anabranch.dev/internal/sharedtest"
)

var goroutines sharedtest.Goroutines

// Main runs the tests of a package, and fails when they have left goroutines.
func Main(m *testing.M) { goroutines.Main(m) }

// NoneLeft fails the test when a run has left goroutines behind.
func NoneLeft(t *testing.T) {
	t.Helper()
	goroutines.NoneLeft(t)
}

// Prompt fails the test when a run takes long although it has been ended.
func Prompt(t *testing.T, began time.Time, what string) {
	t.Helper()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("%s: the run took %v", what, took)
	}
}
