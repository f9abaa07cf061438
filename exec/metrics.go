package exec

import (
	"context"
	"sync/atomic"
	"time"

	"anabranch.dev/internal/plan"
)

// operator is what is known of one operator of a run: what workers have published of
// it, and what it holds.
type operator struct {
	node   *plan.Node
	memory account
	ins    []flow // what entered it, by input
	out    flow   // what left it, where it is an origin or leads nowhere

	busy    atomic.Int64 // nanoseconds that were measured, and not estimated from samples
	blocked atomic.Int64 // nanoseconds
	spent   atomic.Int64 // nanoseconds of reading its morsels, with what is below, of an origin
	bytes   atomic.Int64 // of input that it has read
	parts   partSizes
	slowest atomic.Int64 // nanoseconds that a worker had one of its morsels

	stage any // as it is now; guarded by the mutex of totals
}

// flow is the rows that pass a point.
type flow struct{ rows, busy, timed atomic.Int64 }

// outFlow stands for an operator's output where inputs have numbers.
const outFlow = -1

func newOperator(n *plan.Node) *operator {
	return &operator{node: n, ins: make([]flow, max(len(n.Inputs), 1))}
}

func (o *operator) flow(input int) *flow {
	if input == outFlow {
		return &o.out
	}
	return &o.ins[input]
}

// opStat is what one worker has counted of a flow. Only the worker touches it; what
// others may see is published after each morsel.
type opStat struct {
	node   *plan.Node
	op     *operator // nil: nobody looks at what is counted
	input  int       // of the operator; or outFlow
	labels context.Context
	last   bool // pushing a batch is the last that its stage does with one

	counts     opCounts
	batchStart int64  // rows of the morsel before the current batch
	morsel     uint64 // which batchStart is about
}

// opCounts is what is counted until it is published.
type opCounts struct {
	rows    int64 // that passed
	busy    int64 // nanoseconds, in timed batches
	timed   int64 // rows in timed batches
	exact   int64 // nanoseconds that were measured besides
	spent   int64 // nanoseconds of reading morsels, with what is below, of an origin
	blocked int64 // nanoseconds
}

// stat returns the worker's counters of a flow, made on first use.
func (w *Worker) stat(op *operator, input int) *opStat {
	for _, s := range w.stats {
		if s.op == op && s.input == input {
			return s
		}
	}
	s := &opStat{node: op.node, op: op, input: input, morsel: ^uint64(0), labels: w.labelsOf(op.node)}
	w.stats = append(w.stats, s)
	return s
}

// Some batches are timed, of those that a source pushes: so many that reading the clock
// twice for each operator takes about a four-hundredth of the time, and one in thirty-two
// at least. Slow operators do much of their work once in a while, as when a table grows:
// their batches take so long that all are timed.
const (
	timeEvery = 32
	clockTime = 2 * 50 * time.Nanosecond
	clockPart = 400
)

// timing says which batches of a worker are timed.
type timing struct {
	left   int           // batches until the next one
	took   time.Duration // of all that were timed
	counts int           // of these
}

// next reports whether the batch that comes is timed.
func (t *timing) next() bool {
	t.left--
	return t.left < 0
}

// timed notes how long a batch took that so many operators had.
func (t *timing) timed(took time.Duration, operators int) {
	t.took += took
	t.counts++
	mean := max(t.took/time.Duration(t.counts), 1)
	t.left = min(int(clockPart*clockTime*time.Duration(operators)/mean), timeEvery-1)
}

// entry is the pipe in front of a chain, for the batches that an origin pushes.
// It fails when the run is over, and decides whether a batch is timed.
//
//go:noinline
func entry[T any](w *Worker, s *opStat, down Pipe) Pipe {
	push := pushOf[T](down)
	return down.through(func(rows []T) error {
		if w.run.aborted.Load() {
			return errAborted
		}
		s.counts.rows += int64(len(rows))
		w.rows += int64(len(rows))
		if w.timed = w.run.instrument && w.timing.next(); !w.timed {
			return push(rows)
		}
		t := w.begin()
		err := push(rows)
		w.pushed(s, t, len(rows))
		return err
	})
}

