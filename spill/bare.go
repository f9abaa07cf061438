package spill

import (
	"encoding/binary"
	"slices"

	"anabranch.dev/internal/hugepage"
	"anabranch.dev/internal/radix"
)

// A row is bare when its bytes can be told from its key, a number: an integer that is
// sorted by itself. It is kept as its key alone, in eight bytes, without a record and
// a reference. That a sorter's rows are bare is not said by anybody, but seen as they are
// added, since a key can be any function of a row. Whatever its type, one row that is not
// has those before it made records. So rows of equal key that are bare are equal, and
// need not keep their order.
//
// Of floats, -0 and all but one NaN are not bare.

// keepBare sets a sorter up to keep rows of form f as their keys alone, as long as they
// are bare.
func (s *sorter) keepBare(f *form, key columnForm) {
	if s.kind != byNumbers || s.cfg.Together > 0 || f == nil || f.fixed != s.width {
		return
	}
	s.bare = true
	s.bareTurn = s.turn
	switch sign := uint64(1) << 63; key.kind {
	case signed:
		s.bareTurn ^= sign
	case float32s, float64s:
		s.bareSign = sign
	}
}

// bitsOf gives the bits of a bare row, shifted to the left.
func (s *sorter) bitsOf(key uint64) uint64 {
	bits := key ^ s.bareTurn
	if s.bareSign == 0 {
		return bits
	}
	if bits&s.bareSign != 0 { // not negative
		return bits &^ s.bareSign
	}
	return ^bits >> (64 - 8*s.width) << (64 - 8*s.width)
}

// allBare reports whether rows, which are encoded, are bare.
func (s *sorter) allBare(rows []byte, numbers []uint64) bool {
	left := uint(64 - 8*s.width)
	differ := uint64(0)
	if left == 0 && s.bareSign == 0 {
		turn := s.bareTurn ^ s.turn
		for i, v := range numbers {
			differ |= binary.LittleEndian.Uint64(rows[8*i:]) ^ v ^ turn
		}
		return differ == 0
	}
	for i, v := range numbers {
		differ |= loadLittle(rows[s.width*i:][:s.width]) ^ s.bitsOf(v<<left^s.turn)>>left
	}
	return differ == 0
}

// loadLittle is a number of at most eight bytes, the least first.
func loadLittle(b []byte) (v uint64) {
	for i, c := range b {
		v |= uint64(c) << (8 * i)
	}
	return v
}

// appendBare appends the bytes of bare rows.
func (s *sorter) appendBare(dst []byte, keys []uint64) []byte {
	if s.width == 8 {
		for _, key := range keys {
			dst = binary.LittleEndian.AppendUint64(dst, s.bitsOf(key))
		}
		return dst
	}
	left := uint(64 - 8*s.width)
	for _, key := range keys {
		bits := s.bitsOf(key) >> left
		for range s.width {
			dst = append(dst, byte(bits))
			bits >>= 8
		}
	}
	return dst
}

// bareOnly reports whether all rows are bare and in memory. Where some are not, all
// others are made records, unless there are runs: then that is decided later.
func (s *sorter) bareOnly(each Each) (bool, error) {
	fillers := s.mu.fillers
	runs, bare, records := false, false, false
	for _, f := range fillers {
		runs = runs || len(f.runs) > 0
		bare = bare || f.rows > 0 && f.bare.on
		records = records || f.rows > 0 && !f.bare.on
	}
	if runs || !bare || !records {
		return bare && !runs, nil
	}
	return false, each(len(fillers), func(i int) error { return fillers[i].expand() })
}

// finishBare arranges the rows of all fillers, which are bare. Their order is of no
// matter, as those that are equal cannot be told apart.
func (s *sorter) finishBare(parts int, each Each) (*arranged, error) {
	var pieces []piece[uint64]
	var keys keyStats
	keys.reset()
	rows := 0
	for _, f := range s.mu.fillers {
		s.stats.rows.Add(int64(f.rows))
		rows += f.rows
		keys.merge(&f.keys)
		for _, whole := range f.bare.whole {
			pieces = append(pieces, piece[uint64]{rows: whole})
		}
	}
	dst := make([]uint64, rows)
	hugepage.Advise(dst)
	a := &arranged{s: s, bare: dst}
	x := &arranging[uint64]{kernels: kernels[uint64]{
		count: countBare, scatter: scatterBare, note: noteBare,
		copy: func(p piece[uint64], dst []uint64) { copy(dst, p.rows) },
	}, a: a, pieces: pieces, dst: dst, rows: s.bucketRows(rows, int64(8*rows)), parts: parts, each: each}
	return a, x.split(pieces, &keys, 0, rows, 0)
}

func countBare(keys []uint64, lead int, counts []uint32) {
	counts = counts[:1<<digitBits]
	for _, key := range keys {
		counts[key<<lead>>(64-digitBits)]++
	}
}

func scatterBare(p piece[uint64], d *digits, dst []uint64, starts []int) {
	bucket, lead := d.bucket[:1<<digitBits], d.lead
	for _, key := range p.rows {
		at := &starts[bucket[key<<lead>>(64-digitBits)]]
		dst[*at] = key
		*at++
	}
}

func noteBare(k *keyStats, keys []uint64) {
	for _, key := range keys {
		k.or |= key
		k.and &= key
	}
	k.any = true
}

// bareOf sorts a bucket of bare rows and returns them.
func (a *arranged) bareOf(i int) []uint64 {
	from, to := a.bucket(i)
	keys := a.bare[from:to]
	if !a.sorted[i] {
		a.sorted[i] = true
		scratch := a.s.getBare(len(keys))
		radix.SortNumbers(keys, scratch)
		a.s.barePool.Put(&scratch)
	}
	return keys
}

// getBare returns memory for n bare rows, at least.
func (s *sorter) getBare(n int) []uint64 {
	if p, ok := s.barePool.Get().(*[]uint64); ok && len(*p) >= n {
		return *p
	}
	return make([]uint64, n)
}

// readBare gives the bytes of a bucket of bare rows to push, n rows at a time.
func (a *arranged) readBare(bucket, n int, push func(rowBytes) error) error {
	buf := make([]byte, 0, n*a.s.width)
	for keys := range slices.Chunk(a.bareOf(bucket), n) {
		buf = a.s.appendBare(buf[:0], keys)
		if err := push(rowBytes{n: len(keys), all: buf}); err != nil {
			return err
		}
	}
	return nil
}

// addBare appends the records of bare rows, a bucket of which belongs to a place: so a
// merge can be cut between rows of equal key.
func (w *runWriter) addBare(keys []uint64, place int) error {
	refs := make([]ref, 0, batchRows)
	for part := range slices.Chunk(keys, batchRows) {
		refs = refs[:0]
		for _, key := range part {
			refs = append(refs, ref{Key: key, At: uint64(place)})
		}
		if err := w.addPlaced(refs); err != nil {
			return err
		}
	}
	return nil
}

// addPlaced appends the records of bare rows, of which refs hold the key and, in At, the
// place.
func (w *runWriter) addPlaced(refs []ref) error {
	var rec [maxHead + 16]byte
	var row [8]byte
	for _, r := range refs {
		b := w.s.appendBare(row[:0], []uint64{r.Key})
		n := putNumbered(rec[:], viewOf(b), r.Key, w.s.width, r.At)
		if err := w.add(rec[:n]); err != nil {
			return err
		}
	}
	return nil
}
