package draw

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestRandom holds that pictures of random graphs are readable: nothing overlaps, and
// everything is where it belongs.
func TestRandom(t *testing.T) {
	n := uint64(400)
	if testing.Short() {
		n = 60
	}
	for seed := range n {
		g := random(seed, int(4+seed%40))
		svg := g.SVG()
		if t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			p := lookAt(t, svg)
			checkPlaces(t, g, p)
			checkTexts(t, p)
			checkEdges(t, g, p)
			if svg != random(seed, int(4+seed%40)).SVG() {
				t.Error("drawn twice, it differs")
			}
		}); t.Failed() {
			return
		}
	}
}

// random makes a graph that has an order: its groups, and nodes of none, come one after
// the other, and edges go forwards.
func random(seed uint64, size int) *Graph {
	r := rand.New(rand.NewPCG(seed, 1))
	text := func(most int) string {
		return strings.Repeat("Wörter il <&> ", 10)[:r.IntN(most+1)]
	}
	g := &Graph{Title: text(30), Text: text(100)}
	for range r.IntN(4) {
		g.Caption = append(g.Caption, text(60))
	}
	groups := r.Perm(1 + r.IntN(6))
	states := []State{"", Waiting, Running, Finishing, Done}
	for range groups {
		g.Groups = append(g.Groups, Group{Name: text(40), Note: text(40), State: states[r.IntN(len(states))], Tooltip: text(50)})
	}
	var steps []int // of nodes; each group has an even one
	for step := range 2*len(groups) + 1 {
		nodes := 1
		if step%2 == 1 {
			nodes = r.IntN(1 + 2*size/len(groups))
		} else if r.IntN(4) > 0 {
			continue
		}
		for range nodes {
			n := Node{Kind: Kind(r.IntN(len(looks))), Title: text(30), Aside: text(20), Label: text(50), Share: r.Float64(), Tooltip: text(40)}
			for range r.IntN(4) {
				n.Lines = append(n.Lines, text(70))
			}
			if r.IntN(2) == 0 {
				n.Bar = text(12)
			}
			if step%2 == 1 {
				n.Group = groups[step/2] + 1
			}
			g.Nodes, steps = append(g.Nodes, n), append(steps, step)
		}
	}
	for to := range g.Nodes {
		for range r.IntN(3) {
			from := max(0, to-1-r.IntN(1+r.IntN(8)))
			if from == to {
				continue
			}
			e := Edge{From: from, To: to, Label: text(12), Boundary: steps[from] != steps[to], Tooltip: text(20)}
			if between := steps[to]/2 - (steps[from]+1)/2; between > 0 && r.IntN(2) == 0 {
				if via := (steps[from]+1)/2 + r.IntN(between); 2*via+1 > steps[from] && 2*via+1 < steps[to] {
					e.Via = groups[via] + 1
				}
			}
			g.Edges = append(g.Edges, e)
		}
	}
	return g
}

func checkPlaces(t *testing.T, g *Graph, p *picture) {
	t.Helper()
	if len(p.nodes) != len(g.Nodes) || len(p.boxes) != len(g.Groups) || len(p.edges) != len(g.Edges) {
		t.Fatalf("%d nodes, %d boxes, %d edges", len(p.nodes), len(p.boxes), len(p.edges))
	}
	for i, n := range p.nodes {
		for j, o := range p.nodes {
			if i < j && n.meets(o.rect) {
				t.Errorf("nodes %d and %d overlap: %v, %v", i, j, n.rect, o.rect)
			}
		}
		for number, box := range p.boxes {
			switch {
			case g.Nodes[i].Group == number && !box.has(n.rect):
				t.Errorf("node %d is not in its box %d: %v, %v", i, number, n.rect, box.rect)
			case g.Nodes[i].Group != number && box.meets(n.rect):
				t.Errorf("node %d is in box %d: %v, %v", i, number, n.rect, box.rect)
			}
		}
		if !p.size.has(n.rect) {
			t.Errorf("node %d is not in the picture: %v", i, n.rect)
		}
	}
	for i, b := range p.boxes {
		for j, o := range p.boxes {
			if i < j && b.meets(o.rect) {
				t.Errorf("boxes %d and %d overlap: %v, %v", i, j, b.rect, o.rect)
			}
		}
		if !p.size.has(b.rect) {
			t.Errorf("box %d is not in the picture: %v", i, b.rect)
		}
	}
}

