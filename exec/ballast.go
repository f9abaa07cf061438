package exec

import (
	"math"
	"runtime/debug"
	"sync"
)

// The collector runs when the heap has doubled. Sources of strings make new
// blocks all the time while little stays alive, and a heap of 4 MiB doubles
// several hundred times for each gigabyte read: the collector's write barriers
// are then on for much of the run, and cost a third of it (docs/performance.md).
//
// A ballast is a large object that nobody ever reads or writes. It takes
// addresses but no memory, and lets the heap grow by its size before the
// collector runs.
const (
	ballastBytes  = 64 << 20
	ballastBudget = 8 * ballastBytes // the least budget that has room for as much garbage
)

var ballast struct {
	sync.Once
	bytes []byte
}

// raiseHeapFloor holds the ballast, for good, from the first run on whose
// budget has room for the garbage. Where the program has a memory limit, which
// would count the ballast as memory in use, it does nothing.
func raiseHeapFloor(budget int64) {
	if budget < ballastBudget || debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return
	}
	ballast.Do(func() { ballast.bytes = make([]byte, ballastBytes) })
}
