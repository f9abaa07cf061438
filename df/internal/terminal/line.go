package terminal

import (
	"fmt"
	"slices"
	"strings"

	"anabranch.dev/exec"
)

// A line tells of a pipeline, or of a run.
type line struct {
	names   []string // what it can be called, the longest first
	columns []column
}

// A column is one of the things that a line tells.
type column struct {
	text string
	min  int // the cells that it takes at least, so that a line keeps still
	rank int // of columns that have no room, that of the highest rank goes first
}

// Ranks of columns.
const (
	rankShare = iota
	rankLeft
	rankDisk
	rankRows
	rankBytes
	rankMemory
	rankRate
	rankBar
)

// How short a name may be cut before columns go instead: but for the last one, and all.
const (
	leastName = 16
	tinyName  = 6
)

// fit makes text of the longest name that fits, and of columns. Those that have no room
// are left out, and when that does not help the name is cut.
func (l line) fit(width int) string {
	shortest := l.names[len(l.names)-1]
	columns := slices.Clone(l.columns)
	for {
		room := width
		for _, c := range columns {
			room -= 2 + max(c.min, cells(c.text))
		}
		least := leastName
		if len(columns) == 1 {
			least = tinyName
		}
		if len(columns) > 0 && room < min(least, cells(shortest)) {
			worst := 0
			for i, c := range columns {
				if c.rank > columns[worst].rank {
					worst = i
				}
			}
			columns = slices.Delete(columns, worst, worst+1)
			continue
		}
		text := cut(shortest, max(room, 0))
		if i := slices.IndexFunc(l.names, func(s string) bool { return cells(s) <= room }); i >= 0 {
			text = l.names[i]
		}
		for _, c := range columns {
			text += "  " + strings.Repeat(" ", max(0, c.min-cells(c.text))) + c.text
		}
		return text
	}
}

// plain makes text of the longest name and all columns, but for the bar.
func (l line) plain() string {
	var parts []string
	for _, c := range l.columns {
		if c.rank != rankBar {
			parts = append(parts, c.text)
		}
	}
	if len(parts) == 0 {
		return l.names[0]
	}
	return l.names[0] + ": " + strings.Join(parts, ", ")
}

// mostName is how much is told of one operator: labels and patterns may be of any length.
const mostName = 40

// names is what a pipeline can be called, the longest name first: all of its operators where
// they make one chain, the ends, and where its rows go to.
func names(p *exec.Plan, number int) []string {
	if p == nil || number >= len(p.Pipelines) {
		return []string{fmt.Sprint("pipeline ", number+1)}
	}
	pipe := &p.Pipelines[number]
	chain := len(pipe.Origins) == 1
	takers := map[int]int{}
	for _, i := range pipe.Operators {
		for j, in := range p.Operators[i].Inputs {
			if p.Operators[i].Takes[j] == number+1 {
				takers[in]++
				chain = chain && takers[in] == 1
			}
		}
	}
	var all, first, last []string
	for _, i := range pipe.Operators {
		name := cut(clean(p.Operators[i].Name()), mostName)
		all = append(all, name)
		if slices.Contains(pipe.Origins, i) {
			first = append(first, name)
		}
		if takers[i] == 0 {
			last = append(last, name)
		}
	}
	const to = " → "
	ends := few(last)
	list := []string{few(first) + to + ends, ends}
	if chain {
		list = append([]string{strings.Join(all, to)}, list...)
	}
	return list
}

// few names up to two things.
func few(names []string) string {
	if len(names) > 2 {
		return fmt.Sprintf("%s and %d more", names[0], len(names)-1)
	}
	return strings.Join(names, ", ")
}
