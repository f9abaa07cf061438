package draw

import (
	"cmp"
	"slices"
)

// A vertical is where a path goes straight down.
type vertical struct{ x, from, to int }

// snap is how far an edge may be moved to be straight: less than what keeps it from
// others, and from names.
const snap = 8

// ports puts the ends of a block's own edges where these enter and leave it: straight
// above where they arrive in its first row of items, and straight below those of its last.
func (l *layout) ports(b *block) {
	if len(b.rows) < 3 {
		return
	}
	for _, i := range b.rows[1] {
		paths, xs := l.spread(i)
		for k, p := range paths {
			items := l.paths[p].items
			l.items[items[len(items)-2]].x = xs[k]
		}
	}
	for _, i := range b.rows[len(b.rows)-2] {
		for _, d := range l.items[i].downs {
			l.items[d].x = l.items[i].x
		}
	}
}

// attach says where paths pass items. They leave nodes in the middle, and arrive there, or
// side by side where there are several.
func (l *layout) attach() {
	for i := range l.paths {
		p := &l.paths[i]
		if p.ends {
			continue
		}
		l.follow(i)
		p.straighten(true)
		l.items[p.to].x += p.xs[len(p.xs)-1] - l.at(p.to) // the second part goes on there
	}
	for to := range l.arriving {
		paths, xs := l.spread(to)
		for i, n := range paths {
			if p := &l.paths[n]; p.ends {
				l.follow(n)
				p.xs[len(p.xs)-1] = xs[i]
				p.straighten(len(paths) == 1)
			}
		}
	}
}

// follow has a path pass its items in their middle.
func (l *layout) follow(path int) {
	p := &l.paths[path]
	for _, it := range p.items {
		p.xs = append(p.xs, l.at(it))
	}
}

// spread is where paths arrive at an item, from left to right: around its middle, and if
// they are few, the one that comes straight from above in its middle.
func (l *layout) spread(to int) (paths, xs []int) {
	paths = slices.Clone(l.arriving[to])
	slices.SortStableFunc(paths, func(a, b int) int { return cmp.Compare(l.before(a), l.before(b)) })
	most, middle, near := 0, l.at(to), 0
	for i, p := range paths {
		most = max(most, width(l.label(l.paths[p].edge), sizeSmall))
		if far(l.before(p), middle) < far(l.before(paths[near]), middle) {
			near = i
		}
	}
	step := min(max(most+labelRoom, between), l.items[to].width/(len(paths)+1))
	first := middle - (len(paths)-1)*step/2
	if len(paths) <= fewArrive {
		first = middle - near*step
	}
	for i := range paths {
		xs = append(xs, first+i*step)
	}
	return paths, xs
}

func far(a, b int) int { return max(a-b, b-a) }

// straighten takes small bends out, all but the last one if the end is to stay.
func (p *path) straighten(all bool) {
	near := func(a, b int) bool { return far(a, b) <= snap }
	last := len(p.xs) - 1
	for i := 1; i < last || all && i == last; i++ {
		if near(p.xs[i], p.xs[i-1]) {
			p.xs[i] = p.xs[i-1]
		}
	}
	if !all && last > 1 && near(p.xs[last-1], p.xs[last]) && !near(p.xs[last-2], p.xs[last-1]) {
		p.xs[last-1] = p.xs[last]
	}
}

// before is where a path comes from in its last step.
func (l *layout) before(path int) int {
	items := l.paths[path].items
	return l.at(items[len(items)-2])
}

// stack puts levels below one another, and the rows of each block.
func (l *layout) stack() {
	l.attach()
	bends := l.bends()
	y := 0
	for n, level := range l.levels {
		if n > 0 {
			bend := 0
			for _, b := range l.levels[n-1] {
				for _, i := range l.blocks[b].last() {
					bend = max(bend, bends[i])
				}
			}
			y += gap(bend, apart)
		}
		height := 0
		for _, i := range level {
			b := &l.blocks[i]
			b.y = y
			l.stackRows(b, bends)
			height = max(height, b.height)
		}
		y += height
		for _, i := range level {
			l.blocks[i].end = y
		}
	}
}

func (l *layout) stackRows(b *block, bends []int) {
	b.tops, b.bottoms = make([]int, len(b.rows)), make([]int, len(b.rows))
	b.bottoms[0] = b.y + b.header
	if b.pass {
		return
	}
	y := b.bottoms[0]
	for r, row := range b.rows[:len(b.rows)-1] {
		bend, least, height := 0, 0, 0
		for _, i := range row {
			height = max(height, l.items[i].height)
			bend = max(bend, bends[i])
			for _, d := range l.items[i].downs {
				least = max(least, 8)
				if l.items[d].node >= 0 {
					least = 8 + lead
				}
			}
		}
		if r > 0 {
			b.tops[r], b.bottoms[r] = y, y+height
			y += height
		}
		if r == len(b.rows)-2 { // below is the edge of the box
			least = 0
		}
		y += gap(bend, least)
	}
	if b.group > 0 {
		y += padding
	}
	b.tops[0], b.tops[len(b.rows)-1] = b.y, y
	b.height = y - b.y
}

// gap is the room between two rows, at least some: edges that go far to the side need
// more.
func gap(bend, least int) int {
	if bend == 0 {
		return least
	}
	return least + 8 + min(bend/8, 32)
}

// bends is how far, at most, paths go to the side below each item.
func (l *layout) bends() []int {
	bends := make([]int, len(l.items))
	for i := range l.paths {
		p := &l.paths[i]
		for k := range p.items[1:] {
			bends[p.items[k]] = max(bends[p.items[k]], far(p.xs[k+1], p.xs[k]))
		}
	}
	return bends
}

// route is where a path goes.
func (l *layout) route(p *path) []vertical {
	var list []vertical
	for k, i := range p.items {
		it := &l.items[i]
		b := &l.blocks[it.block]
		v := vertical{p.xs[k], b.tops[it.row], b.bottoms[it.row]}
		switch {
		case k == 0:
			v.from += it.height
		case k == len(p.items)-1 && it.node >= 0:
			v = vertical{v.x, b.tops[it.row] - lead, b.tops[it.row]}
		case k == len(p.items)-1:
			v.to = v.from
		case it.row == len(b.rows)-1:
			v = vertical{v.x, b.tops[it.row], b.end}
			if b.pass {
				v.from = b.y
			}
		}
		if n := len(list); n > 0 && list[n-1].x == v.x {
			list[n-1].to = v.to
			continue
		}
		list = append(list, v)
	}
	return list
}
