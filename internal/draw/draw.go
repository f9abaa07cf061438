// Package draw draws layered graphs: nodes in rows, edges that go down, and
// nodes that belong together in one box. It serves plans, whose boxes are
// pipelines, and knows nothing of them.
//
// A [Graph] is drawn as SVG by a layout of this package, or given to others to
// lay out, as text for Graphviz (DOT) and for Mermaid. The same graph is always
// drawn as the same bytes: nothing depends on the order of a map, and coordinates are integers.
//
// The layout has two levels. Boxes are put into rows by what leads to what, and
// so are the nodes within each box; where an edge passes a row it gets a place
// there as a node does, so that it crosses no node. Within a row the order is
// improved by sweeps with barycentres (order.go), a box is laid out as Brandes and
// Köpf do (place.go), and boxes are then moved as a whole (levels.go).
package draw

// A Graph is what is drawn.
type Graph struct {
	Title   string   // what it is
	Text    string   // what it shows, for those who do not see it
	Caption []string // facts that stand above it
	Groups  []Group
	Nodes   []Node
	Edges   []Edge
}

// A Group is nodes in one box.
type Group struct {
	Name    string
	Note    string // beside the name
	State   State
	Tooltip string
}

// State is how the box of a group looks.
type State string

// States of groups. The zero State is of those that have none.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Finishing State = "finishing"
	Done      State = "done"
)

// A Node is a box with text.
type Node struct {
	Kind    Kind
	Group   int    // its number, from 1; 0: none
	Title   string // in bold
	Aside   string // beside the title
	Label   string // below it
	Lines   []string
	Bar     string  // stands beside a bar; no bar when it is empty
	Share   float64 // length of the bar, from 0 to 1
	Tooltip string
}

// An Edge leads from one node to another, by their indexes.
type Edge struct {
	From, To int
	Via      int    // number of a group that it passes on its way; 0: none
	Label    string // stands where it arrives
	Boundary bool   // it leads from one group to another
	Tooltip  string
}

// Kind is what a node is, which decides its shape and its colour.
type Kind uint8

// Kinds of nodes.
const (
	Fused Kind = iota
	Source
	Turns
	Cut
	Probe
	Breaker
	Sink
)

// look is how a kind of node is told apart.
type look struct {
	class  string // of SVG, and of Mermaid
	legend string
	dot    string // attributes
	open   string // brackets of Mermaid
	close  string
	fill   string // of Mermaid and DOT, which know one scheme of colours
	line   string
}

var looks = [...]look{
	Fused:   {"fused", "fused", `style=filled`, "[", "]", "#ffffff", "#8c959f"},
	Source:  {"source", "source", `style="rounded,filled"`, "([", "])", "#ecf9ef", "#2da44e"},
	Turns:   {"turns", "in turns: workers take them, in order", `style=filled, peripheries=2`, "[[", "]]", "#eff7ff", "#4793dd"},
	Cut:     {"cut", "cut: goroutines of its own follow", `style="dashed,filled"`, ">", "]", "#ffffff", "#8c959f"},
	Probe:   {"probe", "probe: its other input first", `style="diagonals,filled"`, "{{", "}}", "#f8f2ff", "#9a6dd7"},
	Breaker: {"breaker", "breaker: all rows first", `shape=cylinder, style=filled`, "[(", ")]", "#fff8e1", "#c69026"},
	Sink:    {"sink", "sink", `shape=note, style=filled`, "[/", "/]", "#f1f3f5", "#57606a"},
}

// legend is the order in which kinds are explained.
var legend = [...]Kind{Source, Fused, Turns, Cut, Probe, Breaker, Sink}

// kinds are those that occur.
func (g *Graph) kinds() []Kind {
	var list []Kind
	for _, k := range legend {
		for i := range g.Nodes {
			if g.Nodes[i].Kind == k {
				list = append(list, k)
				break
			}
		}
	}
	return list
}
