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
	bare    []uint64 // in place of refs, of rows that are bare
	ends    []int    // of the buckets, in refs or bare
	settled bool     // equal prefixes are equal keys
	sorted  []bool   // buckets that are in order; nil: all of them
}

// piece is rows in input order: references, whose chunks lie from base on in a
// table, or bare rows.
type piece[E any] struct {
	rows []E
	base uint64
}

// kernels are the loops over what is moved while rows are put in order.
type kernels[E any] struct {
	count   func(rows []E, lead int, counts []uint32)
	scatter func(p piece[E], d *digits, dst []E, starts []int)
	copy    func(p piece[E], dst []E)
	note    func(k *keyStats, rows []E)
	again   func(p piece[E], shared int) // takes prefixes from behind what all keys share
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
func (s *sorter) arrange(pieces []piece[ref], table chunks, keys *keyStats, bytes int64, dst []ref, parts int, each Each) (*arranged, error) {
	a := &arranged{s: s, table: table, refs: dst, settled: s.kind == byNumbers || keys.settled()}
	n := len(dst)
	x := &arranging[ref]{kernels: kernels[ref]{
		count: countRefs, scatter: scatterRefs, copy: copyRefs,
		note:  func(k *keyStats, refs []ref) { s.noteAll(k, refs, table) },
		again: func(p piece[ref], shared int) { s.prefixAgain(p, table, shared) },
	}, a: a, pieces: pieces, dst: dst, rows: s.bucketRows(n, bytes), parts: parts, each: each}
	if n == 0 || s.kind == byPlain {
		return a, concatenate(x, group(pieces, n, parts))
	}
	return a, x.split(pieces, keys, 0, n, 0)
}

// concatenate is arrange for rows that only a comparison orders: they are sorted
// at once.
func concatenate(x *arranging[ref], groups []pieceGroup[ref]) error {
	a, n := x.a, len(x.dst)
	if err := x.copyAll(groups, 0); err != nil || n == 0 {
		return err
	}
	for at := mostRows; at < n; at += mostRows {
		a.ends = append(a.ends, at)
	}
	a.ends = append(a.ends, n)
	return a.s.sortRows(a.table, a.refs, x.each)
}

// bucketRows is how many rows a bucket should have, of n that take so many bytes.
func (s *sorter) bucketRows(n int, bytes int64) int {
	rows := min(max(int(rangeBytes*int64(n)/max(bytes, 1)), leastRows), cmp.Or(s.cfg.bucketRows, mostRows))
	return max(rows, n/mostBuckets)
}

func (a *arranged) endBucket(end int, sorted bool) {
	a.ends = append(a.ends, end)
	a.sorted = append(a.sorted, sorted)
}

// arranging is the making of an arranged.
type arranging[E any] struct {
	kernels[E]
	a      *arranged
	pieces []piece[E] // memory for as many rows as there are
	dst    []E
	rows   int // of a bucket
	parts  int
	each   Each
}

// split makes buckets of the rows of pieces, which go to dst[lo:hi]. Buckets
// that are much too large are split again, by what comes next in their keys.
func (x *arranging[E]) split(pieces []piece[E], keys *keyStats, lo, hi, depth int) error {
	a, s, n := x.a, x.a.s, hi-lo
	groups := group(pieces, n, x.parts)
	if n <= mostTimes*x.rows || keys.equal(s.kind) {
		if err := x.copyAll(groups, lo); err != nil {
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
		return x.copyAll(groups, lo)
	}
	counts := make([][]uint32, len(groups))
	err := x.each(len(groups), func(g int) error {
		counts[g] = make([]uint32, 1<<digitBits)
		for _, p := range groups[g].pieces {
			if d.again {
				x.again(p, d.shared)
			}
			x.count(p.rows, d.lead, counts[g])
		}
		return nil
	})
	if err != nil {
		return err
	}
	starts := d.buckets(counts, x.rows)
	err = x.each(len(groups), func(g int) error {
		for _, p := range groups[g].pieces {
			x.scatter(p, d, x.dst[lo:hi], starts[g])
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
		} else if err := x.splitAgain(from, to, depth+1); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// splitAgain splits a bucket, whose rows it moves back to the pieces first.
func (x *arranging[E]) splitAgain(lo, hi, depth int) error {
	var pieces []piece[E]
	at := lo
	for _, p := range x.pieces {
		n := copy(p.rows, x.dst[at:hi])
		if n == 0 {
			break
		}
		pieces = append(pieces, piece[E]{rows: p.rows[:n]})
		at += n
	}
	groups := group(pieces, hi-lo, x.parts)
	stats := make([]keyStats, len(groups))
	err := x.each(len(groups), func(g int) error {
		stats[g].reset()
		for _, p := range groups[g].pieces {
			x.note(&stats[g], p.rows)
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
type pieceGroup[E any] struct {
	pieces []piece[E]
	at     int // of its first row
}

// group cuts n rows into parts of about equal size, in order.
func group[E any](pieces []piece[E], n, parts int) []pieceGroup[E] {
	var groups []pieceGroup[E]
	at, from, begin := 0, 0, 0
	for i, p := range pieces {
		at += len(p.rows)
		if at*parts >= n*(len(groups)+1) || i == len(pieces)-1 {
			groups = append(groups, pieceGroup[E]{pieces[from : i+1], begin})
			from, begin = i+1, at
		}
	}
	return groups
}

// copyAll moves the rows of groups to dst[lo:], in their order.
func (x *arranging[E]) copyAll(groups []pieceGroup[E], lo int) error {
	return x.each(len(groups), func(g int) error {
		at := lo + groups[g].at
		for _, p := range groups[g].pieces {
			x.copy(p, x.dst[at:])
			at += len(p.rows)
		}
		return nil
	})
}

func copyRefs(p piece[ref], dst []ref) {
	dst = dst[:len(p.rows)]
	for i, r := range p.rows {
		dst[i] = ref{Key: r.Key, At: r.At + p.base<<chunkBits}
	}
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
func (s *sorter) prefixAgain(p piece[ref], table chunks, shared int) {
	for i := range p.rows {
		key := table.record(p.rows[i].At + p.base<<chunkBits).key
		p.rows[i].Key = load8(key[shared:]) ^ s.flip
	}
}

func countRefs(refs []ref, lead int, counts []uint32) {
	for i := range refs {
		counts[refs[i].Key<<lead>>(64-digitBits)]++
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

func scatterRefs(p piece[ref], d *digits, dst []ref, starts []int) {
	base := p.base << chunkBits
	for _, r := range p.rows {
		at := &starts[d.bucket[r.Key<<d.lead>>(64-digitBits)]]
		dst[*at] = ref{Key: r.Key, At: r.At + base}
		*at++
	}
}

// bucket is where a bucket begins and ends.
func (a *arranged) bucket(i int) (from, to int) {
	if i > 0 {
		from = a.ends[i-1]
	}
	return from, a.ends[i]
}

// rowsOf sorts a bucket and returns its rows.
func (a *arranged) rowsOf(i int) []ref {
	from, to := a.bucket(i)
	refs := a.refs[from:to]
	if a.sorted != nil && !a.sorted[i] {
		a.sorted[i] = true // once: prefixes are changed
		scratch := a.s.getRefs(len(refs))
		a.s.order(a.table, refs, scratch[:len(refs)], a.settled)
		a.s.putRefs(scratch)
	}
	return refs
}
