package exec

import (
	"context"
	"runtime/pprof"
	"runtime/trace"

	"anabranch.dev/internal/plan"
)

// Go's own tools are told where a worker is: profiles of the processor by the label
// "operator" of goroutines, and execution traces by a task for each run and regions in
// it. Labels that the caller has set with pprof.Do stay.

// labelsOf are the labels of a goroutine that is in an operator; nil: none are set.
func (w *Worker) labelsOf(n *plan.Node) context.Context {
	if !w.run.instrument {
		return nil
	}
	l := pprof.Labels("operator", n.String())
	if w.pipe != nil {
		l = pprof.Labels("operator", n.String(), "pipeline", w.pipe.name)
	}
	return pprof.WithLabels(w.run.ctx, l)
}

// label labels the goroutine with the operator that it is in.
func (w *Worker) label(s *opStat) {
	if s != nil && s.labels != nil {
		pprof.SetGoroutineLabels(s.labels)
	}
}

// unlabel gives the goroutine the labels of the caller of the run.
func (w *Worker) unlabel() { pprof.SetGoroutineLabels(w.run.ctx) }

// region begins a region of the execution trace, if one is being made, and returns what
// ends it, in the same goroutine. It is named after what is done, and of which operator.
func (w *Worker) region(what string, of *plan.Node) (end func()) {
	if !trace.IsEnabled() {
		return nothing
	}
	if of != nil {
		what += " " + of.String()
	}
	return trace.StartRegion(w.run.ctx, what).End
}

func nothing() {}
