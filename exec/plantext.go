package exec

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"anabranch.dev/internal/plan"
)

// String draws the plan as text: a line for each operator, the last one first, its
// inputs indented below it, and then a line for each pipeline.
//
// Of each operator it tells the type and the order of the rows that it gives out, the
// place in the program that asked for it, the pipeline, and whether what it keeps may go
// to disk. An operator that takes all rows of one pipeline before it gives any out to the
// next has the numbers of both. One that several others use is drawn once and has a mark
// in brackets, by which the others refer to it.
func (p *Plan) String() string {
	t := &planText{plan: p, tell: p.tell}
	t.draw()
	return aligned(t.lines) + "\n" + p.pipelines()
}

// tell is the columns of an operator's line.
func (p *Plan) tell(i int) []string {
	o := &p.Operators[i]
	flow := o.flow()
	if o.Memory != "" {
		flow += ", " + o.Memory
	}
	return []string{o.Rows, o.Order, o.Site.String(), flow}
}

// flow says in which pipelines an operator works, and how.
func (o *Operator) flow() string {
	switch o.Role {
	case RoleBreaker:
		takes := slices.Compact(slices.Sorted(slices.Values(o.Takes)))
		s := "pipeline " + strings.Trim(fmt.Sprint(takes), "[]")
		if o.Gives > 0 {
			s += fmt.Sprint(" → ", o.Gives)
		}
		return s + ", all rows first"
	case RoleSink:
		return fmt.Sprint("pipeline ", o.Takes[0])
	case RoleProbe:
		return fmt.Sprintf("pipeline %d, after all of %d", o.Gives, o.Takes[1])
	case RoleTurns, RoleCut:
		return fmt.Sprintf("pipeline %d, %s", o.Gives, o.Role)
	}
	return fmt.Sprint("pipeline ", o.Gives)
}

// Name is how pipeline i is called: its number, and what happens in it.
func (p *Plan) Name(i int) string { return fmt.Sprintf("%d: %s", i+1, p.chain(i)) }

// Name is how the operator is called where there is little room: its verb, and its label
// or else its details.
func (o *Operator) Name() string {
	switch {
	case o.Label != "":
		return fmt.Sprintf("%s %q", o.Op, o.Label)
	case o.Detail != "":
		return o.Op + " " + cut(o.Detail, 32)
	}
	return o.Op
}

// String names the operator as errors do: its verb, its label and its place in the
// program.
func (o *Operator) String() string {
	return (&plan.Node{Op: o.Op, Label: o.Label, Site: o.Site}).String()
}

// cut shortens text to at most n characters: of a path the end tells most.
func cut(text string, n int) string {
	r := []rune(text)
	if len(r) <= n {
		return text
	}
	head := n / 4
	return string(r[:head]) + "…" + string(r[len(r)-(n-1-head):])
}

// planText draws operators as a tree.
type planText struct {
	plan  *Plan
	tell  func(i int) []string // the columns beside an operator's name
	lines [][]string
	uses  []int
	marks map[int]int // of operators with several uses
}

func (t *planText) draw() {
	t.uses, t.marks = make([]int, len(t.plan.Operators)), map[int]int{}
	for _, o := range t.plan.Operators {
		for _, in := range o.Inputs {
			t.uses[in]++
		}
	}
	for i := range t.plan.Operators {
		if t.uses[i] == 0 {
			t.operator(i, "", "")
		}
	}
}

func (t *planText) operator(i int, first, rest string) {
	o := &t.plan.Operators[i]
	name := o.Op
	if o.Detail != "" {
		name += " " + cut(o.Detail, 48)
	}
	if o.Label != "" {
		name += fmt.Sprintf(" %q", o.Label)
	}
	mark, drawn := t.marks[i]
	if t.uses[i] > 1 {
		if !drawn {
			mark = len(t.marks) + 1
			t.marks[i] = mark
		}
		name = fmt.Sprintf("[%d] %s", mark, name)
	}
	if drawn {
		t.lines = append(t.lines, []string{first + name, "as above"})
		return
	}
	t.lines = append(t.lines, append([]string{first + name}, t.tell(i)...))
	for j, in := range o.Inputs {
		branch, below := "├─ ", "│  "
		if j == len(o.Inputs)-1 {
			branch, below = "└─ ", "   "
		}
		t.operator(in, rest+branch, rest+below)
	}
}

// pipelines is a line for each pipeline.
func (p *Plan) pipelines() string {
	var lines [][]string
	for i := range p.Pipelines {
		lines = append(lines, []string{fmt.Sprintf("pipeline %d:", i+1), p.chain(i)})
	}
	return aligned(lines)
}

// chain is what the rows of a pipeline go through: one path from each origin, to where it
// ends or to where another path has been.
func (p *Plan) chain(number int) string {
	pipe := &p.Pipelines[number]
	next := map[int][]int{}
	for _, i := range pipe.Operators {
		for j, in := range p.Operators[i].Inputs {
			if p.Operators[i].Takes[j] == number+1 {
				next[in] = append(next[in], i)
			}
		}
	}
	var paths []string
	seen := map[int]bool{}
	var walk func(i int, path []string)
	walk = func(i int, path []string) {
		path = append(path[:len(path):len(path)], p.Operators[i].Name())
		if len(path) > 1 && seen[i] || len(next[i]) == 0 {
			paths = append(paths, strings.Join(path, " → "))
			return
		}
		seen[i] = true
		for k, n := range next[i] {
			if k > 0 { // a further path begins where it parts
				path = []string{p.Operators[i].Name()}
			}
			walk(n, path)
		}
	}
	for _, o := range pipe.Origins {
		walk(o, nil)
	}
	return strings.Join(paths, ", ")
}

// aligned puts the columns of lines below one another.
func aligned(lines [][]string) string {
	var widths []int
	for _, l := range lines {
		for i, s := range l {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if i < len(l)-1 || i == 0 {
				widths[i] = max(widths[i], utf8.RuneCountInString(s))
			}
		}
	}
	var b strings.Builder
	for _, l := range lines {
		line := ""
		for i, s := range l {
			line += s + strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(s))+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}
