package dftest

import (
	"context"
	"fmt"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/exec"
	"anabranch.dev/internal/vfs"
)

// WorkerCounts are the deployments that every plan must give the same rows in: fewer in short runs.
func WorkerCounts() []int {
	if testing.Short() {
		return []int{2, 7}
	}
	return []int{1, 2, 7}
}

// EachWorkers runs a check with every number of workers.
func EachWorkers(what string, check func(what string, o df.Option)) {
	for _, n := range WorkerCounts() {
		check(fmt.Sprintf("%s, %d workers", what, n), df.Workers(n))
	}
}

// EachDeployment is EachWorkers, and runs the check on three peers, in short runs every
// fourth one: of plans that are portable, and by checks to which errors are texts.
func EachDeployment(what string, check func(what string, o df.Option)) {
	EachWorkers(what, check)
	if testing.Short() && len(what)%4 != 0 {
		return
	}
	OnPeers(3, func(o df.Option) { check(what+", 3 peers", o) })
}

// LeastMemory is the least budget that sorts of so many workers accept.
func LeastMemory(workers int) int64 { return 16<<20 + int64(workers)*4<<20 }

// OnDisk is an option that has a run use other file operations.
func OnDisk(fsys vfs.FS) df.Option { return func(c *exec.Config) { c.FS = fsys } }

// Collect runs a plan that must succeed.
func Collect[T any](t *testing.T, s df.Stream[T], options ...df.Option) []T {
	t.Helper()
	rows, err := df.Collect(context.Background(), s, options...)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// AtTheFloor is eachDeployment with the least memory that each accepts. room is
// how many bytes sorts have then.
func AtTheFloor(what string, check func(what string, room int, o ...df.Option)) {
	counts := WorkerCounts()
	if testing.Short() {
		counts = []int{2}
	}
	for _, n := range counts {
		least := LeastMemory(n)
		check(fmt.Sprintf("%s, %d workers with %d MiB", what, n, least>>20), int(least/4*3), df.Workers(n), df.Memory(least))
	}
}
