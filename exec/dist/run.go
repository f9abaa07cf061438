package dist

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
	"anabranch.dev/spill"
)

// ErrNoPeers means that no peer is left to run tasks.
var ErrNoPeers = errors.New("no peer is left")

// Options say how to run a plan on a cluster. The zero value is a good one.
type Options struct {
	// Losses is how often a task may be lost with its peer before the run fails; 0 is 3.
	Losses int
}

// A run is a run of a plan on a cluster, as the driver has it.
type run struct {
	id      uint64
	c       exec.Config
	o       Options
	cluster Cluster
	cut     *cut
	calls   []callMessage
	print   uint64
	hub     *hub
	stores  []*store // by edge

	overview *exec.Overview
	ctx      context.Context
	cancel   context.CancelCauseFunc
	group    sync.WaitGroup
	idle     chan struct{} // has something when a peer has stopped working

	mu struct {
		sync.Mutex
		changed *sync.Cond
		stages  []*stageRun
		tasks   map[uint64]*task // that peers may ask for the input of
		next    uint64           // number of the next task
		working map[int]bool     // peers that have a goroutine
		done    map[int]int64    // tasks that peers have done
		lost    map[int]int64    // and not
		over    bool
		files   map[string]bool // of the input, that peers may read
	}
}

var runs atomic.Uint64

// Execute runs the plan whose last nodes are roots on a cluster. It is [exec.Execute] but
// for that.
func Execute(ctx context.Context, c exec.Config, o Options, cluster Cluster, roots ...*plan.Node) error {
	c.Elsewhere = nil
	r := &run{id: runs.Add(1), c: c, o: o, cluster: cluster}
	roots, err := r.makeTargets(roots)
	if err != nil {
		return err
	}
	if r.o.Losses == 0 {
		r.o.Losses = 3
	}
	r.print = r.cut.fingerprint()
	return r.run(ctx, roots)
}

// makeTargets makes the parts of a plan anew that peers make, by the same calls: so all
// have the same plan, whatever streams of it the program uses elsewhere. It returns roots
// with these parts; what is above them is written, or handed to the program.
func (r *run) makeTargets(roots []*plan.Node) ([]*plan.Node, error) {
	var targets []*plan.Node
	if err := portable(roots, &targets); err != nil {
		return nil, err
	}
	for _, n := range targets {
		r.calls = append(r.calls, callMessage(*n.Call))
	}
	made, err := makeCalls(r.calls)
	if err != nil {
		return nil, about(targets[0], err)
	}
	if r.cut, err = newCut(made); err != nil {
		return nil, err
	}
	r.cut.labels = map[*plan.Node]string{}
	for i, n := range targets {
		r.cut.labels[made[i]] = n.Label
	}
	var again func(n *plan.Node) *plan.Node
	copies := map[*plan.Node]*plan.Node{}
	again = func(n *plan.Node) *plan.Node {
		if i := slices.Index(targets, n); i >= 0 {
			return made[i]
		}
		if copies[n] == nil {
			m := *n
			m.Inputs = []*plan.Node{again(n.Inputs[0])}
			copies[n] = &m
		}
		return copies[n]
	}
	roots = slices.Clone(roots)
	for i, n := range roots {
		roots[i] = again(n)
	}
	return roots, nil
}

// portable finds the parts of a plan that a df.Func has made. Nothing but what writes
// their rows, or hands them to the program, may be above them.
func portable(roots []*plan.Node, targets *[]*plan.Node) error {
	for _, n := range roots {
		for n.Call == nil && n.Kind == plan.Sink && len(n.Inputs) == 1 {
			n = n.Inputs[0]
		}
		if n.Call == nil {
			return about(n, fmt.Errorf("%w: only what a df.Func has made can run on a cluster", exec.ErrNotPortable))
		}
		if !slices.Contains(*targets, n) {
			*targets = append(*targets, n)
		}
	}
	return nil
}

// hubShare is the part of a budget that parcels may take in the driver.
const hubShare = 4

