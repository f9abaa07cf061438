package status

import (
	"html/template"
)

// drawing is the run's plan with what flows through it.
func drawing(r *Run) template.HTML {
	if r.Progress.Plan == nil {
		return ""
	}
	return template.HTML("<pre>" + template.HTMLEscapeString(r.Progress.Plan.String()) + "</pre>")
}
