package exec

import "sync/atomic"

// Verbs that need the place of each row in the whole stream share one
// mechanism: in turn, a worker reserves numbers for the rows it holds; what it
// then does with numbered rows happens beside the other workers.

// numbered makes a step of what is done with rows numbered from first. It
// pushes; it may overwrite rows.
type numbered[T any] struct {
	turn  *Turn
	count int64       // rows so far, in turn
	limit int64       // rows after which no more are wanted; -1: none
	full  atomic.Bool // limit rows have passed
	fuse  func(w *Worker, down Pipe) func(rows []T, first int64) error
}

// It is compiled for every type of rows, once: it is not inlined into the verbs.
//
//go:noinline
func numberBody[T any](limit int64, fuse func(r *Run) (func(w *Worker, down Pipe) func(rows []T, first int64) error, error)) Body {
	return func(r *Run) (any, error) {
		f, err := fuse(r)
		if err != nil {
			return nil, err
		}
		n := &numbered[T]{turn: NewTurn(r), limit: limit, fuse: f}
		n.full.Store(limit == 0)
		return n, nil
	}
}

func (n *numbered[T]) order() *Turn { return n.turn }

func (n *numbered[T]) Fuse(w *Worker, down Pipe) (Pipe, error) {
	l := &numberLocal[T]{n: n, f: n.fuse(w, down)}
	return newGate[T](w, n.turn, l, down), nil
}

type numberLocal[T any] struct {
	n     *numbered[T]
	rows  []T
	first int64
	f     func(rows []T, first int64) error
}

func (l *numberLocal[T]) inTurn(rows []T) error {
	n := l.n
	l.first = n.count
	n.count += int64(len(rows))
	if n.limit >= 0 && n.count >= n.limit {
		rows = rows[:max(n.limit-l.first, 0)]
		n.full.Store(true)
	}
	l.rows = rows
	return nil
}

func (l *numberLocal[T]) after() error {
	first := l.first
	for rows := l.rows; len(rows) > 0; {
		n := min(len(rows), maxBatchRows)
		if err := l.f(rows[:n:n], first); err != nil {
			return err
		}
		rows = rows[n:]
		first += int64(n)
	}
	l.rows = nil
	return nil
}

func (l *numberLocal[T]) atEnd() error { return nil }
func (l *numberLocal[T]) done() bool   { return l.n.full.Load() }

// pureNumber is a numberBody without anything that belongs to a run.
func pureNumber[T any](limit int64, fuse func(w *Worker, down Pipe) func(rows []T, first int64) error) Body {
	return numberBody(limit, func(*Run) (func(*Worker, Pipe) func([]T, int64) error, error) { return fuse, nil })
}

// Take lets the first n rows through.
//
//go:noinline
func Take[T any](n int64) Body {
	return pureNumber(n, func(w *Worker, down Pipe) func([]T, int64) error {
		push := pushOf[T](down)
		return func(rows []T, _ int64) error { return push(rows) }
	})
}

// Skip leaves out the first n rows.
//
//go:noinline
func Skip[T any](n int64) Body {
	return pureNumber(-1, func(w *Worker, down Pipe) func([]T, int64) error {
		push := pushOf[T](down)
		return func(rows []T, first int64) error {
			if first < n {
				rows = rows[min(n-first, int64(len(rows))):]
			}
			if len(rows) == 0 {
				return nil
			}
			return push(rows)
		}
	})
}

// Enumerate gives every row its number, from 0.
func Enumerate[T, U any](f func(i int64, v T) U) Body {
	return pureNumber(-1, func(w *Worker, down Pipe) func([]T, int64) error {
		push := pushOf[U](down)
		var buf []U
		return func(rows []T, first int64) error {
			buf = grown(buf, len(rows))
			enumerateKernel(buf, rows, first, f)
			return push(buf)
		}
	})
}

func enumerateKernel[T, U any](dst []U, rows []T, first int64, f func(int64, T) U) {
	dst = dst[:len(rows)]
	for i := range rows {
		dst[i] = f(first+int64(i), rows[i])
	}
}

// Sample lets each row through with probability p, by a hash of its number, so
// that the same rows are chosen for any number of workers.
//
//go:noinline
func Sample[T any](p float64, seed uint64) Body {
	threshold := uint64(p * (1 << 63)) // p may be 1
	return pureNumber(-1, func(w *Worker, down Pipe) func([]T, int64) error {
		push := pushOf[T](down)
		return func(rows []T, first int64) error {
			n := 0
			for i := range rows {
				rows[n] = rows[i]
				if splitMix(seed+uint64(first+int64(i)))>>1 < threshold {
					n++
				}
			}
			if n == 0 {
				return nil
			}
			return push(rows[:n])
		}
	})
}

// splitMix is the output function of SplitMix64 (Steele, Lea and Flood, "Fast
// splittable pseudorandom number generators", 2014) at counter x.
func splitMix(x uint64) uint64 {
	x = x*0x9e3779b97f4a7c15 + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
