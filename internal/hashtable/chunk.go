package hashtable

import "unsafe"

const (
	firstChunk = 1 << 10 // bytes; small, as most partitions of few groups stay so
	lastChunk  = 32 << 10
)

// chunks is a list of entries that grows without copying.
type chunks[E any] struct {
	full     [][]E
	cur      []E
	n        int
	distinct int // so many first entries are known to have different keys
	bytes    int64
}

// next appends a zero entry and returns it. It is valid until take.
func (c *chunks[E]) next() *E {
	i := len(c.cur)
	if i == cap(c.cur) {
		c.more()
		i = 0
	}
	c.cur = c.cur[:i+1]
	c.n++
	return &c.cur[i]
}

func (c *chunks[E]) more() {
	var e E
	size := max(int(unsafe.Sizeof(e)), 1)
	want := max(2, firstChunk/size)
	if c.cur != nil {
		c.full = append(c.full, c.cur)
		want = min(2*cap(c.cur), max(2, lastChunk/size))
	}
	c.cur = make([]E, 0, want)
	c.bytes += int64(want * size)
}

// runs returns the entries, in the order in which they came.
func (c *chunks[E]) runs() [][]E {
	if c.n == 0 {
		return nil
	}
	return append(c.full[:len(c.full):len(c.full)], c.cur)
}

// allDistinct reports whether no two entries are known to share a key.
func (c *chunks[E]) allDistinct() bool { return c.distinct == c.n }
