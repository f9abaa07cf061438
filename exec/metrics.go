package exec

import (
	"sync/atomic"
	"time"

	"anabranch.dev/internal/plan"
)

// opStat is what one worker has counted of one operator. Only the worker
// touches it; what others may see is published after each morsel.
type opStat struct {
	node  *plan.Node
	index int // of the operator in the run's totals

	counts     opCounts
	published  opCounts
	batchStart int64  // rows of the morsel before the current batch
	morsel     uint64 // which batchStart is about
}

// opCounts is what is counted.
type opCounts struct {
	rows  int64 // that entered
	busy  int64 // nanoseconds, in timed batches
	timed int64 // rows in timed batches
}

// stat returns the worker's counters for a node, made on first use.
func (w *Worker) stat(n *plan.Node) *opStat {
	for _, s := range w.stats {
		if s.node == n {
			return s
		}
	}
	index, ok := w.run.index[n]
	if !ok { // a buffer that turned out to be needed
		index = -1
	}
	s := &opStat{node: n, index: index, morsel: ^uint64(0)}
	w.stats = append(w.stats, s)
	return s
}

// timeEvery is how many source batches pass between two that are timed. Two
// readings of the clock per operator and batch cost about as much as a cheap
// operator spends on it; one batch in thirty-two makes that invisible.
const timeEvery = 32

// entry is the pipe in front of a chain, for the batches that a source pushes.
// It fails when the run is over, and decides whether a batch is timed.
//
//go:noinline
func entry[T any](w *Worker, down Pipe) Pipe {
	push := pushOf[T](down)
	return down.through(func(rows []T) error {
		if w.run.aborted.Load() {
			return errAborted
		}
		w.tick++
		w.timed = w.run.instrument && w.tick%timeEvery == 1
		return push(rows)
	})
}

// meter counts what enters a stage, and times it when the batch is timed.
//
//go:noinline
func meter[T any](w *Worker, s *opStat, down Pipe) Pipe {
	push := pushOf[T](down)
	return down.through(func(rows []T) error {
		caller := w.op
		w.op = s
		if s.morsel != w.seq {
			s.morsel, s.batchStart = w.seq, 0
		}
		n := int64(len(rows))
		s.counts.rows += n
		var err error
		if w.timed {
			err = timedPush(w, s, push, rows)
		} else {
			err = push(rows)
		}
		if err != nil && err != ErrStop {
			return err // w.op stays where it failed
		}
		s.batchStart += n
		w.op = caller
		return err
	})
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

// totals is what all workers have published.
type totals struct {
	ops       []*opTotal
	consumers [][]int // of each operator: those that its rows enter
	spent     atomic.Int64
	idle      atomic.Int64
	bytes     atomic.Int64 // of sources, read so far
	known     int64        // bytes of all sources; -1 when one does not know
}

type opTotal struct {
	node              *plan.Node
	source            bool
	rows, busy, timed atomic.Int64
}

// init makes the counters of a run's operators, in the order of the plan.
func (t *totals) init(r *Run, g *graph) {
	r.index = map[*plan.Node]int{}
	for _, v := range g.vertices {
		if v.drains() {
			continue
		}
		if _, ok := r.index[v.node]; ok {
			continue
		}
		r.index[v.node] = len(t.ops)
		src, isSource := v.stage.(Source)
		t.ops = append(t.ops, &opTotal{node: v.node, source: isSource})
		if isSource && t.known >= 0 {
			if _, n := src.Size(); n >= 0 {
				t.known += n
			} else {
				t.known = -1
			}
		}
	}
	t.consumers = make([][]int, len(t.ops))
	for _, v := range g.vertices {
		for _, e := range v.outs {
			if i, j := r.index[v.node], r.index[e.to.node]; i != j {
				t.consumers[i] = append(t.consumers[i], j)
			}
		}
	}
}

// publish adds what a worker has counted since it last did.
func (t *totals) publish(w *Worker, m Morsel) {
	for _, s := range w.stats {
		if s.index < 0 {
			continue
		}
		o := t.ops[s.index]
		o.rows.Add(s.counts.rows - s.published.rows)
		o.busy.Add(s.counts.busy - s.published.busy)
		o.timed.Add(s.counts.timed - s.published.timed)
		s.published = s.counts
	}
	t.bytes.Add(m.Bytes)
	t.spent.Add(w.spent)
	t.idle.Add(w.idle)
	w.spent, w.idle = 0, 0
}
