package terminal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"anabranch.dev/exec"
	"anabranch.dev/internal/human"
)

// frame is the lines that tell where a run stands, none wider than width: one for each
// pipeline that has ended, in the order in which they did, and that of the one that runs;
// when the run is done, the last ones tell of all of it. Rates are those since prev, an
// earlier state.
func frame(p, prev exec.Progress, width int) (text []string) {
	for _, l := range lines(p, prev) {
		text = append(text, l.fit(width))
	}
	if p.Done {
		text = append(text, wrap(summary(p), width)...)
	}
	return text
}

// plainLine is what a log has of a run that is not done.
func plainLine(p, prev exec.Progress) string {
	all := lines(p, prev)
	return about(p.Elapsed) + ": " + all[len(all)-1].plain()
}

// lines is what frame has of pipelines, whatever the width.
func lines(p, prev exec.Progress) (list []line) {
	ended, live := pipelines(p)
	for _, i := range ended {
		list = append(list, line{names(p.Plan, i), past(&p.Pipelines[i])})
	}
	switch {
	case live >= 0 && p.Done:
		list = append(list, line{names(p.Plan, live), stopped(&p.Pipelines[live])})
	case live >= 0:
		name := names(p.Plan, live)
		if n := len(p.Pipelines); n > 1 {
			for i := range name {
				name[i] = fmt.Sprintf("%d/%d %s", len(ended)+1, n, name[i])
			}
		}
		list = append(list, line{name, append(present(p, prev, live), kept(p)...)})
	case !p.Done:
		list = append(list, line{[]string{"running"}, append(whole(p, prev), kept(p)...)})
	}
	return list
}

// pipelines lists those that have ended, in the order in which they did, and the one that
// runs, or -1.
func pipelines(p exec.Progress) (ended []int, live int) {
	live = -1
	for i := range p.Pipelines {
		switch p.Pipelines[i].State {
		case exec.Done:
			ended = append(ended, i)
		case exec.Running, exec.Finishing:
			live = i
		}
	}
	slices.SortStableFunc(ended, func(a, b int) int { return cmp.Compare(p.Pipelines[a].Ended, p.Pipelines[b].Ended) })
	return ended, live
}

// present is the columns of a pipeline that runs.
func present(p, prev exec.Progress, i int) []column {
	now := &p.Pipelines[i]
	columns := share(now.Share)
	if now.State == exec.Finishing {
		columns = []column{{"finishing", 0, rankShare}}
	}
	rows, bytes := rates(p, prev, i)
	columns = append(columns, column{human.Count(now.Rows) + " rows", 11, rankRows})
	if rows >= 0 {
		columns = append(columns, column{human.Count(rows) + "/s", 8, rankRate})
	}
	if bytes >= 0 {
		columns = append(columns, column{human.Bytes(bytes) + "/s", 9, rankBytes})
	}
	if text := left(p, i); text != "" && now.State != exec.Finishing {
		columns = append(columns, column{text, 8, rankLeft})
	}
	return columns
}

// whole is the columns of a run of which no pipeline is known yet.
func whole(p, prev exec.Progress) []column {
	columns := share(p.Share)
	if p.Share == 0 && p.Bytes > 0 && p.TotalBytes > 0 {
		columns = share(float64(p.Bytes) / float64(p.TotalBytes))
	}
	if d := p.Elapsed - prev.Elapsed; d > 0 && p.Bytes > 0 {
		columns = append(columns, column{human.Bytes(perSecond(p.Bytes-prev.Bytes, d)) + "/s", 9, rankBytes})
	}
	return columns
}

// share is the columns for what is done.
func share(done float64) []column {
	if done < 0 {
		return []column{{"total unknown", 0, rankShare}}
	}
	const steps = 10
	n := int(steps * min(done, 1))
	bar := "[" + strings.Repeat("=", n) + strings.Repeat(" ", steps-n) + "]"
	return []column{{bar, 0, rankBar}, {percent(done), 4, rankShare}}
}

// left is the time that a pipeline has to go, and that of the run where more comes after.
func left(p exec.Progress, i int) string {
	pipe, run := p.Pipelines[i].Left, p.Left
	waits := slices.ContainsFunc(p.Pipelines, func(q exec.PipelineProgress) bool { return q.State == exec.Waiting })
	switch {
	case pipe < 0 || p.Pipelines[i].Share < 0:
		return ""
	case waits && run > pipe+time.Second:
		return about(pipe) + " of " + about(run) + " left"
	}
	return about(pipe) + " left"
}