func (r *run) run(ctx context.Context, roots []*plan.Node) (err error) {
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	defer r.cancel(nil)
	limit := r.c.Memory
	if limit == 0 {
		limit = exec.DefaultMemory()
	}
	r.hub = newHub(limit/hubShare, spill.Config{TempDir: r.c.TempDir, Disk: r.c.Disk, FS: r.c.FS})
	defer func() {
		if e := r.hub.close(); err == nil {
			err = e
		}
	}()
	r.idle = make(chan struct{}, 1)
	r.mu.changed = sync.NewCond(&r.mu)
	r.mu.tasks, r.mu.working, r.mu.files = map[uint64]*task{}, map[int]bool{}, map[string]bool{}
	r.mu.done, r.mu.lost = map[int]int64{}, map[int]int64{}
	for _, e := range r.cut.edges {
		r.stores = append(r.stores, newStore(e, r.hub, r.parts(e), r.look))
	}
	for _, s := range r.cut.stages {
		r.mu.stages = append(r.mu.stages, &stageRun{stage: s})
	}
	stop := r.cluster.Serve(r.id, r.handle)
	woken := make(chan struct{})
	unwake := context.AfterFunc(r.ctx, func() {
		defer close(woken)
		for _, s := range r.stores {
			s.fail(context.Cause(r.ctx))
		}
		r.wake()
	})
	here := r.cut.here(roots, r.receive, r.send)
	r.overview = exec.NewOverview(roots, here.part, r.progress)
	defer func() {
		r.end()
		r.group.Wait()
		stop() // before sources are closed that are read for peers
		if !unwake() {
			<-woken
		}
		for _, s := range r.mu.stages {
			if e := s.close(); err == nil {
				err = e
			}
		}
	}()
	c := r.c
	c.Overview = r.overview
	if c.Memory > 0 {
		c.Memory = max(c.Memory-r.hub.limit, exec.Floor(c.Workers))
	}
	c.Begun = func() { r.group.Go(r.manage) }
	err = exec.Execute(r.ctx, c, here.roots...)
	if cause := context.Cause(r.ctx); cause != nil && ctx.Err() == nil && (err == nil || errors.Is(err, context.Canceled)) {
		err = cause
	}
	return err
}

// parts is how many partitions an edge has.
func (r *run) parts(e *edge) int {
	if e.driver || e.order != nil {
		return 1
	}
	const least, most, each = 16, 256, 4
	return min(max(each*r.slots(), least), most)
}

// slots is how many workers the peers have.
func (r *run) slots() (n int) {
	for _, p := range r.cluster.Peers() {
		if p.State == Ready {
			n += p.Slots
		}
	}
	return max(n, 1)
}

// receive is the source of what an edge brings to the driver.
func (r *run) receive(e *edge) exec.Body {
	s := r.stores[e.id]
	if e.order != nil {
		return e.order.Merge(&sortedRuns{s: s})
	}
	return e.how.Receive(&inlet{s: s})
}

// send sends what the driver has for an edge.
func (r *run) send(e *edge) exec.Body {
	s := r.stores[e.id]
	got := r.hub.receipt()
	out := outletFunc(func(p exec.Parcel) error {
		p.Block = bytes.Clone(p.Block)
		return got.add(e.id, p)
	})
	return exec.Sent(e.how.Send(out, e.options(s.parts, false)), func() error {
		s.commit(0, 0, got.mu.parcels[e.id])
		r.mu.Lock()
		defer r.mu.Unlock()
		r.endFeed(s, 0, 1)
		return nil
	})
}

type outletFunc func(exec.Parcel) error

func (f outletFunc) Send(p exec.Parcel) error { return f(p) }

// fail ends the run.
func (r *run) fail(err error) { r.cancel(err) }

// end lets no task begin any more, and ends those that run.
func (r *run) end() {
	r.mu.Lock()
	r.mu.over = true
	r.mu.Unlock()
	r.cancel(nil)
	r.wake()
}

func (r *run) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mu.changed.Broadcast()
}

// manage gives each peer that there is a goroutine, and ends the run when none is left.
func (r *run) manage() {
	for {
		changed := r.cluster.Changed()
		hope := false
		var last error
		r.mu.Lock()
		r.remake()
		for _, p := range r.cluster.Peers() {
			switch {
			case p.State == Ready && !r.mu.working[p.ID]:
				r.mu.working[p.ID] = true
				r.group.Go(func() { r.serve(p) })
				fallthrough
			case p.State == Ready || p.State == Coming:
				hope = true
			case p.Err != nil:
				last = p.Err
			}
		}
		hope = hope || len(r.mu.working) > 0 || r.allDone()
		r.mu.changed.Broadcast()
		r.mu.Unlock()
		if !hope {
			if last != nil {
				r.fail(fmt.Errorf("%w: %w", ErrNoPeers, last))
			} else {
				r.fail(ErrNoPeers)
			}
		}
		select {
		case <-changed:
		case <-r.idle:
		case <-r.ctx.Done():
			return
		}
	}
}

// serve has a peer run tasks, as long as it is there.
func (r *run) serve(p Peer) {
	for t := r.take(p); t != nil; t = r.take(p) {
		r.perform(p, t)
	}
	r.mu.Lock()
	delete(r.mu.working, p.ID)
	r.mu.Unlock()
	select {
	case r.idle <- struct{}{}:
	default: // it will be looked at anyway
	}
}

// progress is where the peers stand.
func (r *run) progress() (list []exec.PeerProgress) {
	for _, p := range r.cluster.Peers() {
		r.mu.Lock()
		list = append(list, exec.PeerProgress{
			Name: p.Name, State: p.State.String(), Slots: p.Slots, Tasks: r.mu.done[p.ID], Lost: r.mu.lost[p.ID], In: p.In, Out: p.Out,
		})
		r.mu.Unlock()
	}
	return list
}

// state is how a peer is now.
func (r *run) state(id int) (p Peer) {
	for _, p := range r.cluster.Peers() {
		if p.ID == id {
			return p
		}
	}
	return Peer{State: Gone}
}
