package status

import (
	"html/template"
	"strings"

	"anabranch.dev/exec"
	"anabranch.dev/internal/human"
)

// drawing is the run's plan, with what flows through it: now, or in all where nothing does.
func drawing(r *Run) template.HTML {
	p := r.Progress
	if p.Plan == nil || len(p.Plan.Operators) == 0 || len(p.Plan.Operators) != len(p.Operators) {
		return ""
	}
	picture, _ := withoutStyle(p.FlowSVG(r.flow))
	return template.HTML(picture) // what is drawn has been escaped
}

// flow is how many rows go from one operator to another.
func (r *Run) flow(from, to int) string {
	p := r.Progress
	rows, rate := p.Operators[to].RowsIn, r.Rates[to].RowsIn
	if len(p.Plan.Operators[to].Inputs) > 1 {
		rows, rate = p.Operators[from].RowsOut, r.Rates[from].RowsOut
	}
	switch {
	case r.State == Running && rate >= 0.5:
		return human.Count(int64(rate+0.5)) + "/s"
	case rows > 0:
		return human.Count(rows) + " rows"
	}
	return ""
}

// styleOfDrawings is that of all pictures, which the page has once, beside its own: it lets
// none in that it does not know.
var styleOfDrawings = func() template.CSS {
	_, style := withoutStyle((&exec.Progress{Plan: &exec.Plan{}}).FlowSVG(nil))
	return template.CSS(style)
}()

func withoutStyle(picture string) (rest, style string) {
	before, after, _ := strings.Cut(picture, "<style>")
	style, after, _ = strings.Cut(after, "</style>\n")
	return before + after, style
}
