package hashtable

import (
	"math/bits"
	"sync/atomic"
)

// minSlots is the least size of an index.
const minSlots = 16

// distinctRate remembers how many of the entries of a merged partition had
// different keys. Partitions are random samples of the keys, so that of one
// holds for the next. The zero value knows nothing.
type distinctRate struct{ per1024 atomic.Int64 }

func (r *distinctRate) note(groups, entries int) {
	r.per1024.Store(int64(groups)*1024/int64(entries) + 1)
}

// firstSlots returns the size at which a table for n entries starts: that for
// the groups expected, or one that shows how many there will be.
func (r *distinctRate) firstSlots(n int) int {
	if rate := int(r.per1024.Load()); rate > 0 {
		return slotsFor(min(n, n/1024*(rate+rate/16)+batchRows))
	}
	return min(slotsFor(n), 4<<10)
}

// slotsFor returns the least power of two that n entries fill to 5/8.
func slotsFor(n int) int {
	return max(minSlots, 1<<bits.Len(uint(n*8/5)))
}

// growth returns by what factor a table with n groups of done entries must
// grow before batch entries are added, while todo are still to come: not at all
// (1) up to a load of 5/8, else faster when few entries have shared a key.
func growth(n, slots, done, todo, batch int) int {
	batch = min(batch, todo)
	if n+batch <= slots/8*5 {
		return 1
	}
	f := 2
	if n >= done/4*3 {
		f = 4
	}
	for n+batch > slots/8*5*f {
		f *= 2
	}
	for f > 2 && slots*f/2 >= slotsFor(n+todo) {
		f /= 2
	}
	return f
}
