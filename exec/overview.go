package exec

import (
	"maps"
	"slices"
	"sync"
	"time"

	"anabranch.dev/internal/plan"
)

// An Overview is a plan that several processes run parts of, one of them this one: what is
// told of the run is told of all of it.
type Overview struct {
	g     *graph // of all, dry
	of    func(*plan.Node) (part *plan.Node, of Side)
	peers func() []PeerProgress
	run   *Run // of the part that runs here

	mu    sync.Mutex
	here  map[*operator][]herePart // of operators of the plan: parts that run here
	far   map[*operator]Tally      // and what parts elsewhere have counted that are done
	tasks []*FarTask
}

// herePart is a part of an operator that runs here.
type herePart struct {
	op   *operator
	side Side
}

// A Side is which rows of an operator a part of it has to do with: those of the operator, or
// others that go from part to part.
type Side uint8

// The sides.
const (
	Both   Side = iota
	Takes       // it takes rows of the operator, and gives others
	Gives       // it gives rows of the operator, and takes others
	Inside      // neither
)

// of leaves out of a tally what is no rows of the operator.
func (s Side) of(t Tally) Tally {
	if s == Gives || s == Inside {
		clear(t.In)
	}
	if s == Takes || s == Inside {
		t.Out = 0
	}
	return t
}

// PeerProgress is where a process stands that runs parts of a plan.
type PeerProgress struct {
	Name  string `json:"name"`
	State string `json:"state"`
	Slots int    `json:"slots"` // workers
	Tasks int64  `json:"tasks"` // that it has done
	Lost  int64  `json:"lost"`  // that it has not, for whatever reason
	In    int64  `json:"in"`    // bytes from it
	Out   int64  `json:"out"`   // bytes to it
}

// NewOverview makes one of a whole plan. of tells of a node that runs here which operator it
// is a part of, nil for none, and of which rows.
func NewOverview(roots []*plan.Node, of func(*plan.Node) (part *plan.Node, of Side), peers func() []PeerProgress) *Overview {
	o := &Overview{g: dryGraph(roots), of: of, peers: peers, here: map[*operator][]herePart{}, far: map[*operator]Tally{}}
	p, vertices, regions := o.g.plan()
	t := &o.g.run.totals
	t.plan = p
	for _, v := range vertices {
		t.ops = append(t.ops, v.op)
	}
	for i, r := range regions {
		total := &pipeTotal{name: p.Name(i), all: amounts{-1, -1, -1}}
		t.pipes = append(t.pipes, total)
		for _, v := range r.members {
			v.total = total
		}
	}
	return o
}

// begin makes a run tell of the whole.
func (o *Overview) begin(r *Run) {
	t, all := &r.totals, &o.g.run.totals
	t.mu.Lock()
	defer t.mu.Unlock()
	o.run = r
	t.plan, t.ops, t.pipes = all.plan, all.ops, all.pipes
}

// vertex is where a node of the plan is in the whole; nil: it is not.
func (o *Overview) vertex(n *plan.Node) *vertex {
	for _, v := range o.g.vertices {
		if v.node == n && !v.drains() {
			return v
		}
	}
	return nil
}

// enter notes the operators of what runs here, and in which pipelines of the whole its
// own are.
func (o *Overview) enter(g *graph) {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.here)
	for _, v := range g.vertices {
		if v.op == nil {
			continue
		}
		v.op.stage = v.stage
		if part, side := o.of(v.node); part != nil {
			if whole := o.vertex(part); whole != nil && !slices.ContainsFunc(o.here[whole.op], func(p herePart) bool { return p.op == v.op }) {
				o.here[whole.op] = append(o.here[whole.op], herePart{v.op, side})
			}
		}
	}
	for _, r := range g.regions {
		total := r.members[0].total
		for _, v := range r.members {
			part, _ := o.of(v.node)
			if whole := o.vertex(part); total == nil && part != nil && whole != nil {
				total = whole.total
			}
		}
		if total == nil {
			total = &pipeTotal{name: "peers"}
		}
		r.total = total
		for _, v := range r.members {
			v.total = total
		}
	}
}

