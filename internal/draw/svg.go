package draw

import (
	"fmt"
	"strings"
)

const (
	margin    = 16 // around the picture
	leastWide = 340
	separator = "  ·  "
	sampleW   = 26 // of a kind in the legend
	sampleH   = 15
)

// SVG draws the graph as a picture that needs nothing else: no script and no font. Its
// colours are for a light or a dark page, as the reader prefers.
//
// A node is a g of class node with its index in data-operator, a group one of class
// pipeline with its number in data-pipeline, an edge one of class edge with the indexes of
// its nodes in data-from and data-to. Within them, texts and the bar have classes.
func (g *Graph) SVG() string {
	p := &svg{layout: newLayout(g)}
	return p.draw()
}

type svg struct {
	*layout
	out  strings.Builder
	wide int // of the picture, without margins
}

func (p *svg) printf(format string, args ...any) { fmt.Fprintf(&p.out, format, args...) }

func (p *svg) draw() string {
	down := 0
	for i := range p.blocks {
		b := &p.blocks[i]
		p.wide, down = max(p.wide, b.x+b.width), max(down, b.y+b.height)
	}
	shift := 0
	if p.wide < leastWide {
		p.wide, shift = leastWide, (leastWide-p.wide)/2
	}
	var captions, samples []int
	for _, c := range p.graph.Caption {
		captions = append(captions, min(width(line(c), sizeText), p.wide))
	}
	kinds := p.graph.kinds()
	for _, k := range kinds {
		samples = append(samples, sampleW+6+width(looks[k].legend, sizeSmall))
	}
	caption, legend := flow(captions, width(separator, sizeText), p.wide), flow(samples, 18, p.wide)
	top := margin
	if len(caption) > 0 {
		top += len(caption)*18 + 8
	}
	w, h := p.wide+2*margin, top+down+margin
	if len(legend) > 0 {
		h += 14 + len(legend)*20
	}
	p.printf(`<svg xmlns="http://www.w3.org/2000/svg" class="dataflow" role="img" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d">`+"\n", w, h)
	p.printf("<title>%s</title>\n<desc>%s</desc>\n<style>%s</style>\n", escape(p.graph.Title), escape(p.graph.Text), style)
	p.printf(`<rect class="page" width="%d" height="%d" rx="8"/>`+"\n", w, h)
	for i, l := range caption {
		var facts []string
		for _, c := range l {
			facts = append(facts, p.graph.Caption[c])
		}
		p.text("caption", margin, margin+13+18*i, sizeText, p.wide, strings.Join(facts, separator))
	}
	p.printf(`<g transform="translate(%d %d)">`+"\n", margin+shift, top)
	p.boxes()
	p.edges()
	p.names()
	for i := range p.graph.Nodes {
		p.node(i)
	}
	p.printf("</g>\n")
	p.legend(kinds, legend, samples, top+down+14)
	p.printf("</svg>\n")
	return p.out.String()
}

// text draws one line from x to the right. What does not fit is cut, and shown whole
// beside the pointer.
func (p *svg) text(class string, x, y, size, most int, s string) {
	p.anchored(class, "", x, y, size, most, s)
}

// textTo draws one line that ends at x.
func (p *svg) textTo(class string, x, y, size, most int, s string) {
	p.anchored(class, ` text-anchor="end"`, x, y, size, most, s)
}

func (p *svg) anchored(class, anchor string, x, y, size, most int, s string) {
	whole := line(s)
	s = fit(whole, size, most)
	p.printf(`<text class="%s" x="%d" y="%d"%s>`, class, x, y, anchor)
	if s != whole {
		p.printf(`<title>%s</title>`, escape(whole))
	}
	p.printf("%s</text>\n", escape(s))
}

func (p *svg) tooltip(s string) {
	if s != "" {
		p.printf("<title>%s</title>\n", escape(s))
	}
}

func (p *svg) boxes() {
	for i := range p.graph.Groups {
		b, g := &p.blocks[i], &p.graph.Groups[i]
		p.printf(`<g class="pipeline %s" data-pipeline="%d">`+"\n", g.State, i+1)
		p.tooltip(g.Tooltip)
		p.printf(`<rect class="box" x="%d" y="%d" width="%d" height="%d" rx="10"/>`+"\n</g>\n", b.x, b.y, b.width, b.height)
	}
}

// names are drawn above the edges.
func (p *svg) names() {
	for i := range p.graph.Groups {
		b, g := &p.blocks[i], &p.graph.Groups[i]
		p.printf(`<g class="pipeline %s" data-pipeline="%d">`+"\n", g.State, i+1)
		p.text("name", b.x+b.name, b.y+19, sizeTitle, mostText, g.Name)
		if g.Note != "" {
			p.textTo("state", b.x+b.note, b.y+19, sizeSmall, mostText, g.Note)
		}
		p.printf("</g>\n")
	}
}

