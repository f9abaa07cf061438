package exec

import (
	"time"

	"anabranch.dev/internal/plan"
)

// Progress is where a run stands.
type Progress struct {
	Elapsed    time.Duration
	Done       bool  // this is the last one
	Bytes      int64 // of input read so far
	TotalBytes int64 // of all input; -1 when not known
	Operators  []OperatorProgress
}

// OperatorProgress is where one operator stands.
type OperatorProgress struct {
	Op    string    // the verb
	Label string    // the user's label
	Site  plan.Site // where the user asked for it

	RowsIn  int64         // rows that entered it; of a source, rows that it gave out
	RowsOut int64         // rows that left it for another operator
	Busy    time.Duration // spent in it by all workers together, estimated from samples
}

// watchEvery is how often a watcher is told.
const watchEvery = 200 * time.Millisecond

// watch calls f until the function that it returns is called, which calls f a
// last time.
func (r *Run) watch(f func(Progress)) (stop func()) {
	if f == nil {
		return func() {}
	}
	end, ended := make(chan struct{}), make(chan struct{})
	tell := func(done bool) error {
		err := guarded(func() error { f(r.progress(done)); return nil })
		if err != nil {
			r.fail(&Error{Op: "watch", Err: err}, 0)
		}
		return err
	}
	go func() {
		defer close(ended)
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if tell(false) != nil {
					return
				}
			case <-end:
				_ = tell(true) // the run knows
				return
			}
		}
	}()
	return func() { close(end); <-ended }
}

func (r *Run) progress(done bool) Progress {
	t := &r.totals
	p := Progress{
		Elapsed: time.Since(r.started), Done: done,
		Bytes: t.bytes.Load(), TotalBytes: t.known,
		Operators: make([]OperatorProgress, len(t.ops)),
	}
	rest := t.spent.Load() - t.idle.Load()
	sources := 0
	for i, o := range t.ops {
		op := &p.Operators[i]
		op.Op, op.Label, op.Site = o.node.Op, o.node.Label, o.node.Site
		op.RowsIn = o.rows.Load()
		for _, c := range t.consumers[i] {
			op.RowsOut = max(op.RowsOut, t.ops[c].rows.Load())
		}
		if o.source {
			op.RowsIn = op.RowsOut
			sources++
		}
		if timed := o.timed.Load(); timed > 0 {
			op.Busy = time.Duration(float64(o.busy.Load()) * float64(op.RowsIn) / float64(timed))
			rest -= int64(op.Busy)
		}
	}
	for i, o := range t.ops { // what no other operator took, the sources did
		if o.source && rest > 0 {
			p.Operators[i].Busy = time.Duration(rest / int64(sources))
		}
	}
	return p
}
