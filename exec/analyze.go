package exec

import (
	"fmt"
	"strings"
	"time"

	"anabranch.dev/internal/human"
)

// String draws the plan as text with what each operator has done, and below it when each
// pipeline ran and what its workers did.
//
// Of an operator it tells the rows that entered and left it, for how long workers were
// busy in it and which part of all their work that was, for how long they waited in it,
// the most memory that it held, and what it wrote to disk. Skew is told where the largest
// partition has more than twice the rows of most others.
func (p *Progress) String() string {
	if p.Plan == nil {
		return "the run has not begun\n"
	}
	all := time.Duration(0)
	for i := range p.Operators {
		all += p.Operators[i].Busy
	}
	t := &planText{plan: p.Plan, tell: func(i int) []string { return p.tell(i, all) }}
	t.lines = [][]string{{"", "rows", "busy", "", "waited", "memory", "", ""}}
	t.draw()
	return p.summary() + "\n\n" + aligned(t.lines) + "\n" + p.timeline() + p.peers()
}

// peers is a line for each process that runs parts of the plan.
func (p *Progress) peers() string {
	if len(p.Peers) == 0 {
		return ""
	}
	var lines [][]string
	for _, o := range p.Peers {
		tasks := plural(o.Tasks, "task")
		if o.Lost > 0 {
			tasks += fmt.Sprintf(", %d lost", o.Lost)
		}
		lines = append(lines, []string{o.Name, o.State, plural(int64(o.Slots), "worker"), tasks, human.Bytes(o.In) + " from it", human.Bytes(o.Out) + " to it"})
	}
	return "\n" + aligned(lines)
}

// tell is the columns of an operator's line.
func (p *Progress) tell(i int, all time.Duration) []string {
	o, role := &p.Operators[i], p.Plan.Operators[i].Role
	rows := human.Count(o.RowsIn)
	if role != RoleSource && role != RoleSink {
		rows += " → " + human.Count(o.RowsOut)
	}
	share, waited, memory := "", "", ""
	if all > 0 {
		share = human.Percent(float64(o.Busy) / float64(all))
	}
	if o.Blocked >= time.Millisecond {
		waited = human.Duration(o.Blocked)
	}
	if o.MemoryPeak > 0 {
		memory = human.Bytes(o.MemoryPeak)
	}
	var notes []string
	if o.Bytes > 0 {
		notes = append(notes, human.Bytes(o.Bytes))
	}
	if o.Spill.Runs > 0 {
		notes = append(notes, o.Spill.String())
	}
	if o.Skew > 2 && role == RoleBreaker {
		notes = append(notes, fmt.Sprintf("skew %.1f", o.Skew))
	}
	return []string{rows, human.Duration(o.Busy), share, waited, memory, o.Site.String(), strings.Join(notes, ", ")}
}

// String tells what was written to disk.
func (s Spill) String() string {
	text := fmt.Sprintf("%s of rows in %s of %s on disk", human.Bytes(s.Bytes), plural(s.Runs, "run"), human.Bytes(s.Disk))
	if s.Passes > 1 {
		text += fmt.Sprintf(", merged in %d passes", s.Passes)
	}
	if s.FanIn > 1 {
		text += fmt.Sprintf(", %d at a time", s.FanIn)
	}
	return text
}

func plural(n int64, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprint(n, " ", what)
}

// summary is all of a run in a line.
func (p *Progress) summary() string {
	s := "ran "
	switch {
	case !p.Done:
		s = "running for "
	case p.Err != nil:
		s = "failed after "
	}
	s += human.Duration(p.Elapsed) + " with " + plural(int64(p.Workers), "worker")
	if p.Bytes > 0 {
		s += fmt.Sprintf(", read %s (%s)", human.Bytes(p.Bytes), human.Rate(p.Bytes, p.Elapsed))
	}
	s += fmt.Sprintf(", held %s of %s of memory at most", human.Bytes(p.MemoryPeak), human.Bytes(p.Budget))
	if len(p.Peers) > 0 {
		s += " in this process"
	}
	if p.DiskPeak > 0 {
		s += fmt.Sprintf(" and %s of disk", human.Bytes(p.DiskPeak))
	}
	return s
}

// timelineWidth is how many characters the time of a run has.
const timelineWidth = 40

// timeline is a line for each pipeline: when it ran, and what its workers did.
func (p *Progress) timeline() string {
	var lines [][]string
	for i := range p.Pipelines {
		pipe := &p.Pipelines[i]
		line := []string{fmt.Sprintf("pipeline %d", i+1), p.bar(pipe), string(pipe.State)}
		if pipe.State != Waiting {
			line[2] = human.Duration(pipe.Ended - pipe.Began)
			if pipe.State != Done {
				line[2] += ", " + string(pipe.State)
			}
			line = append(line, pipe.shares(), p.Plan.chain(i))
		} else {
			line = append(line, "", p.Plan.chain(i))
		}
		lines = append(lines, line)
	}
	return aligned(lines)
}

// bar shows when a pipeline ran.
func (p *Progress) bar(pipe *PipelineProgress) string {
	if pipe.State == Waiting || p.Elapsed <= 0 {
		return strings.Repeat("·", timelineWidth)
	}
	at := func(d time.Duration) int {
		return min(max(int(float64(d)/float64(p.Elapsed)*timelineWidth), 0), timelineWidth)
	}
	from := min(at(pipe.Began), timelineWidth-1)
	to := max(at(pipe.Ended), from+1)
	return strings.Repeat("·", from) + strings.Repeat("█", to-from) + strings.Repeat("·", timelineWidth-to)
}

// shares says what the workers of a pipeline did with their time.
func (p *PipelineProgress) shares() string {
	all := p.Busy + p.Blocked + p.Idle
	if all <= 0 {
		return ""
	}
	part := func(d time.Duration) string { return human.Percent(float64(d) / float64(all)) }
	return fmt.Sprintf("busy %s, waiting %s, idle %s", part(p.Busy), part(p.Blocked), part(p.Idle))
}
