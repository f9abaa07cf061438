package exec

import (
	"slices"
	"time"

	"anabranch.dev/spill"
)

// progress is where the run stands now.
func (r *Run) progress() Progress {
	t := &r.totals
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.plan == nil {
		return Progress{}
	}
	now := time.Duration(r.since())
	p := Progress{
		Plan: t.plan, Started: r.started, Elapsed: now, Workers: r.workers,
		Memory: r.memory.used.Load(), MemoryPeak: r.memory.Peak(), Budget: r.memory.limit,
		Disk: r.space.Used(), DiskPeak: r.space.Peak(), DiskLimit: r.space.Limit(),
		Pipelines: make([]PipelineProgress, len(t.pipes)),
		Operators: make([]OperatorProgress, len(t.ops)),
	}
	for i, o := range t.ops {
		p.Operators[i] = o.progress()
	}
	for i := range p.Plan.Operators {
		o := &p.Plan.Operators[i]
		for j, in := range o.Inputs {
			from := &p.Operators[in]
			if t.ops[in].out.rows.Load() == 0 {
				from.RowsOut = max(from.RowsOut, t.ops[i].ins[j].rows.Load())
			}
		}
	}
	p.Tasks = t.tasks(r.current.Load())
	for i, pipe := range t.pipes {
		p.Pipelines[i] = pipe.progress(now, r.workers)
		p.Bytes += p.Pipelines[i].Bytes
		if all := p.Pipelines[i].TotalBytes; all >= 0 && p.TotalBytes >= 0 {
			p.TotalBytes += all
		} else if p.reads(i) {
			p.TotalBytes = -1
		}
	}
	p.estimate()
	return p
}

// tasks lists what the workers of a pipeline have. The mutex is held.
func (t *totals) tasks(p *pipeline) []Task {
	list := []Task{}
	if p == nil {
		return list
	}
	for i := range p.tasks {
		at, origin := &p.tasks[i], (*operator)(nil)
		at.Lock()
		task := Task{Worker: i}
		if at.leg != nil {
			origin, task.Input, task.For = at.leg.origin.op, describe(at.leg.src, at.morsel), time.Since(at.began)
		}
		at.Unlock()
		if task.Operator = slices.Index(t.ops, origin); task.Operator >= 0 {
			list = append(list, task)
		}
	}
	return list
}

// reads reports whether a pipeline reads input, and not only what others have left.
func (p *Progress) reads(pipe int) bool {
	return slices.ContainsFunc(p.Plan.Pipelines[pipe].Origins, func(i int) bool { return p.Plan.Operators[i].Role == RoleSource })
}

// progress is where an operator stands, but for rows that leave it for others.
func (o *operator) progress() OperatorProgress {
	p := OperatorProgress{
		Op: o.node.Op, Label: o.node.Label, Site: o.node.Site,
		Bytes: o.bytes.Load(), Blocked: time.Duration(o.blocked.Load()),
		Memory: o.memory.held.Load(), MemoryPeak: o.memory.peak.Load(),
		Slowest: time.Duration(o.slowest.Load()),
	}
	busy := o.busy.Load()
	for i := range o.ins {
		p.RowsIn += o.ins[i].rows.Load()
		busy += o.ins[i].estimate()
	}
	p.RowsOut = o.out.rows.Load()
	if len(o.node.Inputs) == 0 && p.RowsIn == 0 {
		p.RowsIn = p.RowsOut
	}
	if spent := o.spent.Load(); spent > 0 && o.out.timed.Load() > 0 { // less what is below
		busy += max(spent-o.out.estimate(), 0)
	}
	p.Busy = time.Duration(busy)
	if p.Parts, p.Skew = o.parts.skew(); p.Parts > 0 {
		p.mean = time.Duration(o.spent.Load() / p.Parts)
	}
	if k, ok := o.stage.(keeper); ok {
		p.Spill = spillOf(k.spilled())
	}
	if l, ok := o.stage.(laborious); ok {
		p.effort = l.effort()
	}
	if w, ok := o.stage.(interface{ wrote() int64 }); ok {
		p.Bytes = w.wrote()
	}
	return p
}

func spillOf(s spill.Stats) Spill {
	return Spill{Runs: s.Runs, Bytes: s.RunBytes, Disk: s.DiskBytes, Passes: s.Passes, FanIn: s.FanIn}
}

// estimate is how long all rows of a flow took, by those that were timed.
func (f *flow) estimate() int64 {
	timed := f.timed.Load()
	if timed == 0 {
		return 0
	}
	return int64(float64(f.busy.Load()) * float64(f.rows.Load()) / float64(timed))
}

// progress is where a pipeline stands, but for estimates.
func (t *pipeTotal) progress(now time.Duration, workers int) PipelineProgress {
	p := PipelineProgress{
		State: Waiting, Share: -1, Left: -1,
		Rows: t.rows.Load(), TotalRows: t.all.rows, Bytes: t.bytes.Load(), TotalBytes: t.all.bytes,
		parts: t.parts.Load(), totalParts: t.all.parts,
	}
	p.Began, p.Ended = time.Duration(t.began.Load()), time.Duration(t.ended.Load())
	switch {
	case p.Began == 0:
		return p
	case p.Ended > 0:
		p.State = Done
	case t.finishing.Load():
		p.State = Finishing
	default:
		p.State = Running
	}
	if p.State != Done {
		p.Ended = max(now, p.Began)
	}
	blocked := t.blocked.Load()
	p.Busy = time.Duration(max(t.spent.Load()-blocked, 0))
	p.Blocked = time.Duration(blocked + t.waited.Load())
	p.Idle = max(time.Duration(workers)*(p.Ended-p.Began)-p.Busy-p.Blocked, 0)
	return p
}
