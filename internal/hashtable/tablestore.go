package hashtable

import (
	"unsafe"

	"anabranch.dev/internal/groups"
	"anabranch.dev/internal/stamp"
)

// tableGrouping groups by plain keys.
type tableGrouping[T any, K comparable, A any] struct {
	spec Spec[T, K, A]
	tune tuning
	rate distinctRate
	hash func([]K, []uint64)
	own  func(*K, *arena)
}

func newTableGrouping[T any, K comparable, A any](spec Spec[T, K, A], tune tuning) *tableGrouping[T, K, A] {
	tune = tune.forEntries(unsafe.Sizeof(entry[K, A]{}), spec.Front)
	return &tableGrouping[T, K, A]{spec: spec, tune: tune, hash: hasherFor[K](), own: ownerFor[K]()}
}

func (g *tableGrouping[T, K, A]) Merger() func(dst, src *A) { return g.spec.Merge }

func (g *tableGrouping[T, K, A]) Local() Local[T, K, A] {
	return newLocal[T](&tableStore[T, K, A]{
		tableGrouping: g,
		table:         newTable[K, A](g.tune.firstFront(), g.spec.Init, g.own),
		ks:            make([]K, g.tune.batch),
		hs:            make([]uint64, g.tune.batch),
		at:            make([]uintptr, g.tune.batch),
		alone:         newAlone(&g.spec, g.tune.batch),
	}, g.tune)
}

// Merge gives out the entries of partition p of all locals where they lie, those
// of equal key put together in the first of them.
func (g *tableGrouping[T, K, A]) Merge(p int, locals []Local[T, K, A]) Merged[K, A] {
	m := &mergedTable[K, A]{size: g.spec.Size}
	distinct := true
	for _, l := range locals {
		part := &l.(*local[T]).store.(*tableStore[T, K, A]).parts[p]
		if part.n == 0 {
			continue
		}
		distinct = distinct && m.n == 0 && part.allDistinct()
		m.runs = append(m.runs, part.runs()...)
		m.n += part.n
		m.bytes += part.bytes + part.keys.held
		*part = tablePart[K, A]{}
	}
	if !distinct {
		m.n = sameEntries(m.runs, m.n, &g.rate, g.spec.Merge, g.spec.Size != nil)
	}
	return m
}

// tablePart is one partition of one local. It owns the strings of its keys.
type tablePart[K comparable, A any] struct {
	chunks[entry[K, A]]
	keys arena
	ext  int64 // what Size says of all entries
}

type tableStore[T any, K comparable, A any] struct {
	*tableGrouping[T, K, A]
	table *table[K, A]
	parts [Partitions]tablePart[K, A]
	ks    []K
	hs    []uint64
	at    []uintptr // of the groups of the batch in the table
	alone alone[T, A]
	gauge gauge
}

func (s *tableStore[T, K, A]) read(rows []T) error {
	ks := s.ks[:len(rows)]
	readKeys(rows, s.spec.Key, ks)
	s.hash(ks, s.hs)
	return nil
}

func readKeys[T any, K comparable](rows []T, key func(T) K, ks []K) {
	ks = ks[:len(rows)]
	for i := range rows {
		ks[i] = key(rows[i])
	}
}

func (s *tableStore[T, K, A]) fold(rows []T, at stamp.Stamp) {
	ks := s.ks[:len(rows)]
	switch {
	case s.spec.Count:
		countTable(any(s.table).(*table[K, int64]), ks, s.hs)
	case s.spec.AddBatch != nil:
		s.table.touch(s.hs[:len(rows)])
		findTable(s.table, ks, s.hs, s.at)
		s.spec.AddBatch(groups.New(&s.table.slots[0].a, s.at[:len(rows)]), rows)
	case s.spec.Add != nil:
		s.table.touch(s.hs[:len(rows)])
		foldTable(s.table, ks, s.hs, rows, s.spec.Add)
	default:
		s.table.touch(s.hs[:len(rows)])
		foldTableAt(s.table, ks, s.hs, rows, at, s.spec.AddAt)
	}
}

func (s *tableStore[T, K, A]) scatter(rows []T, at stamp.Stamp) {
	add, init := s.spec.Add, s.spec.Init
	alone := s.alone.add(rows)
	for i := range rows {
		h := s.hs[i]
		part := &s.parts[partitionOf(h)]
		e := part.next()
		e.h, e.k = h, s.ks[i]
		if s.own != nil {
			s.own(&e.k, &part.keys)
		}
		if alone != nil {
			e.a = alone[i]
			continue
		}
		if init != nil {
			init(&e.a)
		}
		if add != nil {
			add(&e.a, rows[i])
		} else {
			s.spec.AddAt(&e.a, rows[i], stamp.Stamp{Morsel: at.Morsel, Row: at.Row + uint64(i)})
		}
		if s.spec.Size != nil {
			part.ext += int64(s.spec.Size(&e.a))
		}
	}
}

func (s *tableStore[T, K, A]) front() (groups, slots int) { return s.table.n, len(s.table.slots) }
func (s *tableStore[T, K, A]) growFront(factor int)       { s.table.grow(factor) }
func (s *tableStore[T, K, A]) newFront(slots int) {
	s.table = newTable[K, A](slots, s.spec.Init, s.own)
}
func (s *tableStore[T, K, A]) buffered(p int) int { return s.parts[p].n }

func (s *tableStore[T, K, A]) drain() {
	var empty [Partitions]bool
	for p := range empty {
		empty[p] = s.parts[p].n == 0
	}
	t := s.table
	for i := range t.slots {
		e := &t.slots[i]
		if e.h == 0 {
			continue
		}
		part := &s.parts[partitionOf(e.h)]
		d := part.next()
		*d = *e
		if s.own != nil {
			s.own(&d.k, &part.keys)
		}
		if s.spec.Size != nil {
			part.ext += int64(s.spec.Size(&d.a))
		}
	}
	clear(t.slots)
	t.n, t.keys, s.gauge = 0, arena{}, gauge{}
	for p := range empty {
		if empty[p] {
			s.parts[p].distinct = s.parts[p].n
		}
	}
}

func (s *tableStore[T, K, A]) compact(p int) {
	part := &s.parts[p]
	if part.allDistinct() {
		return
	}
	runs := part.runs()
	if n := sameEntries(runs, part.n, &s.rate, s.spec.Merge, false); n == part.n {
		part.distinct = n
		return
	}
	var left tablePart[K, A]
	for _, es := range runs {
		for i := range es {
			if es[i].h == 0 {
				continue
			}
			e := left.next()
			*e = es[i]
			if s.own != nil {
				s.own(&e.k, &left.keys)
			}
			if s.spec.Size != nil {
				left.ext += int64(s.spec.Size(&e.a))
			}
		}
	}
	left.distinct = left.n
	*part = left
}

func (s *tableStore[T, K, A]) bytes() int64 {
	n := s.table.bytes() + int64(len(s.ks))*int64(unsafe.Sizeof(s.ks[0])+16) + s.alone.bytes()
	for p := range s.parts {
		part := &s.parts[p]
		n += part.bytes + part.keys.held + part.ext
	}
	if s.spec.Size == nil || s.table.n == 0 {
		return n
	}
	w, lo, hi := s.gauge.window(len(s.table.slots))
	s.gauge.set(w, sizeOfTable(s.table.slots[lo:hi], s.spec.Size))
	return n + s.gauge.sum
}

func sizeOfTable[K comparable, A any](es []entry[K, A], size func(*A) int) (n int64) {
	for i := range es {
		if es[i].h != 0 {
			n += int64(size(&es[i].a))
		}
	}
	return n
}
