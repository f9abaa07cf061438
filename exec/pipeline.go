package exec

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"anabranch.dev/internal/plan"
)

// A pipeline is one pass over the origins of a region, one after the other,
// by all workers.
type pipeline struct {
	run   *Run
	legs  []*leg
	reg   *region
	total *pipeTotal
	tasks []taskNow // by worker

	mu struct {
		sync.Mutex
		leg int    // whose morsels are given out
		seq uint64 // the number of the next one
	}
}

// taskNow is the morsel that a worker has, for who wants to know.
type taskNow struct {
	sync.Mutex
	leg    *leg // nil: it has none
	morsel Morsel
	began  time.Time
}

func (t *taskNow) set(l *leg, m Morsel, began time.Time) {
	t.Lock()
	defer t.Unlock()
	t.leg, t.morsel, t.began = l, m, began
}

// A leg is the part of a pipeline that reads one origin.
type leg struct {
	origin *vertex
	src    Source
	skip   []*Turn // of operators that do not see this leg's morsels

	ctx    context.Context // ends when nobody wants more of the leg's rows
	cancel context.CancelFunc
	done   atomic.Bool                 // nobody does
	below  atomic.Pointer[func() bool] // a chain's Done, once one is fused
}

// check ends the leg, and a wait for its input, when nobody wants more rows.
func (l *leg) check() {
	if done := l.below.Load(); done != nil && (*done)() {
		l.done.Store(true)
		l.cancel()
	}
}

// checkDone ends the legs of the pipeline that runs now whose rows nobody wants
// any more.
func (r *Run) checkDone() {
	if p := r.current.Load(); p != nil {
		for _, l := range p.legs {
			l.check()
		}
	}
}

// pipeline runs a region. Errors end the run. Vertices that turn out to gather the
// input that they were to probe are returned.
func (r *Run) pipeline(reg *region) (gathers []*vertex) {
	p := &pipeline{run: r, reg: reg, total: reg.total, tasks: make([]taskNow, r.workers)}
	for _, o := range reg.origins {
		l := &leg{origin: o, src: o.source()}
		if l.src != o.stage {
			r.closeLater(o.node, l.src)
		}
		for _, v := range reg.takingTurns() {
			if !o.leadsTo(v) {
				l.skip = append(l.skip, v.stage.(orderly).order())
			}
		}
		l.ctx, l.cancel = context.WithCancel(r.ctx)
		defer l.cancel()
		p.legs = append(p.legs, l)
	}
	p.total.begin(r.since())
	if r.overview == nil {
		r.totals.expect(p.total, p.sources())
	}
	r.current.Store(p)
	if err := r.watching.begin(r); err != nil {
		r.fail(err, 0)
		return nil
	}
	var wg sync.WaitGroup
	for i := range r.workers {
		wg.Go(func() { p.work(&Worker{ID: i, run: r, pipe: p.total}) })
	}
	wg.Wait()
	p.total.finishing.Store(true)
	defer func() {
		if !r.aborted.Load() {
			p.total.ended.Store(r.since())
		}
	}()
	if r.aborted.Load() {
		return nil
	}
	for _, e := range reg.terminals {
		if p.finish(e) {
			gathers = append(gathers, e.to)
		}
	}
	return gathers
}

// sources lists where the rows of the pipeline come from.
func (p *pipeline) sources() (list []Source) {
	for _, l := range p.legs {
		list = append(list, l.src)
	}
	return list
}

// orderly is a stage whose workers take turns.
type orderly interface{ order() *Turn }

// takingTurns lists the vertices of a region whose workers take turns.
func (reg *region) takingTurns() []*vertex {
	var list []*vertex
	for _, v := range reg.members {
		if _, ok := v.stage.(orderly); ok {
			list = append(list, v)
		}
	}
	for _, e := range reg.terminals {
		if _, ok := e.to.stage.(orderly); ok && !e.to.probes() {
			list = append(list, e.to)
		}
	}
	return list
}

// source is where the rows of an origin come from.
func (v *vertex) source() Source {
	if v.replays != nil {
		return v.replays.stage.(interface{ replay() Source }).replay()
	}
	if s, ok := v.stage.(Source); ok {
		return s
	}
	return v.then.Out
}

