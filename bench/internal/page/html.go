package page

import (
	_ "embed"
	"html/template"
	"io"

	"anabranch.dev/bench/internal/record"
	"anabranch.dev/internal/human"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"plot":    func(svg string) template.HTML { return template.HTML(svg) }, // made by package chart, which escapes
	"seconds": Seconds,
	"ratio":   Ratio,
	"bytes":   orNothing,
	"count":   func(n int64) string { return human.Count(n) },
	"allocs":  func(n uint64) string { return human.Count(int64(n)) },
	"state":   state,
	"ms":      ms,
	"rate":    rate,
}).Parse(pageText))

// HTML writes the page. It refers to nothing outside.
func HTML(w io.Writer, v *View) error { return pageTemplate.Execute(w, v) }

// state is how a contender came to its end.
func state(s record.Standing) string {
	switch {
	case s.Over != "" && s.Runs == 0:
		return "over " + s.Over
	case s.Error != "":
		return "failed: " + s.Error
	case s.Wrong:
		return "another answer"
	case s.Over != "":
		return "once over " + s.Over
	}
	return "same answer"
}

// rate is the input's rows or bytes in a second.
func rate(s record.Standing, bytes int64) string {
	if s.Runs == 0 || bytes == 0 {
		return "-"
	}
	return human.Bytes(int64(float64(bytes)/s.Wall.Median)) + "/s"
}
