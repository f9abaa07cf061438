package exec

import (
	"context"
	"reflect"
	"regexp"
	"slices"

	"anabranch.dev/internal/plan"
	"anabranch.dev/internal/vfs"
	"anabranch.dev/spill"
)

// A Plan describes what runs: operators, what feeds what, and which of them work in one
// pipeline. It is data and never changes. String draws it as text.
//
// The plan of a run, as [Progress] has it, may differ from that of package df's Explain,
// which reads no input: a join whose build side does not fit into memory takes both sides
// first, and one whose first input is much smaller builds of that.
type Plan struct {
	Operators []Operator `json:"operators"` // inputs before those that they feed, as far as known from the start
	Pipelines []Pipeline `json:"pipelines"` // in the order in which they run
}

// An Operator is a verb of a plan, or a buffer that the plan needs.
type Operator struct {
	Op     string    `json:"op"`               // the verb, as in "map"
	Label  string    `json:"label,omitempty"`  // the user's name for it
	Detail string    `json:"detail,omitempty"` // what belongs to the verb, as a file pattern or a number of rows
	Site   plan.Site `json:"site"`             // where the user asked for it
	Rows   string    `json:"rows,omitempty"`   // the type of the rows that it gives out; empty when it gives out none
	Order  string    `json:"order,omitempty"`  // of those: input, sorted or none
	Role   Role      `json:"role"`
	Memory string    `json:"memory,omitempty"` // of one that keeps rows: whether they may go to disk

	Inputs []int `json:"inputs"` // indexes of operators
	Takes  []int `json:"takes"`  // of each input: the number of the pipeline that its rows come in by
	Gives  int   `json:"gives"`  // the number of the pipeline that its rows leave by; 0: they leave the plan, or are a buffer's
}

// Role says how an operator takes part in its pipelines.
type Role string

// Roles of operators.
const (
	RoleSource  Role = "source"   // rows begin there
	RoleFused   Role = "fused"    // in the goroutine of the worker, a batch at a time
	RoleTurns   Role = "in turns" // fused, and workers take turns, in the order of the input
	RoleCut     Role = "cut"      // what follows runs in goroutines of its own
	RoleProbe   Role = "probe"    // all rows of its other inputs first; those of the first are fused
	RoleBreaker Role = "breaker"  // all rows first, dealt to partitions or ranges that workers take
	RoleSink    Role = "sink"     // rows end there
)

// What [Operator.Memory] can be.
const (
	MaySpill   = "may spill"
	MemoryOnly = "memory only"
)

// A Pipeline is what runs at one time: each worker has a goroutine that takes batches
// of rows from the origins through all operators that are fused.
type Pipeline struct {
	Operators []int `json:"operators"` // whose rows flow in it, and those that take them
	Origins   []int `json:"origins"`   // of those: where rows begin, in the order in which they are read
	After     []int `json:"after"`     // numbers of pipelines that must have ended before
}

// Explain returns the plan whose last nodes are roots. It runs nothing and reads no
// file.
func Explain(roots ...*plan.Node) *Plan {
	p, _, _ := dryGraph(roots).plan()
	return p
}

// dryGraph is the graph of a plan that is not run.
func dryGraph(roots []*plan.Node) *graph {
	g := &graph{dry: true, run: dryRun(), written: map[string]*plan.Node{}}
	made := map[*plan.Node]*vertex{}
	for _, n := range roots {
		v, _ := g.add(n, made) // a dry one does not fail
		if v.rows != nil && len(v.outs) == 0 {
			g.drain(v)
		}
	}
	if g.arrange() != nil {
		g.cut() // the run will say why it cannot be run
	}
	return g
}

