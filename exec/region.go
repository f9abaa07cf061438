package exec

import (
	"fmt"
	"slices"
)

// A region is a set of vertices whose rows flow at the same time: everything
// that hangs together without a breaker between. One pass over its origins, one
// after the other, runs it.
type region struct {
	members   []*vertex
	origins   []*vertex
	terminals []edge
	deps      []*region // must be done before
	total     *pipeTotal
}

// arrange cuts the plan into regions, and puts them into an order that works. It is
// called again when a vertex gathers what it was to probe: regions that have run
// stay as they are.
func (g *graph) arrange() error {
	for {
		g.cut()
		v, err := g.conflict()
		if v == nil || err != nil {
			return err
		}
		if err := g.insertBuffer(v); err != nil {
			return err
		}
	}
}

// next returns the first region that has not run, or nil.
func (g *graph) next() *region {
	for _, r := range g.regions {
		if !r.members[0].done {
			return r
		}
	}
	return nil
}

// runRegion runs a region, and arranges those to come again where that is needed.
func (g *graph) runRegion(r *region) error {
	if turned, err := g.chooseSides(r); turned || err != nil {
		return err // others come first now
	}
	gathers := g.run.pipeline(r)
	for _, v := range r.members {
		v.done = true
	}
	if err := g.run.err(); err != nil || gathers == nil {
		return err
	}
	for _, v := range gathers {
		v.gathers = true
	}
	if err := g.arrange(); err != nil {
		return err
	}
	g.describe()
	return nil
}

// cut finds the regions and what they depend on.
func (g *graph) cut() {
	g.regions = nil
	for _, v := range g.vertices {
		v.region = nil
	}
	for _, v := range g.vertices {
		if v.region != nil || v.rows == nil || len(v.outs) == 0 {
			continue
		}
		r := &region{}
		g.flood(v, r)
		slices.SortFunc(r.members, func(a, b *vertex) int { return a.index - b.index })
		g.regions = append(g.regions, r)
	}
	for _, r := range g.regions {
		for _, v := range r.members {
			if v.isOrigin() {
				r.origins = append(r.origins, v)
			}
			for _, out := range v.outs {
				if out.terminal() {
					r.terminals = append(r.terminals, out)
				}
			}
			for _, before := range v.waitsFor() {
				r.deps = append(r.deps, before.region)
			}
		}
	}
}

// flood adds to a region everything that hangs together with v.
func (g *graph) flood(v *vertex, r *region) {
	if v.region != nil {
		return
	}
	v.region = r
	r.members = append(r.members, v)
	for _, out := range v.outs {
		if !out.terminal() {
			g.flood(out.to, r)
		}
	}
	for i, in := range v.ins {
		if !(edge{v, i}).terminal() {
			g.flood(in, r)
		}
	}
}

// waitsFor lists the vertices whose rows must have ended in a breaker before v
// can give out rows.
func (v *vertex) waitsFor() []*vertex {
	switch {
	case v.replays != nil:
		return v.replays.ins
	case v.probes():
		return v.ins[1:]
	case v.isBreaker():
		return v.ins
	}
	return nil
}

// conflict sorts the regions and their origins into an order that works, and
// returns a vertex to buffer where there is none.
func (g *graph) conflict() (*vertex, error) {
	order, circle := topological(g.regions, func(r *region) []*region { return r.deps })
	if circle != nil {
		return g.breakCircle(circle)
	}
	g.regions = order
	for _, r := range g.regions {
		if v, err := r.orderOrigins(); v != nil || err != nil {
			return v, err
		}
	}
	return nil, nil
}

// breakCircle picks the vertex that feeds consumers of different phases.
func (g *graph) breakCircle(circle []*region) (*vertex, error) {
	phases := g.phases()
	for _, v := range g.vertices {
		if len(v.outs) < 2 || !slices.Contains(circle, v.region) {
			continue
		}
		first := consumed(v.outs[0], phases)
		for _, out := range v.outs[1:] {
			if consumed(out, phases) != first {
				return v, nil
			}
		}
	}
	return nil, fmt.Errorf("exec: no order of running this plan was found")
}

