package exec

import (
	"time"

	"anabranch.dev/spill"
)

// A Tally is what is counted of an operator, as it travels between processes that run
// parts of it. Times are in nanoseconds of all workers together.
type Tally struct {
	Op     int     // its number, for who has asked
	In     []int64 // rows that entered it, by input
	Out    int64   // rows that it gave out, where it is an origin or leads nowhere
	Bytes  int64   // of files
	Busy   int64
	Wait   int64
	Spent  int64 // on its pieces of input, with what is below
	Parts  int64 // of these
	Slow   int64 // the longest that one took
	Memory int64
	Peak   int64
	Spill  Spill
}

// tally is what has been counted of an operator up to now.
func (o *operator) tally() Tally {
	t := Tally{
		In: make([]int64, len(o.ins)), Out: o.out.rows.Load(), Bytes: o.bytes.Load(),
		Busy: o.busy.Load(), Wait: o.blocked.Load(), Spent: o.spent.Load(), Slow: o.slowest.Load(),
		Memory: o.memory.held.Load(), Peak: o.memory.peak.Load(),
	}
	for i := range o.ins {
		t.In[i] = o.ins[i].rows.Load()
		t.Busy += o.ins[i].estimate()
	}
	if t.Spent > 0 && o.out.timed.Load() > 0 { // less what is below
		t.Busy += max(t.Spent-o.out.estimate(), 0)
	}
	if k, ok := o.stage.(keeper); ok {
		t.Spill = spillOf(k.spilled())
	}
	if w, ok := o.stage.(interface{ wrote() int64 }); ok {
		t.Bytes = w.wrote()
	}
	t.Parts, _ = o.parts.skew()
	return t
}

// add adds what was counted elsewhere.
func (t *Tally) add(o Tally) {
	for i, n := range o.In {
		if i < len(t.In) {
			t.In[i] += n
		}
	}
	t.Out += o.Out
	t.Bytes += o.Bytes
	t.Busy += o.Busy
	t.Wait += o.Wait
	t.Spent += o.Spent
	t.Parts += o.Parts
	t.Slow = max(t.Slow, o.Slow)
	t.Memory += o.Memory
	t.Peak = max(t.Peak, o.Peak)
	t.Spill.Runs += o.Spill.Runs
	t.Spill.Bytes += o.Spill.Bytes
	t.Spill.Disk += o.Spill.Disk
	t.Spill.Passes = max(t.Spill.Passes, o.Spill.Passes)
	t.Spill.FanIn = max(t.Spill.FanIn, o.Spill.FanIn)
}

// progress is where an operator stands, but for rows that leave it for others.
func (o *operator) progress(t Tally) OperatorProgress {
	p := OperatorProgress{
		Op: o.node.Op, Label: o.node.Label, Site: o.node.Site,
		RowsOut: t.Out, Bytes: t.Bytes, Busy: time.Duration(t.Busy), Blocked: time.Duration(t.Wait),
		Memory: t.Memory, MemoryPeak: t.Peak, Spill: t.Spill,
		Parts: t.Parts, Slowest: time.Duration(t.Slow),
	}
	for _, n := range t.In {
		p.RowsIn += n
	}
	if len(o.node.Inputs) == 0 && p.RowsIn == 0 {
		p.RowsIn = p.RowsOut
	}
	_, p.Skew = o.parts.skew()
	if p.Parts > 0 {
		p.mean = time.Duration(t.Spent / p.Parts)
	}
	if l, ok := o.stage.(laborious); ok {
		p.effort = l.effort()
	}
	return p
}

func spillOf(s spill.Stats) Spill {
	return Spill{Runs: s.Runs, Bytes: s.RunBytes, Disk: s.DiskBytes, Passes: s.Passes, FanIn: s.FanIn}
}
