package status

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"
	"time"

	"anabranch.dev/exec"
	"anabranch.dev/internal/human"
)

// view is what the template draws: everything has been put into words.
type view struct {
	Title   string // of the window
	One     bool   // one run was asked for
	Tag     string // of what it shows
	Now     string
	Style   template.CSS // of drawings
	Current []runView    // those under way, or else the last one
	Others  []rowView    // further ones that are under way, without room for all that is known of them
	Recent  []rowView
}

// rowView is a run in a table.
type rowView struct {
	ID                            int
	Name, State, Error            string
	Short                         string // the beginning of the error
	Began, Elapsed, Read, Percent string
	BeganAt                       string // for machines
}

// runView is a run with all that is known of it.
type runView struct {
	rowView
	Whole               meter
	Left, Rate, Workers string
	Memory, Disk        meter
	Drawing             template.HTML
	Pipelines           []pipelineView
	Peers               []peerView
	Operators           []operatorView
	Has                 struct{ Data, Memory, Spill, Skew, Pipeline bool } // columns of the table of operators
}

// meter is a part of a whole that may not be known.
type meter struct {
	Name  string
	Value int // of a thousand; -1: not known
	Text  string
	Peak  string // the most that it was, when that is more
}

// pipelineView is a pipeline in a table.
type pipelineView struct {
	Number                      int
	State                       exec.State
	Whole                       meter
	Left, Rows, Data            string
	Time                        times // idle is what remains
	BusyText, BlockedText, Idle string
}

// peerView is another process that runs parts of a plan, in a table.
type peerView struct {
	Name, State, Workers, Tasks, Lost, In, Out string
	Now                                        string // what it is at
}

func peersOf(p *exec.Progress) (list []peerView) {
	for _, o := range p.Peers {
		v := peerView{
			Name: o.Name, State: o.State, Workers: count(int64(o.Slots)), Tasks: count(o.Tasks), Lost: count(o.Lost),
			In: data(o.In), Out: data(o.Out), Now: unknown,
		}
		for _, t := range p.Tasks {
			if t.Peer == o.Name && t.Operator >= 0 && t.Operator < len(p.Operators) {
				v.Now = p.Operators[t.Operator].Op + ", " + t.Input + ", for " + duration(t.For)
			}
		}
		list = append(list, v)
	}
	return list
}

// times are a bar: parts of a thousand.
type times struct{ Busy, Blocked int }

// operatorView is an operator in a table.
type operatorView struct {
	Number, Pipeline            int
	Op, Label, Detail, Site     string
	RowsIn, RowsOut, Rate       string
	Data, DataRate              string
	Busy, Blocked               string
	Time                        times
	Memory, MemoryPeak          string
	SpillRuns, SpillBytes, Skew string
}

// maxDrawn is how many runs that are under way are shown in full on one page.
const maxDrawn = 8

func viewOf(runs Runs) *view {
	v := &view{Title: "Runs"}
	for i, r := range runs.Current {
		if i < maxDrawn {
			v.Current = append(v.Current, fullView(&r))
		} else {
			v.Others = append(v.Others, rowOf(&r))
		}
	}
	for _, r := range runs.Recent {
		v.Recent = append(v.Recent, rowOf(&r))
	}
	switch len(runs.Current) {
	case 0:
		if len(runs.Recent) > 0 { // who has followed it sees how it ended
			v.Title = title(&runs.Recent[0])
			v.Current = append(v.Current, fullView(&runs.Recent[0]))
		}
	case 1:
		v.Title = title(&runs.Current[0])
	default:
		v.Title = fmt.Sprint(len(runs.Current), " runs")
	}
	return v
}

// maxShort is how many letters of an error a table has room for.
const maxShort = 300

// title is that of a page about one run.
func title(r *Run) string {
	if p := r.Progress; r.State == Running && p != nil && p.Share > 0 {
		return percent(p.Share) + " " + r.Name
	}
	return r.Name + ": " + string(r.State)
}

func rowOf(r *Run) rowView {
	v := rowView{
		ID: r.ID, Name: r.Name, State: string(r.State), Error: r.Error, Elapsed: duration(r.Elapsed),
		Began: r.Began.Format("15:04:05"), BeganAt: r.Began.Format(time.RFC3339),
		Read: unknown, Percent: unknown,
	}
	v.Short, _, _ = strings.Cut(r.Error, "\n") // the stack of a panic follows
	if short := []rune(v.Short); len(short) > maxShort {
		v.Short = string(short[:maxShort-1]) + "…"
	}
	if time.Since(r.Began) > 12*time.Hour {
		v.Began = r.Began.Format("2 Jan 15:04")
	}
	if p := r.Progress; p != nil {
		v.Percent = percent(p.Share)
		if p.Bytes > 0 {
			v.Read = data(p.Bytes)
		}
	}
	return v
}

