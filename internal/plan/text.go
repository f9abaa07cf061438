package plan

import (
	"fmt"
	"reflect"
	"strings"
)

// Text draws the plan that ends in roots: one line for each operator, the last
// one first, its inputs indented below it.
//
// Operators of one pipeline bear its number: a worker takes a batch of rows
// through all of them. A new number begins below each operator that takes all
// of its rows before it gives any out.
func Text(roots []*Node) string {
	t := &textPlan{seen: map[*Node]int{}, uses: map[*Node]int{}}
	for _, r := range roots {
		t.count(r)
	}
	for _, r := range roots {
		t.node(r, "", "", t.pipe(r))
	}
	return t.align()
}

type textPlan struct {
	lines []textLine
	uses  map[*Node]int // consumers
	seen  map[*Node]int // shared nodes that are drawn, and their number
	pipes int
}

type textLine struct{ tree, rows, order, site, pipe string }

func (t *textPlan) count(n *Node) {
	if t.uses[n]++; t.uses[n] > 1 {
		return
	}
	for _, in := range n.Inputs {
		t.count(in)
	}
}

// pipe is the number of the pipeline that a root's rows leave.
func (t *textPlan) pipe(*Node) int {
	t.pipes++
	return t.pipes
}

func (t *textPlan) node(n *Node, first, rest string, pipe int) {
	what := n.Op
	if n.Detail != "" {
		what += " " + n.Detail
	}
	if n.Label != "" {
		what += fmt.Sprintf(" %q", n.Label)
	}
	if id, drawn := t.seen[n]; drawn {
		t.lines = append(t.lines, textLine{tree: fmt.Sprintf("%s%s: shared, see [%d]", first, what, id)})
		return
	}
	if t.uses[n] > 1 {
		t.seen[n] = len(t.seen) + 1
		what += fmt.Sprintf(" [%d]", t.seen[n])
	}
	line := textLine{tree: first + what, site: n.Site.String(), pipe: fmt.Sprintf("pipeline %d", pipe)}
	if r, ok := n.Rows.(interface{ Type() reflect.Type }); ok {
		line.rows, line.order = r.Type().String(), n.Order.String()
	}
	if n.Kind == Breaker && len(n.Inputs) > 0 {
		line.pipe += ", takes all rows first"
	}
	if n.Kind == Serial {
		line.pipe += ", in turns"
	}
	t.lines = append(t.lines, line)
	for i, in := range n.Inputs {
		p := pipe
		if n.Kind == Breaker && n.Rows != nil || n.Kind == Probe && i > 0 {
			p = t.pipe(in)
		}
		branch, below := "├─ ", "│  "
		if i == len(n.Inputs)-1 {
			branch, below = "└─ ", "   "
		}
		t.node(in, rest+branch, rest+below, p)
	}
}

// align puts the columns below one another.
func (t *textPlan) align() string {
	var w [4]int
	for _, l := range t.lines {
		for i, s := range []string{l.tree, l.rows, l.order, l.site} {
			if l.site != "" {
				w[i] = max(w[i], len([]rune(s)))
			}
		}
	}
	var b strings.Builder
	for _, l := range t.lines {
		s := fmt.Sprintf("%-*s  %-*s  %-*s  %-*s  %s", w[0], l.tree, w[1], l.rows, w[2], l.order, w[3], l.site, l.pipe)
		b.WriteString(strings.TrimRight(s, " ") + "\n")
	}
	return b.String()
}
