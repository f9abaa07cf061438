package exec

import (
	"fmt"
	"slices"

	"anabranch.dev/internal/plan"
)

// A vertex is a plan node in one run: its stage, and who consumes its rows.
type vertex struct {
	node  *plan.Node
	index int // in order of the plan, inputs first
	rows  Rows
	stage any
	ins   []*vertex
	outs  []edge

	replays *vertex // for a replay: the buffer whose rows it gives out again
	then    Then    // for a breaker: what came of its inputs so far
	region  *region
}

// An edge leads to one input of a consumer.
type edge struct {
	to    *vertex
	input int
}

// concat joins its inputs one after the other. The scheduler does all of it.
type concat struct{}

// Concat is the body of a node that gives its inputs' rows one input after the
// other.
func Concat() Body { return func(*Run) (any, error) { return concat{}, nil } }

// Prober is a breaker that answers the rows of its first input as they come,
// once it has taken the others.
type Prober interface {
	Breaker
	Probes()
}

// isBreaker, probes and isOrigin say what part a vertex plays.
func (v *vertex) isBreaker() bool { _, ok := v.stage.(Breaker); return ok }
func (v *vertex) probes() bool    { _, ok := v.stage.(Prober); return ok }

// isOrigin reports whether rows begin at v: a source, a replayed buffer, or a
// breaker that gives out what it took.
func (v *vertex) isOrigin() bool {
	_, source := v.stage.(Source)
	return source || v.replays != nil || v.isBreaker() && !v.probes()
}

// terminal reports whether the rows that travel an edge end there.
func (e edge) terminal() bool {
	return e.to.isBreaker() && !(e.to.probes() && e.input == 0)
}

// A region is a set of vertices whose rows flow at the same time: everything
// that hangs together without a breaker between. One pass over its origins, one
// after the other, runs it.
type region struct {
	members   []*vertex
	origins   []*vertex
	terminals []edge
	deps      []*region // must be done before
}

// graph is the plan of one run.
type graph struct {
	run      *Run
	vertices []*vertex
	regions  []*region // in the order to run them
	written  map[string]*plan.Node
}

// compile makes the graph of a run and cuts it into regions. A part of the plan
// whose consumers cannot run at the same time ends in a buffer.
func compile(r *Run, roots []*plan.Node) (*graph, error) {
	g := &graph{run: r, written: map[string]*plan.Node{}}
	made := map[*plan.Node]*vertex{}
	for _, n := range roots {
		v, err := g.add(n, made)
		if err != nil {
			return nil, err
		}
		if v.rows != nil && len(v.outs) == 0 {
			g.drain(v)
		}
	}
	for {
		g.cut()
		v, err := g.conflict()
		if err != nil {
			return nil, err
		}
		if v == nil {
			return g, nil
		}
		if err := g.insertBuffer(v); err != nil {
			return nil, err
		}
	}
}

// add makes the vertex of a node, and of its inputs before it.
func (g *graph) add(n *plan.Node, made map[*plan.Node]*vertex) (*vertex, error) {
	if v := made[n]; v != nil {
		return v, nil
	}
	v := &vertex{node: n}
	for _, in := range n.Inputs {
		u, err := g.add(in, made)
		if err != nil {
			return nil, err
		}
		v.ins = append(v.ins, u)
	}
	var stage any
	err := guarded(func() (err error) {
		stage, err = n.Body.(Body)(g.run)
		return err
	})
	if err != nil {
		return nil, nodeError(n, err)
	}
	v.stage = stage
	if n.Rows != nil {
		v.rows = n.Rows.(Rows)
	}
	g.append(v)
	if err := g.claim(v); err != nil {
		return nil, nodeError(n, err)
	}
	for i, u := range v.ins {
		u.outs = append(u.outs, edge{v, i})
	}
	made[n] = v
	return v, nil
}

