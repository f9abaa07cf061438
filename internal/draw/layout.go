package draw

import "slices"

// layout is a graph on its way to a picture. Coordinates are whole pixels.
type layout struct {
	graph  *Graph
	wide   int // width of every node
	items  []item
	blocks []block
	levels [][]int // rows of blocks, from left to right
	paths  []path

	arriving [][]int // paths that end in an item
}

// An item has a place in a row: it is a node, or where an edge passes the row.
type item struct {
	node       int // its index, or -1
	block, row int
	pos        int // in the row, from the left
	ups, downs []int
	outside    bool // of an edge that leaves its block, or comes from outside
	x          int  // of its middle, from the left of its block's first item
	width      int
	height     int
}

// A block is what is moved as a whole: a group, a node of no group, or where an edge
// passes a level of blocks. Its first row is where edges come in from above, its last
// where they leave; that which an edge passes has one row for both.
type block struct {
	group int // its number, or 0
	pass  bool
	level int
	rows  [][]int // items

	x, y          int // of its upper left corner
	width, height int
	end           int   // y of the lower end of its level
	left          int   // from x to the first item
	tops, bottoms []int // y of rows

	header       int    // height of the band with the name
	showed, said string // name and note as they are shown
	name, note   int    // where the one begins and the other ends, from x
}

func (b *block) first() []int { return b.rows[0] }
func (b *block) last() []int  { return b.rows[len(b.rows)-1] }

// A path is an edge, or one part of an edge that has to pass a group.
type path struct {
	edge     int
	from, to int   // items, the upper one first
	items    []int // from the first to the last
	up       bool  // the edge goes from the last to the first
	ends     bool  // with it, the edge does
	xs       []int // where it passes the items
}

const (
	bendWidth = 16 // of an edge in a row
	between   = 24 // items of a row
)

func newLayout(g *Graph) *layout {
	l := &layout{graph: g, blocks: make([]block, len(g.Groups))}
	for i := range l.blocks {
		l.blocks[i].group = i + 1
	}
	l.size()
	for i := range g.Nodes {
		b := g.Nodes[i].Group - 1
		if b < 0 {
			b = len(l.blocks)
			l.blocks = append(l.blocks, block{})
		}
		l.items = append(l.items, item{node: i, block: b, width: l.widthOf(i), height: g.Nodes[i].height()})
	}
	l.parts()
	l.rank()
	for i := range l.paths {
		l.connect(&l.paths[i])
	}
	l.arriving = make([][]int, len(l.items))
	for i, p := range l.paths {
		l.arriving[p.to] = append(l.arriving[p.to], i)
	}
	l.order()
	for i := range l.blocks {
		l.place(&l.blocks[i])
		l.ports(&l.blocks[i])
		l.frame(&l.blocks[i])
	}
	l.align()
	l.stack()
	return l
}

// parts makes the paths: one for an edge, and two for one that has to pass a group. An
// edge from a node to itself has none.
func (l *layout) parts() {
	for i, e := range l.graph.Edges {
		switch {
		case e.From == e.To:
		case e.Via > 0:
			via := len(l.items)
			l.items = append(l.items, item{node: -1, block: e.Via - 1, width: bendWidth})
			l.paths = append(l.paths, path{edge: i, from: e.From, to: via}, path{edge: i, from: via, to: e.To, ends: true})
		default:
			l.paths = append(l.paths, path{edge: i, from: e.From, to: e.To, ends: true})
		}
	}
}

// rank puts blocks into levels and the items of each block into rows, and turns those
// paths around that would go up.
func (l *layout) rank() {
	var arcs [][2]int
	for _, p := range l.paths {
		arcs = append(arcs, [2]int{l.items[p.from].block, l.items[p.to].block})
	}
	levels, turned := ranks(len(l.blocks), arcs)
	for i := range l.blocks {
		l.blocks[i].level = levels[i]
	}
	for i, a := range arcs {
		if arcs[i] = [2]int{}; a[0] == a[1] {
			arcs[i] = [2]int{l.paths[i].from, l.paths[i].to}
		}
	}
	rows, within := ranks(len(l.items), arcs)
	for i := range l.paths {
		if p := &l.paths[i]; turned[i] || within[i] {
			p.from, p.to, p.up = p.to, p.from, true
		}
	}
	least := make([]int, len(l.blocks))
	for i := range l.items {
		b := l.items[i].block
		if l.blocks[b].rows == nil {
			l.blocks[b].rows, least[b] = [][]int{}, rows[i]
		}
		least[b] = min(least[b], rows[i])
	}
	for i := range l.items {
		it := &l.items[i]
		b := &l.blocks[it.block]
		it.row = rows[i] - least[it.block] + 1
		for len(b.rows) <= it.row+1 {
			b.rows = append(b.rows, nil)
		}
		l.put(i)
	}
	for i := range l.blocks {
		if b := &l.blocks[i]; b.rows == nil {
			b.rows = make([][]int, 2)
		}
		l.level(i)
	}
}