func (v *vertex) leadsTo(to *vertex) bool {
	for _, e := range v.outs {
		if e.to == to || !e.terminal() && e.to.leadsTo(to) {
			return true
		}
	}
	return false
}

// finish ends one input of a breaker, and reports whether that is to gather the
// input that it was to probe.
func (p *pipeline) finish(e edge) (gathers bool) {
	if p.run.aborted.Load() {
		return false
	}
	w := &Worker{run: p.run, pipe: p.total}
	w.op = w.stat(e.to.counted(), e.input)
	start := time.Now()
	w.label(w.op)
	defer w.unlabel()
	defer func() {
		w.spent += int64(time.Since(start))
		w.publish()
	}()
	p.run.fail(w.guard(func() (err error) {
		defer w.region("finish", e.to.node)()
		var then Then
		err = w.exactly(w.op, func() error {
			then, err = e.to.stage.(Breaker).Finish(p.run.of(w.op.op), e.input)
			return err
		})
		if err != nil {
			return nodeError(e.to.node, err)
		}
		if then.Out != nil {
			e.to.then.Out = then.Out
			p.run.closeLater(e.to.node, then.Out)
		}
		if then.Probe != nil {
			e.to.then.Probe = then.Probe
		}
		gathers = e.to.probes() && e.input == len(e.to.ins)-1 && e.to.then.Probe == nil
		return nil
	}), 0)
	return gathers
}

// work is one worker's life in a pipeline.
func (p *pipeline) work(w *Worker) {
	c := &chain{pipes: map[*vertex]Pipe{}}
	w.op = &opStat{node: &plan.Node{Op: "run"}}
	defer w.region(p.total.name, nil)()
	defer w.unlabel()
	err := w.guard(func() error {
		for {
			l, m, end, err := p.next(w, c)
			if err != nil || l == nil {
				return err
			}
			if err := p.read(w, c, l, m, end); err != nil {
				return err
			}
		}
	})
	p.run.fail(err, w.seq)
	for _, f := range w.ends {
		p.run.fail(w.guard(f), w.seq)
	}
	if p.run.aborted.Load() {
		return
	}
	for _, cm := range c.commits {
		w.op = cm.at
		w.label(w.op)
		p.run.fail(w.guard(func() error { return w.Fail(-1, w.exactly(w.op, cm.local.Commit)) }), w.seq)
	}
	w.publish()
}