// phases numbers the vertices: rows are there only after as many breakers, one
// behind the other, have finished.
func (g *graph) phases() map[*vertex]int {
	phases := map[*vertex]int{}
	var phase func(v *vertex) int
	phase = func(v *vertex) int {
		if n, ok := phases[v]; ok {
			return n
		}
		n := 0
		if v.replays != nil {
			n = phase(v.replays.ins[0]) + 1
		}
		for i, in := range v.ins {
			p := phase(in)
			if (edge{v, i}).terminal() {
				p++
			}
			n = max(n, p)
		}
		phases[v] = n
		return n
	}
	for _, v := range g.vertices {
		phase(v)
	}
	return phases
}

// consumed is the latest phase in which rows that travel an edge are wanted.
func consumed(e edge, phases map[*vertex]int) int {
	if e.terminal() {
		return phases[e.to.ins[e.input]]
	}
	n := phases[e.to]
	for _, out := range e.to.outs {
		n = max(n, consumed(out, phases))
	}
	return n
}

// orderOrigins puts a region's origins into an order in which the inputs of
// each concatenation come one after the other, or returns a vertex to buffer.
func (r *region) orderOrigins() (*vertex, error) {
	after := map[*vertex][]*vertex{}
	for _, c := range r.members {
		if _, ok := c.stage.(concat); !ok {
			continue
		}
		var before []*vertex
		for _, in := range c.ins {
			origins := in.originsAbove(nil)
			for _, o := range origins {
				if slices.Contains(before, o) {
					return r.sharedAbove(c), nil
				}
				after[o] = append(after[o], before...)
			}
			before = append(before, origins...)
		}
	}
	order, circle := topological(r.origins, func(v *vertex) []*vertex { return after[v] })
	if circle == nil {
		r.origins = order
		return nil, nil
	}
	for _, v := range r.members {
		if len(v.outs) > 1 {
			return v, nil
		}
	}
	return nil, fmt.Errorf("exec: the inputs of this plan's concatenations are in no order")
}

// originsAbove lists where the rows of v begin.
func (v *vertex) originsAbove(list []*vertex) []*vertex {
	if v.isOrigin() {
		if !slices.Contains(list, v) {
			list = append(list, v)
		}
		return list
	}
	for i, in := range v.ins {
		if !(edge{v, i}).terminal() {
			list = in.originsAbove(list)
		}
	}
	return list
}

// sharedAbove finds the lowest vertex above c that reaches two of its inputs.
func (r *region) sharedAbove(c *vertex) *vertex {
	for i := len(r.members) - 1; i >= 0; i-- {
		v := r.members[i]
		if len(v.outs) < 2 {
			continue
		}
		n := 0
		for _, out := range v.outs {
			if out.reaches(c) {
				n++
			}
		}
		if n > 1 {
			return v
		}
	}
	return nil
}

func (e edge) reaches(c *vertex) bool {
	if e.to == c {
		return true
	}
	if e.terminal() {
		return false
	}
	for _, out := range e.to.outs {
		if out.reaches(c) {
			return true
		}
	}
	return false
}

// topological orders items so that each comes after what it needs. Where that
// is impossible it returns the items that are left, which hold the circle.
func topological[T comparable](items []T, needs func(T) []T) (order, circle []T) {
	done := map[T]bool{}
	left := slices.Clone(items)
	for len(left) > 0 {
		var later []T
		for _, it := range left {
			ready := true
			for _, n := range needs(it) {
				ready = ready && (done[n] || !slices.Contains(items, n))
			}
			if !ready {
				later = append(later, it)
				continue
			}
			done[it] = true
			order = append(order, it)
		}
		if len(later) == len(left) {
			return nil, left
		}
		left = later
	}
	return order, nil
}
