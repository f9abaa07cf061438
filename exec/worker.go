package exec

import (
	"anabranch.dev/internal/plan"
	"anabranch.dev/internal/stamp"
)

// A Worker is one goroutine's view of a run: which morsel it reads, in which
// operator it is, and what it has counted. Only that goroutine touches it,
// except for what is published for progress.
type Worker struct {
	ID int

	run     *Run
	seq     uint64 // the morsel whose rows are being pushed
	part    Morsel
	src     Source // whose morsel that is
	op      *opStat
	child   int64 // nanoseconds spent in stages below, while timed
	blocked int64 // nanoseconds spent waiting, not published yet
	spent   int64 // nanoseconds spent on morsels, likewise
	rows    int64 // that began with this worker, likewise
	timed   bool  // this batch is timed
	timing  timing
	stats   []*opStat
	pipe    *pipeTotal     // of the pipeline that it works in
	scratch any            // a buffer of the source that is read
	cut     *Worker        // what follows the cut that is being fused
	ends    []func() error // run when the worker has pushed its last mark
}

// Seq is the number of the morsel whose rows are being pushed.
func (w *Worker) Seq() uint64 { return w.seq }

// Run is the run that the worker works for.
func (w *Worker) Run() *Run { return w.run }

// Stamp is the place of row number row of the current morsel.
func (w *Worker) Stamp(row uint64) stamp.Stamp {
	return stamp.Stamp{Morsel: w.run.piece.place(w.seq), Row: row}
}

// AtEnd asks for f to be run when the worker has pushed its last mark, or has
// given up.
func (w *Worker) AtEnd(f func() error) { w.ends = append(w.ends, f) }

// below makes a worker that runs in a goroutine of its own for what follows a
// cut.
func (w *Worker) below() *Worker { return &Worker{ID: w.ID, run: w.run, pipe: w.pipe} }

// Fail says that the current operator failed with err: its function, on row i
// of the batch that it was last given, or with i -1 the operator as such.
func (w *Worker) Fail(i int, err error) error {
	if err == nil || err == ErrStop || err == errAborted {
		return err
	}
	if _, named := err.(*Error); named && i < 0 {
		return err
	}
	row := int64(0)
	if i >= 0 && w.op != nil {
		row = w.op.batchStart + int64(i) + 1
	}
	return w.failRow(row, err)
}

// failRow says that the current operator failed with err on a row of the
// morsel, counted from 1; 0 is not known.
func (w *Worker) failRow(row int64, err error) error {
	n := w.node()
	e := &Error{Op: n.Op, Label: n.Label, Site: n.Site, Input: w.input(), Err: err}
	if e.Input != "" { // a row of what would say nothing
		e.Row = row
	}
	return e
}

func (w *Worker) node() *plan.Node {
	if w.op == nil {
		return &plan.Node{Op: "run"}
	}
	return w.op.node
}

// input describes the morsel that is being read.
func (w *Worker) input() string {
	return describe(w.src, w.part)
}

func describe(s Source, m Morsel) string {
	if d, ok := s.(interface{ Describe(Morsel) string }); ok {
		return d.Describe(m)
	}
	return ""
}

// guard runs f and makes an error of a panic in it, naming the operator that
// the worker was in. A goroutine that f ends takes the run with it.
func (w *Worker) guard(f func() error) (err error) {
	returned := false
	defer func() {
		if v := recover(); v != nil {
			err = w.Fail(-1, panicError(v))
		} else if !returned {
			w.run.fail(w.Fail(-1, errGoexit), w.seq)
		}
	}()
	err = f()
	returned = true
	return err
}
