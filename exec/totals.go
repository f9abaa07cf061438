package exec

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// totals is what all workers of a run have published, in the order of the plan.
type totals struct {
	mu    sync.Mutex
	plan  *Plan
	ops   []*operator
	pipes []*pipeTotal
}

// pipeTotal is what is known of one pipeline of a run.
type pipeTotal struct {
	name string

	began, ended atomic.Int64 // nanoseconds since the run began; 0: not yet
	finishing    atomic.Bool

	rows, bytes, parts atomic.Int64 // that its origins have given out
	spent              atomic.Int64 // nanoseconds that workers had morsels
	blocked            atomic.Int64 // of these: waiting
	waited             atomic.Int64 // nanoseconds that they waited for morsels

	all amounts // of its origins; guarded by the mutex of totals
}

// describe tells the totals what the plan is from now on.
func (g *graph) describe() {
	if g.run.overview != nil {
		g.run.overview.enter(g)
		return
	}
	t := &g.run.totals
	p, vertices, regions := g.plan()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.plan, t.ops, t.pipes = p, nil, nil
	for _, v := range vertices {
		v.op.stage = v.stage
		t.ops = append(t.ops, v.op)
	}
	for _, r := range g.regions {
		r.total = r.members[0].total
		if r.total == nil || !r.members[0].done {
			r.total = &pipeTotal{name: "end", all: sizeOf(r.sources())}
		}
		for _, v := range r.members {
			v.total = r.total
		}
	}
	for i, r := range regions {
		r.total.name = p.Name(i)
		t.pipes = append(t.pipes, r.total)
	}
}

// sources lists the origins of a region, nil for those that are not known yet.
func (r *region) sources() (list []Source) {
	for _, o := range r.origins {
		s, _ := o.stage.(Source)
		list = append(list, s)
	}
	return list
}

// expect notes how much a pipeline that begins will read.
func (t *totals) expect(p *pipeTotal, from []Source) {
	all := sizeOf(from)
	t.mu.Lock()
	defer t.mu.Unlock()
	p.all = all
}

// amounts is how much there is to read, in three units; -1 is unknown.
type amounts struct{ rows, bytes, parts int64 }

// sizeOf adds up what sources give out, as far as it is known. Rows that are in memory
// count no bytes, of which those of files are told.
func sizeOf(from []Source) amounts {
	var all amounts
	add := func(to *int64, n int64) {
		if *to >= 0 && n >= 0 {
			*to += n
		} else {
			*to = -1
		}
	}
	for _, s := range from {
		rows, bytes, parts := int64(-1), int64(-1), int64(-1)
		if s != nil {
			rows, bytes = s.Size()
		}
		if p, ok := s.(interface{ parts() int64 }); ok {
			parts = p.parts()
		}
		if _, ok := s.(interface{ inMemory() }); ok {
			bytes = 0
		}
		add(&all.rows, rows)
		add(&all.bytes, bytes)
		add(&all.parts, parts)
	}
	return all
}

// partSizes counts pieces of input by their rows, in steps of a quarter of a power of
// two.
type partSizes struct {
	n    [256]atomic.Int32
	most atomic.Int64
}

func (p *partSizes) add(rows int64) {
	p.n[sizeStep(rows)].Add(1)
	raise(&p.most, rows)
}

func sizeStep(n int64) int {
	if n < 4 {
		return int(max(n, 0))
	}
	log := bits.Len64(uint64(n)) - 1
	return 4*(log-1) + int(n>>(log-2)&3)
}

// sizeFrom is the least number that has a step.
func sizeFrom(step int) int64 {
	if step < 4 {
		return int64(step)
	}
	return int64(4+step&3) << (step/4 - 1)
}

// skew is the rows of the largest piece over about the 75th percentile of all, or 0
// where that is not known.
func (p *partSizes) skew() (parts int64, skew float64) {
	var counts [len(p.n)]int64
	for i := range p.n {
		counts[i] = int64(p.n[i].Load())
		parts += counts[i]
	}
	seen := int64(0)
	for i, n := range counts {
		seen += n
		if n > 0 && seen*4 >= parts*3 {
			if from := sizeFrom(i); from > 0 {
				skew = max(float64(p.most.Load())/float64(from), 1)
			}
			break
		}
	}
	return parts, skew
}
