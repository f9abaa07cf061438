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
	run  *Run
	legs []*leg
	reg  *region

	mu struct {
		sync.Mutex
		leg int    // whose morsels are given out
		seq uint64 // the number of the next one
	}
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
	p := &pipeline{run: r, reg: reg}
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
	r.current.Store(p)
	var wg sync.WaitGroup
	for i := range r.workers {
		wg.Go(func() { p.work(&Worker{ID: i, run: r}) })
	}
	wg.Wait()
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
	p.run.finishing = e.to.node
	w := &Worker{run: p.run, op: &opStat{node: e.to.node}}
	p.run.fail(w.guard(func() error {
		then, err := e.to.stage.(Breaker).Finish(p.run, e.input)
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
		w.op = &opStat{node: cm.node}
		p.run.fail(w.guard(func() error { return w.Fail(-1, cm.local.Commit()) }), w.seq)
	}
	p.run.totals.publish(w, Morsel{})
}

// next gives out a morsel, or the mark that ends a leg, or nil when the
// pipeline has no more.
func (p *pipeline) next(w *Worker, c *chain) (l *leg, m Morsel, end bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.run.aborted.Load() {
		return nil, m, false, errAborted
	}
	if p.mu.leg == len(p.legs) {
		return nil, m, false, nil
	}
	l = p.legs[p.mu.leg]
	w.op = w.stat(l.origin.node)
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
	w.op = w.stat(l.origin.node)
	if end {
		w.src = nil
		if err := pipe.Mark(Mark{End, m.Seq}); err != nil && err != ErrStop {
			return w.Fail(-1, err)
		}
	} else if !pipe.Done() {
		if err := l.src.Read(w, m, pipe); err != nil && err != ErrStop {
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
	p.run.totals.publish(w, m)
	return nil
}

// A chain is what one worker has fused.
type chain struct {
	pipes   map[*vertex]Pipe // where the rows of a vertex go
	commits []commit
}

type commit struct {
	node  *plan.Node
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
		p = v.rows.entry(w, p)
	}
	c.pipes[v] = p
	return p, nil
}

// enter fuses the consumer at the end of an edge, counting what enters it.
func (c *chain) enter(w *Worker, v *vertex, e edge) (Pipe, error) {
	w.op = w.stat(e.to.node)
	if e.terminal() {
		l, err := e.to.stage.(Breaker).Open(w, e.input)
		if err != nil {
			return Pipe{}, err
		}
		c.commits = append(c.commits, commit{e.to.node, l})
		p := l.Pipe()
		if p.Done == nil {
			p.Done = never
		}
		if e.to.drains() {
			return p, nil // it bears its input's node, whose rows it would count
		}
		return v.rows.meter(w, w.stat(e.to.node), p), nil
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
		return v.rows.meter(w, w.stat(e.to.node), down), nil
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
	w.op = w.stat(e.to.node)
	p, err := stage.(Step).Fuse(w, down)
	if err != nil {
		return Pipe{}, err
	}
	return v.rows.meter(w, w.stat(e.to.node), p), nil
}
