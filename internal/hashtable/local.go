package hashtable

import (
	"math/bits"
	"unsafe"

	"anabranch.dev/internal/stamp"
)

// tuning holds the sizes that the tests shrink. Zero fields take the defaults.
type tuning struct {
	batch    int // rows that go through each loop at a time
	small    int // slots of a front table that stays in the cache
	front    int // slots up to which it grows without asking
	wide     int // slots up to which it grows while that pays
	buffered int // entries of a partition that are kept before merging them is tried
	bypass   int // rows that pass the front table by once it has not paid
}

const (
	frontBytes   = 1 << 20   // most bytes of a small front table: half of a common L2 cache
	wideBytes    = 512 << 20 // most bytes of a front table that pays
	touchBytes   = 1 << 20   // tables above are touched before they are used
	wideEntry    = 512       // entries above get smaller batches
	batchRows    = 256
	smallSlots   = 32 << 10
	sparseSlots  = 8 << 10 // tables below are kept nearly empty
	minBuffered  = 8 << 10
	bufferBytes  = 96 << 20 // entries in all partitions before merging them is tried
	bypassedRows = 1 << 20
	mostBypassed = 16 << 20
	helps        = 1. / 16 // less of the rows must miss for a table to grow on
	mostMissed   = 3. / 4  // of the rows, for them to go through the table
)

// store is the part of a local that depends on the class of the key: a front
// table and the partitions. It is called once per batch.
type store[T any] interface {
	read(rows []T) error              // keys and hashes of a batch
	fold(rows []T, at stamp.Stamp)    // that batch into the front table
	scatter(rows []T, at stamp.Stamp) // or straight into the partitions
	front() (groups, slots int)
	growFront(factor int)
	newFront(slots int) // in place of the front table, which is empty
	drain()             // front table into partitions
	buffered(p int) int // entries
	compact(p int)
	bytes() int64
}

// local adds the policy: rows are gathered in the front table, which moves into
// the partitions when it is full, and is passed by while that does not pay.
type local[T any] struct {
	store   store[T]
	tune    tuning
	rows    int     // folded since the front table was last grown or emptied
	groups  int     // that it had then
	missed  float64 // share of the rows before that which were the first of their groups
	pass    int     // rows still to pass the front table by
	mergeAt int     // size of partition 0 at which merging is tried
	merged  int     // its size after the last time
}

func newLocal[T any](s store[T], tune tuning) *local[T] {
	return &local[T]{store: s, tune: tune, missed: 1, mergeAt: tune.buffered}
}

// forEntries fills in the sizes for entries of the given size, and a front table that
// may grow to so many bytes without asking.
func (t tuning) forEntries(size uintptr, front int) tuning {
	if t.batch == 0 {
		t.batch = batchRows
		if size > wideEntry {
			t.batch = batchRows / 8
		}
	}
	if t.small == 0 {
		t.small = smallSlots
		for t.small > t.firstFront() && t.small*int(size) > frontBytes+frontBytes/2 {
			t.small /= 2
		}
	}
	if t.front == 0 {
		t.front = t.small
		for 2*t.front*int(size) <= front {
			t.front *= 2
		}
	}
	if t.wide == 0 {
		t.wide = t.front
		for t.wide*int(size) <= wideBytes/2 {
			t.wide *= 2
		}
	}
	if t.buffered == 0 {
		t.buffered = max(minBuffered, bufferBytes/Partitions/int(size))
	}
	if t.bypass == 0 {
		t.bypass = bypassedRows
	}
	return t
}

// firstFront is the size of a new front table. It is let in a batch when it is
// half full, so it must hold some.
func (t tuning) firstFront() int { return 4 * t.batch }

func (l *local[T]) Add(rows []T, at stamp.Stamp) error {
	for len(rows) > 0 {
		b := rows[:min(len(rows), l.tune.batch)]
		if err := l.store.read(b); err != nil {
			return err
		}
		if l.pass > 0 {
			l.store.scatter(b, at)
			l.pass -= len(b)
			l.mergeDuplicates()
		} else {
			l.makeRoom()
			l.store.fold(b, at)
			l.rows += len(b)
		}
		at.Row += uint64(len(b))
		rows = rows[len(b):]
	}
	return nil
}

