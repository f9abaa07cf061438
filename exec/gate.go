package exec

// turned is one worker's part of an operator that observes the order of rows.
// Its work is in two halves: what must happen in input order, and what may
// then happen beside the other workers.
type turned[T any] interface {
	// inTurn is given the next rows in input order. Calls of all workers
	// together never overlap. It must not push.
	inTurn(rows []T) error
	// after pushes what the last inTurn or atEnd has decided on. The rows that
	// inTurn was given are still valid.
	after() error
	// atEnd is called in turn, after the last row of the input.
	atEnd() error
	// done reports that no further row is wanted.
	done() bool
}

// holdBytes is how much of a morsel a worker holds back while it waits for its
// turn. Beyond that it waits with the morsel half read.
const holdBytes = 1 << 20

// gate is the pipe in front of a turned. The worker whose turn it is streams;
// the others hold their rows until the end of their morsel, and then wait.
type gate[T any] struct {
	w     *Worker
	op    *opStat // whose gate it is: what is held runs when the worker is elsewhere
	turn  *Turn
	to    turned[T]
	held  []T
	sent  int64 // rows of the morsel that have gone through
	limit int
	mark  func(Mark) error
}

//go:noinline
func newGate[T any](w *Worker, t *Turn, to turned[T], down Pipe) Pipe {
	g := &gate[T]{w: w, op: w.op, turn: t, to: to, mark: down.Mark, limit: max(holdBytes/max(SizeOf[T](), 1), maxBatchRows)}
	return Pipe{
		Push: g.push,
		Mark: g.onMark,
		Done: func() bool { return to.done() || down.Done() },
	}
}

func (g *gate[T]) push(rows []T) error {
	if g.to.done() {
		return ErrStop
	}
	if !g.turn.Mine(g.w) {
		g.held = append(g.held, rows...)
		if len(g.held) < g.limit {
			return nil
		}
		if err := g.turn.Wait(g.w); err != nil {
			return err
		}
		return g.release()
	}
	if err := g.release(); err != nil {
		return err
	}
	return g.stream(rows)
}

// release streams what is held; it is the worker's turn.
func (g *gate[T]) release() error {
	rows := g.held
	g.held = g.held[:0]
	return g.stream(rows)
}

func (g *gate[T]) stream(rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	from := g.enter()
	if err := g.to.inTurn(rows); err != nil {
		return err
	}
	g.sent += int64(len(rows))
	if err := g.to.after(); err != nil {
		return err
	}
	g.leave(from)
	if g.to.done() {
		return ErrStop
	}
	return nil
}

func (g *gate[T]) onMark(m Mark) error {
	if g.to.done() {
		clear(g.held)
		g.held = g.held[:0]
	}
	from := g.enter()
	switch m.Kind {
	case MorselEnd:
		if err := g.morselEnd(); err != nil && err != ErrStop {
			return err
		}
		g.sent = 0
	case End:
		if err := g.turn.Wait(g.w); err != nil {
			return err
		}
		if err := g.release(); err != nil && err != ErrStop { // rows that came with the end
			return err
		}
		if err := g.to.atEnd(); err != nil {
			return err
		}
		if err := g.to.after(); err != nil && err != ErrStop {
			return err
		}
	}
	g.leave(from)
	return g.mark(m)
}

// place is where a worker was when it entered a gate.
type place struct {
	op         *opStat
	batchStart int64 // of the gate's operator
}

// enter makes the gate's operator the one that the worker is in, at the row
// that comes next, until leave: an error leaves it so, to be named.
func (g *gate[T]) enter() place {
	from := place{g.w.op, g.op.batchStart}
	g.w.op, g.op.batchStart = g.op, g.sent
	return from
}

func (g *gate[T]) leave(to place) { g.w.op, g.op.batchStart = to.op, to.batchStart }

// morselEnd does the serial half of what is held, lets the next worker have
// its turn, and only then does the rest.
func (g *gate[T]) morselEnd() error {
	rows := g.held
	g.held = g.held[:0]
	if len(rows) == 0 && !g.turn.Mine(g.w) {
		g.turn.Pass(g.w.seq) // nothing to do in turn: do not wait for it
		return nil
	}
	if err := g.turn.Wait(g.w); err != nil {
		return err
	}
	if len(rows) == 0 {
		g.turn.Pass(g.w.seq)
		return nil
	}
	err := g.to.inTurn(rows)
	if err != nil && err != ErrStop {
		return err // nobody comes after a failure
	}
	g.turn.Pass(g.w.seq)
	if err != nil {
		return err
	}
	return g.to.after()
}

// pushAll pushes rows in batches.
func pushAll[T any](push func([]T) error, rows []T) error {
	for len(rows) > 0 {
		n := min(len(rows), maxBatchRows)
		if err := push(rows[:n:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
