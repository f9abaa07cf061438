package exec

// FlowSVG is SVG with the text of flow on the edges, which is asked for each by the indexes of
// its operators, and without the line about the whole run: for a page that has that beside
// the picture.
func (p *Progress) FlowSVG(flow func(from, to int) string) string {
	g := p.graph()
	g.Caption = nil
	for i := range g.Edges {
		e := &g.Edges[i]
		e.Label = flow(e.From, e.To)
	}
	return g.SVG()
}
