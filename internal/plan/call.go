package plan

import (
	"fmt"
	"hash"
	"strconv"
	"sync"

	"github.com/cespare/xxhash/v2"
)

// A Call is a plan as another process of the same program can make it: the name
// under which a function was registered that returns plans, and its argument.
type Call struct {
	Name string
	Arg  []byte // encoded
}

// Make calls the function that a call names.
func (c Call) Make() (*Node, error) {
	registry.Lock()
	f := registry.functions[c.Name]
	registry.Unlock()
	if f.make == nil {
		return nil, fmt.Errorf("the program has no plan function named %q: they are to be made while it starts, as a package's variables are, and not in main", c.Name)
	}
	return f.make(c.Arg)
}

// registry is the functions by their names.
var registry struct {
	sync.Mutex
	functions map[string]function
}

type function struct {
	make func(arg []byte) (*Node, error)
	site Site
}

// Register names a function that makes plans, and returns where one of that name was
// registered before, if there is one.
func Register(name string, f func(arg []byte) (*Node, error)) (before Site, taken bool) {
	registry.Lock()
	defer registry.Unlock()
	if had, ok := registry.functions[name]; ok {
		return had.site, true
	}
	if registry.functions == nil {
		registry.functions = map[string]function{}
	}
	registry.functions[name] = function{f, Caller()}
	return Site{}, false
}

// Walk calls f with each node that leads to roots, inputs before those that they feed,
// and each node once. The order depends on the plan alone.
func Walk(roots []*Node, f func(*Node)) {
	seen := map[*Node]bool{}
	var walk func(n *Node)
	walk = func(n *Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, in := range n.Inputs {
			walk(in)
		}
		f(n)
	}
	for _, n := range roots {
		walk(n)
	}
}

// Fingerprint is a hash of what a plan is: its operators, with the places in the program
// that they were asked for, what feeds what, and the types of the rows as typeOf has
// them.
func Fingerprint(roots []*Node, typeOf func(*Node) string) uint64 {
	h := xxhash.New()
	write(h, strconv.IntSize) // an int is written as one of that size
	number := map[*Node]int{}
	Walk(roots, func(n *Node) {
		number[n] = len(number)
		write(h, n.Op, n.Label, n.Detail, n.Site.String(), typeOf(n), int(n.Kind), int(n.Order))
		for _, in := range n.Inputs {
			write(h, number[in])
		}
	})
	for _, n := range roots {
		write(h, number[n])
	}
	return h.Sum64()
}

func write(h hash.Hash, parts ...any) {
	for _, p := range parts {
		_, _ = fmt.Fprintf(h, "%v\x00", p) // a hash does not fail
	}
}
