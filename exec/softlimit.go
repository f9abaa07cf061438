package exec

import (
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// softSlack is what a process may take beyond its budgets: stacks, buffers,
// blocks of input, and garbage for which there was no room.
const softSlack = 48 << 20

// softLimit is the soft limit on the memory of the process while runs with
// budgets that the user has set are under way: what the process held before, and
// for each of them its budget and softSlack. The collector then keeps garbage
// within what the budgets leave for it, which it would not do by itself: it lets
// the heap double.
var softLimit softLimitState

type softLimitState struct {
	sync.Mutex
	runs  int
	bytes int64 // of all runs
	users int64 // the limit without us
	base  int64 // what the process held
	set   int64 // the limit that we have set
}

// limitMemory sets the soft limit for one more run, until the function that it
// returns is called. A limit of the user's that is lower stays.
func limitMemory(budget int64) (restore func()) {
	l := &softLimit
	l.Lock()
	defer l.Unlock()
	now := debug.SetMemoryLimit(-1)
	if l.runs == 0 || now != l.set { // nobody's, or the user has set another one
		l.users = now
	}
	if l.runs == 0 {
		l.base = processMemory()
	}
	l.runs++
	l.bytes += budget + softSlack
	l.apply()
	return func() {
		l.Lock()
		defer l.Unlock()
		l.runs--
		l.bytes -= budget + softSlack
		if now := debug.SetMemoryLimit(-1); now != l.set {
			l.users = now
		}
		l.apply()
	}
}

func (l *softLimitState) apply() {
	l.set = l.users
	if l.runs > 0 {
		l.set = min(l.users, l.base+l.bytes)
	}
	debug.SetMemoryLimit(l.set)
}

// processMemory is what the process has of the system's memory, as the soft
// limit counts it.
func processMemory() int64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return int64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
}
