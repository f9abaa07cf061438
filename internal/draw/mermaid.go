package draw

import (
	"fmt"
	"strings"
)

// Mermaid gives the graph as text for Mermaid, which GitHub draws, with a subgraph for
// each group.
func (g *Graph) Mermaid() string {
	var b strings.Builder
	if len(g.Caption) > 0 {
		fmt.Fprintf(&b, "---\ntitle: %s\n---\n", yamlText(strings.Join(g.Caption, ", ")))
	}
	b.WriteString("flowchart TB\n")
	node := func(indent string, i int) {
		n := &g.Nodes[i]
		l := looks[n.Kind]
		fmt.Fprintf(&b, "%sn%d%s%s%s:::%s\n", indent, i, l.open, mermaidText(n.text()), l.close, l.class)
	}
	for i := range g.Groups {
		fmt.Fprintf(&b, "  subgraph p%d[%s]\n    direction TB\n", i+1, mermaidText(g.Groups[i].text()))
		for n := range g.Nodes {
			if g.Nodes[n].Group == i+1 {
				node("    ", n)
			}
		}
		for e := range g.Edges {
			if g.Edges[e].Via == i+1 {
				fmt.Fprintf(&b, "    e%d(( ))\n", e)
			}
		}
		b.WriteString("  end\n")
	}
	for i := range g.Nodes {
		if g.Nodes[i].Group == 0 {
			node("  ", i)
		}
	}
	for i, e := range g.Edges {
		from, arrow := fmt.Sprintf("n%d", e.From), "-->"
		if e.Boundary {
			arrow = "-.->"
		}
		if e.Via > 0 {
			fmt.Fprintf(&b, "  %s -.- e%d\n", from, i)
			from = fmt.Sprintf("e%d", i)
		}
		if e.Label != "" {
			arrow += "|" + mermaidText(e.Label) + "|"
		}
		fmt.Fprintf(&b, "  %s %s n%d\n", from, arrow, e.To)
	}
	for i := range g.Groups {
		fmt.Fprintf(&b, "  class p%d pipeline\n", i+1)
	}
	if len(g.Groups) > 0 {
		b.WriteString("  classDef pipeline fill:#f6f8fa,stroke:#d0d7de,color:#1f2328\n")
	}
	for _, k := range g.kinds() {
		l := looks[k]
		fmt.Fprintf(&b, "  classDef %s fill:%s,stroke:%s,color:#1f2328\n", l.class, l.fill, l.line)
	}
	return b.String()
}

// mermaidText quotes text for Mermaid. It takes labels for Markdown, and for HTML, so
// that whatever means something there is written as the number of its character: all
// punctuation but such as means nothing in the middle of a line. A backslash would then
// still take the next character along, and gets one without a width.
func mermaidText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	begun := false // more than digits, with which a list could begin
	text := clean(s)
	for i, r := range text {
		switch {
		case r == '\n':
			b.WriteString("<br/>")
			begun = false
			continue
		case r == '\t':
			r = ' '
		case r == '.' && i+1 < len(text) && text[i+1] > ' ':
		case r > '~', r|0x20 >= 'a' && r|0x20 <= 'z', begun && strings.ContainsRune("(),-./:=[]", r):
			begun = true
		case r != ' ' && (r < '0' || r > '9'):
			fmt.Fprintf(&b, "#%d;", r)
			if r == '\\' {
				b.WriteString("#8203;")
			}
			begun = true
			continue
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}

// yamlText quotes one line of text for the head of a Mermaid diagram.
func yamlText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(line(s)) + `"`
}
