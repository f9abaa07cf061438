package exec

import (
	"sync"

	"anabranch.dev/internal/hashtable"
	"anabranch.dev/internal/held"
	"anabranch.dev/spill"
)

// partJoin joins two sides of which the right one does not fit into memory: the rows
// of both are dealt to partitions by the hashes of their keys, on disk, and then one
// partition after the other is joined as [join] joins what fits. A partition that is
// still too large is dealt again by other bits of the hashes; and where that would not
// make it smaller, since a few keys have most of its rows, those go to a [mergeJoin].
type partJoin[L, R any, K comparable, O any] struct {
	of    JoinOf[L, R, K, O]
	run   *Run
	hash  func(ks []K, hs []uint64) (int, error)
	size  func(*R) int
	merge *mergeJoin[L, R, K, O]
	most  int64 // bytes of memory that a worker may take for a partition
	mu    struct {
		sync.Mutex
		top    *sides[L, R]   // nil: nothing went to disk
		all    []*sides[L, R] // to be closed
		filter *keyFilter     // nil as well where all left rows are wanted
	}
}

// sides are the rows of both sides on disk. Those of level n belong to one partition
// of level n-1.
type sides[L, R any] struct {
	level int
	left  *spill.Partitions[L]
	right *spill.Partitions[R]
}

// A join has so many partitions on each level, and at most so many levels.
const (
	sidePartBits = 7
	sideParts    = 1 << sidePartBits
	sideLevels   = 5
)

// sideKernel says which partition of a level rows with the hashes belong to. All rows
// of it are in one partition of a hash table, and the bits that tables search by are
// left to them.
func sideKernel(hs []uint64, level int, to []uint8) {
	const tableBits = 12
	to = to[:len(hs)]
	if level == 0 {
		for i, h := range hs {
			to[i] = uint8(hashtable.PartitionOf(h))<<1 | uint8(h>>tableBits&1)
		}
		return
	}
	shift := tableBits + 1 + sidePartBits*(level-1)
	for i, h := range hs {
		to[i] = uint8(h >> (shift & 63) & (sideParts - 1))
	}
}

func newPartJoin[L, R any, K comparable, O any](m *mergeJoin[L, R, K, O]) *partJoin[L, R, K, O] {
	return &partJoin[L, R, K, O]{
		of: m.of, run: m.run, hash: m.hash, size: held.Of[R](), merge: m,
		most: max(m.run.memory.live/int64(3*m.run.workers), 512<<10),
	}
}

func (p *partJoin[L, R, K, O]) newSides(level int) *sides[L, R] {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.newSidesLocked(level)
}

func (p *partJoin[L, R, K, O]) newSidesLocked(level int) *sides[L, R] {
	c := sorterConfig(p.run)
	s := &sides[L, R]{
		level: level,
		left:  spill.NewPartitions(sideParts, p.merge.codec.l, c),
		right: spill.NewPartitions(sideParts, p.merge.codec.r, c),
	}
	p.mu.all = append(p.mu.all, s)
	return s
}

// addSpilled adds what was dealt to partitions on disk.
func (p *partJoin[L, R, K, O]) addSpilled(to *spill.Stats) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.mu.all {
		for _, d := range []spill.Stats{s.left.Stats(), s.right.Stats()} {
			to.Runs += d.Runs
			to.RunBytes += d.RunBytes
			to.DiskBytes += d.DiskBytes
		}
	}
}

// first is where the rows of the inputs go, and what knows the keys of the right ones.
func (p *partJoin[L, R, K, O]) first() (*sides[L, R], *keyFilter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mu.top == nil {
		p.mu.top = p.newSidesLocked(0)
		if p.of.LeftOnly == nil {
			p.mu.filter = newKeyFilter(p.run)
		}
	}
	return p.mu.top, p.mu.filter
}

func (p *partJoin[L, R, K, O]) openLeft(w *Worker) *dealer[L, K] {
	s, filter := p.first()
	return &dealer[L, K]{w: w, key: p.of.LeftKey, hash: p.hash, to: s.left.Writer(), test: filter.tester()}
}

func (p *partJoin[L, R, K, O]) openRight(w *Worker) (farRight[K, R], error) {
	s, filter := p.first()
	d := dealer[R, K]{w: w, key: p.of.RightKey, hash: p.hash, to: s.right.Writer(), filter: filter}
	return &rightDealer[R, K]{d}, nil
}

// dealer deals rows of one side to the partitions of a level. It belongs to one
// goroutine.
type dealer[T any, K comparable] struct {
	w     *Worker // nil: keys have been hashed before
	key   func(T) K
	hash  func(ks []K, hs []uint64) (int, error)
	level int
	to    *spill.PartitionWriter[T]

	filter *keyFilter // of right rows: it gets to know the keys
	test   tester     // of left rows: it knows which of them can have a match
	pass   []T

	ks    []K
	hs    []uint64
	parts []uint8
}

func (d *dealer[T, K]) Pipe() Pipe {
	return Pipe{Push: d.add, Mark: func(Mark) error { return nil }, Reads: true}
}

func (d *dealer[T, K]) Commit() error { return d.to.End() }

func (d *dealer[T, K]) add(rows []T) error {
	d.ks, d.hs = grown(d.ks, len(rows)), grown(d.hs, len(rows))
	keysKernel(rows, d.key, d.ks)
	if i, err := d.hash(d.ks[:len(rows)], d.hs); err != nil {
		if d.w == nil {
			return err
		}
		return d.w.Fail(i, err)
	}
	if in, ok := d.test.test(d.hs[:len(rows)]); ok {
		d.pass = grown(d.pass, len(rows))
		rows = d.pass[:passKernel(d.pass, rows, d.hs, in)]
	}
	return d.deal(rows)
}

// deal adds rows whose hashes are known.
func (d *dealer[T, K]) deal(rows []T) error {
	d.filter.add(d.hs[:len(rows)])
	d.parts = grown(d.parts, len(rows))
	sideKernel(d.hs[:len(rows)], d.level, d.parts)
	return d.to.Add(rows, d.parts)
}

// rightDealer is a dealer of right rows, some of which are in memory.
type rightDealer[R any, K comparable] struct{ dealer[R, K] }

// addAll writes rows that are dealt to the partitions of a table, and forgets them.
func (d *rightDealer[R, K]) addAll(parts *dealt[K, R]) error {
	buf := make([]R, pieceRows)
	d.hs = grown(d.hs, pieceRows)
	for p := range parts {
		for _, rows := range parts[p] {
			for i := range rows {
				buf[i], d.hs[i] = rows[i].row, rows[i].h
			}
			if err := d.deal(buf[:len(rows)]); err != nil {
				return err
			}
		}
		parts[p] = nil
	}
	return nil
}

func (d *rightDealer[R, K]) end(*Run) error { return d.to.End() }

func (p *partJoin[L, R, K, O]) close() (err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.mu.all {
		for _, close := range []func() error{s.left.Close, s.right.Close} {
			if e := close(); err == nil {
				err = e
			}
		}
	}
	p.mu.all = nil
	return err
}