// claim sees to it that no file is written by two nodes.
func (g *graph) claim(v *vertex) error {
	w, ok := v.stage.(interface{ writes() string })
	if !ok || w.writes() == "" {
		return nil
	}
	if other := g.written[w.writes()]; other != nil {
		return fmt.Errorf("%w: %s writes it too", ErrTwoWriters, other)
	}
	g.written[w.writes()] = v.node
	return nil
}

func (g *graph) append(v *vertex) {
	v.index = len(g.vertices)
	g.vertices = append(g.vertices, v)
	g.run.closeLater(v.node, v.stage)
}

// drain gives the rows of a root to nobody.
func (g *graph) drain(v *vertex) {
	d := &vertex{node: v.node, stage: &drainBreaker{rows: v.rows}, ins: []*vertex{v}}
	g.append(d)
	v.outs = append(v.outs, edge{d, 0})
}

// insertBuffer ends v in a buffer, and lets each of its consumers replay that.
func (g *graph) insertBuffer(v *vertex) error {
	if v.node.Views {
		return nodeError(v.node, fmt.Errorf("%w: parts of the plan that use this stream run one after the other; clone the rows first", ErrViews))
	}
	b := &vertex{
		node:  &plan.Node{Op: "buffer", Site: v.node.Site, Order: v.node.Order, Rows: v.node.Rows},
		stage: v.rows.buffer(), rows: v.rows, ins: []*vertex{v},
	}
	g.append(b)
	for _, out := range v.outs {
		p := &vertex{node: b.node, rows: v.rows, replays: b, outs: []edge{out}}
		g.append(p)
		out.to.ins[out.input] = p
	}
	v.outs = []edge{{b, 0}}
	return nil
}

// cut finds the regions and what they depend on.
func (g *graph) cut() {
	g.regions = nil
	for _, v := range g.vertices {
		v.region = nil
	}
	for _, v := range g.vertices {
		if v.region != nil || v.rows == nil || len(v.outs) == 0 {
			continue
		}
		r := &region{}
		g.flood(v, r)
		slices.SortFunc(r.members, func(a, b *vertex) int { return a.index - b.index })
		g.regions = append(g.regions, r)
	}
	for _, r := range g.regions {
		for _, v := range r.members {
			if v.isOrigin() {
				r.origins = append(r.origins, v)
			}
			for _, out := range v.outs {
				if out.terminal() {
					r.terminals = append(r.terminals, out)
				}
			}
			for _, before := range v.waitsFor() {
				r.deps = append(r.deps, before.region)
			}
		}
	}
}

// flood adds to a region everything that hangs together with v.
func (g *graph) flood(v *vertex, r *region) {
	if v.region != nil {
		return
	}
	v.region = r
	r.members = append(r.members, v)
	for _, out := range v.outs {
		if !out.terminal() {
			g.flood(out.to, r)
		}
	}
	for i, in := range v.ins {
		if !(edge{v, i}).terminal() {
			g.flood(in, r)
		}
	}
}

// waitsFor lists the vertices whose rows must have ended in a breaker before v
// can give out rows.
func (v *vertex) waitsFor() []*vertex {
	switch {
	case v.replays != nil:
		return v.replays.ins
	case v.probes():
		return v.ins[1:]
	case v.isBreaker():
		return v.ins
	}
	return nil
}

// conflict sorts the regions and their origins into an order that works, and
// returns a vertex to buffer where there is none.
func (g *graph) conflict() (*vertex, error) {
	order, circle := topological(g.regions, func(r *region) []*region { return r.deps })
	if circle != nil {
		return g.breakCircle(circle)
	}
	g.regions = order
	for _, r := range g.regions {
		if v, err := r.orderOrigins(); v != nil || err != nil {
			return v, err
		}
	}
	return nil, nil
}

// breakCircle picks the vertex that feeds consumers of different phases.
func (g *graph) breakCircle(circle []*region) (*vertex, error) {
	phases := g.phases()
	for _, v := range g.vertices {
		if len(v.outs) < 2 || !slices.Contains(circle, v.region) {
			continue
		}
		first := consumed(v.outs[0], phases)
		for _, out := range v.outs[1:] {
			if consumed(out, phases) != first {
				return v, nil
			}
		}
	}
	return nil, fmt.Errorf("exec: no order of running this plan was found")
}

