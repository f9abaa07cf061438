package hashtable

import (
	"unsafe"

	"anabranch.dev/internal/stamp"
)

// stringGrouping groups by keys of kind String.
type stringGrouping[T any, K comparable, A any] struct {
	spec Spec[T, K, A]
	tune tuning
	rate distinctRate
}

func newStringGrouping[T any, K comparable, A any](spec Spec[T, K, A], tune tuning) *stringGrouping[T, K, A] {
	return &stringGrouping[T, K, A]{spec: spec, tune: tune.forEntries(unsafe.Sizeof(strEntry[A]{}))}
}

func (g *stringGrouping[T, K, A]) Merger() func(dst, src *A) { return g.spec.Merge }

func (g *stringGrouping[T, K, A]) Local() Local[T, K, A] {
	return newLocal[T](&stringStore[T, K, A]{
		stringGrouping: g,
		table:          newStrTable(g.tune.firstFront(), frontMix, g.spec.Init),
		toks:           make([]token, g.tune.batch),
		keys:           make([]string, g.tune.batch),
	}, g.tune)
}

// Merge is as that of tableGrouping.
func (g *stringGrouping[T, K, A]) Merge(p int, locals []Local[T, K, A]) Merged[K, A] {
	var parts []*stringPart[A]
	n := 0
	for _, l := range locals {
		part := &l.(*local[T]).store.(*stringStore[T, K, A]).parts[p]
		if part.n > 0 {
			parts = append(parts, part)
			n += part.n
		}
	}
	m := &mergedStrings[K, A]{size: g.spec.Size}
	switch {
	case len(parts) == 1 && parts[0].allDistinct():
		m.runs, m.n, m.long, m.bytes = parts[0].runs(), n, parts[0].keys.list, parts[0].bytes+parts[0].keys.bytes()
		*parts[0] = stringPart[A]{}
	case len(parts) > 0:
		b := stringBuilder[A]{todo: n, merge: g.spec.Merge, t: newStrTable[A](g.rate.firstSlots(n), mergeMix, nil)}
		for _, part := range parts {
			b.add(part.runs(), part.keys.list)
			*part = stringPart[A]{}
		}
		m.runs, m.n, m.long, m.bytes = [][]strEntry[A]{b.t.slots}, b.t.n, b.t.keys.list, b.t.bytes()
		g.rate.note(b.t.n, n)
	}
	return m
}

// stringPart is one partition of one local. It owns its long keys.
type stringPart[A any] struct {
	chunks[strEntry[A]]
	keys longKeys
	ext  int64 // what Size says of all entries
	turn uint8 // which of compactMix is next
}

type stringStore[T any, K comparable, A any] struct {
	*stringGrouping[T, K, A]
	table   *strTable[A]
	parts   [Partitions]stringPart[A]
	toks    []token
	keys    []string // of the batch
	gauge   gauge
	scratch *strTable[A] // of compact
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
	if s.table.large() {
		touched(touchStrings(s.table, toks))
	}
	switch {
	case s.spec.Count:
		countStrings(any(s.table).(*strTable[int64]), toks, s.keys)
	case s.spec.Add != nil:
		foldStrings(s.table, toks, s.keys, rows, s.spec.Add)
	default:
		foldStringsAt(s.table, toks, s.keys, rows, at, s.spec.AddAt)
	}
}

func (s *stringStore[T, K, A]) scatter(rows []T, at stamp.Stamp) {
	add, init := s.spec.Add, s.spec.Init
	for i := range rows {
		k := &s.toks[i]
		part := &s.parts[partitionOf(k.h)]
		e := part.next()
		e.w0, e.w1, e.n = k.w0, k.w1, k.n
		if k.n >= long {
			e.ref = part.keys.add(s.keys[i])
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
func (s *stringStore[T, K, A]) growFront()                 { s.table.grow(2) }
func (s *stringStore[T, K, A]) newFront(slots int) {
	s.table = newStrTable(slots, frontMix, s.spec.Init)
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
		if e.n >= long {
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
	if s.scratch == nil {
		s.scratch = newStrTable[A](s.rate.firstSlots(part.n), mergeMix, nil)
	}
	b := stringBuilder[A]{todo: part.n, merge: s.spec.Merge, t: s.scratch}
	s.scratch.mix = compactMix[part.turn]
	b.add(part.runs(), part.keys.list)
	*part = stringPart[A]{keys: b.t.keys, turn: 1 - part.turn}
	for i := range b.t.slots {
		e := &b.t.slots[i]
		if e.n == 0 {
			continue
		}
		*part.next() = *e
		if s.spec.Size != nil {
			part.ext += int64(s.spec.Size(&e.a))
		}
	}
	part.distinct = part.n
	clear(b.t.slots)
	b.t.n, b.t.keys = 0, longKeys{}
}

func (s *stringStore[T, K, A]) endCompact() { s.scratch = nil }

func (s *stringStore[T, K, A]) bytes() int64 {
	n := s.table.bytes() + int64(len(s.toks))*int64(unsafe.Sizeof(token{})+unsafe.Sizeof(""))
	if s.scratch != nil {
		n += s.scratch.bytes()
	}
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

// stringBuilder fills a table from the entries of partitions.
type stringBuilder[A any] struct {
	t     *strTable[A]
	merge func(dst, src *A)
	todo  int // entries not yet added
	done  int
}

func (b *stringBuilder[A]) add(runs [][]strEntry[A], long []string) {
	for _, es := range runs {
		for len(es) > 0 {
			n := min(len(es), batchRows)
			if f := growth(b.t.n, len(b.t.slots), b.done, b.todo, n); f > 1 {
				b.t.grow(f)
			}
			if b.t.large() {
				touched(touchStrEntries(b.t, es[:n]))
			}
			mergeStrings(b.t, es[:n], long, b.merge)
			b.done, b.todo = b.done+n, b.todo-n
			es = es[n:]
		}
	}
}
