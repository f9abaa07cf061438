package exec

// Chunk is the body of a step that makes one row of each n in a row, and one of
// those that are left at the end. f may keep neither the slice nor its memory.
func Chunk[T, U any](n int, f func(rows []T) U) Body {
	return func(r *Run) (any, error) {
		return &chunk[T, U]{n: n, f: f, turn: NewTurn(r)}, nil
	}
}

type chunk[T, U any] struct {
	n     int
	f     func([]T) U
	turn  *Turn
	carry []T // rows of the chunk that is not full yet; in turn
}

func (c *chunk[T, U]) order() *Turn { return c.turn }

func (c *chunk[T, U]) Fuse(w *Worker, down Pipe) (Pipe, error) {
	l := &chunkLocal[T, U]{c: c, push: pushOf[U](down)}
	return newGate[T](w, c.turn, l, down), nil
}

// chunkLocal is given a chunk that began in an earlier morsel, if this one ends
// it, and then whole chunks.
type chunkLocal[T, U any] struct {
	c     *chunk[T, U]
	push  func([]U) error
	first []T // a whole chunk that straddles morsels, or empty
	rows  []T // whole chunks
	buf   []U
}

func (l *chunkLocal[T, U]) inTurn(rows []T) error {
	c := l.c
	l.first, l.rows = l.first[:0], nil
	if len(c.carry) > 0 {
		k := min(c.n-len(c.carry), len(rows))
		c.carry = append(c.carry, rows[:k]...)
		rows = rows[k:]
		if len(c.carry) < c.n {
			return nil
		}
		l.first = append(l.first, c.carry...)
		c.carry = c.carry[:0]
	}
	whole := len(rows) - len(rows)%c.n
	l.rows = rows[:whole]
	c.carry = append(c.carry, rows[whole:]...)
	return nil
}

func (l *chunkLocal[T, U]) after() error {
	l.buf = l.buf[:0]
	if len(l.first) > 0 {
		l.buf = append(l.buf, l.c.f(l.first))
		l.first = l.first[:0]
	}
	for rows := l.rows; len(rows) > 0; {
		k := min(l.c.n, len(rows))
		l.buf = append(l.buf, l.c.f(rows[:k:k]))
		rows = rows[k:]
		if len(l.buf) < maxBatchRows {
			continue
		}
		if err := l.push(l.buf); err != nil {
			return err
		}
		l.buf = l.buf[:0]
	}
	l.rows = nil
	if len(l.buf) == 0 {
		return nil
	}
	return l.push(l.buf)
}

func (l *chunkLocal[T, U]) atEnd() error {
	l.first = append(l.first[:0], l.c.carry...)
	l.c.carry = nil
	return nil
}

func (l *chunkLocal[T, U]) done() bool { return false }
