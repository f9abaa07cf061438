package draw

import (
	"fmt"
	"strings"
)

// DOT gives the graph as text for Graphviz, with a cluster for each group.
func (g *Graph) DOT() string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n", dotText(g.Title))
	b.WriteString("  graph [rankdir=TB, fontname=\"Helvetica\", fontsize=12, labeljust=l")
	if len(g.Caption) > 0 {
		fmt.Fprintf(&b, ", labelloc=t, label=%s", dotText(strings.Join(g.Caption, "\n")))
	}
	b.WriteString("]\n")
	b.WriteString("  node [shape=box, fontname=\"Helvetica\", fontsize=11, margin=\"0.15,0.08\"]\n")
	b.WriteString("  edge [color=\"#57606a\", fontname=\"Helvetica\", fontsize=10, arrowsize=0.7]\n")
	node := func(indent string, i int) {
		n := &g.Nodes[i]
		l := looks[n.Kind]
		fmt.Fprintf(&b, "%sn%d [label=%s, %s, fillcolor=%q, color=%q", indent, i, dotText(n.text()), l.dot, l.fill, l.line)
		if n.Tooltip != "" {
			fmt.Fprintf(&b, ", tooltip=%s", dotText(n.Tooltip))
		}
		b.WriteString("]\n")
	}
	for i := range g.Groups {
		fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s\n    style=\"rounded,filled\"\n    fillcolor=\"#f6f8fa\"\n    color=\"#d0d7de\"\n", i+1, dotText(g.Groups[i].text()))
		for n := range g.Nodes {
			if g.Nodes[n].Group == i+1 {
				node("    ", n)
			}
		}
		for e := range g.Edges {
			if g.Edges[e].Via == i+1 {
				fmt.Fprintf(&b, "    e%d [shape=point, width=0.05, label=\"\"]\n", e)
			}
		}
		b.WriteString("  }\n")
	}
	for i := range g.Nodes {
		if g.Nodes[i].Group == 0 {
			node("  ", i)
		}
	}
	for i, e := range g.Edges {
		var attributes []string
		if e.Label != "" {
			attributes = append(attributes, "label="+dotText(e.Label))
		}
		if e.Boundary {
			attributes = append(attributes, "style=dashed")
		}
		if e.Tooltip != "" {
			attributes = append(attributes, "tooltip="+dotText(e.Tooltip))
		}
		from := fmt.Sprintf("n%d", e.From)
		if e.Via > 0 {
			fmt.Fprintf(&b, "  %s -> e%d [arrowhead=none, style=dashed]\n", from, i)
			from = fmt.Sprintf("e%d", i)
		}
		fmt.Fprintf(&b, "  %s -> n%d", from, e.To)
		if len(attributes) > 0 {
			fmt.Fprintf(&b, " [%s]", strings.Join(attributes, ", "))
		}
		b.WriteString("\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// text is all that a node shows, in lines.
func (n *Node) text() string {
	lines := []string{n.Title}
	if n.Label != "" {
		lines = append(lines, n.Label)
	}
	lines = append(lines, n.Lines...)
	if n.Aside != "" {
		lines = append(lines, n.Aside)
	}
	if n.Bar != "" {
		lines = append(lines, n.Bar)
	}
	for i := range lines {
		lines[i] = line(lines[i])
	}
	return strings.Join(lines, "\n")
}

func (g *Group) text() string {
	if g.Note == "" {
		return line(g.Name)
	}
	return line(g.Name) + ": " + line(g.Note)
}

// Graphviz takes entities of HTML and escapes such as \N for what they mean.
var dotEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;", "\n", `\n`)

// dotText quotes text for DOT.
func dotText(s string) string { return `"` + dotEscapes.Replace(clean(s)) + `"` }