// checkTexts holds that texts are in what they belong to, and that none is on another.
func checkTexts(t *testing.T, p *picture) {
	t.Helper()
	apart := func(what string, labels []label) {
		for i, l := range labels {
			for _, o := range labels[:i] {
				if l.meets(o.rect) {
					t.Errorf("%s: %q is on %q", what, l.text, o.text)
				}
			}
			if l.title != "" && !strings.HasPrefix(l.title, strings.TrimSuffix(l.text, "…")) {
				t.Errorf("%s: %q stands for %q", what, l.text, l.title)
			}
		}
	}
	for i, n := range p.nodes {
		for _, l := range n.labels {
			if !n.has(l.rect) {
				t.Errorf("%q is not in node %d: %v, %v", l.text, i, l.rect, n.rect)
			}
		}
		for _, b := range n.bars {
			if !n.has(b) || len(n.bars) == 2 && !n.bars[0].has(b) {
				t.Errorf("the bar is not in node %d: %v", i, n.bars)
			}
		}
		apart(fmt.Sprint("node ", i), n.labels)
	}
	all := p.others
	for i, b := range p.boxes {
		for _, l := range b.labels {
			if !b.has(l.rect) {
				t.Errorf("%q is not in box %d: %v, %v", l.text, i, l.rect, b.rect)
			}
			for _, e := range p.edges {
				for _, line := range e.lines {
					for _, at := range line {
						if l.meets(rect{at[0], at[1], at[0], at[1]}) {
							t.Errorf("the edge from %d to %d passes %q of box %d", e.from, e.to, l.text, i)
						}
					}
				}
			}
		}
		all = append(all, b.labels...)
	}
	for _, l := range all {
		if !p.size.has(l.rect) {
			t.Errorf("%q is not in the picture: %v, %v", l.text, l.rect, p.size)
		}
	}
	apart("picture", all)
}

// checkEdges holds that edges lead down from node to node, and through no other.
func checkEdges(t *testing.T, g *Graph, p *picture) {
	t.Helper()
	const most = 9 // pixels that the tip takes, and the line ends before
	for _, e := range p.edges {
		what := fmt.Sprintf("edge from %d to %d", e.from, e.to)
		var line outline
		for _, l := range e.lines {
			if n := len(line); n > 0 && line[n-1] != l[0] {
				t.Errorf("%s: its parts are at %v and %v", what, line[n-1], l[0])
			}
			line = append(line, l...)
		}
		for i, at := range line {
			if i > 0 && at[1] < line[i-1][1] {
				t.Errorf("%s goes up at %v", what, at)
			}
			for n, node := range p.nodes {
				if node.left < at[0] && at[0] < node.right && node.top < at[1] && at[1] < node.bottom {
					t.Errorf("%s passes node %d at %v", what, n, at)
				}
			}
		}
		from, to := p.nodes[e.from], p.nodes[e.to]
		first, last := line[0], line[len(line)-1]
		if first[1] != from.bottom || first[0] < from.left || first[0] > from.right {
			t.Errorf("%s begins at %v, below %v", what, first, from.rect)
		}
		if last[1] > to.top || last[1] < to.top-most || last[0] < to.left || last[0] > to.right {
			t.Errorf("%s ends at %v, above %v", what, last, to.rect)
		}
		if len(e.tips) != 1 || e.tips[0][0] != [2]float64{last[0], to.top} {
			t.Errorf("%s has its tip at %v", what, e.tips)
		}
		for _, l := range e.labels {
			if l.left < to.left || l.right > to.right || l.bottom > to.top {
				t.Errorf("%s: %q is at %v, not above %v", what, l.text, l.rect, to.rect)
			}
		}
	}
}
