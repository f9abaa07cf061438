package hashtable

import (
	"slices"
	"unsafe"

	"anabranch.dev/internal/groups"
	"anabranch.dev/internal/stamp"
)

// stringGrouping groups by keys of kind String.
type stringGrouping[T any, K comparable, A any] struct {
	spec Spec[T, K, A]
	tune tuning
	rate distinctRate
}

func newStringGrouping[T any, K comparable, A any](spec Spec[T, K, A], tune tuning) *stringGrouping[T, K, A] {
	return &stringGrouping[T, K, A]{spec: spec, tune: tune.forEntries(unsafe.Sizeof(strEntry[A]{}), spec.Front)}
}

func (g *stringGrouping[T, K, A]) Merger() func(dst, src *A) { return g.spec.Merge }

func (g *stringGrouping[T, K, A]) Local() Local[T, K, A] {
	return newLocal[T](&stringStore[T, K, A]{
		stringGrouping: g,
		table:          newStrTable(g.tune.firstFront(), g.spec.Init),
		toks:           make([]token, g.tune.batch),
		keys:           make([]string, g.tune.batch),
		at:             make([]uintptr, g.tune.batch),
		alone:          newAlone(&g.spec, g.tune.batch),
	}, g.tune)
}

// Merge is as that of tableGrouping.
func (g *stringGrouping[T, K, A]) Merge(p int, locals []Local[T, K, A]) Merged[K, A] {
	m := &mergedStrings[K, A]{size: g.spec.Size}
	distinct := true
	for _, l := range locals {
		part := &l.(*local[T]).store.(*stringStore[T, K, A]).parts[p]
		if part.n == 0 {
			continue
		}
		distinct = distinct && m.n == 0 && part.allDistinct()
		for _, es := range part.runs() {
			m.runs, m.long = append(m.runs, es), append(m.long, part.keys.list)
		}
		m.n += part.n
		m.bytes += part.bytes + part.keys.bytes()
		*part = stringPart[A]{}
	}
	if !distinct {
		m.n = sameStrings(m.runs, m.long, m.n, &g.rate, g.spec.Merge, g.spec.Size != nil)
	}
	return m
}

// stringPart is one partition of one local. It owns its long keys.
type stringPart[A any] struct {
	chunks[strEntry[A]]
	keys longKeys
	ext  int64 // what Size says of all entries
}

type stringStore[T any, K comparable, A any] struct {
	*stringGrouping[T, K, A]
	table *strTable[A]
	parts [Partitions]stringPart[A]
	toks  []token
	keys  []string  // of the batch
	at    []uintptr // of its groups in the table
	alone alone[T, A]
	gauge gauge
}

func (s *stringStore[T, K, A]) read(rows []T) error {
	readStrings(rows, s.spec.Key, s.keys)
	if !tokenize(s.keys[:len(rows)], s.toks) {
		return errKeyLength
	}
	return nil
}

func (s *stringStore[T, K, A]) fold(rows []T, at stamp.Stamp) {
	toks := s.toks[:len(rows)]
	switch {
	case s.spec.Count:
		countStrings(any(s.table).(*strTable[int64]), toks, s.keys)
	case s.spec.AddBatch != nil:
		s.table.touch(toks)
		findStrings(s.table, toks, s.keys, s.at)
		s.spec.AddBatch(groups.New(&s.table.slots[0].a, s.at[:len(rows)]), rows)
	case s.spec.Add != nil:
		s.table.touch(toks)
		foldStrings(s.table, toks, s.keys, rows, s.spec.Add)
	default:
		s.table.touch(toks)
		foldStringsAt(s.table, toks, s.keys, rows, at, s.spec.AddAt)
	}
}

func (s *stringStore[T, K, A]) scatter(rows []T, at stamp.Stamp) {
	add, init := s.spec.Add, s.spec.Init
	alone := s.alone.add(rows)
	for i := range rows {
		k := &s.toks[i]
		part := &s.parts[partitionOf(k.h)]
		e := part.next()
		e.w0, e.w1, e.n = k.w0, k.w1, k.n
		if k.n >= longLength {
			e.ref = part.keys.add(s.keys[i])
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

func (s *stringStore[T, K, A]) front() (groups, slots int) { return s.table.n, len(s.table.slots) }
func (s *stringStore[T, K, A]) growFront(factor int)       { s.table.grow(factor) }
func (s *stringStore[T, K, A]) newFront(slots int) {
	s.table = newStrTable(slots, s.spec.Init)
}
func (s *stringStore[T, K, A]) buffered(p int) int { return s.parts[p].n }

func (s *stringStore[T, K, A]) drain() {
	var empty [Partitions]bool
	for p := range empty {
		empty[p] = s.parts[p].n == 0
	}
	t := s.table
	for i := range t.slots {
		e := &t.slots[i]
		if e.n == 0 {
			continue
		}
		part := &s.parts[partitionOf(e.hash())]
		d := part.next()
		*d = *e
		if e.n >= longLength {
			d.ref = part.keys.add(t.keys.list[e.ref])
		}
		if s.spec.Size != nil {
			part.ext += int64(s.spec.Size(&d.a))
		}
	}
	clear(t.slots)
	t.n, t.keys, s.gauge = 0, longKeys{}, gauge{}
	for p := range empty {
		if empty[p] {
			s.parts[p].distinct = s.parts[p].n
		}
	}
}

func (s *stringStore[T, K, A]) compact(p int) {
	part := &s.parts[p]
	if part.allDistinct() {
		return
	}
	runs := part.runs()
	long := slices.Repeat([][]string{part.keys.list}, len(runs))
	if n := sameStrings(runs, long, part.n, &s.rate, s.spec.Merge, false); n == part.n {
		part.distinct = n
		return
	}
	var left stringPart[A]
	for _, es := range runs {
		for i := range es {
			if es[i].n == 0 {
				continue
			}
			e := left.next()
			*e = es[i]
			if e.n >= longLength {
				e.ref = left.keys.add(part.keys.list[e.ref])
			}
			if s.spec.Size != nil {
				left.ext += int64(s.spec.Size(&e.a))
			}
		}
	}
	left.distinct = left.n
	*part = left
}

func (s *stringStore[T, K, A]) bytes() int64 {
	n := s.table.bytes() + int64(len(s.toks))*int64(unsafe.Sizeof(token{})+unsafe.Sizeof("")+8) + s.alone.bytes()
	for p := range s.parts {
		part := &s.parts[p]
		n += part.bytes + part.keys.bytes() + part.ext
	}
	if s.spec.Size == nil || s.table.n == 0 {
		return n
	}
	w, lo, hi := s.gauge.window(len(s.table.slots))
	s.gauge.set(w, sizeOfStrings(s.table.slots[lo:hi], s.spec.Size))
	return n + s.gauge.sum
}

func sizeOfStrings[A any](es []strEntry[A], size func(*A) int) (n int64) {
	for i := range es {
		if es[i].n != 0 {
			n += int64(size(&es[i].a))
		}
	}
	return n
}