func fullView(r *Run) runView {
	v := runView{rowView: rowOf(r), Whole: meter{Value: -1, Text: unknown}, Left: unknown}
	p := r.Progress
	if p == nil {
		return v
	}
	v.Whole = shareOf(p.Share)
	if r.State == Done {
		v.Whole = shareOf(1)
	}
	if r.State == Running {
		v.Left = duration(p.Left)
	}
	if p.TotalBytes > 0 && p.Bytes > 0 {
		v.Read += " of " + data(p.TotalBytes)
	}
	if r.InputRate > 0 {
		v.Rate = data(int64(r.InputRate)) + "/s"
	}
	if p.Workers > 0 {
		v.Workers = count(int64(p.Workers))
	}
	v.Memory = gauge("Memory", p.Memory, p.MemoryPeak, p.Budget)
	v.Disk = gauge("Temporary files", p.Disk, p.DiskPeak, p.DiskLimit)
	v.Drawing = drawing(r)
	for i := range p.Pipelines {
		v.Pipelines = append(v.Pipelines, pipelineOf(i+1, &p.Pipelines[i]))
	}
	v.Peers = peersOf(p)
	for i := range p.Operators {
		v.operator(r, i)
	}
	return v
}

func shareOf(share float64) meter {
	if share < 0 {
		return meter{Value: -1, Text: unknown}
	}
	return meter{Value: thousandths(share), Text: percent(share)}
}

// thousandths is a share as a whole number from 0 to 1000.
func thousandths(share float64) int {
	if !(share > 0) { // also when it is no number
		return 0
	}
	return int(1000 * min(share, 1))
}

// gauge is bytes that are held, and were held at most, of a limit.
func gauge(name string, now, peak, limit int64) meter {
	g := meter{Name: name, Value: -1, Text: data(now)}
	if limit > 0 {
		g.Value = thousandths(float64(now) / float64(limit))
		g.Text += " of " + data(limit)
	}
	if peak > now {
		g.Peak = data(peak)
	}
	return g
}

func pipelineOf(n int, p *exec.PipelineProgress) pipelineView {
	v := pipelineView{Number: n, State: p.State, Whole: shareOf(p.Share), Left: unknown, Rows: count(p.Rows), Data: unknown}
	if p.State == exec.Running || p.State == exec.Finishing {
		v.Left = duration(p.Left)
	}
	if p.TotalRows > 0 && p.Rows < p.TotalRows {
		v.Rows += " of " + count(p.TotalRows)
	}
	if p.Bytes > 0 {
		v.Data = data(p.Bytes)
		if p.TotalBytes > p.Bytes {
			v.Data += " of " + data(p.TotalBytes)
		}
	}
	all := float64(p.Busy + p.Blocked + p.Idle)
	v.BusyText, v.BlockedText, v.Idle = unknown, unknown, unknown
	if all > 0 {
		busy, blocked := float64(p.Busy)/all, float64(p.Blocked)/all
		v.Time = times{thousandths(busy), thousandths(blocked)}
		v.BusyText, v.BlockedText, v.Idle = percent(busy), percent(blocked), percent(float64(p.Idle)/all)
	}
	return v
}

// operator adds the view of an operator.
func (v *runView) operator(r *Run, i int) {
	p, o := r.Progress, &r.Progress.Operators[i]
	w := operatorView{
		Number: i + 1, Op: o.Op, Label: o.Label, RowsIn: count(o.RowsIn), RowsOut: count(o.RowsOut),
		Data: unknown, DataRate: unknown, Busy: unknown, Blocked: unknown,
		Memory: unknown, SpillBytes: unknown, Skew: unknown,
	}
	if o.Site.File != "" {
		w.Site = o.Site.String()
	}
	if p.Plan != nil && i < len(p.Plan.Operators) {
		w.Pipeline, w.Detail = number(&p.Plan.Operators[i]), p.Plan.Operators[i].Detail
		v.Has.Pipeline = true
	}
	rate := r.Rates[i]
	w.Rate = human.Count(int64(max(rate.RowsIn, rate.RowsOut))) // what gives rows out in its own pipeline takes none then
	if o.Bytes > 0 {
		v.Has.Data = true
		w.Data, w.DataRate = data(o.Bytes), data(int64(rate.Bytes))+"/s"
	}
	if workers := float64(cmp.Or(p.Workers, 1)); o.Busy+o.Blocked > 0 {
		w.Busy, w.Blocked = percent(rate.Busy/workers), percent(rate.Blocked/workers)
		w.Time = times{thousandths(rate.Busy / workers), thousandths(rate.Blocked / workers)}
	}
	if o.MemoryPeak > 0 || o.Memory > 0 {
		v.Has.Memory = true
		w.Memory = data(o.Memory)
		if o.MemoryPeak > o.Memory {
			w.MemoryPeak = data(o.MemoryPeak)
		}
	}
	if o.Spill.Runs > 0 {
		v.Has.Spill = true
		w.SpillBytes, w.SpillRuns = data(o.Spill.Bytes), count(o.Spill.Runs)+" runs"
		if o.Spill.Runs == 1 {
			w.SpillRuns = "1 run"
		}
	}
	if o.Skew > 0 {
		v.Has.Skew = true
		w.Skew = fmt.Sprintf("%.1f", o.Skew)
	}
	v.Operators = append(v.Operators, w)
}
