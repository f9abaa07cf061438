package spill

import (
	"bytes"
	"cmp"

	"anabranch.dev/internal/mergeheap"
)

// cursor walks through the rows of one run that lie in one range.
type cursor struct {
	s    *sorter
	run  *run
	rank int // of runs whose rows have equal keys and places, the lower comes first

	block int // that refs belong to; it is held
	last  int // the last block with rows of the range
	to    *bound
	data  chunks
	refs  []ref  // those to come
	rec   record // the current row, whose prefix is in the heap
}

// open goes to the first row that is not before from. The first block is held
// already.
func (c *cursor) open(from *bound) error {
	if err := c.load(); err != nil {
		return err
	}
	if from != nil {
		c.refs = c.refs[c.s.search(c.data, c.refs, from):]
	}
	return nil
}

// load reads the current block.
func (c *cursor) load() error {
	b, err := c.run.get(c.s, c.block)
	if err != nil {
		return err
	}
	c.data, c.refs = b.data, b.refs
	if c.block == c.last && c.to != nil {
		c.refs = c.refs[:c.s.search(c.data, c.refs, c.to)]
	}
	return nil
}

// next takes the next row. ok is false at the end of the range.
func (c *cursor) next() (prefix uint64, ok bool, err error) {
	for len(c.refs) == 0 {
		if c.block < 0 || c.block == c.last {
			c.close()
			return 0, false, nil
		}
		c.run.hold(c.block + 1)
		c.run.drop(c.s, c.block)
		c.block++
		if err := c.load(); err != nil {
			return 0, false, err
		}
	}
	r := c.refs[0]
	c.refs = c.refs[1:]
	c.rec, _ = parse(c.data.at(r.At))
	return r.Key, true, nil
}

// close ends the use of the current block. It may be called again.
func (c *cursor) close() {
	if c.block >= 0 {
		c.run.drop(c.s, c.block)
	}
	c.block, c.refs = -1, nil
}

// search returns the first of refs that is not before a bound.
func (s *sorter) search(data chunks, refs []ref, to *bound) int {
	prefix := s.prefix(to.key)
	if s.kind == byPlain {
		prefix = 0
	}
	lo, hi := 0, len(refs)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		c := cmp.Compare(refs[mid].Key, prefix)
		if c == 0 {
			r := data.record(refs[mid].At)
			c = cmp.Or(s.compare(s.keyOf(r), to.key), cmp.Compare(r.place, to.place))
		}
		if c < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// compare compares keys, or where rows have none, the rows.
func (s *sorter) compare(a, b []byte) int {
	switch {
	case s.kind == byPlain:
		return s.compareRows(a, b)
	case s.desc:
		return bytes.Compare(b, a)
	}
	return bytes.Compare(a, b)
}

// keyOf is what compare compares.
func (s *sorter) keyOf(r record) []byte {
	if s.kind == byPlain {
		return r.row
	}
	return r.key
}

// merger gives out the rows of several cursors in order.
type merger struct {
	s    *sorter
	heap mergeheap.Heap[*cursor]
	all  []*cursor
}

// tie compares the current rows of two cursors, whose prefixes are equal. Equal rows come in
// the order of their places, and then of the runs: a place has one worker, which writes its
// runs one after the other.
func (s *sorter) tie(a, b *cursor) bool {
	x, y := &a.rec, &b.rec
	if !s.prefixTells {
		if c := s.compare(s.keyOf(*x), s.keyOf(*y)); c != 0 {
			return c < 0
		}
	}
	if x.place != y.place {
		return x.place < y.place
	}
	return a.rank < b.rank
}

// start takes the first row of each cursor.
func (m *merger) start(from *bound) error {
	m.heap = mergeheap.Heap[*cursor]{Nodes: make([]mergeheap.Node[*cursor], 0, len(m.all)), Less: m.s.tie}
	for _, c := range m.all {
		if err := c.open(from); err != nil {
			return err
		}
		key, ok, err := c.next()
		if err != nil {
			return err
		}
		if ok {
			m.heap.Nodes = append(m.heap.Nodes, mergeheap.Node[*cursor]{Key: key, Source: c})
		}
	}
	m.heap.Init()
	return nil
}

// first is the record of the first row; ok is false when there are no more.
func (m *merger) first() (rec *record, ok bool) {
	if len(m.heap.Nodes) == 0 {
		return nil, false
	}
	return &m.heap.Nodes[0].Source.rec, true
}

// advance moves the cursor of the first row on.
func (m *merger) advance() error {
	key, ok, err := m.heap.Nodes[0].Source.next()
	switch {
	case err != nil:
		return err
	case ok:
		m.heap.Fix(key)
	default:
		m.heap.Drop()
	}
	return nil
}

// close ends the use of all blocks.
func (m *merger) close() {
	for _, c := range m.all {
		c.close()
	}
	m.heap.Nodes = nil
}