// put appends an item to its row, and level a block to its level.
func (l *layout) put(i int) {
	it := &l.items[i]
	row := &l.blocks[it.block].rows[it.row]
	it.pos = len(*row)
	*row = append(*row, i)
}

func (l *layout) level(i int) {
	at := l.blocks[i].level
	for len(l.levels) <= at {
		l.levels = append(l.levels, nil)
	}
	l.levels[at] = append(l.levels[at], i)
}

// ranks gives each of n vertices a row below those that lead to it, as far up as it can
// be, but what nothing leads to just above what it leads to. Arcs that close a cycle are
// turned around, and those from a vertex to itself count for nothing.
func ranks(n int, arcs [][2]int) (rank []int, turned []bool) {
	rank, turned = make([]int, n), make([]bool, len(arcs))
	outs, ins := make([][]int, n), make([][]int, n)
	for i, a := range arcs {
		if a[0] != a[1] {
			outs[a[0]] = append(outs[a[0]], i)
		}
	}
	state := make([]int8, n) // 1: the search is below it, 2: it has been
	var sorted []int         // every vertex behind those that it leads to
	var visit func(v int)
	visit = func(v int) {
		state[v] = 1
		for _, i := range outs[v] {
			switch w := arcs[i][1]; state[w] {
			case 0:
				visit(w)
			case 1:
				turned[i] = true
			}
		}
		state[v] = 2
		sorted = append(sorted, v)
	}
	for v := range n {
		if state[v] == 0 {
			visit(v)
		}
	}
	outs = make([][]int, n)
	for i, a := range arcs {
		if turned[i] {
			a[0], a[1] = a[1], a[0]
		}
		if a[0] != a[1] {
			outs[a[0]], ins[a[1]] = append(outs[a[0]], a[1]), append(ins[a[1]], a[0])
		}
	}
	for _, v := range slices.Backward(sorted) {
		for _, w := range outs[v] {
			rank[w] = max(rank[w], rank[v]+1)
		}
	}
	for v := range n {
		if len(ins[v]) == 0 && len(outs[v]) > 0 {
			least := rank[outs[v][0]]
			for _, w := range outs[v] {
				least = min(least, rank[w])
			}
			rank[v] = least - 1
		}
	}
	return rank, turned
}

// connect leads a path down, through an item in each row between.
func (l *layout) connect(p *path) {
	from, to := l.items[p.from], l.items[p.to]
	p.items = append(p.items, p.from)
	bend := func(block, row int) { p.items = append(p.items, l.bend(block, row, from.block != to.block)) }
	if from.block == to.block {
		for row := from.row + 1; row < to.row; row++ {
			bend(from.block, row)
		}
	} else {
		for row := from.row + 1; row < len(l.blocks[from.block].rows); row++ {
			bend(from.block, row)
		}
		for level := l.blocks[from.block].level + 1; level < l.blocks[to.block].level; level++ {
			l.blocks = append(l.blocks, block{pass: true, level: level, rows: make([][]int, 1)})
			l.level(len(l.blocks) - 1)
			bend(len(l.blocks)-1, 0)
		}
		for row := range to.row {
			bend(to.block, row)
		}
	}
	p.items = append(p.items, p.to)
	for i, down := range p.items[1:] {
		u, d := &l.items[p.items[i]], &l.items[down]
		u.downs, d.ups = append(u.downs, down), append(d.ups, p.items[i])
	}
}

// bend makes an item for an edge that passes a row.
func (l *layout) bend(block, row int, outside bool) int {
	l.items = append(l.items, item{node: -1, block: block, row: row, outside: outside, width: bendWidth})
	l.put(len(l.items) - 1)
	return len(l.items) - 1
}
