package exec

import "time"

// How much of a run is done, and how long the rest will take, is estimated.
//
// A pipeline that runs is as far as its input: by rows where their number is known,
// as that of sorted rows, else by bytes of files, else by partitions; the time left goes
// by what that took. One that waits takes as long as
//
//   - its files, at the rate at which files were read so far;
//   - what operators have kept for it: the time in which they took that, times the part of
//     the rows that they keep, times what giving out is to taking, for which there are
//     the constants below, of those who give and those who take.
//
// Where something is not known, as how much comes from standard input, it is said to be
// unknown.

// What giving out is to taking, when all of what was read is kept: measured with files of
// lines (BenchmarkTimeLeft).
const (
	sortEffort   = 0.45
	groupsEffort = 0.12
	joinEffort   = 0.6
	bufferEffort = 0.1
	writeEffort  = 0.4
)

// estimate fills in shares, and the times left.
func (p *Progress) estimate() {
	var done, all time.Duration
	known := true
	rate := p.rate()
	total := make([]time.Duration, len(p.Pipelines)) // how long each takes; -1 is unknown
	for i := range p.Pipelines {
		pipe := &p.Pipelines[i]
		took := pipe.Ended - pipe.Began
		switch pipe.State {
		case Done:
			pipe.Share, pipe.Left, total[i] = 1, 0, took
		case Waiting:
			took = 0
			if total[i] = p.expected(i, total, rate); total[i] >= 0 {
				pipe.Share, pipe.Left = 0, total[i]
			}
		default:
			total[i] = -1
			if pipe.Share = pipe.share(); pipe.Share > 0 {
				total[i] = max(time.Duration(float64(took)/pipe.Share), took)
				pipe.Left = total[i] - took
			}
		}
		done += took
		all += max(total[i], took)
		known = known && total[i] >= 0
	}
	p.Share, p.Left = -1, -1
	if known && all > 0 {
		p.Share, p.Left = float64(done)/float64(all), all-done
	}
}

// share is how much of the input of a pipeline that runs has been read, or -1.
func (p *PipelineProgress) share() float64 {
	if p.State == Finishing {
		return 1
	}
	for _, n := range [][2]int64{{p.Rows, p.TotalRows}, {p.Bytes, p.TotalBytes}, {p.parts, p.totalParts}} {
		if n[1] > 0 {
			return min(float64(n[0])/float64(n[1]), 1)
		}
	}
	return -1
}

// rate is how long a byte of a file took, on average, or 0 where none was read.
func (p *Progress) rate() float64 {
	var took time.Duration
	var bytes int64
	for i := range p.Pipelines {
		if pipe := &p.Pipelines[i]; pipe.Bytes > 0 {
			took += pipe.Ended - pipe.Began
			bytes += pipe.Bytes
		}
	}
	if bytes == 0 {
		return 0
	}
	return float64(took) / float64(bytes)
}

// expected is how long a pipeline will take that waits, given how long those before it
// take, or -1.
func (p *Progress) expected(i int, total []time.Duration, rate float64) time.Duration {
	sum := time.Duration(0)
	for _, at := range p.Plan.Pipelines[i].Origins {
		o := &p.Plan.Operators[at]
		if o.Role != RoleSource {
			d := p.givingOut(at, i, total)
			if d < 0 {
				return -1
			}
			sum += d
			continue
		}
		pipe := &p.Pipelines[i]
		switch {
		case pipe.TotalBytes < 0 || pipe.TotalBytes > 0 && rate == 0:
			return -1
		case pipe.TotalBytes > 0:
			return sum + time.Duration(float64(pipe.TotalBytes)*rate) // all files of the pipeline
		}
	}
	return sum
}

// givingOut is how long an operator will take to give out what it keeps, in a pipeline, or
// -1.
func (p *Progress) givingOut(at, i int, total []time.Duration) time.Duration {
	var takes time.Duration
	var bytes, rows int64
	for _, number := range p.Plan.Operators[at].Takes {
		if number == 0 || total[number-1] < 0 {
			return -1
		}
		pipe := &p.Pipelines[number-1]
		takes += total[number-1]
		bytes += pipe.Bytes
		rows += pipe.Rows
	}
	o := &p.Operators[at]
	part := min(ratio(o.RowsIn, rows), 1)
	if bytes > 0 {
		part = min(part, ratio(o.Memory+o.Spill.Bytes, bytes))
	}
	effort := 0.0
	for _, k := range p.Plan.Pipelines[i].Operators {
		if role := p.Plan.Operators[k].Role; k == at || role == RoleSink {
			effort += p.Operators[k].effort
		}
	}
	return time.Duration(float64(takes) * part * effort)
}

func ratio(a, b int64) float64 {
	if b <= 0 {
		return 0
	}
	return float64(a) / float64(b)
}
