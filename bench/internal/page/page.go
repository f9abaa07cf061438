// Package page makes of a record what people read: a page that stands for itself ([HTML]) and the document of the
// repository ([Markdown]), with the same numbers, sentences and plots.
//
// Nothing in either is typed by hand but what is said in the templates, about method and not about numbers, and the
// explanations that come with the jobs, of which those are shown where we are behind. Both are written in one pass from a
// [View], which has all that follows from the record.
package page

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"anabranch.dev/bench/internal/chart"
	"anabranch.dev/bench/internal/record"
	"anabranch.dev/internal/human"
)

// Aim is how many times the time of the hand-tuned program ours may be.
const Aim = 1.3

// The contenders that sentences speak of.
const (
	limit  = "limit"
	duckdb = "duckdb"
	plain  = "plain"
)

// A Job is what is known of a workload before it is measured.
type Job struct {
	Name, Group, About string
	Why                string // what holds us back, where we are behind
}

// A View is what there is to show.
type View struct {
	Record   *record.Record
	Date     string
	Took     string
	Machine  string
	Settings []string
	Verdicts []Verdict
	Overview string // a plot
	Groups   []Group
	Behind   []Job // where we are behind somebody, with how much in About
	Curves   []Curve
	Scaling  *Curve // of all workloads, from one worker to all
}

// A Verdict is how we stand against one contender.
type Verdict struct {
	Name, Text string
	Ahead, Of  int
	Label      string // of Ahead
	Fine       string // what else there is to say
}

// A Group is workloads that belong together.
type Group struct {
	Title string
	Jobs  []Result
}

// A Result is a workload and what came of it.
type Result struct {
	Job
	Bytes     string
	Plot      string
	Standings []record.Standing
	Parts     []Part
}

// A Part is a question, and its milliseconds by contender, in the order of the standings; -1 where there are none.
type Part struct {
	Name string
	Ms   []float64
}

// New makes the view of a record.
func New(r *record.Record, jobs []Job) *View {
	v := &View{
		Record:  r,
		Date:    r.Started.UTC().Format("2 January 2006"),
		Took:    human.Duration(time.Duration(r.Elapsed * 1e9)),
		Machine: machine(r.Machine),
		Settings: []string{
			fmt.Sprintf("inputs of about %s", human.Bytes(r.Settings.Size)),
			fmt.Sprintf("%d threads and %s of memory for each program", r.Settings.Workers, human.Bytes(r.Settings.Budget)),
			fmt.Sprintf("up to %d rounds in turns, fewer of what takes long", r.Settings.Count),
			fmt.Sprintf("a run is ended after %.0f s, or with more than %s resident", r.Settings.Limit, human.Bytes(r.Settings.Most)),
		},
	}
	for _, job := range jobs {
		i := slices.IndexFunc(r.Contests, func(c record.Contest) bool { return c.Workload == job.Name })
		if i < 0 {
			continue
		}
		if len(v.Groups) == 0 || v.Groups[len(v.Groups)-1].Title != job.Group {
			v.Groups = append(v.Groups, Group{Title: job.Group})
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Jobs = append(g.Jobs, result(job, r.Contests[i]))
	}
	v.Verdicts = v.verdicts()
	v.Overview = v.overview()
	v.Behind = v.behind()
	for _, c := range r.Curves {
		switch {
		case c.Setting == record.Budget:
			v.Curves = append(v.Curves, budgets(c))
		case len(c.Points) > 2: // of two the overview says all
			v.Curves = append(v.Curves, scaling(c))
		}
	}
	v.Scaling = allScaling(r.Curves)
	return v
}

func machine(m record.Machine) string {
	parts := []string{m.CPU, fmt.Sprintf("%d cores", m.Cores)}
	if m.Memory > 0 {
		parts = append(parts, human.Bytes(m.Memory))
	}
	parts = append(parts, m.System, m.Go)
	if m.Level != "" {
		parts = append(parts, m.Level)
	}
	if m.Commit != "" {
		parts = append(parts, "commit "+m.Commit)
	}
	return strings.Join(parts, ", ")
}

func result(job Job, c record.Contest) Result {
	res := Result{Job: job, Bytes: human.Bytes(c.Bytes), Standings: c.Standings()}
	var bars []chart.Bar
	for _, s := range res.Standings {
		bars = append(bars, bar(s))
	}
	res.Plot = chart.Bars("Times of "+job.Name, bars)
	if len(res.Standings) > 0 {
		for i, p := range res.Standings[0].Last.Parts {
			part := Part{Name: p.Name}
			for _, s := range res.Standings {
				ms := -1.0
				if i < len(s.Last.Parts) && s.Last.Parts[i].Name == p.Name {
					ms = s.Last.Parts[i].Seconds * 1000
				}
				part.Ms = append(part.Ms, ms)
			}
			res.Parts = append(res.Parts, part)
		}
	}
	return res
}

// kind is the colour of a contender.
func kind(name string) chart.Kind {
	switch name {
	case record.Ours:
		return chart.Ours
	case limit:
		return chart.Limit
	}
	return chart.Other
}

func bar(s record.Standing) chart.Bar {
	b := chart.Bar{Name: s.Contender, Kind: kind(s.Contender)}
	switch {
	case s.Over != "" && s.Runs == 0:
		b.Label = "over " + s.Over
		return b
	case s.Runs == 0:
		b.Note, b.Bad = "failed: "+s.Error, true
		return b
	}
	b.Seconds, b.Low, b.High = s.Wall.Median, s.Wall.Low, s.Wall.High
	b.Label = Seconds(s.Wall.Median)
	switch {
	case s.Wrong:
		b.Note, b.Bad = "another answer", true
	case s.Error != "":
		b.Note, b.Bad = "failed in one round: "+s.Error, true
	case s.Over != "":
		b.Note, b.Bad = "in one round over "+s.Over, true
	case s.Ratio.N > 0:
		b.Note = Ratio(s)
	}
	return b
}

// Seconds writes a time.
func Seconds(s float64) string {
	if math.IsNaN(s) {
		return "-"
	}
	return human.Duration(time.Duration(s * 1e9))
}

// Ratio writes a contender's time by ours, and the interval where there were several rounds.
func Ratio(s record.Standing) string {
	r := s.Ratio
	if r.N == 0 {
		return "-"
	}
	if r.N == 1 {
		return Times(r.Median)
	}
	return fmt.Sprintf("%s (%s to %s)", Times(r.Median), digits(r.Low), digits(r.High))
}

// Times writes a ratio: 0.52×, 3.1×, 68×.
func Times(x float64) string { return digits(x) + "×" }

func digits(x float64) string {
	switch {
	case math.IsNaN(x):
		return "-"
	case x < 0.995:
		return fmt.Sprintf("%.2f", x)
	case x < 9.95:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}

// against is how a contender stood, if it came to the right end and took turns with us.
func (r Result) against(name string) (s record.Standing, ok bool) {
	i := slices.IndexFunc(r.Standings, func(s record.Standing) bool { return s.Contender == name })
	if i < 0 || !r.Standings[i].OK() || r.Standings[i].Ratio.N == 0 {
		return s, false
	}
	return r.Standings[i], true
}

// results ranges over all workloads.
func (v *View) results(yield func(Result) bool) {
	for _, g := range v.Groups {
		for _, r := range g.Jobs {
			if !yield(r) {
				return
			}
		}
	}
}
