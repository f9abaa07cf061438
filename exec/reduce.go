package exec

import (
	"cmp"
	"slices"
	"sync"
)

// Reduce is the body of a breaker that puts all rows together with f, two
// neighbours at a time, and gives out what is left: nothing when there was
// nothing. f must be associative; the order of its arguments is that of the
// input.
func Reduce[T any](f func(T, T) T) Body {
	return func(*Run) (any, error) { return &reduce[T]{f: f}, nil }
}

type reduce[T any] struct {
	f  func(T, T) T
	mu struct {
		sync.Mutex
		parts []partial[T]
	}
}

// partial is what one morsel came to.
type partial[T any] struct {
	seq uint64
	v   T
}

type reduceLocal[T any] struct {
	r     *reduce[T]
	any   bool
	v     T
	parts []partial[T]
}

func (r *reduce[T]) Open(*Worker, int) (Local, error) { return &reduceLocal[T]{r: r}, nil }

func (l *reduceLocal[T]) Pipe() Pipe {
	return Pipe{
		Push: func(rows []T) error {
			if !l.any && len(rows) > 0 {
				l.v, rows, l.any = rows[0], rows[1:], true
			}
			l.v = reduceKernel(l.v, rows, l.r.f)
			return nil
		},
		Mark: func(m Mark) error {
			if m.Kind == MorselEnd && l.any {
				l.parts = append(l.parts, partial[T]{m.Seq, l.v})
				l.any = false
			}
			return nil
		},
	}
}

func reduceKernel[T any](v T, rows []T, f func(T, T) T) T {
	for i := range rows {
		v = f(v, rows[i])
	}
	return v
}

func (l *reduceLocal[T]) Commit() error {
	l.r.mu.Lock()
	defer l.r.mu.Unlock()
	l.r.mu.parts = append(l.r.mu.parts, l.parts...)
	return nil
}

func (r *reduce[T]) Finish(*Run, int) (Then, error) {
	parts := r.mu.parts
	slices.SortFunc(parts, func(a, b partial[T]) int { return cmp.Compare(a.seq, b.seq) })
	var out []T
	for i, p := range parts {
		if i == 0 {
			out = append(out, p.v)
			continue
		}
		out[0] = r.f(out[0], p.v)
	}
	return Then{Out: &rowsOnce[T]{rows: out}}, nil
}

func (r *reduce[T]) Close() error { return nil }
