// Package plan describes a dataflow before it runs: an immutable graph of
// nodes, each with its operator, its label, the place in the user's program
// that asked for it, and a body that package exec knows how to run.
//
// A plan is data. Building one reads no file and starts no goroutine, so a
// plan can be printed, compared, run twice and run concurrently.
//
// The package knows nothing of row types: what is typed sits behind the fields
// Rows and Body, which package exec fills and reads.
package plan

// A Node is one operator of a plan. Nodes are never changed once a stream
// refers to them.
type Node struct {
	Op     string // the verb, as in "map"
	Label  string // the user's name for it; may be empty
	Detail string // what Explain shows beside the verb, as in a file pattern
	Site   Site   // where the user asked for it

	Inputs []*Node
	Kind   Kind
	Order  Order
	Views  bool // rows may point into a buffer that is used again

	Rows any // exec.Rows: what exec must know of the type of the rows
	Body any // exec.Body: makes a fresh Source, Step or Breaker for a run

	Share any   // exec.Sharing: how several processes run a breaker; nil: they cannot
	Call  *Call // the stream is what a function made that other processes have too; nil: it is not
}

// Named returns a copy of n with a label.
func (n *Node) Named(label string) *Node {
	m := *n
	m.Label = label
	return &m
}

// String is how errors and plans name the operator: its verb, its label and
// its place in the user's program.
func (n *Node) String() string {
	s := n.Op
	if n.Label != "" {
		s += ` "` + n.Label + `"`
	}
	if n.Site.File != "" {
		s += " (" + n.Site.String() + ")"
	}
	return s
}

// Kind says how an operator takes its rows.
type Kind uint8

const (
	Narrow  Kind = iota // a row at a time, fused with what is around it
	Source              // it has no inputs
	Serial              // fused, but workers take turns
	Cut                 // what follows runs in other goroutines
	Breaker             // all rows before it gives any out
	Sink                // a breaker that gives out no rows of the stream
	Concat              // all rows of its inputs, one input after the other
	Probe               // all rows of every input but the first, which is fused
)

// Order says in which order the rows of a stream are delivered.
type Order uint8

const (
	InputOrder Order = iota // as in the input: files as named, lines as in the file
	Sorted                  // by an order that the user gave
	NoOrder                 // any: it may differ between runs
)

func (o Order) String() string {
	switch o {
	case InputOrder:
		return "input"
	case Sorted:
		return "sorted"
	}
	return "none"
}
