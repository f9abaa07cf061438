package exec

import (
	"fmt"
	"time"

	"anabranch.dev/internal/draw"
	"anabranch.dev/internal/human"
)

// SVG draws the run's plan, as [Plan.SVG] does, with what is known of the run: rows on
// the edges, of each operator its share of the time that all of them took, bytes, memory and
// what it wrote to temporary files, of each pipeline where it stands.
func (p *Progress) SVG() string { return p.graph().SVG() }

// DOT gives the same as text for Graphviz.
func (p *Progress) DOT() string { return p.graph().DOT() }

// Mermaid gives the same as text for Mermaid.
func (p *Progress) Mermaid() string { return p.graph().Mermaid() }

func (p *Progress) graph() *draw.Graph {
	g := p.Plan.graph()
	g.Title = "Run of a dataflow"
	g.Caption = p.caption()
	for i := range g.Groups {
		if i < len(p.Pipelines) {
			p.Pipelines[i].draw(&g.Groups[i])
		}
	}
	if len(p.Operators) != len(g.Nodes) {
		return g // they belong to another plan
	}
	var busy time.Duration
	for i := range p.Operators {
		busy += p.Operators[i].Busy
	}
	for i := range g.Nodes {
		p.Operators[i].draw(&g.Nodes[i], p.Plan.Operators[i].Role, busy)
	}
	for i := range g.Edges {
		e := &g.Edges[i]
		rows := p.Operators[e.To].RowsIn
		if len(p.Plan.Operators[e.To].Inputs) > 1 {
			rows = p.Operators[e.From].RowsOut
		}
		e.Label = human.Count(rows)
		e.Tooltip = fmt.Sprint(rows, " rows")
	}
	return g
}

// caption is how the whole run stands.
func (p *Progress) caption() []string {
	var c []string
	switch {
	case p.Err != nil:
		c = append(c, "failed after "+human.Duration(p.Elapsed), p.Err.Error())
	case p.Done:
		c = append(c, "done in "+human.Duration(p.Elapsed))
	default:
		c = append(c, "running for "+human.Duration(p.Elapsed))
		if p.Share > 0 {
			c = append(c, human.Percent(p.Share))
		}
		if p.Left > 0 {
			c = append(c, human.Duration(p.Left)+" left")
		}
	}
	if p.Workers > 0 {
		c = append(c, plural(int64(p.Workers), "worker"))
	}
	switch {
	case p.TotalBytes > p.Bytes:
		c = append(c, human.Bytes(p.Bytes)+" of "+human.Bytes(p.TotalBytes)+" read")
	case p.Bytes > 0:
		c = append(c, human.Bytes(p.Bytes)+" read")
	}
	if p.MemoryPeak > 0 {
		s := "memory at most " + human.Bytes(p.MemoryPeak)
		if p.Budget > 0 {
			s += " of " + human.Bytes(p.Budget)
		}
		c = append(c, s)
	}
	if p.DiskPeak > 0 {
		c = append(c, "temporary files at most "+human.Bytes(p.DiskPeak))
	}
	return c
}

var states = map[State]draw.State{
	Waiting: draw.Waiting, Running: draw.Running, Finishing: draw.Finishing, Done: draw.Done,
}

// draw adds to the box of a pipeline where it stands.
func (p *PipelineProgress) draw(g *draw.Group) {
	g.State = states[p.State]
	took := human.Duration(p.Ended - p.Began)
	switch p.State {
	case Done:
		g.Note = "done in " + took
	case Running:
		g.Note = "running " + took
		if p.Share >= 0 {
			g.Note += ", " + human.Percent(p.Share)
		}
		if p.Left > 0 {
			g.Note += ", " + human.Duration(p.Left) + " left"
		}
	case Finishing:
		g.Note = "finishing, " + took
	default:
		g.Note = string(p.State)
		return
	}
	g.Tooltip = fmt.Sprintf("%d rows\nworkers: busy %s, blocked %s, idle %s",
		p.Rows, human.Duration(p.Busy), human.Duration(p.Blocked), human.Duration(p.Idle))
}

// draw adds to the node of an operator where it stands. All of them took busy.
func (o *OperatorProgress) draw(n *draw.Node, role Role, busy time.Duration) {
	if busy > 0 {
		n.Share = float64(o.Busy) / float64(busy)
	}
	n.Bar = human.Percent(n.Share)
	if o.Busy > 0 {
		n.Bar += ", " + human.Duration(o.Busy)
	}
	if o.Bytes > 0 {
		s := " read"
		if role == RoleSink {
			s = " written"
		}
		n.Lines = append(n.Lines, human.Bytes(o.Bytes)+s)
	}
	if o.MemoryPeak > 0 {
		n.Lines = append(n.Lines, "memory at most "+human.Bytes(o.MemoryPeak))
	}
	if o.Spill.Bytes > 0 {
		n.Lines = append(n.Lines, fmt.Sprintf("spilled %s in %s", human.Bytes(o.Spill.Bytes), plural(o.Spill.Runs, "run")))
	}
	if o.Blocked > 0 {
		n.Tooltip += "\nblocked " + human.Duration(o.Blocked)
	}
	if o.Skew > 0 {
		n.Tooltip += fmt.Sprintf("\nskew %.1f", o.Skew)
	}
	if o.Slowest > 0 {
		n.Tooltip += "\nslowest part " + human.Duration(o.Slowest)
	}
}
