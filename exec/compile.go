package exec

import (
	"fmt"

	"anabranch.dev/internal/plan"
)

// A vertex is a plan node in one run: its stage, and who consumes its rows.
type vertex struct {
	node  *plan.Node
	op    *operator  // what is known of it; nil of a drain
	total *pipeTotal // of the pipeline that its rows flow in
	index int        // in order of the plan, inputs first
	rows  Rows
	stage any
	ins   []*vertex
	outs  []edge

	replays *vertex // for a replay: the buffer whose rows it gives out again
	then    Then    // for a breaker: what came of its inputs so far
	gathers bool    // a Prober that takes its first input like the others
	done    bool    // its rows have flowed
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
// once it has taken the others. When what it has taken of its second and last
// input leaves it no memory for that, it says so with a [Then] without a Probe, and
// takes the first input like any breaker.
type Prober interface {
	Breaker
	Probes()
}

// isBreaker, probes and isOrigin say what part a vertex plays.
func (v *vertex) isBreaker() bool { _, ok := v.stage.(Breaker); return ok }
func (v *vertex) probes() bool    { _, ok := v.stage.(Prober); return ok && !v.gathers }

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

// graph is the plan of one run.
type graph struct {
	run      *Run
	dry      bool // it is not run, only looked at: no file is opened
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
	return g, g.arrange()
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
	var err error
	v.op = newOperator(n)
	if v.stage, err = g.stage(v.op); err != nil {
		return nil, nodeError(n, err)
	}
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

// stage makes the stage of a node.
func (g *graph) stage(op *operator) (stage any, err error) {
	n := op.node
	if g.dry && (n.Kind == plan.Source || n.Kind == plan.Sink) {
		return standIn(n), nil
	}
	err = guarded(func() error {
		stage, err = n.Body.(Body)(g.run.of(op))
		return err
	})
	if err != nil && g.dry { // it is told when the plan runs
		return standIn(n), nil
	}
	return stage, err
}

// claim sees to it that no file is written by two nodes.
func (g *graph) claim(v *vertex) error {
	w, ok := v.stage.(interface{ writes() string })
	if !ok || w.writes() == "" {
		return nil
	}
	if other := g.written[w.writes()]; other != nil {
		return fmt.Errorf("%w: %s writes it too; give each a file of its own", ErrTwoWriters, other)
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
	if v.node.Views && !g.dry {
		return nodeError(v.node, fmt.Errorf("%w: parts of the plan that use this stream run one after the other; clone the rows first, as in df.Map(s, df.View.Clone)", ErrViews))
	}
	n := &plan.Node{Op: "buffer", Label: v.node.Label, Site: v.node.Site, Order: v.node.Order, Rows: v.node.Rows}
	op := newOperator(n)
	b := &vertex{node: n, op: op, stage: v.rows.buffer(g.run.of(op)), rows: v.rows, ins: []*vertex{v}}
	g.append(b)
	for _, out := range v.outs {
		p := &vertex{node: n, op: op, rows: v.rows, replays: b, outs: []edge{out}}
		g.append(p)
		out.to.ins[out.input] = p
	}
	v.outs = []edge{{b, 0}}
	return nil
}
