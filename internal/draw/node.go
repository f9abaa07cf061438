package draw

const (
	inset     = 14  // of text in a node
	leastNode = 150 // width
	mostNode  = 320
	mostText  = 230 // of a group's name, and of its note
	mostLabel = 110 // of an edge's
	labelRoom = 16  // beside it
	fewArrive = 3   // edges, so that one of them can be in the middle

	titleRow = 17 // heights
	textRow  = 16
	smallRow = 15
	barRow   = 17
	edgeRow  = 9 // above the first row and below the last
	leastBar = 60
)

// size decides how wide nodes are: all the same, as wide as their texts need, unless that
// is too much.
func (l *layout) size() {
	l.wide = leastNode
	for i := range l.graph.Nodes {
		n := &l.graph.Nodes[i]
		w := width(line(n.Title), sizeTitle)
		if n.Aside != "" {
			w += between + width(line(n.Aside), sizeSmall)
		}
		w = max(w, width(line(n.Label), sizeText))
		for _, s := range n.Lines {
			w = max(w, width(line(s), sizeSmall))
		}
		if n.Bar != "" {
			w = max(w, leastBar+8+width(line(n.Bar), sizeSmall))
		}
		l.wide = max(l.wide, w+2*inset)
	}
	l.wide = (min(l.wide, mostNode) + 1) &^ 1
}

// widthOf is the width of a node: that of all, or more where many edges arrive.
func (l *layout) widthOf(node int) int {
	label, n := 0, 0
	for i, e := range l.graph.Edges {
		if e.To == node {
			label, n = max(label, width(l.label(i), sizeSmall)), n+1
		}
	}
	step := max(label+labelRoom, between)
	switch {
	case n > fewArrive:
		step *= n + 1
	case n > 1:
		step *= 2 * n
	}
	return max(l.wide, (step+1)&^1)
}

// label is the label of an edge as it is shown.
func (l *layout) label(edge int) string {
	return fit(line(l.graph.Edges[edge].Label), sizeSmall, mostLabel)
}

func (n *Node) height() int {
	h := 2*edgeRow + titleRow + smallRow*len(n.Lines)
	if n.Label != "" {
		h += textRow
	}
	if n.Bar != "" {
		h += barRow
	}
	return h
}
