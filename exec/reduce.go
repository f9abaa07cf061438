package exec

import "sync"

// Reduce is the body of a breaker that puts all rows together with f, two
// neighbours at a time, and gives out what is left: nothing when there was
// nothing. f must be associative; the order of its arguments is that of the
// input.
//
//go:noinline
func Reduce[T any](f func(T, T) T) Body {
	return func(*Run) (any, error) {
		return &reducing{
			push: func(l *reduceLocal) any { return reducePush(l, f) },
			result: func(parts []partial) Source {
				var out []T
				for i, p := range parts {
					if i == 0 {
						out = append(out, *p.v.(*T))
						continue
					}
					out[0] = f(out[0], *p.v.(*T))
				}
				return once(out)
			},
		}, nil
	}
}

// reducing is all of a Reduce that does not depend on the type of its rows.
type reducing struct {
	push   func(l *reduceLocal) any // a func([]T) error
	result func(parts []partial) Source
	mu     struct {
		sync.Mutex
		parts []partial
	}
}

// partial is what one morsel came to: a pointer to a row.
type partial struct {
	seq uint64
	v   any
}

func (p *partial) number() uint64 { return p.seq }

type reduceLocal struct {
	r     *reducing
	v     any // of the morsel; nil: no rows yet
	parts []partial
}

func (r *reducing) Open(*Worker, int) (Local, error) { return &reduceLocal{r: r}, nil }

func (l *reduceLocal) Pipe() Pipe {
	return Pipe{Push: l.r.push(l), Reads: true, Mark: func(m Mark) error {
		if m.Kind == MorselEnd && l.v != nil {
			l.parts = append(l.parts, partial{m.Seq, l.v})
			l.v = nil
		}
		return nil
	}}
}

func reducePush[T any](l *reduceLocal, f func(T, T) T) func(rows []T) error {
	var v *T
	return func(rows []T) error {
		if l.v == nil && len(rows) > 0 {
			v = new(T)
			*v, rows = rows[0], rows[1:]
			l.v = v
		}
		if len(rows) > 0 {
			*v = reduceKernel(*v, rows, f)
		}
		return nil
	}
}

func reduceKernel[T any](v T, rows []T, f func(T, T) T) T {
	for i := range rows {
		v = f(v, rows[i])
	}
	return v
}

func (l *reduceLocal) Commit() error {
	l.r.mu.Lock()
	defer l.r.mu.Unlock()
	l.r.mu.parts = append(l.r.mu.parts, l.parts...)
	return nil
}

func (r *reducing) Finish(*Run, int) (Then, error) {
	return Then{Out: r.result(inOrder(r.mu.parts, (*partial).number))}, nil
}

func (r *reducing) Close() error { return nil }
