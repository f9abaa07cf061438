package exec

import "slices"

// The rows of a [Join]'s second input go into a table. A caller puts the smaller
// input there where it knows which one that is; files and the results of earlier
// parts of a plan are known only when it runs. So before the second input is read the
// two are compared, as far as is known how large they are, and change places when the
// first is clearly smaller.

// turner is a Prober that does not care which of its two inputs is which.
type turner interface {
	Prober
	// turned makes the same one for inputs that have changed places; nil if there is
	// none.
	turned() Body
}

// clearly is by how much an input must be smaller for the two to change places.
const clearly = 2

// chooseSides turns a join around whose second input is about to be read by a region,
// and reports whether it did.
func (g *graph) chooseSides(r *region) (bool, error) {
	for _, e := range r.terminals {
		v := e.to
		if j, ok := v.stage.(turner); !ok || e.input != 1 || !v.probes() || !v.smallerFirst() {
			continue
		} else if body := j.turned(); body != nil {
			return true, g.turn(v, body)
		}
	}
	return false, nil
}

// turn exchanges the inputs of v.
func (g *graph) turn(v *vertex, body Body) error {
	stage, err := body(g.run.of(v.op))
	if err != nil {
		return nodeError(v.node, err)
	}
	v.stage = stage
	g.run.closeLater(v.node, stage)
	for i, in := range v.ins {
		at := slices.Index(in.outs, edge{v, i})
		in.outs[at] = edge{v, 1 - i}
	}
	slices.Reverse(v.ins)
	if err := g.arrange(); err != nil {
		return err
	}
	g.describe()
	return nil
}

// smallerFirst reports whether the first input of a join can be kept and is known to be
// clearly smaller than the second.
func (v *vertex) smallerFirst() bool {
	left, right := v.ins[0], v.ins[1]
	if left.node.Views || left == right {
		return false
	}
	l, r := left.extent(), right.extent()
	switch {
	case !l.known || !r.known || !r.exact:
		return false
	case l.rows >= 0 && r.rows >= 0:
		return clearly*l.rows*left.rowSize() < r.rows*right.rowSize()
	default:
		return l.bytes >= 0 && r.bytes >= 0 && clearly*l.bytes < r.bytes
	}
}

func (v *vertex) rowSize() int64 { return max(int64(v.rows.Type().Size()), 1) }

// extent is how much comes of a vertex: at most, or with exact just so much. Rows and
// bytes, which are those of the input, may be unknown, -1.
type extent struct {
	rows, bytes  int64
	known, exact bool
}

// A sized step says how many rows it makes of each: one, or with fewer at most one.
type sized struct {
	Step
	fewer bool
}

func (v *vertex) extent() extent {
	if len(v.outs) != 1 || v.replays != nil {
		return extent{} // it is used by others, too
	}
	if s, ok := v.stage.(sized); ok {
		x := v.ins[0].extent()
		x.exact = x.exact && !s.fewer
		return x
	}
	if !v.isOrigin() {
		return extent{}
	}
	src := v.source()
	if src == nil {
		return extent{} // a breaker that has not taken its inputs
	}
	rows, bytes := src.Size()
	return extent{rows: rows, bytes: bytes, known: true, exact: true}
}
