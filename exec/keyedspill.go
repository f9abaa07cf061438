package exec

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"anabranch.dev/internal/hashtable"
	"anabranch.dev/spill"
)

// group is a key and its accumulator as they are written to disk.
type group[K comparable, A any] struct {
	At  uint64 // the key's hash, which groups are in the order of
	Key K
	Acc A
}

// groupSpill is where a keyed operator's groups go when memory is short: runs in
// the order of the keys' hashes, of a [spill.Sorter]. As the runs are merged,
// groups of equal key come one after the other, from however many runs, and are put
// together with no table at all: so no partition can be too large, and a key that
// all workers have again and again is as good as any other.
type groupSpill[K comparable, A any] struct {
	run   *Run
	merge func(dst, src *A)
	size  func(*A) int
	err   error // why groups cannot be written
	mu    struct {
		sync.Mutex
		sorter *spill.Sorter[group[K, A]]
	}
}

func (d *groupSpill[K, A]) init(r *Run, merge func(dst, src *A), size func(*A) int) {
	d.run, d.merge, d.size = r, merge, size
	_, d.err = spill.CodecFor[group[K, A]]()
}

// can reports whether groups can be written at all: some accumulators, and keys
// that are interfaces, cannot.
func (d *groupSpill[K, A]) can() bool { return d.err == nil }

// cannot is the error of groups that cannot be written and take too much memory.
func (d *groupSpill[K, A]) cannot() error {
	return groupsTooLarge(d.run.memory, d.err)
}

// groupsTooLarge names key and aggregate as such: users have not heard of groups.
func groupsTooLarge(b *Budget, err error) error {
	if e, ok := errors.AsType[*spill.TypeError](err); ok {
		named := *e
		if at := strings.LastIndexByte(e.Path, ']'); strings.HasPrefix(e.Path[at+1:], ".Key") {
			named.Path = "the key" + e.Path[at+1+len(".Key"):]
		} else if strings.HasPrefix(e.Path[at+1:], ".Acc") {
			named.Path = "the aggregate" + e.Path[at+1+len(".Acc"):]
		}
		err = &named
	}
	return b.exceeded(fmt.Errorf("groups cannot go to disk: %w", err))
}

// sorter makes the sorter when it is first needed.
func (d *groupSpill[K, A]) sorter() (s *spill.Sorter[group[K, A]], err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mu.sorter == nil {
		c := sorterConfig(d.run)
		c.Together = 8
		d.mu.sorter, err = spill.NewSorter(spill.Asc(func(g group[K, A]) uint64 { return g.At }), c)
	}
	return d.mu.sorter, err
}

func (d *groupSpill[K, A]) spilled() (s spill.Stats) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mu.sorter != nil {
		s = d.mu.sorter.Stats()
	}
	return s
}

func (d *groupSpill[K, A]) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mu.sorter == nil {
		return nil
	}
	return d.mu.sorter.Close()
}

// groupWriter writes one worker's groups.
type groupWriter[K comparable, A any] struct {
	to   *spill.Filler[group[K, A]]
	size func(*A) int
	buf  []group[K, A]
}

func (d *groupSpill[K, A]) writer() (*groupWriter[K, A], error) {
	s, err := d.sorter()
	if err != nil {
		return nil, err
	}
	return &groupWriter[K, A]{to: s.Filler(), size: d.size, buf: make([]group[K, A], 0, BatchRows[group[K, A]]())}, nil
}

// groupBytes is how much accumulators in a batch hold, about: a batch is encoded
// as a whole.
const groupBytes = 256 << 10

// write writes the groups of partitions from first on as a run, and reports how
// many there were.
func (w *groupWriter[K, A]) write(place uint64, first int, partition func(p int) hashtable.Merged[K, A]) (groups int, err error) {
	err = w.to.WriteSorted(place, func(write func([]group[K, A]) error) error {
		bytes := 0
		flush := func() error {
			err := write(w.buf)
			clear(w.buf)
			w.buf, bytes = w.buf[:0], 0
			return err
		}
		for p := first; p < hashtable.Partitions; p++ {
			var err error
			partition(p).InOrder(func(at uint64, k K, a *A) bool {
				w.buf = append(w.buf, group[K, A]{at, k, *a})
				groups++
				if w.size != nil {
					bytes += w.size(a)
				}
				if len(w.buf) == cap(w.buf) || bytes >= groupBytes {
					err = flush()
				}
				return err == nil
			})
			if err != nil {
				return err
			}
		}
		return flush()
	})
	return groups, err
}

// groupRuns is groups on disk, in parts that have all that belongs to their keys.
type groupRuns[K comparable, A any] = *spill.Sorted[group[K, A]]

// source ends the writing.
func (d *groupSpill[K, A]) source(each spill.Each) (groupRuns[K, A], error) {
	s, err := d.sorter()
	if err != nil {
		return nil, err
	}
	if each == nil {
		each = inTurn
	}
	return s.Sort(each)
}

// inTurn is a [spill.Each] for one goroutine.
func inTurn(n int, f func(i int) error) error {
	for i := range n {
		if err := f(i); err != nil {
			return err
		}
	}
	return nil
}

// read gives out the groups of a part, put together.
func (d *groupSpill[K, A]) read(part any, yield func(K, *A) bool) error {
	c := &combiner[K, A]{d: d, equal: hashtable.Equal[K](), yield: yield, memory: d.run.memory.Holder()}
	rows := BatchRows[group[K, A]]()
	if d.size != nil {
		rows = minBatchRows
	}
	err := part.(spill.Part[group[K, A]]).Read(make([]group[K, A], rows), c.add)
	if err == nil {
		err = c.flush()
	}
	c.memory.Release(c.held)
	if err == ErrStop { // yield knows why
		return nil
	}
	return err
}

// combiner puts neighbouring groups of equal key together.
type combiner[K comparable, A any] struct {
	d      *groupSpill[K, A]
	equal  func(a, b *K) bool
	yield  func(K, *A) bool
	same   []group[K, A] // of one hash, with different keys: seldom more than one
	memory *Holder
	held   int64 // what those hold, when that can be told
}

func (c *combiner[K, A]) add(groups []group[K, A]) error {
	for i := range groups {
		g := &groups[i]
		if len(c.same) > 0 && c.same[0].At != g.At {
			if err := c.flush(); err != nil {
				return err
			}
		}
		if err := c.put(g); err != nil {
			return err
		}
	}
	return nil
}

func (c *combiner[K, A]) put(g *group[K, A]) error {
	for j := range c.same {
		if s := &c.same[j]; c.equal(&s.Key, &g.Key) {
			c.d.merge(&s.Acc, &g.Acc)
			return c.account(s)
		}
	}
	c.same = append(c.same, *g)
	return nil
}

// account looks at the size of an accumulator that has become larger.
func (c *combiner[K, A]) account(g *group[K, A]) error {
	if c.d.size == nil {
		return nil
	}
	n := int64(c.d.size(&g.Acc))
	if n <= c.held+groupBytes {
		return nil
	}
	c.memory.Take(n - c.held)
	c.held = n
	if m := c.d.run.memory; n > m.live {
		return fmt.Errorf("%w: what belongs to key %s takes %d of %d bytes; allow more with the Memory option", ErrMemory, keyText(g.Key), n, m.limit)
	}
	return nil
}

func (c *combiner[K, A]) flush() error {
	for i := range c.same {
		if !c.yield(c.same[i].Key, &c.same[i].Acc) {
			return ErrStop
		}
	}
	clear(c.same)
	c.same = c.same[:0]
	if c.held > 0 {
		c.memory.Release(c.held)
		c.held = 0
	}
	return nil
}
