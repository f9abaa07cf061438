package page

import (
	_ "embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"anabranch.dev/bench/internal/record"
)

//go:embed benchmarks.md.tmpl
var markdownText string

var markdownTemplate = template.Must(template.New("markdown").Funcs(template.FuncMap{
	"cell":   cell,
	"ours":   func(r Result) string { return timeOf(r, record.Ours) },
	"ratio":  func(r Result, name string) string { return ratioOf(r, name) },
	"others": othersOf,
	"ms":     ms,
	"row":    func(cells []string) string { return "| " + strings.Join(cells, " | ") + " |" },
	"rule":   func(cells []string) string { return "|" + strings.Repeat("---|", len(cells)) },
	"file":   func(c Curve) string { return c.file() },
	"peak":   peakOf,
}).Parse(markdownText))

// Markdown writes the document.
func Markdown(w io.Writer, v *View) error { return markdownTemplate.Execute(w, v) }

// WriteDocs writes benchmarks.md into a folder, and the plots that it shows into the folder benchmarks beside it.
func WriteDocs(folder string, v *View) error {
	plots := filepath.Join(folder, "benchmarks")
	if err := os.RemoveAll(plots); err != nil {
		return err
	}
	if err := os.MkdirAll(plots, 0o777); err != nil {
		return err
	}
	files := map[string]string{"overview.svg": v.Overview}
	for _, c := range v.Curves {
		files[c.file()] = c.Plot
	}
	if v.Scaling != nil {
		files[v.Scaling.file()] = v.Scaling.Plot
	}
	for name, svg := range files {
		if svg == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(plots, name), []byte(svg), 0o666); err != nil {
			return err
		}
	}
	var text strings.Builder
	if err := Markdown(&text, v); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "benchmarks.md"), []byte(text.String()), 0o666)
}

// file is the name of a curve's plot.
func (c Curve) file() string { return c.Workload + "-" + c.Setting + ".svg" }

// cell makes a text fit for a table.
func cell(text string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ").Replace(text)
}

func ms(x float64) string {
	if x < 0 {
		return "-"
	}
	if x < 9.95 {
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

func timeOf(r Result, name string) string {
	for _, s := range r.Standings {
		if s.Contender == name && s.Runs > 0 {
			return Seconds(s.Wall.Median)
		}
	}
	return "-"
}

func peakOf(r Result) string {
	for _, s := range r.Standings {
		if s.Contender == record.Ours {
			return orNothing(s.Peak)
		}
	}
	return "-"
}

func ratioOf(r Result, name string) string {
	for _, s := range r.Standings {
		if s.Contender != name {
			continue
		}
		if !s.OK() {
			return cell(state(s))
		}
		return Ratio(s)
	}
	return "-"
}

// othersOf are all but those that have columns of their own.
func othersOf(r Result) string {
	var list []string
	for _, s := range r.Standings {
		switch s.Contender {
		case record.Ours, limit, duckdb, plain:
			continue
		}
		text := state(s)
		if s.OK() && s.Ratio.N > 0 {
			text = Times(s.Ratio.Median)
		}
		list = append(list, s.Contender+" "+cell(text))
	}
	if list == nil {
		return "-"
	}
	return strings.Join(list, ", ")
}
