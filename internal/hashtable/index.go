package hashtable

import (
	"math/bits"
	"sync"
)

// index finds the first entry of each key among the runs of a partition, which
// stay where they are: it is what merging works with. A slot is the upper half
// of an entry's hash, mixed, and below it the entry's number plus one; zero is
// an empty slot. It is small enough to stay in the cache when the entries are
// not, and grows without looking at them.
type index struct {
	slots []uint64
	shift uint8
	n     int // used slots
	todo  int // entries that are still to come
	done  int
}

// indexes are kept for the next partition.
var indexes = sync.Pool{New: func() any { return new(index) }}

// newIndex returns an index for n entries.
func newIndex(n int, r *distinctRate) *index {
	x := indexes.Get().(*index)
	slots := r.firstSlots(n)
	if cap(x.slots) < slots {
		x.slots = make([]uint64, slots)
	}
	x.slots = x.slots[:slots]
	clear(x.slots)
	x.shift, x.n, x.todo, x.done = shiftFor(slots), 0, n, 0
	return x
}

// end gives the index back, and notes how many of the entries differed.
func (x *index) end(r *distinctRate) {
	r.note(x.n, x.done)
	indexes.Put(x)
}

// room makes room for n more entries.
func (x *index) room(n int) {
	if f := growth(x.n, len(x.slots), x.done, x.todo, n); f > 1 {
		x.grow(f)
	}
	x.done, x.todo = x.done+n, x.todo-n
}

func (x *index) grow(factor int) {
	old := x.slots
	x.slots = make([]uint64, factor*len(old))
	x.shift = shiftFor(len(x.slots))
	mask := uint64(len(x.slots) - 1)
	for _, s := range old {
		if s == 0 {
			continue
		}
		i := s >> (x.shift & 63)
		for x.slots[i&mask] != 0 {
			i++
		}
		x.slots[i&mask] = s
	}
}

// upper is the half of a slot that is made of the hash.
const upper = 1<<64 - 1<<32

// match is an entry of a batch, and the number of one before it that has, but for
// 32 bits of the hash, the same key.
type match struct{ i, at uint32 }

// enter looks a batch of entries up, whose numbers begin at first, and enters those
// of which no like one is there. It appends the others to found.
//
// All slots are read first, so that the cache misses overlap.
func (x *index) enter(mixed []uint64, first uint32, found []match) []match {
	x.room(len(mixed))
	slots, shift := x.slots, x.shift&63
	mask := uint64(len(slots) - 1)
	if 8*len(slots) > touchIndex {
		sum := uint64(0)
		for _, m := range mixed {
			sum += slots[m>>shift&mask]
		}
		touched(sum)
	}
	for j, m := range mixed {
		for i := m >> shift; ; i++ {
			s := slots[i&mask]
			if s == 0 {
				slots[i&mask] = m&upper | uint64(first+uint32(j)+1)
				x.n++
				break
			}
			if (s^m)&upper == 0 {
				found = append(found, match{uint32(j), uint32(s) - 1})
				break
			}
		}
	}
	return found
}

const touchIndex = 16 << 10

// next is for an entry whose match at is not one: it returns the next match, or
// enters the entry and reports false.
func (x *index) next(m uint64, number, at uint32) (uint32, bool) {
	mask := uint64(len(x.slots) - 1)
	past := false
	for i := m >> (x.shift & 63); ; i++ {
		s := x.slots[i&mask]
		switch {
		case s == 0:
			x.slots[i&mask] = m&upper | uint64(number+1)
			x.n++
			return 0, false
		case (s^m)&upper != 0:
		case past:
			return uint32(s) - 1, true
		default:
			past = uint32(s)-1 == at
		}
	}
}

// entries are the runs of a partition, whose entries have numbers: that of the run,
// and split bits for the place in it.
type entries[E any] struct {
	runs  [][]E
	n     int
	split uint8
}

func numbered[E any](runs [][]E, n int) entries[E] {
	most := 0
	for _, es := range runs {
		most = max(most, len(es))
	}
	return entries[E]{runs, n, uint8(bits.Len(uint(most)))}
}

func (es *entries[E]) at(number uint32) *E {
	s := es.split & 31
	return &es.runs[number>>s][number&(1<<s-1)]
}

// batches calls do for the entries in order, with the number of the first.
func (es *entries[E]) batches(do func(b []E, first uint32)) {
	for r, run := range es.runs {
		for lo := 0; lo < len(run); lo += batchRows {
			do(run[lo:min(lo+batchRows, len(run))], uint32(r)<<es.split+uint32(lo))
		}
	}
}

// sameEntries takes the entries of equal keys out of runs, all but the first of each
// key, into which merge puts them: their h becomes zero. It returns how many keys
// there are. With drop, what they hold is let go.
func sameEntries[K comparable, A any](runs [][]entry[K, A], n int, rate *distinctRate, merge func(dst, src *A), drop bool) int {
	es := numbered(runs, n)
	x := newIndex(n, rate)
	defer x.end(rate)
	var mixed [batchRows]uint64
	var list [batchRows]match
	es.batches(func(b []entry[K, A], first uint32) {
		for j := range b {
			mixed[j] = b[j].h * mergeMix
		}
		found := x.enter(mixed[:len(b)], first, list[:0])
		sum := uint64(0)
		for _, f := range found {
			sum += es.at(f.at).h
		}
		touched(sum)
		for _, f := range found {
			e, d := &b[f.i], es.at(f.at)
			for ok := true; d.h != e.h || d.k != e.k; d = es.at(f.at) {
				if f.at, ok = x.next(mixed[f.i], first+f.i, f.at); !ok {
					d = nil
					break
				}
			}
			if d == nil {
				continue
			}
			merge(&d.a, &e.a)
			e.h = 0
			if drop {
				*e = entry[K, A]{}
			}
		}
	})
	return x.n
}

// sameStrings is sameEntries for strings: the entries of runs[r] have their long
// keys in long[r], and n becomes zero.
func sameStrings[A any](runs [][]strEntry[A], long [][]string, n int, rate *distinctRate, merge func(dst, src *A), drop bool) int {
	es := numbered(runs, n)
	x := newIndex(n, rate)
	defer x.end(rate)
	var mixed [batchRows]uint64
	var list [batchRows]match
	es.batches(func(b []strEntry[A], first uint32) {
		for j := range b {
			mixed[j] = b[j].hash() * mergeMix
		}
		found := x.enter(mixed[:len(b)], first, list[:0])
		sum := uint64(0)
		for _, f := range found {
			sum += es.at(f.at).w0
		}
		touched(sum)
		for _, f := range found {
			e, d := &b[f.i], es.at(f.at)
			same := func() bool {
				return d.w0 == e.w0 && d.w1 == e.w1 && d.n == e.n &&
					(e.n < longLength || long[f.at>>es.split][d.ref] == long[first>>es.split][e.ref])
			}
			for ok := true; !same(); d = es.at(f.at) {
				if f.at, ok = x.next(mixed[f.i], first+f.i, f.at); !ok {
					d = nil
					break
				}
			}
			if d == nil {
				continue
			}
			merge(&d.a, &e.a)
			e.n = 0
			if drop {
				*e = strEntry[A]{}
			}
		}
	})
	return x.n
}
