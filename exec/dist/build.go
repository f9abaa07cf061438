package dist

import (
	"cmp"
	"slices"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// A piece is the plan of a task.
type piece struct {
	roots []*plan.Node
	of    map[*plan.Node]part // nodes that are parts of operators
}

// A part is a part of an operator.
type part struct {
	of   *plan.Node
	side exec.Side
}

// part is the operator that a node is a part of, or nil.
func (p *piece) part(n *plan.Node) (of *plan.Node, side exec.Side) {
	o := p.of[n]
	return o.of, o.side
}

// ends are where the rows of a task come from, and where they go.
type ends struct {
	leases  exec.Lessee       // of a source
	inlets  []exec.Inlet      // of a breaker, by input
	within  [2][]byte         // of a sort: the bounds of the range
	outlets map[int]sendingTo // by edge
}

type sendingTo struct {
	outlet  exec.Outlet
	options exec.SendOptions
}

// options are how rows are sent along an edge.
func (e *edge) options(parts int, compress bool) exec.SendOptions {
	return exec.SendOptions{Parts: parts, InOrder: e.ordered(), Firsts: e.order != nil, Compress: compress}
}

// build makes the plan of a task of a stage.
func (c *cut) build(s *stage, at ends) (*piece, error) {
	p := &piece{of: map[*plan.Node]part{}}
	made := map[*plan.Node]*plan.Node{}
	origin, err := c.origin(p, s, at)
	if err != nil {
		return nil, err
	}
	made[s.origin] = origin
	for _, n := range c.nodes {
		if !c.peers[n] || !fuses(n) {
			continue
		}
		var inputs []*plan.Node
		for _, in := range n.Inputs {
			if m := made[in]; m != nil {
				inputs = append(inputs, m)
			}
		}
		if len(inputs) > 0 {
			made[n] = p.copy(n, inputs, n.Body)
		}
	}
	for _, e := range s.outs {
		to, ok := at.outlets[e.id]
		if from := made[e.from]; ok && from != nil {
			p.roots = append(p.roots, p.sender(e, from, plan.Sink, nil, e.how.Send(to.outlet, to.options)))
		}
	}
	return p, nil
}

// copy is a node with other inputs and another body.
func (p *piece) copy(n *plan.Node, inputs []*plan.Node, body any) *plan.Node {
	m := *n
	m.Inputs, m.Body = inputs, body
	p.of[&m] = part{of: n}
	return &m
}

// sender is the node that sends rows along an edge, behind what is done with them first.
func (p *piece) sender(e *edge, from *plan.Node, kind plan.Kind, rows any, body exec.Body) *plan.Node {
	owner := e.to
	if owner == nil {
		owner = e.from
	}
	if e.how.First != nil {
		from = &plan.Node{
			Op: owner.Op, Label: owner.Label, Site: owner.Site,
			Kind: plan.Breaker, Order: owner.Order, Rows: e.how.Rows, Inputs: []*plan.Node{from}, Body: e.how.First,
		}
		p.of[from] = part{owner, exec.Takes}
	}
	return &plan.Node{Op: owner.Op, Label: owner.Label, Site: owner.Site, Kind: kind, Rows: rows, Inputs: []*plan.Node{from}, Body: body}
}

// origin makes the node where the rows of a task begin.
func (c *cut) origin(p *piece, s *stage, at ends) (*plan.Node, error) {
	n := s.origin
	if n.Kind == plan.Source {
		return p.copy(n, nil, exec.Leased(n, at.leases)), nil
	}
	var inputs []*plan.Node
	for i, e := range s.ins {
		r := &plan.Node{Op: n.Op, Label: n.Label, Site: n.Site, Kind: plan.Source, Rows: e.how.Rows, Order: plan.NoOrder}
		if e.ordered() {
			r.Order = plan.InputOrder
		}
		r.Body = e.how.Receive(at.inlets[i])
		if e.order != nil {
			body, err := e.order.Receive(at.inlets[i], at.within[0], at.within[1])
			if err != nil {
				return nil, err
			}
			r.Body = body
		}
		inputs = append(inputs, r)
	}
	body := n.Body
	if whole := c.shares[n].Whole; whole != nil {
		body = whole
	}
	m := p.copy(n, inputs, body)
	if s.ins[0].how.First != nil {
		p.of[m] = part{n, exec.Gives}
	}
	return m, nil
}

// here makes the plan that the driver runs itself: what leads from the edges that end in
// it, and from its own sources, to roots. receive is the source of what an edge brings, and
// send the sink of what the driver has for one.
func (c *cut) here(roots []*plan.Node, receive, send func(*edge) exec.Body) *piece {
	p := &piece{of: map[*plan.Node]part{}}
	made := map[*plan.Node]*plan.Node{}
	var local func(n *plan.Node) *plan.Node
	senders := map[*edge]*plan.Node{}
	// incoming is the source of what an edge brings to the driver.
	incoming := func(e *edge, rows any, order plan.Order) *plan.Node {
		n := e.from
		g := &plan.Node{Op: "peers", Label: cmp.Or(c.labels[n], n.Label), Site: n.Site, Kind: plan.Source, Order: order, Rows: rows, Body: receive(e)}
		for _, before := range c.sentBefore(e) {
			if senders[before] == nil {
				senders[before] = p.sender(before, local(before.from), plan.Breaker, exec.SentRows(), send(before))
			}
			g.Inputs = append(g.Inputs, senders[before])
		}
		if len(g.Inputs) > 0 {
			g.Kind, g.Body = plan.Breaker, exec.After(len(g.Inputs), receive(e))
		}
		return g
	}
	local = func(n *plan.Node) *plan.Node {
		if m := made[n]; m != nil {
			return m
		}
		var m *plan.Node
		share, shared := c.shares[n]
		switch {
		case c.peers[n]:
			m = incoming(c.gathered(n), n.Rows, n.Order)
		case shared && share.Order != nil:
			m = incoming(c.into(n, 0), n.Rows, n.Order)
			m.Op = n.Op
			p.of[m] = part{n, exec.Gives}
		case shared:
			e := c.into(n, 0)
			body := n.Body
			if share.Whole != nil {
				body = share.Whole
			}
			m = p.copy(n, []*plan.Node{incoming(e, e.how.Rows, plan.InputOrder)}, body)
			p.of[m] = part{n, exec.Gives}
		default:
			var inputs []*plan.Node
			for _, in := range n.Inputs {
				inputs = append(inputs, local(in))
			}
			m = p.copy(n, inputs, n.Body)
		}
		made[n] = m
		return m
	}
	for _, n := range roots {
		p.roots = append(p.roots, local(n))
	}
	return p
}

// sentBefore lists the edges on which the driver must have sent its rows before those of
// an edge can come.
func (c *cut) sentBefore(e *edge) (list []*edge) {
	seen := map[*edge]bool{}
	var look func(e *edge)
	look = func(e *edge) {
		if seen[e] {
			return
		}
		seen[e] = true
		if len(e.feeds) == 0 && !slices.Contains(list, e) {
			list = append(list, e)
		}
		for _, s := range e.feeds {
			for _, in := range s.ins {
				look(in)
			}
		}
	}
	look(e)
	return list
}
