package draw

import "slices"

// place gives the items of a block their x, so that long edges are straight and nodes
// are above the middle of what they lead to. It follows Brandes and Köpf, "Fast and
// simple horizontal coordinate assignment" (2001), with widths: items are aligned to
// their median neighbours in columns, columns are pushed together, and of the four
// results - aligned upwards or downwards, from the left or from the right - each item
// takes the mean of the two in the middle. Each of the four keeps the distances, and so
// does that mean.
func (l *layout) place(b *block) {
	if b.pass {
		l.items[b.rows[0][0]].x, b.width = bendWidth/2, bendWidth
		return
	}
	bad := l.conflicts(b)
	var all [4]map[int]int // x of items
	var spans [4][2]int
	for i := range all {
		c := &columns{layout: l, bad: bad, rows: slices.Clone(b.rows), fromBelow: i >= 2, fromRight: i%2 == 1}
		all[i] = c.assign()
		spans[i] = l.span(b, func(it int) int { return all[i][it] })
	}
	narrow := 0
	for i, s := range spans {
		if s[1]-s[0] < spans[narrow][1]-spans[narrow][0] {
			narrow = i
		}
	}
	for i := range all {
		shift := spans[narrow][0] - spans[i][0]
		if i%2 == 1 {
			shift = spans[narrow][1] - spans[i][1]
		}
		for it := range all[i] {
			all[i][it] += shift
		}
	}
	for _, row := range b.rows {
		for _, it := range row {
			xs := []int{all[0][it], all[1][it], all[2][it], all[3][it]}
			slices.Sort(xs)
			l.items[it].x = (xs[1] + xs[2]) >> 1 // rounds down below zero too, which keeps distances
		}
	}
	l.chains(b)
	s := l.span(b, func(it int) int { return l.items[it].x })
	for _, row := range b.rows {
		for _, it := range row {
			l.items[it].x -= s[0]
		}
	}
	b.width = s[1] - s[0]
}

// span is where the items of a block begin and end.
func (l *layout) span(b *block, x func(int) int) (s [2]int) {
	first := true
	for _, row := range b.rows {
		for _, i := range row {
			half := l.items[i].width / 2
			from, to := x(i)-half, x(i)+half
			if first {
				s, first = [2]int{from, to}, false
			}
			s[0], s[1] = min(s[0], from), max(s[1], to)
		}
	}
	return s
}

// conflicts are the pairs of items, upper and lower, that are not aligned since an
// edge with a bend on both sides passes between them.
func (l *layout) conflicts(b *block) map[[2]int]bool {
	bad := map[[2]int]bool{}
	bend := func(i int) bool { return l.items[i].node < 0 }
	for _, row := range b.rows[:len(b.rows)-1] {
		for i, u := range row {
			for _, d := range l.items[u].downs {
				for _, u2 := range row[i+1:] {
					for _, d2 := range l.items[u2].downs {
						if l.items[d2].pos >= l.items[d].pos {
							continue
						}
						if bend(u) && bend(d) {
							bad[[2]int{u2, d2}] = true
						} else {
							bad[[2]int{u, d}] = true
						}
					}
				}
			}
		}
	}
	return bad
}

// columns is one of the four ways to place a block.
type columns struct {
	layout    *layout
	bad       map[[2]int]bool
	rows      [][]int
	fromBelow bool
	fromRight bool

	root map[int]int // of each item: the first of its column
	next map[int]int // the next of its column; of the last, the first
}

// assign gives x of items.
func (c *columns) assign() map[int]int {
	if c.fromBelow {
		slices.Reverse(c.rows)
	}
	if c.fromRight {
		for i := range c.rows {
			c.rows[i] = slices.Clone(c.rows[i])
			slices.Reverse(c.rows[i])
		}
	}
	c.root, c.next = map[int]int{}, map[int]int{}
	for _, row := range c.rows {
		for _, v := range row {
			c.root[v], c.next[v] = v, v
		}
	}
	c.join()
	x := c.compact()
	if c.fromRight {
		for i := range x {
			x[i] = -x[i]
		}
	}
	return x
}

// join puts items into one column with a median neighbour of the row before.
func (c *columns) join() {
	for r, row := range c.rows {
		if r == 0 {
			continue
		}
		at := map[int]int{} // places in the row before
		for i, v := range c.rows[r-1] {
			at[v] = i
		}
		last := -1
		for _, v := range row {
			near := c.before(v)
			slices.SortStableFunc(near, func(a, b int) int { return at[a] - at[b] })
			for m := (len(near) - 1) / 2; len(near) > 0 && m <= len(near)/2; m++ {
				w := near[m]
				if c.next[v] != v || at[w] <= last || c.crossed(v, w) {
					continue
				}
				c.next[w], c.root[v] = v, c.root[w]
				c.next[v] = c.root[v]
				last = at[w]
			}
		}
	}
}

// before are the neighbours in the row before.
func (c *columns) before(v int) []int {
	if c.fromBelow {
		return c.layout.nearest(c.layout.items[v].downs)
	}
	return c.layout.nearest(c.layout.items[v].ups)
}

func (c *columns) crossed(v, w int) bool {
	if c.fromBelow {
		v, w = w, v
	}
	return c.bad[[2]int{w, v}]
}

// compact pushes columns to the left as far as the distances of their items allow, and
// then those that can go nearer to what is right of them.
func (c *columns) compact() map[int]int {
	type gap struct{ column, distance int }
	lefts, rights := map[int][]gap{}, map[int][]gap{}
	for _, row := range c.rows {
		for i := 1; i < len(row); i++ {
			a, b := c.root[row[i-1]], c.root[row[i]]
			d := c.layout.items[row[i-1]].width/2 + between + c.layout.items[row[i]].width/2
			lefts[b], rights[a] = append(lefts[b], gap{a, d}), append(rights[a], gap{b, d})
		}
	}
	x := map[int]int{} // of roots
	var order []int
	var visit func(v int) int
	visit = func(v int) int {
		at, ok := x[v]
		if ok {
			return at
		}
		for _, g := range lefts[v] {
			at = max(at, visit(g.column)+g.distance)
		}
		x[v] = at
		order = append(order, v)
		return at
	}
	for _, row := range c.rows {
		for _, v := range row {
			visit(c.root[v])
		}
	}
	for _, v := range slices.Backward(order) {
		for i, g := range rights[v] {
			if at := x[g.column] - g.distance; i == 0 || at < x[v] {
				x[v] = at
			}
		}
	}
	items := map[int]int{}
	for v, root := range c.root {
		items[v] = x[root]
	}
	return items
}
