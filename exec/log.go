package exec

import (
	"log/slog"
	"time"

	"anabranch.dev/internal/human"
)

// Logger returns a watch that writes the events of a run to l: its start, pipelines that
// begin and end (at level debug), the first time that an operator writes to disk, tasks
// that are slow, and its end.
func Logger(l *slog.Logger) func(fail func(error)) (Watch, error) {
	return func(func(error)) (Watch, error) {
		l.Info("run started")
		return &logging{to: l, spilled: map[int]bool{}, slow: map[Task]bool{}, began: time.Now()}, nil
	}
}

type logging struct {
	to      *slog.Logger
	began   time.Time
	last    Progress
	spilled map[int]bool  // operators
	slow    map[Task]bool // without the time
}

// A task is slow when a worker has had it for so long, and for so many times as long as
// tasks before it took.
const (
	slowTask  = 10 * time.Second
	slowTimes = 10
)

func (g *logging) Tell(p Progress) {
	for i := range p.Pipelines {
		was := Waiting
		if i < len(g.last.Pipelines) && g.last.Plan == p.Plan {
			was = g.last.Pipelines[i].State
		}
		if s := p.Pipelines[i].State; s != was {
			g.to.Debug("pipeline "+string(s), "pipeline", p.Plan.Name(i), "rows", p.Pipelines[i].Rows, "at", p.Elapsed)
		}
	}
	for i := range p.Operators {
		if s := p.Operators[i].Spill; s.Runs > 0 && !g.spilled[i] {
			g.spilled[i] = true
			g.to.Info("spill", "operator", p.operator(i), "held", p.Operators[i].MemoryPeak, "memory", p.Memory, "budget", p.Budget)
		}
	}
	for _, t := range p.Tasks {
		o, d := &p.Operators[t.Operator], t.For
		t.For = 0
		if d < slowTask || g.slow[t] || o.Parts > 0 && d < slowTimes*o.mean {
			continue
		}
		g.slow[t] = true
		g.to.Warn("slow task", "operator", p.operator(t.Operator), "input", t.Input, "worker", t.Worker, "for", d, "usually", o.mean)
	}
	g.last = p
}

// operator names an operator as errors do.
func (p *Progress) operator(i int) string { return p.Plan.Operators[i].String() }

func (g *logging) End(err error) {
	took := time.Since(g.began)
	if err != nil {
		g.to.Error("run failed", "error", err, "elapsed", took)
		return
	}
	p := &g.last
	g.to.Info("run finished", "elapsed", took, "workers", p.Workers, "bytes", p.Bytes, "rate", human.Rate(p.Bytes, took),
		"budget", p.Budget, "memory_peak", p.MemoryPeak, "disk_peak", p.DiskPeak)
}
