package exec

import (
	"iter"

	"anabranch.dev/internal/hashtable"
	"anabranch.dev/spill"
)

// A GroupFunc makes rows of one group: it appends them to dst and returns that. next
// returns the rows of the group one by one, each valid until the next call, and nil
// at the end. flush takes what was appended so far, for groups that make many rows,
// and returns an empty dst.
type GroupFunc[T, K, R any] func(dst []R, k K, next func() *T, flush func([]R) []R) []R

// GroupBy is the body of a breaker that gives the rows of each key to f, in the
// order of the input or, with one, in that, and gives out what f makes of them.
//
// Rows are sorted by the hashes of their keys, in memory or on disk, so that a group
// of any size is a stream. Rows of other keys with the same hash are set aside and
// come after it.
func GroupBy[T any, K comparable, R any](key func(T) K, within spill.Order[T], f GroupFunc[T, K, R]) Body {
	return func(r *Run) (any, error) {
		codec, err := spill.CodecFor[T]()
		if err != nil {
			return nil, err
		}
		return newGroupBy(r, key, within, codec, f), nil
	}
}

type groupBy[T any, K comparable, R any] struct {
	sorting[T]
	key  func(T) K
	f    GroupFunc[T, K, R]
	hash func(k K) (uint64, error)
}

func newGroupBy[T any, K comparable, R any](r *Run, key func(T) K, within spill.Order[T], codec spill.Codec[T], f GroupFunc[T, K, R]) *groupBy[T, K, R] {
	g := &groupBy[T, K, R]{key: key, f: f, hash: hashtable.HashOne[K]()}
	c := sorterConfig(r)
	c.Together = 8
	order := spill.Asc(g.place)
	if !within.IsZero() {
		order = order.Then(within)
	}
	g.sorting = sorting[T]{run: r, sorter: spill.NewSorterOf(order, codec, c)}
	return g
}

// place is what rows are sorted by.
func (g *groupBy[T, K, R]) place(v T) uint64 {
	h, err := g.hash(g.key(v))
	if err != nil {
		panic(err)
	}
	return hashtable.PlaceOf(h)
}

func (g *groupBy[T, K, R]) Open(w *Worker, input int) (Local, error) {
	l, err := g.sorting.Open(w, input)
	if err != nil || !hashtable.Dynamic[K]() {
		return l, err
	}
	return &checkedLocal[T, K]{Local: l, w: w, check: keyCheck[T, K]{key: g.key, hash: hashtable.Hasher[K]()}, push: pushOf[T](l.Pipe())}, nil
}

func (g *groupBy[T, K, R]) Finish(r *Run, input int) (Then, error) {
	then, err := g.sorting.Finish(r, input)
	if err != nil {
		return then, err
	}
	return Then{Out: &groupSource[T, K, R]{*then.Out.(*sortedSource[T]), g}}, nil
}

// groupSource gives out the groups of a range of hashes per morsel.
type groupSource[T any, K comparable, R any] struct {
	sortedSource[T]
	g *groupBy[T, K, R]
}

func (s *groupSource[T, K, R]) Size() (rows, bytes int64) { return -1, -1 }

func (s *groupSource[T, K, R]) Read(w *Worker, m Morsel, down Pipe) error {
	next, stop := iter.Pull2(batchesOf(m.Part.(spill.Part[T])))
	defer stop()
	c := &grouper[T, K, R]{
		g: s.g, next: next, equal: hashtable.Equal[K](), memory: s.g.run.memory.Holder(),
		push: pushOf[R](down), out: make([]R, 0, BatchRows[R]()),
	}
	defer func() { c.memory.Release(c.held) }()
	return c.groups()
}

// batchesOf is the batches of a part, and at the end an error if there was one.
func batchesOf[T any](part spill.Part[T]) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		err := part.Read(make([]T, BatchRows[T]()), func(rows []T) error {
			if !yield(rows, nil) {
				return ErrStop
			}
			return nil
		})
		if err != nil && err != ErrStop {
			yield(nil, err)
		}
	}
}

