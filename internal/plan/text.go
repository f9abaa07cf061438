package plan

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Text draws the plan that ends in roots: one line for each operator, the last
// one first, its inputs indented below it.
//
// Operators of one pipeline bear its number: a worker takes a batch of rows
// through all of them. Pipelines are numbered in the order in which they run.
// An operator that takes all rows of one pipeline before it gives any out to
// the next bears both numbers. One that several others use is drawn once and
// has a mark in brackets, by which the others refer to it.
func Text(roots []*Node) string {
	t := &textPlan{marks: map[*Node]int{}, drawn: map[*Node]bool{}}
	t.pipes = pipelines(roots)
	uses := map[*Node]int{}
	for _, r := range roots {
		countUses(r, uses)
	}
	t.uses = uses
	for _, r := range roots {
		t.node(r, "", "")
	}
	return t.align()
}

type textPlan struct {
	lines []textLine
	uses  map[*Node]int // consumers
	marks map[*Node]int // of nodes with several
	drawn map[*Node]bool
	pipes map[*Node]int // the pipeline that a node's rows leave in
}

// textLine is what the columns of a line hold.
type textLine [5]string

func countUses(n *Node, uses map[*Node]int) {
	if uses[n]++; uses[n] > 1 {
		return
	}
	for _, in := range n.Inputs {
		countUses(in, uses)
	}
}

func (t *textPlan) node(n *Node, first, rest string) {
	what := n.Op
	if n.Detail != "" {
		what += " " + n.Detail
	}
	if n.Label != "" {
		what += fmt.Sprintf(" %q", n.Label)
	}
	if t.uses[n] > 1 {
		if t.marks[n] == 0 {
			t.marks[n] = len(t.marks) + 1
		}
		what = fmt.Sprintf("[%d] %s", t.marks[n], what)
	}
	if t.drawn[n] {
		t.lines = append(t.lines, textLine{first + what, "as above"})
		return
	}
	t.drawn[n] = true
	line := textLine{first + what, "", "", n.Site.String(), t.pipeline(n)}
	if r, ok := n.Rows.(interface{ Type() reflect.Type }); ok {
		line[1], line[2] = typeName(r.Type()), n.Order.String()
	}
	t.lines = append(t.lines, line)
	for i, in := range n.Inputs {
		branch, below := "├─ ", "│  "
		if i == len(n.Inputs)-1 {
			branch, below = "└─ ", "   "
		}
		t.node(in, rest+branch, rest+below)
	}
}

// pipeline says in which pipelines a node works, and how.
func (t *textPlan) pipeline(n *Node) string {
	at := fmt.Sprint("pipeline ", t.pipes[n])
	switch {
	case n.Kind == Breaker && len(n.Inputs) > 0 && n.Rows != nil:
		return fmt.Sprintf("pipeline %d → %d, all rows first", t.pipes[n.Inputs[0]], t.pipes[n])
	case n.Kind == Probe:
		return at + ", all rows of the second first"
	case n.Kind == Serial:
		return at + ", in turns"
	}
	return at
}

var packagePath = regexp.MustCompile(`[\pL\d_.~-]+/|·\d+`)

// typeName is the name of a type without the paths of packages.
func typeName(t reflect.Type) string {
	const most = 40
	name := packagePath.ReplaceAllString(t.String(), "")
	if r := []rune(name); len(r) > most {
		name = string(r[:most-1]) + "…"
	}
	return name
}

// pipelines numbers the nodes by the pipeline that their rows leave in, in the
// order in which pipelines can run.
func pipelines(roots []*Node) map[*Node]int {
	p := &numbering{next: map[*Node][]*Node{}, before: map[*Node][]*Node{}, number: map[*Node]int{}, begun: map[*Node]bool{}}
	for _, r := range roots {
		p.connect(r)
	}
	for _, r := range roots {
		p.visit(r)
	}
	return p.number
}

type numbering struct {
	next   map[*Node][]*Node // neighbours in the same pipeline; a node without any has an entry
	before map[*Node][]*Node // inputs that must have been taken before
	number map[*Node]int
	begun  map[*Node]bool
	n      int
}

func (p *numbering) connect(n *Node) {
	if _, ok := p.next[n]; ok {
		return
	}
	p.next[n] = nil
	for i, in := range n.Inputs {
		p.connect(in)
		if n.Kind == Breaker && n.Rows != nil || n.Kind == Probe && i > 0 {
			p.before[n] = append(p.before[n], in)
			continue
		}
		p.next[n] = append(p.next[n], in)
		p.next[in] = append(p.next[in], n)
	}
}

// visit numbers a pipeline after those that it needs.
func (p *numbering) visit(n *Node) {
	if p.begun[n] {
		return
	}
	members := []*Node{n}
	p.begun[n] = true
	for i := 0; i < len(members); i++ {
		for _, m := range p.next[members[i]] {
			if !p.begun[m] {
				p.begun[m] = true
				members = append(members, m)
			}
		}
	}
	for _, m := range members {
		for _, in := range p.before[m] {
			p.visit(in)
		}
	}
	p.n++
	for _, m := range members {
		p.number[m] = p.n
	}
}

// align puts the columns below one another.
func (t *textPlan) align() string {
	var widths [len(textLine{})]int
	for _, l := range t.lines {
		for i, s := range l {
			widths[i] = max(widths[i], utf8.RuneCountInString(s))
		}
	}
	var b strings.Builder
	for _, l := range t.lines {
		line := ""
		for i, s := range l {
			line += s + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(s)+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}