// next gives out a morsel, or the mark that ends a leg, or nil when the
// pipeline has no more.
func (p *pipeline) next(w *Worker, c *chain) (l *leg, m Morsel, end bool, err error) {
	start := time.Now()
	defer func() {
		waited := int64(time.Since(start))
		p.total.waited.Add(waited)
		if l != nil {
			l.origin.op.blocked.Add(waited)
		}
	}()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.run.aborted.Load() {
		return nil, m, false, errAborted
	}
	if p.mu.leg == len(p.legs) {
		return nil, m, false, nil
	}
	l = p.legs[p.mu.leg]
	w.op = w.stat(l.origin.op, outFlow)
	w.src, w.part = nil, Morsel{}
	err = io.EOF
	if !l.done.Load() {
		if m, err = l.src.Next(l.ctx); err != nil && l.done.Load() {
			err = io.EOF // not an error, but the end of a wait
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, m, false, w.Fail(-1, err)
	}
	m.Seq = p.mu.seq
	p.mu.seq++
	if err != nil { // the end of this leg is a morsel without rows
		p.mu.leg++
		m.Part, m.Bytes, end = nil, 0, true
	}
	return l, m, end, nil
}

// read pushes one morsel through the worker's chain.
func (p *pipeline) read(w *Worker, c *chain, l *leg, m Morsel, end bool) error {
	start := time.Now()
	w.seq, w.part, w.src = m.Seq, m, l.src
	pipe, ok := c.pipes[l.origin]
	if !ok {
		var err error
		if pipe, err = c.pipe(w, l.origin); err != nil {
			return err
		}
		done := pipe.Done
		l.below.CompareAndSwap(nil, &done)
	}
	at := w.stat(l.origin.op, outFlow)
	w.leave(at)
	if end {
		w.src = nil
		if err := pipe.Mark(Mark{End, m.Seq}); err != nil && err != ErrStop {
			return w.Fail(-1, err)
		}
	} else if !pipe.Done() {
		if err := p.readRows(w, at, l, m, pipe); err != nil && err != ErrStop {
			return w.Fail(-1, err)
		}
	}
	if err := pipe.Mark(Mark{MorselEnd, m.Seq}); err != nil && err != ErrStop {
		return w.Fail(-1, err)
	}
	for _, t := range l.skip {
		t.Pass(m.Seq)
	}
	l.check()
	w.spent += int64(time.Since(start))
	w.publish()
	return nil
}

// readRows has a worker push the rows of a morsel.
func (p *pipeline) readRows(w *Worker, at *opStat, l *leg, m Morsel, pipe Pipe) error {
	defer w.region("read", l.origin.node)()
	rows, t := at.counts.rows, w.begin()
	p.tasks[w.ID].set(l, m, t.at)
	defer p.tasks[w.ID].set(nil, Morsel{}, time.Time{})
	err := l.src.Read(w, m, pipe)
	took := int64(time.Since(t.at))
	at.counts.spent += took - (w.blocked - t.blocked)
	o := l.origin.op
	o.parts.add(at.counts.rows - rows)
	raise(&o.slowest, took)
	o.bytes.Add(m.Bytes)
	p.total.bytes.Add(m.Bytes)
	p.total.parts.Add(1)
	return err
}

// A chain is what one worker has fused.
type chain struct {
	pipes   map[*vertex]Pipe // where the rows of a vertex go
	commits []commit
}

type commit struct {
	at    *opStat
	local Local
}

// pipe fuses what follows v, from the end back to v.
func (c *chain) pipe(w *Worker, v *vertex) (Pipe, error) {
	if p, ok := c.pipes[v]; ok {
		return p, nil
	}
	var downs []Pipe
	for _, e := range v.outs {
		p, err := c.enter(w, v, e)
		if err != nil {
			return Pipe{}, nodeError(e.to.node, err)
		}
		downs = append(downs, p)
	}
	p := downs[0]
	if len(downs) > 1 {
		p = v.rows.tee(downs)
	}
	if v.isOrigin() {
		p = v.rows.entry(w, w.stat(v.op, outFlow), p)
	}
	c.pipes[v] = p
	return p, nil
}

// enter fuses the consumer at the end of an edge, counting what enters it.
func (c *chain) enter(w *Worker, v *vertex, e edge) (Pipe, error) {
	w.op = w.stat(e.to.counted(), e.input)
	if e.terminal() {
		l, err := e.to.stage.(Breaker).Open(w, e.input)
		if err != nil {
			return Pipe{}, err
		}
		c.commits = append(c.commits, commit{w.op, l})
		p := l.Pipe()
		if p.Done == nil {
			p.Done = never
		}
		if e.to.drains() {
			if v.isOrigin() {
				return p, nil // its rows are counted already
			}
			return v.rows.meter(w, w.stat(v.op, outFlow), p), nil
		}
		return v.rows.meter(w, w.stat(e.to.op, e.input), p), nil
	}
	stage := e.to.stage
	if e.to.probes() {
		stage = e.to.then.Probe
	}
	if _, ok := stage.(concat); ok {
		down, err := c.pipe(w, e.to)
		if err != nil {
			return Pipe{}, err
		}
		if e.input < len(e.to.ins)-1 {
			mark := down.Mark
			down.Mark = func(m Mark) error {
				if m.Kind == End { // the end of one input is not the end
					return nil
				}
				return mark(m)
			}
		}
		return v.rows.meter(w, w.stat(e.to.op, e.input), down), nil
	}
	below := w
	sub := c
	if cut, ok := stage.(Cut); ok {
		below = cut.Below(w)
		sub = &chain{pipes: map[*vertex]Pipe{}}
		defer func() { c.commits = append(c.commits, sub.commits...) }()
	}
	down, err := sub.pipe(below, e.to)
	if err != nil {
		return Pipe{}, err
	}
	at := w.stat(e.to.op, e.input)
	_, at.last = stage.(sized)
	w.op = at
	p, err := stage.(Step).Fuse(w, down)
	if err != nil {
		return Pipe{}, err
	}
	return v.rows.meter(w, at, p), nil
}