// tally is what all parts of an operator have counted.
func (o *Overview) tally(op *operator) Tally {
	t := op.tally()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, h := range o.here[op] {
		t.add(h.side.of(h.op.tally()))
	}
	t.add(o.far[op])
	for _, task := range o.tasks {
		t.add(task.told[op])
	}
	return t
}

// A FarTask is a part of a plan that another process runs at the moment.
type FarTask struct {
	o      *Overview
	origin *vertex
	worker int
	peer   string
	input  string
	began  time.Time
	told   map[*operator]Tally
}

// Begin notes that a process has begun with rows of an operator. worker is its number among
// the processes.
func (o *Overview) Begin(origin *plan.Node, worker int, peer, input string) *FarTask {
	t := &FarTask{o: o, origin: o.vertex(origin), worker: worker, peer: peer, input: input, began: time.Now(), told: map[*operator]Tally{}}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tasks = append(o.tasks, t)
	if p := t.pipe(); p != nil {
		p.begin(o.run.since())
	}
	return t
}

// pipe is the pipeline of the whole that a task is a part of.
func (t *FarTask) pipe() *pipeTotal {
	if t.origin == nil {
		return nil
	}
	return t.origin.total
}

// Tell notes what the task has counted up to now, by operator.
func (t *FarTask) Tell(n *plan.Node, count Tally) {
	v := t.o.vertex(n)
	if v == nil {
		return
	}
	t.o.mu.Lock()
	defer t.o.mu.Unlock()
	before := t.told[v.op]
	t.told[v.op] = count
	if p := t.pipe(); p != nil {
		p.spent.Add(count.Busy + count.Wait - before.Busy - before.Wait)
		p.blocked.Add(count.Wait - before.Wait)
		if v == t.origin {
			p.rows.Add(count.Out - before.Out)
			p.bytes.Add(count.Bytes - before.Bytes)
		}
	}
}

// End notes that the task has ended. What it has counted stays if it counts.
func (t *FarTask) End(counts bool) {
	o := t.o
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tasks = slices.DeleteFunc(o.tasks, func(other *FarTask) bool { return other == t })
	for op, count := range t.told {
		if count.Memory = 0; counts {
			sum := o.far[op]
			if sum.In == nil {
				sum.In = make([]int64, len(count.In))
			}
			sum.add(count)
			o.far[op] = sum
		} else if p := t.pipe(); p != nil && op == t.origin.op {
			p.rows.Add(-count.Out)
			p.bytes.Add(-count.Bytes)
		}
	}
}

// Expect notes how many bytes of input an operator has.
func (o *Overview) Expect(n *plan.Node, bytes int64) {
	if v := o.vertex(n); v != nil && v.total != nil {
		o.run.totals.mu.Lock()
		defer o.run.totals.mu.Unlock()
		v.total.all = amounts{-1, bytes, -1}
	}
}

// Done notes that all rows of an operator have gone to other processes, or come from them.
func (o *Overview) Done(n *plan.Node) {
	if v := o.vertex(n); v != nil && v.total != nil {
		v.total.begin(o.run.since())
		v.total.ended.Store(o.run.since())
	}
}

// tasksNow lists what other processes are at.
func (o *Overview) tasksNow(ops []*operator) (list []Task) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, t := range o.tasks {
		if t.origin != nil {
			list = append(list, Task{Worker: t.worker, Peer: t.peer, Operator: slices.Index(ops, t.origin.op), Input: t.input, For: time.Since(t.began)})
		}
	}
	return list
}

// begin notes that a pipeline has begun, if it had not, or goes on.
func (t *pipeTotal) begin(now int64) {
	t.began.CompareAndSwap(0, now)
	t.ended.Store(0)
	t.finishing.Store(false)
}

// tallies is what was counted of the operators of a run that have numbers.
func (r *Run) tallies(number func(*plan.Node) (n int, of Side)) []Tally {
	r.totals.mu.Lock()
	defer r.totals.mu.Unlock()
	sums := map[int]Tally{}
	for _, op := range r.totals.ops {
		n, side := number(op.node)
		if n < 0 {
			continue
		}
		t := side.of(op.tally())
		sum, ok := sums[n]
		if !ok {
			sum.In = make([]int64, len(t.In))
		}
		sum.add(t)
		sum.Op = n
		sums[n] = sum
	}
	return slices.Collect(maps.Values(sums))
}