// begun is when something that is timed began.
type begun struct {
	at      time.Time
	blocked int64 // what the worker had waited before
}

func (w *Worker) begin() begun { return begun{time.Now(), w.blocked} }

// pushed ends the push of a batch that an origin has timed.
func (w *Worker) pushed(s *opStat, from begun, rows int) {
	took := time.Since(from.at) - time.Duration(w.blocked-from.blocked)
	s.counts.busy += int64(took)
	s.counts.timed += int64(rows)
	w.timing.timed(took, len(w.stats))
}

// meter counts what enters a stage, and times it when the batch is timed.
//
//go:noinline
func meter[T any](w *Worker, s *opStat, down Pipe) Pipe {
	push := pushOf[T](down)
	down.Mark = meteredMark(w, s, down.Mark)
	return down.through(func(rows []T) error {
		caller := w.enter(s, len(rows))
		var err error
		if w.timed {
			err = timedPush(w, s, push, rows)
		} else {
			err = push(rows)
		}
		if err != nil && err != ErrStop {
			return err // w.op stays where it failed
		}
		s.batchStart += int64(len(rows))
		w.leave(caller)
		return err
	})
}

// enter makes an operator the one that the worker is in, with so many rows.
func (w *Worker) enter(s *opStat, rows int) (caller *opStat) {
	caller = w.op
	w.op = s
	w.label(s)
	if s.morsel != w.seq {
		s.morsel, s.batchStart = w.seq, 0
	}
	s.counts.rows += int64(rows)
	return caller
}

// leave makes the one that has pushed a batch the one that the worker is in again.
func (w *Worker) leave(to *opStat) {
	w.op = to
	if to != nil && !to.last {
		w.label(to)
	}
}

// timedPush adds the time that a stage takes for itself: what the stages below
// it take is theirs.
func timedPush[T any](w *Worker, s *opStat, push func([]T) error, rows []T) error {
	above := w.child
	w.child = 0
	s.counts.timed += int64(len(rows))
	start := time.Now()
	err := push(rows)
	took := int64(time.Since(start))
	s.counts.busy += took - w.child
	w.child = above + took
	return err
}

// meteredMark times what a stage does with a mark, to which it gives out what it holds.
// All batches that are pushed meanwhile are timed.
func meteredMark(w *Worker, s *opStat, mark func(Mark) error) func(Mark) error {
	return func(m Mark) error {
		caller := w.op
		w.op = s
		w.label(s)
		err := w.exactly(s, func() error { return mark(m) })
		if err == nil || err == ErrStop {
			w.leave(caller)
		}
		return err
	}
}

// exactly adds the time that f takes, without what stages below it take, to what an
// operator was busy.
func (w *Worker) exactly(s *opStat, f func() error) error {
	if !w.run.instrument {
		return f()
	}
	timed, above := w.timed, w.child
	w.timed, w.child = true, 0
	start := time.Now()
	err := f()
	took := int64(time.Since(start))
	s.counts.exact += took - w.child
	w.timed, w.child = timed, above+took
	return err
}

// waited notes that the worker has waited in the operator that it is in.
func (w *Worker) waited(d time.Duration) {
	w.blocked += int64(d)
	w.child += int64(d) // waiting is not being busy
	if w.op != nil {
		w.op.counts.blocked += int64(d)
	}
}

// publish adds what a worker has counted since it last did to the totals.
func (w *Worker) publish() {
	for _, s := range w.stats {
		if s.counts == (opCounts{}) {
			continue
		}
		f := s.op.flow(s.input)
		f.rows.Add(s.counts.rows)
		f.busy.Add(s.counts.busy)
		f.timed.Add(s.counts.timed)
		s.op.busy.Add(s.counts.exact)
		s.op.spent.Add(s.counts.spent)
		s.op.blocked.Add(s.counts.blocked)
		s.counts = opCounts{}
	}
	if p := w.pipe; p != nil {
		p.rows.Add(w.rows)
		p.spent.Add(w.spent)
		p.blocked.Add(w.blocked)
	}
	w.rows, w.spent, w.blocked = 0, 0, 0
}