// phases numbers the vertices: rows are there only after as many breakers, one
// behind the other, have finished.
func (g *graph) phases() map[*vertex]int {
	phases := map[*vertex]int{}
	var phase func(v *vertex) int
	phase = func(v *vertex) int {
		if n, ok := phases[v]; ok {
			return n
		}
		n := 0
		if v.replays != nil {
			n = phase(v.replays.ins[0]) + 1
		}
		for i, in := range v.ins {
			p := phase(in)
			if (edge{v, i}).terminal() {
				p++
			}
			n = max(n, p)
		}
		phases[v] = n
		return n
	}
	for _, v := range g.vertices {
		phase(v)
	}
	return phases
}

// consumed is the latest phase in which rows that travel an edge are wanted.
func consumed(e edge, phases map[*vertex]int) int {
	if e.terminal() {
		return phases[e.to.ins[e.input]]
	}
	n := phases[e.to]
	for _, out := range e.to.outs {
		n = max(n, consumed(out, phases))
	}
	return n
}

// orderOrigins puts a region's origins into an order in which the inputs of
// each concatenation come one after the other, or returns a vertex to buffer.
func (r *region) orderOrigins() (*vertex, error) {
	after := map[*vertex][]*vertex{}
	for _, c := range r.members {
		if _, ok := c.stage.(concat); !ok {
			continue
		}
		var before []*vertex
		for _, in := range c.ins {
			origins := in.originsAbove(nil)
			for _, o := range origins {
				if slices.Contains(before, o) {
					return r.sharedAbove(c), nil
				}
				after[o] = append(after[o], before...)
			}
			before = append(before, origins...)
		}
	}
	order, circle := topological(r.origins, func(v *vertex) []*vertex { return after[v] })
	if circle == nil {
		r.origins = order
		return nil, nil
	}
	for _, v := range r.members {
		if len(v.outs) > 1 {
			return v, nil
		}
	}
	return nil, fmt.Errorf("exec: the inputs of this plan's concatenations are in no order")
}

// originsAbove lists where the rows of v begin.
func (v *vertex) originsAbove(list []*vertex) []*vertex {
	if v.isOrigin() {
		if !slices.Contains(list, v) {
			list = append(list, v)
		}
		return list
	}
	for i, in := range v.ins {
		if !(edge{v, i}).terminal() {
			list = in.originsAbove(list)
		}
	}
	return list
}

// sharedAbove finds the lowest vertex above c that reaches two of its inputs.
func (r *region) sharedAbove(c *vertex) *vertex {
	for i := len(r.members) - 1; i >= 0; i-- {
		v := r.members[i]
		if len(v.outs) < 2 {
			continue
		}
		n := 0
		for _, out := range v.outs {
			if out.reaches(c) {
				n++
			}
		}
		if n > 1 {
			return v
		}
	}
	return nil
}

func (e edge) reaches(c *vertex) bool {
	if e.to == c {
		return true
	}
	if e.terminal() {
		return false
	}
	for _, out := range e.to.outs {
		if out.reaches(c) {
			return true
		}
	}
	return false
}

// topological orders items so that each comes after what it needs. Where that
// is impossible it returns the items that are left, which hold the circle.
func topological[T comparable](items []T, needs func(T) []T) (order, circle []T) {
	done := map[T]bool{}
	left := slices.Clone(items)
	for len(left) > 0 {
		var later []T
		for _, it := range left {
			ready := true
			for _, n := range needs(it) {
				ready = ready && (done[n] || !slices.Contains(items, n))
			}
			if !ready {
				later = append(later, it)
				continue
			}
			done[it] = true
			order = append(order, it)
		}
		if len(later) == len(left) {
			return nil, left
		}
		left = later
	}
	return order, nil
}
