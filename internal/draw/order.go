package draw

import (
	"cmp"
	"slices"
)

// sweeps is how often the order is improved downwards and upwards.
const sweeps = 8

// order sorts the items of each row, and the blocks of each level, so that few edges
// cross: again and again by the mean place of what they are joined with in the row above,
// then below. The best order that was seen stays.
func (l *layout) order() {
	best, least := l.save(), l.crossings()
	for range sweeps {
		for _, sweep := range []func(){l.down, l.up} {
			if least == 0 {
				return
			}
			sweep()
			if n := l.crossings(); n < least {
				best, least = l.save(), n
			}
		}
	}
	l.restore(best)
}

func (l *layout) down() {
	for i, level := range l.levels {
		if i > 0 {
			at := l.across(l.levels[i-1], (*block).last)
			above := func(i int) (sum, n int) { return l.places(l.items[i].ups, at) }
			l.sortLevel(level, (*block).first, above)
			for _, b := range level {
				l.sort(l.blocks[b].first(), above)
			}
		}
		for _, b := range level {
			for _, row := range l.blocks[b].rows[1:] {
				l.sort(row, func(i int) (sum, n int) { return l.places(l.items[i].ups, nil) })
			}
		}
	}
}

func (l *layout) up() {
	for i, level := range slices.Backward(l.levels) {
		if i < len(l.levels)-1 {
			at := l.across(l.levels[i+1], (*block).first)
			below := func(i int) (sum, n int) { return l.places(l.items[i].downs, at) }
			l.sortLevel(level, (*block).last, below)
			for _, b := range level {
				l.sort(l.blocks[b].last(), below)
			}
		}
		for _, b := range level {
			rows := l.blocks[b].rows
			for _, row := range slices.Backward(rows[:len(rows)-1]) {
				l.sort(row, func(i int) (sum, n int) { return l.places(l.items[i].downs, nil) })
			}
		}
	}
}

// across numbers the items of one row of each block of a level.
func (l *layout) across(level []int, row func(*block) []int) map[int]int {
	at := map[int]int{}
	for _, b := range level {
		for _, i := range row(&l.blocks[b]) {
			at[i] = len(at)
		}
	}
	return at
}

// places adds up where items are: in their rows, or as at says.
func (l *layout) places(items []int, at map[int]int) (sum, n int) {
	for _, i := range items {
		if at == nil {
			sum += l.items[i].pos
		} else {
			sum += at[i]
		}
	}
	return sum, len(items)
}

// sort orders the items of a row by mean places.
func (l *layout) sort(row []int, place func(i int) (sum, n int)) {
	sortByMean(row, place)
	for pos, i := range row {
		l.items[i].pos = pos
	}
}

// sortLevel orders the blocks of a level by the mean places of the items of one row.
func (l *layout) sortLevel(level []int, row func(*block) []int, place func(i int) (sum, n int)) {
	sortByMean(level, func(b int) (sum, n int) {
		for _, i := range row(&l.blocks[b]) {
			s, k := place(i)
			sum, n = sum+s, n+k
		}
		return sum, n
	})
}

// sortByMean sorts those that have a mean; the others stay where they are.
func sortByMean(list []int, mean func(int) (sum, n int)) {
	type entry struct{ value, sum, n int }
	var sorted []entry
	for _, v := range list {
		if sum, n := mean(v); n > 0 {
			sorted = append(sorted, entry{v, sum, n})
		}
	}
	slices.SortStableFunc(sorted, func(a, b entry) int { return cmp.Compare(a.sum*b.n, b.sum*a.n) })
	for i, v := range list {
		if _, n := mean(v); n > 0 {
			list[i], sorted = sorted[0].value, sorted[1:]
		}
	}
}

// crossings counts the pairs of edges that cross.
func (l *layout) crossings() int {
	n := 0
	for i, level := range l.levels {
		for _, b := range level {
			rows := l.blocks[b].rows
			for _, row := range rows[:len(rows)-1] {
				n += l.crossingsBelow(row, func(i int) int { return l.items[i].pos })
			}
		}
		if i == len(l.levels)-1 {
			break
		}
		at := l.across(l.levels[i+1], (*block).first)
		var lower []int
		for _, b := range level {
			lower = append(lower, l.blocks[b].last()...)
		}
		n += l.crossingsBelow(lower, func(i int) int { return at[i] })
	}
	return n
}

// crossingsBelow counts those of the edges that leave a row downwards.
func (l *layout) crossingsBelow(row []int, at func(int) int) int {
	n := 0
	var before []int // ends of edges that begin further left
	for _, i := range row {
		for _, d := range l.items[i].downs {
			for _, other := range before {
				if other > at(d) {
					n++
				}
			}
		}
		for _, d := range l.items[i].downs {
			before = append(before, at(d))
		}
	}
	return n
}

// saved is an order of blocks and items.
type saved struct {
	levels [][]int
	rows   [][][]int
}

func (l *layout) save() saved {
	var s saved
	for _, level := range l.levels {
		s.levels = append(s.levels, slices.Clone(level))
	}
	for i := range l.blocks {
		var rows [][]int
		for _, row := range l.blocks[i].rows {
			rows = append(rows, slices.Clone(row))
		}
		s.rows = append(s.rows, rows)
	}
	return s
}

func (l *layout) restore(s saved) {
	l.levels = s.levels
	for b := range l.blocks {
		l.blocks[b].rows = s.rows[b]
		for _, row := range s.rows[b] {
			for pos, i := range row {
				l.items[i].pos = pos
			}
		}
	}
}
