package spill

import (
	"cmp"
	"slices"
)

// arranged is rows in memory in buckets: all rows of a bucket come before all
// rows of the next one. Within a bucket they are in input order, until it is
// sorted.
type arranged struct {
	s       *sorter
	table   chunks
	refs    []ref
	ends    []int  // of the buckets, in refs
	settled bool   // equal prefixes are equal keys
	sorted  []bool // buckets that are in order; nil: all of them
}

// piece is rows in input order whose chunks lie from base on in a table.
type piece struct {
	refs []ref
	base uint64
}

const (
	digitBits   = 16
	mostBuckets = 4096     // open lines of memory
	mostRows    = 16 << 10 // in a bucket of small rows, so that it is sorted within a level-2 cache
	leastRows   = 128
	mostTimes   = 4 // as many rows as a bucket should have, and it is split again
	mostDepth   = 8 // times: keys can be made so that each time splits off a few rows only
)

// arrange moves rows from pieces to dst, bucket by bucket, in parts that each
// runs at the same time. It takes time in proportion to the rows. What the pieces
// hold is of no use after.
func (s *sorter) arrange(pieces []piece, table chunks, keys *keyStats, bytes int64, dst []ref, parts int, each Each) (*arranged, error) {
	a := &arranged{s: s, table: table, refs: dst, settled: s.kind == byNumbers || keys.settled()}
	n := len(dst)
	if n == 0 || s.kind == byPlain {
		return a, a.concatenate(group(pieces, n, parts), each)
	}
	bucketRows := min(max(int(rangeBytes*int64(n)/max(bytes, 1)), leastRows), cmp.Or(s.cfg.bucketRows, mostRows))
	x := &arranging{a: a, pieces: pieces, rows: max(bucketRows, n/mostBuckets), parts: parts, each: each}
	return a, x.split(pieces, keys, 0, n, 0)
}

func (a *arranged) endBucket(end int, sorted bool) {
	a.ends = append(a.ends, end)
	a.sorted = append(a.sorted, sorted)
}

// arranging is the making of an arranged.
type arranging struct {
	a      *arranged
	pieces []piece // memory for as many references as there are rows
	rows   int     // of a bucket
	parts  int
	each   Each
}

