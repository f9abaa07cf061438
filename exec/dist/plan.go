package dist

import (
	"fmt"
	"slices"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// A cut is a plan in stages. All processes of a run make the same one.
type cut struct {
	targets []*plan.Node // whose rows the driver wants
	nodes   []*plan.Node // inputs before what they feed
	number  map[*plan.Node]int
	peers   map[*plan.Node]bool // where a node runs: on peers, or in the driver
	shares  map[*plan.Node]exec.Share
	labels  map[*plan.Node]string // of targets, as the program has named them; in the driver
	stages  []*stage
	edges   []*edge
}

// A stage is an origin, and the operators that its rows pass before they travel.
type stage struct {
	id     int
	origin *plan.Node
	ins    []*edge // of a breaker
	outs   []*edge
}

// An edge is where rows travel.
type edge struct {
	id     int
	from   *plan.Node // whose rows they are
	to     *plan.Node // the breaker that takes them; nil: they are the driver's as they are
	input  int        // of that
	how    exec.ShareIn
	order  exec.Ranges // of a sort: partitions are ranges
	feeds  []*stage    // in the order of the rows; none: the driver sends them
	driver bool        // they end in the driver, which takes them as they come
}

// ordered reports whether the order of the rows is kept.
func (e *edge) ordered() bool {
	if e.how.First != nil {
		return !e.how.Placed
	}
	return e.from.Order != plan.NoOrder
}

// newCut cuts the plan that leads to targets.
func newCut(targets []*plan.Node) (*cut, error) {
	c := &cut{
		targets: targets, number: map[*plan.Node]int{},
		peers: map[*plan.Node]bool{}, shares: map[*plan.Node]exec.Share{},
	}
	plan.Walk(targets, func(n *plan.Node) {
		c.number[n] = len(c.nodes)
		c.nodes = append(c.nodes, n)
	})
	for _, n := range c.nodes {
		if err := c.place(n); err != nil {
			return nil, err
		}
	}
	c.mergeHere()
	for _, n := range c.nodes {
		if err := c.connect(n); err != nil {
			return nil, err
		}
	}
	for _, n := range targets {
		if c.peers[n] {
			if err := c.gather(n); err != nil {
				return nil, err
			}
		}
	}
	for _, e := range c.edges {
		for _, s := range c.stagesAbove(e.from, nil) {
			e.feeds = append(e.feeds, s)
			s.outs = append(s.outs, e)
		}
	}
	return c, nil
}

// place decides where a node runs, of whose inputs that is known.
func (c *cut) place(n *plan.Node) error {
	any := slices.ContainsFunc(n.Inputs, func(in *plan.Node) bool { return c.peers[in] })
	switch n.Kind {
	case plan.Source:
		c.peers[n] = true
	case plan.Narrow, plan.Cut:
		c.peers[n] = any
	case plan.Concat:
		c.peers[n] = c.concatenable(n)
	case plan.Breaker, plan.Probe:
		if !any || n.Share == nil {
			return nil
		}
		s, err := n.Share.(exec.Sharing)()
		if err != nil {
			return about(n, err)
		}
		c.shares[n] = s
		c.peers[n] = !s.Once
	}
	if c.peers[n] && (n.Kind == plan.Source || n.Kind == plan.Breaker || n.Kind == plan.Probe) {
		c.stages = append(c.stages, &stage{id: len(c.stages), origin: n})
	}
	return nil
}

// mergeHere has the driver merge sorted runs whose rows it wants as they are: so they
// travel once, and not three times.
func (c *cut) mergeHere() {
	for _, n := range c.nodes {
		if !c.peers[n] || c.shares[n].Order == nil {
			continue
		}
		used := slices.ContainsFunc(c.nodes, func(m *plan.Node) bool { return c.peers[m] && slices.Contains(m.Inputs, n) })
		if used {
			continue
		}
		c.peers[n] = false
		c.stages = slices.DeleteFunc(c.stages, func(s *stage) bool { return s.origin == n })
	}
	for i, s := range c.stages {
		s.id = i
	}
	for _, n := range c.nodes { // whose rows are all in the driver now
		if !c.peers[n] && !slices.ContainsFunc(n.Inputs, func(in *plan.Node) bool { return c.peers[in] }) {
			delete(c.shares, n)
		}
	}
}

// about names the operator that an error is about.
func about(n *plan.Node, err error) error {
	if _, named := err.(*exec.Error); named {
		return err
	}
	return &exec.Error{Op: n.Op, Label: n.Label, Site: n.Site, Err: err}
}

// concatenable reports whether a task of one input's rows has no rows of another's: rows of
// several tasks would come in turns.
func (c *cut) concatenable(n *plan.Node) bool {
	var seen []*plan.Node
	for _, in := range n.Inputs {
		if !c.peers[in] {
			return false
		}
		for _, o := range c.originsAbove(in, nil) {
			if slices.Contains(seen, o) {
				return false
			}
			seen = append(seen, o)
		}
	}
	return true
}

// fuses reports whether rows of a node's inputs pass it in the task that they come from.
func fuses(n *plan.Node) bool {
	return n.Kind == plan.Narrow || n.Kind == plan.Cut || n.Kind == plan.Concat
}

// originsAbove lists where the rows of a node begin, that runs on peers, in their order.
func (c *cut) originsAbove(n *plan.Node, list []*plan.Node) []*plan.Node {
	if !c.peers[n] {
		return list
	}
	if !fuses(n) {
		if !slices.Contains(list, n) {
			list = append(list, n)
		}
		return list
	}
	for _, in := range n.Inputs {
		list = c.originsAbove(in, list)
	}
	return list
}

func (c *cut) stagesAbove(n *plan.Node, list []*stage) []*stage {
	for _, o := range c.originsAbove(n, nil) {
		i := slices.IndexFunc(c.stages, func(s *stage) bool { return s.origin == o })
		list = append(list, c.stages[i])
	}
	return list
}

// connect makes the edges that lead to a node.
func (c *cut) connect(n *plan.Node) error {
	share, shared := c.shares[n]
	if !c.peers[n] {
		for i, in := range n.Inputs {
			switch {
			case !c.peers[in]:
			case shared:
				c.edges = append(c.edges, &edge{
					id: len(c.edges), from: in, to: n, input: i, how: share.Ins[i], order: share.Order,
					driver: share.Order == nil, // else it waits for all of them
				})
			default:
				if err := c.gather(in); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if fuses(n) || n.Kind == plan.Source {
		return nil
	}
	s := c.stagesAbove(n, nil)[0]
	for i, in := range n.Inputs {
		e := &edge{id: len(c.edges), from: in, to: n, input: i, how: share.Ins[i], order: share.Order}
		c.edges = append(c.edges, e)
		s.ins = append(s.ins, e)
	}
	return nil
}

// gather makes the edge by which the driver gets the rows of a node.
func (c *cut) gather(n *plan.Node) error {
	if c.gathered(n) != nil {
		return nil
	}
	how, err := exec.Gather(n.Rows.(exec.Rows))
	if err != nil {
		return about(n, err)
	}
	c.edges = append(c.edges, &edge{id: len(c.edges), from: n, how: how, driver: true})
	return nil
}

func (c *cut) gathered(n *plan.Node) *edge {
	for _, e := range c.edges {
		if e.from == n && e.to == nil {
			return e
		}
	}
	return nil
}

// into finds the edge of an input of a node.
func (c *cut) into(n *plan.Node, input int) *edge {
	for _, e := range c.edges {
		if e.to == n && e.input == input {
			return e
		}
	}
	return nil
}

// toPeers reports whether peers take what comes along an edge.
func (c *cut) toPeers(e *edge) bool { return c.peers[e.to] }

// fingerprint is equal where two processes have the same plan.
func (c *cut) fingerprint() uint64 {
	return plan.Fingerprint(c.targets, func(n *plan.Node) string {
		if n.Rows == nil {
			return ""
		}
		return fmt.Sprint(n.Rows.(exec.Rows).Type())
	})
}