// grouper finds the groups in rows that come in the order of their hashes.
type grouper[T any, K comparable, R any] struct {
	g     *groupBy[T, K, R]
	next  func() ([]T, error, bool)
	equal func(a, b *K) bool
	push  func([]R) error
	out   []R

	rows []T // that are still to be looked at
	err  error

	key    K
	hash   uint64
	number int // of the group, so that its rows end with it
	others []T // of other keys with that hash
	memory *Holder
	held   int64
}

// row returns the first row that is still to be looked at, or nil at the end.
func (c *grouper[T, K, R]) row() *T {
	for len(c.rows) == 0 && c.err == nil {
		rows, err, ok := c.next()
		if !ok {
			return nil
		}
		c.rows, c.err = rows, err
	}
	if c.err != nil {
		return nil
	}
	return &c.rows[0]
}

// ofGroup returns the next row of the group, or nil when it has no more.
func (c *grouper[T, K, R]) ofGroup() *T {
	for {
		row := c.row()
		if row == nil {
			return nil
		}
		k := c.g.key(*row)
		if c.equal(&k, &c.key) {
			c.rows = c.rows[1:]
			return row
		}
		h, err := c.g.hash(k)
		if err != nil {
			c.err = err
			return nil
		}
		if h != c.hash {
			return nil
		}
		c.setAside(*row)
		c.rows = c.rows[1:]
	}
}

// setAside keeps a row of another key with the group's hash.
func (c *grouper[T, K, R]) setAside(row T) {
	before := cap(c.others)
	c.others = append(c.others, row)
	grew := int64(cap(c.others)-before) * int64(SizeOf[T]())
	c.held += grew
	c.memory.Take(grew)
}

// groups does all groups.
func (c *grouper[T, K, R]) groups() error {
	for row := c.row(); row != nil; row = c.row() {
		c.key = c.g.key(*row)
		var err error
		if c.hash, err = c.g.hash(c.key); err != nil {
			return err
		}
		if err := c.group(c.ofGroup); err != nil {
			return err
		}
		for len(c.others) > 0 {
			others := c.others
			c.others = nil
			c.key = c.g.key(others[0])
			err := c.group(func() *T {
				for len(others) > 0 {
					row := &others[0]
					others = others[1:]
					if k := c.g.key(*row); c.equal(&k, &c.key) {
						return row
					}
					c.setAside(*row)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	if c.err != nil || len(c.out) == 0 {
		return c.err
	}
	return c.push(c.out)
}

// group gives the rows that next returns to f, and passes by those that f leaves.
func (c *grouper[T, K, R]) group(next func() *T) error {
	c.number++
	n := c.number
	out := c.g.f(c.out, c.key, func() *T {
		if n != c.number {
			return nil
		}
		return next()
	}, c.flush)
	c.number++
	for next() != nil {
	}
	if c.err != nil { // the group was not whole
		return c.err
	}
	c.out = out
	if len(c.out) < cap(c.out)/2 && len(c.out) < maxBatchRows/2 {
		return nil
	}
	c.out = c.flush(c.out)
	return c.err
}

// flush pushes rows. An error ends the group.
func (c *grouper[T, K, R]) flush(rows []R) []R {
	if c.err == nil {
		c.err = pushAll(c.push, rows)
	}
	clear(rows)
	return rows[:0]
}

// keyCheck finds rows whose keys cannot be keys.
type keyCheck[T any, K comparable] struct {
	key  func(T) K
	hash func(ks []K, hs []uint64) (int, error)
	ks   []K
	hs   []uint64
}

func (c *keyCheck[T, K]) first(rows []T) (int, error) {
	c.ks, c.hs = grown(c.ks, len(rows)), grown(c.hs, len(rows))
	keysKernel(rows, c.key, c.ks)
	return c.hash(c.ks[:len(rows)], c.hs)
}

// checkedLocal checks keys before they get to a local part.
type checkedLocal[T any, K comparable] struct {
	Local
	w     *Worker
	check keyCheck[T, K]
	push  func([]T) error
}

func (l *checkedLocal[T, K]) Pipe() Pipe {
	return l.Local.Pipe().through(func(rows []T) error {
		if i, err := l.check.first(rows); err != nil {
			return l.w.Fail(i, err)
		}
		return l.push(rows)
	})
}
