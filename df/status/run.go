package status

import (
	"time"

	"anabranch.dev/exec"
)

// run is what a page knows of one run. The page's lock guards it; what progress and
// samples point to never changes.
type run struct {
	id       int
	name     string
	began    time.Time
	state    State
	err      error
	elapsed  time.Duration  // of one that has ended
	progress *exec.Progress // the last one, or nil
	samples  []*sample      // of the last seconds of one that is under way, the first one first
}

// sample is what rates are made of.
type sample struct {
	at  time.Duration // since the run began
	run int64         // bytes of input
	ops []counts
}

// counts are those of one operator.
type counts struct {
	rowsIn, rowsOut, bytes int64
	busy, blocked          time.Duration
}

// Rates are averages of the last three seconds, which is long enough for numbers that
// can be read, and short enough to see a run stall.
const (
	window     = 3 * time.Second
	maxSamples = 32 // if a run were to tell more often than it does
)

func (r *run) tell(p *exec.Progress) {
	s := &sample{at: p.Elapsed, run: p.Bytes, ops: make([]counts, len(p.Operators))}
	for i := range p.Operators {
		o := &p.Operators[i]
		s.ops[i] = counts{o.RowsIn, o.RowsOut, o.Bytes, o.Busy, o.Blocked}
	}
	if r.progress != nil && len(r.progress.Operators) != len(p.Operators) {
		r.samples = nil // the plan has changed: operators have other numbers
	}
	r.progress = p
	r.samples = append(r.samples, s)
	for len(r.samples) > 2 && (s.at-r.samples[1].at > window || len(r.samples) > maxSamples) {
		r.samples = r.samples[1:]
	}
}

func (r *run) end(err error) {
	r.state, r.err, r.elapsed, r.samples = stateOf(err), err, time.Since(r.began), nil
}

// Runs is what runs.json has.
type Runs struct {
	Now     time.Time `json:"now"`
	Current []Run     `json:"current"` // in the order in which they began
	Recent  []Run     `json:"recent"`  // the last 20 that have ended, the last one first, without what operators did
}

// Run is a run at one time.
type Run struct {
	ID      int           `json:"id"` // of all runs of the page, from 1 on
	Name    string        `json:"name"`
	State   State         `json:"state"`
	Error   string        `json:"error,omitempty"` // why it failed
	Began   time.Time     `json:"began"`
	Elapsed time.Duration `json:"elapsed_ns"`

	// Bytes of input a second, of a run that is under way in the last seconds, else on
	// average.
	InputRate float64        `json:"input_bytes_per_second"`
	Progress  *exec.Progress `json:"progress,omitempty"` // none before the run has told
	Rates     []Rate         `json:"rates,omitempty"`    // of the operators, as in Progress
}

// Rate is how fast an operator is: in the last seconds, or, of a run that has ended, on
// average of the time that its pipeline took.
type Rate struct {
	RowsIn  float64 `json:"rows_in_per_second"`
	RowsOut float64 `json:"rows_out_per_second"`
	Bytes   float64 `json:"bytes_per_second"`
	Busy    float64 `json:"busy"`    // workers that were busy in it, on average
	Blocked float64 `json:"blocked"` // workers that waited in it
}

// snapshot tells where the run stands.
func (r *run) snapshot(now time.Time) Run {
	s := Run{ID: r.id, Name: r.name, State: r.state, Began: r.began, Elapsed: r.elapsed, Progress: r.progress}
	if r.err != nil {
		s.Error = r.err.Error()
	}
	p := r.progress
	if r.state == Running {
		s.Elapsed = now.Sub(r.began)
		if p != nil {
			s.Elapsed = p.Elapsed // the time that the numbers are of
		}
	}
	if p == nil {
		return s
	}
	if r.state != Running {
		s.averages()
		return s
	}
	last := r.samples[len(r.samples)-1]
	first := r.samples[0]
	if len(r.samples) == 1 {
		first = &sample{ops: make([]counts, len(last.ops))} // since the run began
	}
	took := last.at - first.at
	s.InputRate = perSecond(float64(last.run-first.run), took)
	s.Rates = make([]Rate, len(last.ops))
	for i, b := range last.ops {
		a := first.ops[i]
		s.Rates[i] = b.since(a, took)
	}
	return s
}

// averages sets the rates of a run that has ended.
func (s *Run) averages() {
	p := s.Progress
	s.InputRate = perSecond(float64(p.Bytes), p.Elapsed)
	s.Rates = make([]Rate, len(p.Operators))
	for i := range p.Operators {
		o := &p.Operators[i]
		took := p.Elapsed
		if p.Plan != nil && i < len(p.Plan.Operators) {
			if n := number(&p.Plan.Operators[i]); n > 0 && n <= len(p.Pipelines) {
				took = p.Pipelines[n-1].Ended - p.Pipelines[n-1].Began
			}
		}
		s.Rates[i] = counts{o.RowsIn, o.RowsOut, o.Bytes, o.Busy, o.Blocked}.since(counts{}, took)
	}
}

// number is that of the pipeline whose rows an operator takes, or if it has no inputs
// gives; 0 when there is none.
func number(o *exec.Operator) int {
	if len(o.Takes) > 0 {
		return o.Takes[0]
	}
	return o.Gives
}

func (c counts) since(a counts, took time.Duration) Rate {
	return Rate{
		RowsIn: perSecond(float64(c.rowsIn-a.rowsIn), took), RowsOut: perSecond(float64(c.rowsOut-a.rowsOut), took),
		Bytes: perSecond(float64(c.bytes-a.bytes), took),
		Busy:  perSecond((c.busy - a.busy).Seconds(), took), Blocked: perSecond((c.blocked - a.blocked).Seconds(), took),
	}
}

// perSecond is n over a time. Estimates may shrink: a rate is not negative for that.
func perSecond(n float64, took time.Duration) float64 {
	if took <= 0 || n <= 0 {
		return 0
	}
	return n / took.Seconds()
}
