package agg

import (
	"cmp"
	"slices"
)

// tally counts by key, in a table with open addressing. The zero tally is empty.
type tally struct {
	slots []counted // a power of two, at most three quarters in use
	used  int
}

// counted is a key and its count; a slot is free when that is zero.
type counted struct {
	key uint64
	n   int64
}

// add counts n more of key.
func (t *tally) add(key uint64, n int64) {
	if 4*t.used >= 3*len(t.slots) {
		t.grow()
	}
	s := t.slot(key)
	if s.n == 0 {
		s.key = key
		t.used++
	}
	s.n += n
}

// slot is where key is, or else is to be put.
func (t *tally) slot(key uint64) *counted {
	mask := uint64(len(t.slots) - 1)
	i := mix(key) & mask
	for t.slots[i].n != 0 && t.slots[i].key != key {
		i = (i + 1) & mask
	}
	return &t.slots[i]
}

func (t *tally) grow() {
	old := t.slots
	t.slots = make([]counted, max(8, 2*len(old)))
	for _, c := range old {
		if c.n != 0 {
			*t.slot(c.key) = c
		}
	}
}

// merge adds all of src, which it may take over.
func (t *tally) merge(src *tally) {
	if t.used < src.used {
		*t, *src = *src, *t
	}
	for _, c := range src.slots {
		if c.n != 0 {
			t.add(c.key, c.n)
		}
	}
}

// sort is what was counted, in the order of keys. It uses the table up.
func (t *tally) sort() []counted {
	all := slices.DeleteFunc(t.slots, func(c counted) bool { return c.n == 0 })
	slices.SortFunc(all, func(a, b counted) int { return cmp.Compare(a.key, b.key) })
	return all
}