func (p *svg) edges() {
	for i := range p.paths {
		a := &p.paths[i]
		e := &p.graph.Edges[a.edge]
		if i == 0 || p.paths[i-1].edge != a.edge {
			class := "edge"
			if e.Boundary {
				class += " boundary"
			}
			p.printf(`<g class="%s" data-from="%d" data-to="%d">`+"\n", class, e.From, e.To)
			p.tooltip(e.Tooltip)
		}
		route := p.route(a)
		p.printf(`<path class="line" d="%s"/>`+"\n", curve(route, a.ends && !a.up))
		if !a.ends {
			continue
		}
		if first, last := route[0], route[len(route)-1]; a.up {
			p.printf(`<path class="tip" d="M%d %dl-4 7h8z"/>`+"\n", first.x, first.from)
		} else {
			p.printf(`<path class="tip" d="M%d %dl-4 -7h8z"/>`+"\n", last.x, last.to)
		}
		if e.Label != "" {
			p.text("rows", a.xs[len(a.xs)-1]+6, route[len(route)-1].to-8, sizeSmall, mostLabel, e.Label)
		}
		p.printf("</g>\n")
	}
}

// curve is the path through verticals, which ends behind the tip if it has one.
func curve(route []vertical, tip bool) string {
	var d strings.Builder
	for i, v := range route {
		if i == 0 {
			fmt.Fprintf(&d, "M%d %d", v.x, v.from)
		} else {
			before := route[i-1]
			middle := (before.to + v.from) / 2
			fmt.Fprintf(&d, "C%d %d %d %d %d %d", before.x, middle, v.x, middle, v.x, v.from)
		}
		to := v.to
		if tip && i == len(route)-1 {
			to -= 6
		}
		if to > v.from {
			fmt.Fprintf(&d, "V%d", to)
		}
	}
	return d.String()
}

func (p *svg) node(i int) {
	n, it := &p.graph.Nodes[i], &p.items[i]
	x, y := p.at(i)-it.width/2, p.blocks[it.block].tops[it.row]
	p.printf(`<g class="node %s" data-operator="%d">`+"\n", looks[n.Kind].class, i)
	p.tooltip(n.Tooltip)
	p.shape(n.Kind, x, y, it.width, it.height, 12)
	inner := it.width - 2*inset
	x, y = x+inset, y+edgeRow
	title := inner
	if aside := line(n.Aside); aside != "" {
		w := min(width(aside, sizeSmall), inner*2/3)
		p.textTo("site", x+inner, y+13, sizeSmall, w, aside)
		title -= w + 8
	}
	p.text("verb", x, y+13, sizeTitle, title, n.Title)
	y += titleRow
	if n.Label != "" {
		p.text("label", x, y+12, sizeText, inner, n.Label)
		y += textRow
	}
	for _, s := range n.Lines {
		p.text("more", x, y+12, sizeSmall, inner, s)
		y += smallRow
	}
	if n.Bar != "" {
		w := min(width(line(n.Bar), sizeSmall), inner-leastBar-8)
		track := inner - w - 8
		share := min(max(n.Share, 0), 1)
		p.printf(`<rect class="track" x="%d" y="%d" width="%d" height="6" rx="3"/>`+"\n", x, y+6, track)
		p.printf(`<rect class="bar" x="%d" y="%d" width="%d" height="6" rx="3"/>`+"\n", x, y+6, int(share*float64(track)+0.5))
		p.textTo("share", x+inner, y+13, sizeSmall, w, n.Bar)
	}
	p.printf("</g>\n")
}

// shape draws the outline of a kind of node.
func (p *svg) shape(k Kind, x, y, w, h, round int) {
	path := func(class, format string, args ...any) {
		p.printf(`<path class="%s" d="%s"/>`+"\n", class, fmt.Sprintf(format, args...))
	}
	small := round / 3
	rect := func(top, bottom int) {
		path("shape", "M%d %dh%da%d %[4]d 0 0 1 %[4]d %[4]dv%[5]da%[6]d %[6]d 0 0 1 -%[6]d %[6]dh-%[7]da%[6]d %[6]d 0 0 1 -%[6]d -%[6]dv-%[5]da%[4]d %[4]d 0 0 1 %[4]d -%[4]dz",
			x+top, y, w-2*top, top, h-top-bottom, bottom, w-2*bottom)
	}
	switch k {
	case Source:
		rect(round, small)
	case Sink:
		rect(small, round)
	case Probe:
		cut := round / 2
		path("shape", "M%d %dh%dl%d %dl-%[4]d %[6]dh-%[3]dl-%[4]d -%[6]dz", x+cut, y, w-2*cut, cut, h/2, h-h/2)
	default:
		rect(small, small)
	}
	switch k {
	case Turns:
		path("mark", "M%d %dv%dM%d %[2]dv%[3]d", x+small, y, h, x+w-small)
	case Breaker:
		path("bar-top", "M%d %dh%d", x+small, y+1, w-2*small)
	}
}

func (p *svg) legend(kinds []Kind, lines [][]int, widths []int, y int) {
	for i, l := range lines {
		x := margin
		for _, k := range l {
			p.printf(`<g class="legend %s">`+"\n", looks[kinds[k]].class)
			p.shape(kinds[k], x, y+20*i, sampleW, sampleH, 6)
			p.text("more", x+sampleW+6, y+20*i+12, sizeSmall, p.wide, looks[kinds[k]].legend)
			p.printf("</g>\n")
			x += widths[k] + 18
		}
	}
}
