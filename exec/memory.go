package exec

import (
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Floor is the least memory budget that a run with so many workers accepts.
func Floor(workers int) int64 { return 16<<20 + int64(workers)*4<<20 }

// A Budget counts the bytes that the operators of a run hold. Its methods may
// be called from any goroutine.
//
// Operators of two sorts share it. Those that cannot do with less count what
// they hold with [Budget.Add], up to the limit, and fail beyond. Those that can
// write to disk have a [Holder] each, and reserve before they grow; together with
// the others they stay under three quarters of the limit, so that the rest is
// there for what lies between two collections of garbage.
//
// When a reservation does not fit, what holds memory but does not run now, as a
// sort whose rows wait to be read, is asked to write it to disk, the largest
// first. If that is not enough, a running holder that has much more than the one
// that asks is marked: it writes to disk as soon as it notices, and until then
// the limit itself is the bound. If there is none, the holder that asks has the
// most, and is told to write to disk itself. Nobody waits for anybody.
type Budget struct {
	*pool
	by *account // of the operator whose view of the budget this is; may be nil
}

// pool is what the views of a budget share.
type pool struct {
	limit int64
	live  int64 // what holders and the others may have together
	used  atomic.Int64
	peak  atomic.Int64

	mu struct {
		sync.Mutex
		holders []*Holder
		idle    []*idle
	}
}

// account is what one operator holds of a budget.
type account struct{ held, peak atomic.Int64 }

// of is the budget as an operator sees it.
func (b *Budget) of(a *account) *Budget { return &Budget{b.pool, a} }

// liveShare is the part of a budget that is reserved at most.
const liveShare = 0.75

func newBudget(limit int64, workers int) (*Budget, error) {
	if limit == 0 {
		limit = max(DefaultMemory(), Floor(workers))
	}
	if floor := Floor(workers); limit < floor {
		return nil, fmt.Errorf("a memory budget of %d bytes is too small for %d workers: at least %d bytes are needed, or fewer workers", limit, workers, floor)
	}
	return &Budget{pool: &pool{limit: limit, live: int64(float64(limit) * liveShare)}}, nil
}

// Limit is the budget in bytes.
func (b *Budget) Limit() int64 { return b.limit }

// Peak is the most that was ever held.
func (b *Budget) Peak() int64 { return b.peak.Load() }

// Add takes n bytes, or gives them back when n is negative, and reports whether
// the budget allows it. The bytes are counted in any case: a holder that is
// told no gives some back or fails the run.
func (b *Budget) Add(n int64) bool {
	used := b.take(n)
	if n <= 0 || used <= b.live {
		return true
	}
	b.relieve(used - b.live)
	for {
		used = b.used.Load() - b.asked()
		if used <= b.live || !b.ask(nil) {
			return used <= b.limit
		}
	}
}

func (b *Budget) take(n int64) int64 {
	if b.by != nil {
		raise(&b.by.peak, b.by.held.Add(n))
	}
	used := b.used.Add(n)
	raise(&b.peak, used)
	return used
}

// raise makes most at least n.
func raise(most *atomic.Int64, n int64) {
	for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
	}
}

// exceeded is the error of an operator that cannot do with less, and why it does not go to
// disk.
func (b *Budget) exceeded(why error) error {
	return fmt.Errorf("%w: all operators together hold %d of %d bytes, and %w; allow more with the Memory option", ErrMemory, b.used.Load(), b.limit, why)
}

// keyText is a key in errors.
func keyText(key any) string {
	const most = 100
	text := fmt.Sprint(key)
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "…"
	}
	return text
}

// DefaultMemory is the budget of a run that asks for none: a quarter of what this process
// may use.
func DefaultMemory() int64 {
	total := machineMemory()
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		total = min(total, limit)
	}
	return total / 4
}

// machineMemory is the least of what the machine and the control group allow,
// or 4 GiB where neither tells.
func machineMemory() int64 {
	total := int64(4 << 30)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		if f := strings.Fields(string(text)); len(f) > 1 && f[0] == "MemTotal:" {
			if kib, err := strconv.ParseInt(f[1], 10, 64); err == nil {
				total = kib << 10
			}
		}
	}
	for _, file := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
			total = min(total, n)
		}
	}
	return total
}