// makeRoom leaves the front table at most half full, and a small one emptier:
// that costs no cache, as the slots in between are not touched, and spares most
// rows a second look.
//
// A table beyond the cache is slower per row, but still faster than moving the
// rows that would have found their group in it through the partitions. So it
// grows as long as that helps: as clearly fewer rows are the first of their groups
// than were when it had half the size. That is so while it holds more than a
// twentieth of groups drawn at random, but not for a few keys that come all the
// time, nor for rows that lie beside others of their key: these find their groups in
// a small table as well.
func (l *local[T]) makeRoom() {
	groups, slots := l.store.front()
	full := slots / 2
	if slots < min(sparseSlots, l.tune.small) {
		full = slots / 8
	}
	if groups <= full {
		return
	}
	missed := float64(groups-l.groups) / float64(l.rows)
	gain := l.missed - missed
	l.missed = missed
	if slots < l.tune.front || slots < l.tune.wide && gain > helps {
		l.store.growFront(l.factor(groups, slots))
		l.rows, l.groups = 0, groups
		return
	}
	if missed > mostMissed {
		l.pass = l.tune.bypass
		l.tune.bypass = max(l.tune.bypass, min(2*l.tune.bypass, mostBypassed))
	}
	l.drain()
	if slots > l.tune.small && gain < helps/4 {
		l.store.newFront(l.tune.small)
		l.tune.front, l.missed = l.tune.small, 1
	}
	l.mergeDuplicates()
}

// factor is by how much the front table grows: by what makes it large enough for the
// groups that there seem to be, so that fewer tables are made and filled. The last step
// of those that need no asking is a doubling, as makeRoom compares with half the size.
//
// Rows drawn at random miss when their groups are not in the table yet. So the share
// that did not is that of the groups which were in it, half way from before to now, of
// all that there are. Where few groups have most of the rows, that is too low a guess.
func (l *local[T]) factor(groups, slots int) int {
	f := 2
	for f < 8 && 4*f*slots <= l.tune.front && float64(f*slots)*(1-l.missed) < float64(l.groups+groups) {
		f *= 2
	}
	return f
}

func (l *local[T]) drain() {
	l.store.drain()
	l.rows, l.groups = 0, 0
}

// mergeDuplicates keeps the memory in proportion to the groups. When partition
// 0 has doubled, merging it tells how many groups there are: when most of the
// new rows belonged to known ones, the other partitions are merged too, and a
// front table that can hold all groups is allowed to.
func (l *local[T]) mergeDuplicates() {
	before := l.store.buffered(0)
	if before < l.mergeAt {
		return
	}
	l.store.compact(0)
	after := l.store.buffered(0)
	if 4*(before-after) >= 3*(before-l.merged) {
		l.compact()
		if slots := ceilPow2(2 * Partitions * after); slots <= l.tune.wide {
			l.tune.front = max(l.tune.front, slots)
			l.pass = 0
		}
	}
	l.merged = after
	l.mergeAt = max(l.tune.buffered, 2*after)
}

func (l *local[T]) compact() {
	for p := range Partitions {
		l.store.compact(p)
	}
}

// Compact also gives a front table beyond the cache up, for good.
func (l *local[T]) Compact() {
	small := l.tune.small
	l.tune.front, l.tune.wide = small, small
	if _, slots := l.store.front(); slots > small {
		l.drain()
		l.store.newFront(small)
	}
	l.compact()
	l.merged = l.store.buffered(0)
	l.mergeAt = max(l.tune.buffered, 2*l.merged)
}

func ceilPow2(n int) int { return 1 << bits.Len(uint(n-1)) }

func (l *local[T]) Seal() { l.store.drain() }

func (l *local[T]) Bytes() int64 { return l.store.bytes() + int64(unsafe.Sizeof(*l)) }

// gauge follows what the accumulators of a table hold beyond their size. It
// looks at some slots at each call, so that a call is cheap and every slot is
// seen every few calls.
type gauge struct {
	seen []int64 // by window of slots
	next int
	sum  int64
}

const gaugeWindow = 1 << 10

// window returns the next window of a table and its number.
func (g *gauge) window(slots int) (w, lo, hi int) {
	n := (slots + gaugeWindow - 1) / gaugeWindow
	if n != len(g.seen) {
		*g = gauge{seen: make([]int64, n)}
	}
	w = g.next
	g.next = (g.next + 1) % n
	return w, w * gaugeWindow, min(slots, (w+1)*gaugeWindow)
}

func (g *gauge) set(w int, bytes int64) {
	g.sum += bytes - g.seen[w]
	g.seen[w] = bytes
}
