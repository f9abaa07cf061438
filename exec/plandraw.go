package exec

import (
	"fmt"
	"slices"
	"strings"

	"anabranch.dev/internal/draw"
)

// SVG draws the plan as a picture: a box for each pipeline, in it its operators, and rows
// flow from top to bottom. It is one file, without scripts and fonts, for light and dark
// pages. An operator is in the pipeline that it works in, or the last that it takes all
// rows of.
//
// A page that shows it can find the parts: operators have their index in the plan in
// data-operator, pipelines their number in data-pipeline, and edges the indexes of
// operators in data-from and data-to.
func (p *Plan) SVG() string { return p.graph().SVG() }

// DOT gives the plan as text for Graphviz, with a cluster for each pipeline.
func (p *Plan) DOT() string { return p.graph().DOT() }

// Mermaid gives the plan as text for Mermaid, which GitHub and others draw.
func (p *Plan) Mermaid() string { return p.graph().Mermaid() }

var kindOf = map[Role]draw.Kind{
	RoleSource: draw.Source, RoleFused: draw.Fused, RoleTurns: draw.Turns, RoleCut: draw.Cut,
	RoleProbe: draw.Probe, RoleBreaker: draw.Breaker, RoleSink: draw.Sink,
}

// graph is what there is to draw of a plan.
func (p *Plan) graph() *draw.Graph {
	g := &draw.Graph{Title: "Plan of a dataflow"}
	if p == nil {
		return g
	}
	var chains []string
	for i, pipe := range p.Pipelines {
		group := draw.Group{Name: fmt.Sprint("pipeline ", i+1)}
		if len(pipe.After) > 0 {
			after := slices.Sorted(slices.Values(pipe.After))
			group.Note = "after " + strings.Trim(strings.ReplaceAll(fmt.Sprint(after), " ", ", "), "[]")
		}
		g.Groups = append(g.Groups, group)
		chains = append(chains, fmt.Sprintf("pipeline %d: %s", i+1, p.chain(i)))
	}
	g.Text = strings.Join(chains, "\n")
	for i := range p.Operators {
		o := &p.Operators[i]
		g.Nodes = append(g.Nodes, o.node())
		for j, in := range o.Inputs {
			from, to, by := p.Operators[in].home(), o.home(), o.Takes[j]
			e := draw.Edge{From: in, To: i, Boundary: from != to}
			if by != from && by != to { // all that happens in that pipeline is that rows go from one to the other
				e.Via = by
			}
			g.Edges = append(g.Edges, e)
		}
	}
	return g
}

// home is the number of the pipeline that an operator is drawn in.
func (o *Operator) home() int {
	if o.Role != RoleBreaker && o.Role != RoleSink {
		return o.Gives
	}
	last := 0
	for _, n := range o.Takes {
		last = max(last, n)
	}
	return last
}

// shortDetail is how many bytes stand beside a verb, as a number of rows does.
const shortDetail = 8

func (o *Operator) node() draw.Node {
	n := draw.Node{Kind: kindOf[o.Role], Group: o.home(), Title: o.Op, Tooltip: o.Name() + ": " + o.flow()}
	if o.Label != "" {
		n.Label = fmt.Sprintf("%q", o.Label)
	}
	switch {
	case len(o.Detail) <= shortDetail:
		n.Title = strings.TrimRight(n.Title+" "+o.Detail, " ")
	case o.Label == "":
		n.Label = o.Detail
	default:
		n.Lines = append(n.Lines, o.Detail)
	}
	if o.Site.File != "" {
		n.Aside = o.Site.String()
	}
	if o.Rows != "" && o.Role != RoleSink { // a sink tells what it wrote
		n.Lines = append(n.Lines, o.Rows+orders[o.Order])
	}
	if o.Memory != "" {
		n.Lines = append(n.Lines, memories[o.Memory])
	}
	return n
}

var memories = map[string]string{MaySpill: "may spill to disk", MemoryOnly: "in memory only"}

var orders = map[string]string{"input": ", input order", "sorted": ", sorted", "none": ", no order"}