// plan describes the graph as it is cut now, and says which vertices and regions the
// plan's operators and pipelines are.
func (g *graph) plan() (p *Plan, vertices []*vertex, regions []*region) {
	p = &Plan{}
	at := map[*vertex]int{} // of operators
	for _, v := range g.vertices {
		if v.drains() || v.replays != nil {
			continue
		}
		at[v] = len(p.Operators)
		vertices = append(vertices, v)
		p.Operators = append(p.Operators, v.operator())
	}
	op := func(v *vertex) int {
		if v.replays != nil {
			v = v.replays
		}
		return at[v]
	}
	number := map[*region]int{}
	for _, r := range g.regions {
		if !r.trivial() {
			regions = append(regions, r)
			number[r] = len(regions)
		}
	}
	for _, r := range regions {
		pipe := Pipeline{Operators: []int{}, Origins: []int{}, After: []int{}}
		for _, v := range r.members {
			pipe.Operators = append(pipe.Operators, op(v))
		}
		for _, e := range r.terminals {
			if i, ok := at[e.to]; ok && !slices.Contains(pipe.Operators, i) {
				pipe.Operators = append(pipe.Operators, i)
			}
		}
		for _, o := range r.origins {
			if i := op(o); !slices.Contains(pipe.Origins, i) { // a buffer has several consumers
				pipe.Origins = append(pipe.Origins, i)
			}
		}
		for _, d := range r.deps {
			if n := number[d]; n > 0 && !slices.Contains(pipe.After, n) {
				pipe.After = append(pipe.After, n)
			}
		}
		p.Pipelines = append(p.Pipelines, pipe)
	}
	for i, v := range vertices {
		o := &p.Operators[i]
		o.Gives = number[v.region]
		for _, in := range v.ins {
			o.Inputs = append(o.Inputs, op(in))
			o.Takes = append(o.Takes, number[in.region])
		}
	}
	return p, vertices, regions
}

// trivial reports whether nothing happens in a region: what a sink tells of itself goes
// nowhere.
func (r *region) trivial() bool {
	return len(r.members) == 1 && r.members[0].isBreaker() && !slices.ContainsFunc(r.terminals, func(e edge) bool { return !e.to.drains() })
}

// operator describes a vertex, but for its inputs.
func (v *vertex) operator() Operator {
	n := v.node
	o := Operator{
		Op: n.Op, Label: n.Label, Detail: n.Detail, Site: n.Site, Role: v.role(),
		Inputs: []int{}, Takes: []int{},
	}
	if v.rows != nil {
		o.Rows, o.Order = typeName(v.rows.Type()), n.Order.String()
	}
	if k, ok := v.stage.(keeper); ok {
		o.Memory = MaySpill
		if k.keeps() != nil {
			o.Memory = MemoryOnly
		}
	}
	return o
}

// keeper is a stage that keeps rows, or what it makes of them.
type keeper interface {
	// keeps is why that cannot go to disk, or nil.
	keeps() error
	// spilled is what has gone to disk so far. It may be called at any time.
	spilled() spill.Stats
}

// laborious is a stage of which is known, for estimates, how long it takes to give out
// what it keeps, or to take what others have kept: in parts of the time in which that was
// taken, if it was all that was read.
type laborious interface{ effort() float64 }

func (v *vertex) role() Role {
	switch {
	case v.probes():
		return RoleProbe
	case v.isBreaker() && v.node.Kind == plan.Sink:
		return RoleSink
	case v.isBreaker():
		return RoleBreaker
	}
	switch v.node.Kind {
	case plan.Source:
		return RoleSource
	case plan.Serial:
		return RoleTurns
	case plan.Cut:
		return RoleCut
	}
	return RoleFused
}

var packagePath = regexp.MustCompile(`[\pL\d_.~-]+/|·\d+`)

// typeName is the name of a type without the paths of packages.
func typeName(t reflect.Type) string {
	const most = 40
	name := packagePath.ReplaceAllString(t.String(), "")
	if r := []rune(name); len(r) > most {
		name = string(r[:most-1]) + "…"
	}
	return name
}

// dryRun is a run that stages can be made for, and that never begins.
func dryRun() *Run {
	budget, _ := newBudget(0, 1)
	return &Run{memory: budget, running: &running{workers: 1, space: spill.NewSpace(0), fs: vfs.OS, ctx: context.Background()}}
}

// standIn is a stage for a plan that is not run, of a node whose own would open files or
// cannot be made.
func standIn(n *plan.Node) any {
	switch n.Kind {
	case plan.Source:
		return noSource{}
	case plan.Sink, plan.Breaker:
		return noBreaker{}
	case plan.Probe:
		return noProber{}
	}
	return fuseFunc(nil)
}

// Nobody calls the methods of these.
type (
	noSource  struct{ Source }
	noBreaker struct{ Breaker }
	noProber  struct{ Prober }
)
