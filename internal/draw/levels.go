package draw

import "slices"

const (
	padding   = 14 // of a box
	apart     = 28 // boxes beside one another
	bandSize  = 28 // height of the band with the name of a group
	clearance = 14 // of an edge that passes a name
	lead      = 20 // of an edge before it arrives: straight, for its tip and its label
)

// frame puts a box around a group's items, with its name where no edge passes.
func (l *layout) frame(b *block) {
	if b.group == 0 {
		return
	}
	g := &l.graph.Groups[b.group-1]
	b.showed, b.said = fit(line(g.Name), sizeTitle, mostText), fit(line(g.Note), sizeSmall, mostText)
	b.header, b.left = bandSize, padding
	b.width += 2 * padding
	for !l.entitle(b) {
		b.width, b.left = b.width+16, b.left+8
	}
}

// entitle finds a place for a group's name, from the left, and for its note, from the
// right.
func (l *layout) entitle(b *block) bool {
	var ports []int
	for _, i := range b.first() {
		ports = append(ports, b.left+l.items[i].x)
	}
	free := func(from, to int) bool {
		return from >= padding && to <= b.width-padding &&
			!slices.ContainsFunc(ports, func(p int) bool { return p > from-clearance && p < to+clearance })
	}
	name := width(b.showed, sizeTitle)
	starts := []int{padding}
	for _, p := range ports {
		starts = append(starts, p+clearance)
	}
	slices.Sort(starts)
	i := slices.IndexFunc(starts, func(x int) bool { return free(x, x+name) })
	if i < 0 {
		return false
	}
	b.name = starts[i]
	if b.said == "" {
		return true
	}
	note := width(b.said, sizeSmall)
	ends := []int{b.width - padding}
	for _, p := range ports {
		ends = append(ends, p-clearance)
	}
	slices.Sort(ends)
	for _, x := range slices.Backward(ends) {
		if free(x-note, x) && x-note >= b.name+name+2*clearance {
			b.note = x
			return true
		}
	}
	return false
}

// align moves the blocks of each level, within their order, to where the edges of their
// items lead: as near as the others allow, in the sense of least squares.
func (l *layout) align() {
	for _, level := range l.levels {
		x := 0
		for _, b := range level {
			l.blocks[b].x = x
			x += l.blocks[b].width + apart
		}
	}
	for range sweeps {
		for _, level := range l.levels {
			l.alignLevel(level, (*block).first, func(it *item) []int { return it.ups })
		}
		for _, level := range slices.Backward(l.levels) {
			l.alignLevel(level, (*block).last, func(it *item) []int { return it.downs })
		}
	}
	for _, level := range l.levels {
		l.alignLevel(level, (*block).first, func(it *item) []int { return it.ups })
	}
	left := 0
	for i := range l.blocks {
		if x := l.blocks[i].x; i == 0 || x < left {
			left = x
		}
	}
	for i := range l.blocks {
		l.blocks[i].x -= left
	}
}

// at is where an item is in the picture.
func (l *layout) at(i int) int {
	b := &l.blocks[l.items[i].block]
	return b.x + b.left + l.items[i].x
}

// A run is blocks that touch one another.
type run struct{ first, sum, weight int }

func (r run) at() int { return floor(r.sum, r.weight) }

func floor(a, b int) int {
	if a < 0 {
		return -((-a + b - 1) / b)
	}
	return a / b
}

func (l *layout) alignLevel(level []int, row func(*block) []int, towards func(*item) []int) {
	var runs []run // pool adjacent violators
	offset := 0    // of a block in a run that begins with the level
	offsets := make([]int, len(level))
	for i, n := range level {
		b := &l.blocks[n]
		if i > 0 {
			offset += apart
			if b.pass || l.blocks[level[i-1]].pass {
				offset -= apart / 2
			}
		}
		offsets[i] = offset
		sum, weight := 0, 0
		for _, it := range row(b) {
			for _, other := range towards(&l.items[it]) {
				sum, weight = sum+l.at(other)-b.left-l.items[it].x, weight+1
			}
		}
		switch {
		case weight == 0: // nothing draws it
			sum, weight = b.x, 1
		case b.pass:
			sum, weight = 32*sum, 32*weight
		default:
			sum, weight = 8*sum, 8*weight
		}
		runs = append(runs, run{i, sum - offset*weight, weight})
		for n := len(runs); n > 1 && runs[n-2].at() > runs[n-1].at(); n = len(runs) {
			runs[n-2].sum += runs[n-1].sum
			runs[n-2].weight += runs[n-1].weight
			runs = runs[:n-1]
		}
		offset += b.width
	}
	for i, r := range runs {
		end := len(level)
		if i < len(runs)-1 {
			end = runs[i+1].first
		}
		for k := r.first; k < end; k++ {
			l.blocks[level[k]].x = r.at() + offsets[k]
		}
	}
}
