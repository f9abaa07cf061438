package exec

// Compact is the body of a step that leaves rows out that are equal to the one
// before.
//
//go:noinline
func Compact[T any](equal func(a, b T) bool) Body {
	return func(r *Run) (any, error) {
		return &compact[T]{equal: equal, turn: NewTurn(r)}, nil
	}
}

type compact[T any] struct {
	equal func(a, b T) bool
	turn  *Turn
	any   bool // there was a row; in turn
	last  T    // the last row of those before; in turn
}

func (c *compact[T]) order() *Turn { return c.turn }

// Fuse compacts each morsel by itself, beside the other workers. In turn only its
// first row is to be held against the last one of the morsel before.
func (c *compact[T]) Fuse(w *Worker, down Pipe) (Pipe, error) {
	l := &compactLocal[T]{c: c, push: pushOf[T](down)}
	gate := newGate[T](w, c.turn, l, down)
	pushGate := pushOf[T](gate)
	var last T // row of the morsel
	begun := false
	return Pipe{
		Push: func(rows []T) error {
			if !begun && len(rows) > 0 {
				begun, last = true, rows[0]
				if err := pushGate(rows[:1:1]); err != nil {
					return err
				}
				rows = rows[1:]
			}
			if rows, last = compactKernel(rows, last, c.equal); len(rows) == 0 {
				return nil
			}
			return pushGate(rows)
		},
		Mark: func(m Mark) error {
			begun = false
			return gate.Mark(m)
		},
		Done: gate.Done,
	}, nil
}

// compactKernel works in place, and returns what is left and the last of it.
func compactKernel[T any](rows []T, last T, equal func(a, b T) bool) ([]T, T) {
	n := 0
	for i := range rows {
		if v := rows[i]; !equal(last, v) {
			rows[n], last = v, v
			n++
		}
	}
	return rows[:n], last
}

type compactLocal[T any] struct {
	c    *compact[T]
	push func([]T) error
	rows []T
}

func (l *compactLocal[T]) inTurn(rows []T) error {
	c := l.c
	if c.any && c.equal(c.last, rows[0]) {
		rows = rows[1:]
	}
	if l.rows = rows; len(rows) > 0 {
		c.any, c.last = true, rows[len(rows)-1]
	}
	return nil
}

func (l *compactLocal[T]) after() error {
	rows := l.rows
	l.rows = nil
	return pushAll(l.push, rows)
}

func (l *compactLocal[T]) atEnd() error { return nil }
func (l *compactLocal[T]) done() bool   { return false }
