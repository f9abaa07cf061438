package draw

import "slices"

// chains puts items that follow one another alone - what leads to the second is the first,
// and that leads to nothing else - below one another where there is room: in the mean of
// four ways to place them, they may have come apart.
func (l *layout) chains(b *block) {
	for _, row := range b.rows {
		for _, i := range row {
			if _, ok := l.only(i, l.items[i].ups, func(it *item) []int { return it.downs }); ok {
				continue // it has been seen
			}
			chain := []int{i}
			for {
				next, ok := l.only(i, l.items[i].downs, func(it *item) []int { return it.ups })
				if !ok {
					break
				}
				chain, i = append(chain, next), next
			}
			if len(chain) > 1 {
				l.straighten(b, chain)
			}
		}
	}
}

// only is the one neighbour of an item, if that has no other one either.
func (l *layout) only(i int, list []int, back func(*item) []int) (int, bool) {
	near := l.nearest(list)
	if len(near) != 1 || l.items[near[0]].block != l.items[i].block {
		return 0, false
	}
	others := l.nearest(back(&l.items[near[0]]))
	return near[0], len(others) == 1 && others[0] == i
}

// nearest are the neighbours that an item is placed by: those on edges within the block,
// if there are any.
func (l *layout) nearest(list []int) []int {
	within := slices.DeleteFunc(slices.Clone(list), func(i int) bool { return l.items[i].outside })
	if len(within) > 0 {
		return within
	}
	return slices.Clone(list)
}

// straighten moves the items of a chain to one x, as near to where they are as their
// neighbours in the rows allow.
func (l *layout) straighten(b *block, chain []int) {
	sum := 0
	least, most := -1<<30, 1<<30
	for _, i := range chain {
		it := &l.items[i]
		row := b.rows[it.row]
		sum += it.x
		if it.pos > 0 {
			o := &l.items[row[it.pos-1]]
			least = max(least, o.x+o.width/2+between+it.width/2)
		}
		if it.pos < len(row)-1 {
			o := &l.items[row[it.pos+1]]
			most = min(most, o.x-o.width/2-between-it.width/2)
		}
	}
	if least > most {
		return
	}
	x := min(max(floor(sum, len(chain)), least), most)
	for _, i := range chain {
		l.items[i].x = x
	}
}
