package exec

import (
	"slices"
	"time"
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
	tallies := make([]Tally, len(t.ops))
	for i, o := range t.ops {
		tallies[i] = o.tally()
		if r.overview != nil {
			tallies[i] = r.overview.tally(o)
		}
		p.Operators[i] = o.progress(tallies[i])
	}
	for i := range p.Plan.Operators {
		o := &p.Plan.Operators[i]
		for j, in := range o.Inputs {
			if tallies[in].Out == 0 {
				from := &p.Operators[in]
				from.RowsOut = max(from.RowsOut, tallies[i].In[j])
			}
		}
	}
	p.Tasks = t.tasks(r.current.Load())
	if r.overview != nil {
		p.Tasks = append(p.Tasks, r.overview.tasksNow(t.ops)...)
		p.Peers = r.overview.peers()
		p.Workers = 0
		for _, peer := range p.Peers {
			p.Workers += peer.Slots
		}
	}
	for i, pipe := range t.pipes {
		p.Pipelines[i] = pipe.progress(now, p.Workers)
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