// kept is the columns for what operators hold.
func kept(p exec.Progress) (columns []column) {
	const little = 1_000_000 // not worth a place
	switch {
	case p.Memory < little:
	case p.Budget > 0:
		columns = append(columns, column{"mem " + percent(float64(p.Memory)/float64(p.Budget)), 8, rankMemory})
	default:
		columns = append(columns, column{"mem " + human.Bytes(p.Memory), 11, rankMemory})
	}
	if p.Disk > 0 {
		columns = append(columns, column{"disk " + human.Bytes(p.Disk), 12, rankDisk})
	}
	return columns
}

// past is the columns of a pipeline that has ended.
func past(now *exec.PipelineProgress) []column {
	d := now.Ended - now.Began
	columns := []column{{"done in " + human.Duration(d), 0, rankShare}, {human.Count(now.Rows) + " rows", 0, rankRows}}
	if d < 10*time.Millisecond { // a rate would be chance
		return columns
	}
	columns = append(columns, column{human.Count(perSecond(now.Rows, d)) + "/s", 0, rankRate})
	if now.Bytes > 0 {
		columns = append(columns, column{human.Bytes(perSecond(now.Bytes, d)) + "/s", 0, rankBytes})
	}
	return columns
}

// stopped is the columns of a pipeline that did not come to its end.
func stopped(now *exec.PipelineProgress) []column {
	text := "stopped"
	if now.Share >= 0 && now.State == exec.Running {
		text += " at " + percent(now.Share)
	}
	return []column{{text, 0, rankShare}, {human.Count(now.Rows) + " rows", 0, rankRows}}
}

// rates are the rows and the bytes per second of a pipeline, since prev if it ran then. Each
// is -1 where there is none.
func rates(p, prev exec.Progress, i int) (rows, bytes int64) {
	now := &p.Pipelines[i]
	from, at := exec.PipelineProgress{}, now.Began
	for _, q := range prev.Pipelines {
		if q.State == exec.Running && q.Began == now.Began && q.Rows <= now.Rows && q.Bytes <= now.Bytes {
			from, at = q, prev.Elapsed
		}
	}
	d := p.Elapsed - at
	if d <= 0 {
		return -1, -1
	}
	if bytes = -1; now.Bytes > 0 {
		bytes = perSecond(now.Bytes-from.Bytes, d)
	}
	return perSecond(now.Rows-from.Rows, d), bytes
}

func perSecond(n int64, d time.Duration) int64 { return int64(float64(n) / d.Seconds()) }

// summary is the line of a run that is done.
func summary(p exec.Progress) string {
	end := "done in "
	switch {
	case errors.Is(p.Err, context.Canceled) || errors.Is(p.Err, context.DeadlineExceeded):
		end = "stopped after "
	case p.Err != nil:
		end = "failed after "
	}
	var facts []string
	tell := func(n int64, text string) {
		if n > 0 {
			facts = append(facts, text)
		}
	}
	rows, spilled := int64(0), int64(0)
	for i, o := range p.Operators {
		if p.Plan != nil && i < len(p.Plan.Operators) && p.Plan.Operators[i].Role == exec.RoleSource {
			rows += o.RowsIn
		}
		spilled += o.Spill.Disk
	}
	tell(rows, human.Count(rows)+" rows")
	tell(p.Bytes, human.Bytes(p.Bytes))
	if p.Elapsed > 0 {
		tell(p.Bytes, human.Bytes(perSecond(p.Bytes, p.Elapsed))+"/s")
	}
	peak := "peak memory " + human.Bytes(p.MemoryPeak)
	if p.Budget > 0 {
		peak += " of " + human.Bytes(p.Budget)
	}
	tell(p.MemoryPeak, peak)
	tell(max(spilled, p.DiskPeak), human.Bytes(max(spilled, p.DiskPeak))+" spilled")
	line := end + human.Duration(p.Elapsed)
	if len(facts) > 0 {
		line += ": " + strings.Join(facts, ", ")
	}
	return line
}
