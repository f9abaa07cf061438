package exec

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Collect is the body of a sink that stores all rows, in input order, in *dst
// when the run's last row has come.
func Collect[T any](dst *[]T) Body {
	return func(r *Run) (any, error) { return &collect[T]{dst: dst, turn: NewTurn(r)}, nil }
}

// collect keeps the rows of each morsel until it knows how many there are in all.
// Of large results it guesses that as soon as some of the input has been read, from
// how much that is. From then on rows are copied to where they stay as soon as those
// before them have been, so that only few are kept twice, and in memory that is used
// again: memory that is new costs more than the copying.
type collect[T any] struct {
	dst     *[]T
	turn    *Turn // the first morsel whose rows are not all in their place
	placing atomic.Bool
	copying sync.RWMutex // held by who copies to all, and against those by who moves it
	mu      struct {
		sync.Mutex
		waiting []gathered[T] // morsels that have ended
		free    [][]T         // memory of others
		rows    int64         // of all morsels that have ended
		share   float64       // how much of the input these are
		all     []T           // as far as rows have a place
	}
}

const (
	collectShare = 1. / 64 // how much of the input is read before a guess
	collectLarge = 4 << 20 // bytes of rows that are worth one
)

type collectLocal[T any] struct {
	c    *collect[T]
	w    *Worker
	rows []T // of the morsel, as far as they have no place
	sent int // those that have
}

func (c *collect[T]) order() *Turn { return c.turn }
func (c *collect[T]) Close() error { return nil }

func (c *collect[T]) Open(w *Worker, _ int) (Local, error) { return &collectLocal[T]{c: c, w: w}, nil }

func (l *collectLocal[T]) Pipe() Pipe    { return Pipe{Push: l.push, Mark: l.mark, Reads: true} }
func (l *collectLocal[T]) Commit() error { return nil }

func (l *collectLocal[T]) push(rows []T) error {
	if !l.c.placing.Load() || !l.c.turn.Mine(l.w) {
		l.rows = append(l.rows, rows...)
		return nil
	}
	l.c.mu.Lock()
	to := l.c.placeLocked(len(l.rows) + len(rows))
	l.c.mu.Unlock()
	copy(to[copy(to, l.rows):], rows)
	l.c.copying.RUnlock()
	l.sent += len(to)
	l.rows = l.rows[:0]
	return nil
}

// placeLocked returns the place of the next n rows. The caller copies them there,
// without the lock if it likes, and then calls copying.RUnlock.
func (c *collect[T]) placeLocked(n int) []T {
	at := len(c.mu.all)
	if n > cap(c.mu.all)-at {
		c.copying.Lock()
		all := make([]T, at, max(c.guessLocked(), at+n+at/4))
		copy(all, c.mu.all)
		c.mu.all = all
		c.copying.Unlock()
	}
	c.mu.all = c.mu.all[:at+n]
	c.copying.RLock()
	return c.mu.all[at:]
}

// guessLocked is how many rows there will be, and some more; 0: there is no telling.
func (c *collect[T]) guessLocked() int {
	if c.mu.share < collectShare {
		return 0
	}
	return int(float64(c.mu.rows) / min(c.mu.share, 1) * (1 + 1./32))
}

func (l *collectLocal[T]) mark(m Mark) error {
	if m.Kind != MorselEnd {
		return nil
	}
	c := l.c
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mu.rows += int64(l.sent + len(l.rows))
	c.mu.share += l.w.share()
	l.sent = 0
	if len(l.rows) > 0 || c.turn.Mine(l.w) {
		c.mu.waiting = append(c.mu.waiting, gathered[T]{m.Seq, l.rows})
		l.rows = nil
	} else {
		c.turn.Pass(m.Seq)
	}
	if !c.placing.Load() && c.guessLocked() >= max(collectLarge/max(SizeOf[T](), 1), 1) {
		c.placing.Store(true)
	}
	if c.placing.Load() {
		c.settleLocked()
	}
	if n := len(c.mu.free); n > 0 && l.rows == nil {
		l.rows = c.mu.free[n-1]
		c.mu.free = c.mu.free[:n-1]
	}
	return nil
}

// settleLocked copies morsels whose turn it is. It gives the lock away meanwhile.
func (c *collect[T]) settleLocked() {
	for {
		i := slices.IndexFunc(c.mu.waiting, func(g gathered[T]) bool { return g.seq == c.turn.next.Load() })
		if i < 0 {
			return
		}
		g := c.mu.waiting[i]
		c.mu.waiting = slices.Delete(c.mu.waiting, i, i+1)
		to := c.placeLocked(len(g.rows))
		c.turn.Pass(g.seq)
		c.mu.Unlock()
		copy(to, g.rows)
		c.copying.RUnlock()
		c.mu.Lock()
		if cap(g.rows) > 0 {
			c.mu.free = append(c.mu.free, g.rows[:0])
		}
	}
}

// share is how much of the input of its pipeline the worker's morsel is, at most 1;
// 0 where that is not known.
func (w *Worker) share() float64 {
	if w.src == nil {
		return 0
	}
	rows, bytes := w.src.Size()
	if p, ok := w.part.Part.(span); ok && rows > 0 {
		return float64(p.to-p.from) / float64(rows)
	}
	if bytes > 0 {
		return float64(w.part.Bytes) / float64(bytes)
	}
	return 0
}

func (c *collect[T]) Finish(r *Run, _ int) (Then, error) {
	rest := c.mu.waiting
	rest = inOrder(rest, (*gathered[T]).number)
	placed := len(c.mu.all)
	n := placed
	starts := make([]int, len(rest))
	for i, g := range rest {
		starts[i] = n
		n += len(g.rows)
	}
	all := c.mu.all
	if n > cap(all) || n < cap(all)/4*3 || all == nil {
		all = make([]T, n)
		const piece = 64 << 10 // rows
		for at := 0; at < placed; at += piece {
			rest, starts = append(rest, gathered[T]{rows: c.mu.all[at:min(at+piece, placed)]}), append(starts, at)
		}
	}
	all = all[:n]
	c.mu.all, c.mu.waiting, c.mu.free = nil, nil, nil
	err := r.Each(len(rest), func(i int) error {
		copy(all[starts[i]:], rest[i].rows)
		rest[i].rows = nil
		return nil
	})
	*c.dst = all
	return Then{}, err
}