// split makes buckets of the rows of pieces, which go to refs[lo:hi]. Buckets
// that are much too large are split again, by what comes next in their keys.
func (x *arranging) split(pieces []piece, keys *keyStats, lo, hi, depth int) error {
	a, s, n := x.a, x.a.s, hi-lo
	groups := group(pieces, n, x.parts)
	if n <= mostTimes*x.rows || keys.equal(s.kind) {
		if err := a.copy(groups, lo, x.each); err != nil {
			return err
		}
		if n <= mostTimes*x.rows {
			a.endBucket(hi, false)
			return nil
		}
		step := x.rows
		if s.cfg.Together > 0 {
			step = n
		}
		for ; lo < hi; lo = min(lo+step, hi) {
			a.endBucket(min(lo+step, hi), true)
		}
		return nil
	}
	d := &digits{shared: keys.shared, lead: keys.lead()}
	if d.again = s.kind == byTexts && d.shared >= 2; d.again {
		d.lead = 0
	}
	if d.splits(s.cfg.Together) {
		a.endBucket(hi, false)
		return a.copy(groups, lo, x.each)
	}
	counts := make([][]uint32, len(groups))
	err := x.each(len(groups), func(g int) error {
		counts[g] = make([]uint32, 1<<digitBits)
		for _, p := range groups[g].pieces {
			if d.again {
				s.prefixAgain(p, a.table, d.shared)
			}
			d.count(p.refs, counts[g])
		}
		return nil
	})
	if err != nil {
		return err
	}
	starts := d.buckets(counts, x.rows)
	err = x.each(len(groups), func(g int) error {
		for _, p := range groups[g].pieces {
			d.scatter(p, a.refs[lo:hi], starts[g])
		}
		return nil
	})
	if err != nil {
		return err
	}
	from := lo
	for _, end := range d.ends {
		to := lo + end
		if to-from <= mostTimes*x.rows || to-from == n || depth == mostDepth {
			a.endBucket(to, false)
		} else if err := x.again(from, to, depth+1); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// again splits a bucket, whose rows it moves back to the pieces first.
func (x *arranging) again(lo, hi, depth int) error {
	var pieces []piece
	at := lo
	for _, p := range x.pieces {
		n := copy(p.refs, x.a.refs[at:hi])
		if n == 0 {
			break
		}
		pieces = append(pieces, piece{refs: p.refs[:n]})
		at += n
	}
	groups := group(pieces, hi-lo, x.parts)
	stats := make([]keyStats, len(groups))
	err := x.each(len(groups), func(g int) error {
		stats[g].reset()
		for _, p := range groups[g].pieces {
			x.a.s.noteAll(&stats[g], p.refs, x.a.table)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for g := range stats[1:] {
		stats[0].merge(&stats[g+1])
	}
	return x.split(pieces, &stats[0], lo, hi, depth)
}

// noteAll takes the keys of rows into account.
func (s *sorter) noteAll(k *keyStats, refs []ref, table chunks) {
	if s.kind == byNumbers {
		for _, r := range refs {
			k.or |= r.Key
			k.and &= r.Key
		}
		k.any = true
		return
	}
	for part := range slices.Chunk(refs, ahead) {
		s.touched.Add(uint32(table.touch(part)))
		for _, r := range part {
			k.noteBytes(table.record(r.At).key, r.Key)
		}
	}
}

// pieceGroup is a part of the rows, for one worker.
type pieceGroup struct {
	pieces []piece
	at     int // of its first row
}

// group cuts n rows into parts of about equal size, in order.
func group(pieces []piece, n, parts int) []pieceGroup {
	var groups []pieceGroup
	at, from, begin := 0, 0, 0
	for i, p := range pieces {
		at += len(p.refs)
		if at*parts >= n*(len(groups)+1) || i == len(pieces)-1 {
			groups = append(groups, pieceGroup{pieces[from : i+1], begin})
			from, begin = i+1, at
		}
	}
	return groups
}

// copy moves the rows of groups to refs[lo:], in their order.
func (a *arranged) copy(groups []pieceGroup, lo int, each Each) error {
	return each(len(groups), func(g int) error {
		at := lo + groups[g].at
		for _, p := range groups[g].pieces {
			for _, r := range p.refs {
				a.refs[at] = ref{Key: r.Key, At: r.At + p.base<<chunkBits}
				at++
			}
		}
		return nil
	})
}

// concatenate is arrange for rows that only a comparison orders: they are sorted
// at once.
func (a *arranged) concatenate(groups []pieceGroup, each Each) error {
	if err := a.copy(groups, 0, each); err != nil || len(a.refs) == 0 {
		return err
	}
	for at := mostRows; at < len(a.refs); at += mostRows {
		a.ends = append(a.ends, at)
	}
	a.ends = append(a.ends, len(a.refs))
	return a.s.sortRows(a.table, a.refs, each)
}

// digits are the first bits in which keys differ.
type digits struct {
	shared int  // bytes that all keys share
	again  bool // prefixes are taken again, from behind those
	lead   int  // bits that all prefixes share

	bucket []uint16 // of each digit
	ends   []int    // of each bucket
}

// splits reports whether rows could be set apart by digits that begin within so
// many first bytes and end behind them.
func (d *digits) splits(together int) bool {
	at := d.lead
	if d.again {
		at = 8 * d.shared
	}
	return together > 0 && at+digitBits > 8*together
}

// prefixAgain takes the prefixes of rows from behind what all keys share.
func (s *sorter) prefixAgain(p piece, table chunks, shared int) {
	for i := range p.refs {
		key := table.record(p.refs[i].At + p.base<<chunkBits).key
		p.refs[i].Key = load8(key[shared:]) ^ s.flip
	}
}

func (d *digits) count(refs []ref, counts []uint32) {
	for i := range refs {
		counts[refs[i].Key<<d.lead>>(64-digitBits)]++
	}
}

// buckets puts neighbouring digits together until they have so many rows, and
// returns where the rows of each group of each bucket begin.
func (d *digits) buckets(counts [][]uint32, rows int) [][]int {
	d.bucket = make([]uint16, 1<<digitBits)
	perGroup := make([][]int, len(counts))
	open := 0 // rows in the last bucket
	var ends []int
	total := 0
	for digit := range d.bucket {
		n := 0
		for _, c := range counts {
			n += int(c[digit])
		}
		if open > 0 && open+n > rows {
			ends = append(ends, total)
			open = 0
		}
		d.bucket[digit] = uint16(len(ends))
		open += n
		total += n
	}
	d.ends = append(ends, total)
	for g, c := range counts {
		perGroup[g] = make([]int, len(d.ends))
		for digit, n := range c {
			perGroup[g][d.bucket[digit]] += int(n)
		}
	}
	at := 0
	for b := range d.ends {
		for g := range perGroup {
			n := perGroup[g][b]
			perGroup[g][b] = at
			at += n
		}
	}
	return perGroup
}

func (d *digits) scatter(p piece, dst []ref, starts []int) {
	base := p.base << chunkBits
	for _, r := range p.refs {
		at := &starts[d.bucket[r.Key<<d.lead>>(64-digitBits)]]
		dst[*at] = ref{Key: r.Key, At: r.At + base}
		*at++
	}
}

// rowsOf sorts a bucket and returns its rows.
func (a *arranged) rowsOf(i int) []ref {
	from := 0
	if i > 0 {
		from = a.ends[i-1]
	}
	refs := a.refs[from:a.ends[i]]
	if a.sorted != nil && !a.sorted[i] {
		a.sorted[i] = true // once: prefixes are changed
		scratch := a.s.getRefs(len(refs))
		a.s.order(a.table, refs, scratch[:len(refs)], a.settled)
		a.s.putRefs(scratch)
	}
	return refs
}
