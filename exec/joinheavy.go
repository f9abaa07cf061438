package exec

import (
	"encoding/binary"

	"anabranch.dev/spill"
)

// heavy joins the rows of a hash whose right ones do not fit into memory: it deals
// them to blocks that do, and each block gets all left rows. Rows are sorted by
// block, on disk as far as needed, so that a block is joined as any hash is.
type heavy[L, R any, K comparable] struct {
	sorter *spill.Sorter[blockRow[L, R]]
	to     *spill.Filler[blockRow[L, R]]
	rows   int // right ones in a block
	n      int // right ones so far
	keys   []K // that differ
	buf    []blockRow[L, R]
	place  uint64 // of the rows in buf: of the right ones 0, of the left ones 1
}

type blockRow[L, R any] struct {
	block uint64
	sided[L, R]
}

type blockCodec[L, R any] struct{ sidedCodec[L, R] }

func (c blockCodec[L, R]) Append(dst []byte, v blockRow[L, R]) []byte {
	return c.sidedCodec.Append(binary.AppendUvarint(dst, v.block), v.sided)
}

func (c blockCodec[L, R]) Decode(src []byte) (v blockRow[L, R], n int, err error) {
	block, at := binary.Uvarint(src)
	if at <= 0 {
		return v, 0, spill.ErrMalformed
	}
	v.block = block
	v.sided, n, err = c.sidedCodec.Decode(src[at:])
	return v, at + n, err
}

// goHeavy moves the right rows of the current hash into blocks of as many.
func (g *matcher[L, R, K, O]) goHeavy() error {
	c := sorterConfig(g.run)
	c.Together, c.Workers = 8, 1
	s := spill.NewSorterOf(spill.Asc(func(v blockRow[L, R]) uint64 { return v.block }), blockCodec[L, R]{g.codec}, c)
	g.heavy = &heavy[L, R, K]{sorter: s, to: s.Filler(), rows: len(g.right), buf: make([]blockRow[L, R], 0, minBatchRows)}
	right := g.right
	g.right = nil
	for i := range right {
		if err := g.heavy.addRight(&right[i].k, right[i].row, g.equal); err != nil {
			return err
		}
	}
	g.memory.Release(g.held)
	g.held = 0
	return nil
}

func (h *heavy[L, R, K]) has(k *K, equal func(a, b *K) bool) bool {
	for i := range h.keys {
		if equal(&h.keys[i], k) {
			return true
		}
	}
	return false
}

func (h *heavy[L, R, K]) addRight(k *K, row R, equal func(a, b *K) bool) error {
	if !h.has(k, equal) {
		h.keys = append(h.keys, *k)
	}
	block := uint64(h.n / h.rows)
	h.n++
	return h.add(blockRow[L, R]{block, sided[L, R]{right: true, r: row}})
}

// addLeft adds a row to every block.
func (h *heavy[L, R, K]) addLeft(row L) error {
	if h.place == 0 {
		if err := h.flush(); err != nil {
			return err
		}
		h.place = 1
	}
	for block := range uint64((h.n + h.rows - 1) / h.rows) {
		if err := h.add(blockRow[L, R]{block, sided[L, R]{l: row}}); err != nil {
			return err
		}
	}
	return nil
}

func (h *heavy[L, R, K]) add(v blockRow[L, R]) error {
	h.buf = append(h.buf, v)
	if len(h.buf) < cap(h.buf) {
		return nil
	}
	return h.flush()
}

func (h *heavy[L, R, K]) flush() error {
	err := h.to.Add(h.place, h.buf)
	h.buf = h.buf[:0]
	return err
}

// join joins block by block. Left rows without a match are not among them.
func (h *heavy[L, R, K]) join(add func(block uint64, v *sided[L, R]) error) error {
	if err := h.flush(); err != nil {
		return err
	}
	sorted, err := h.sorter.Sort(inTurn)
	if err != nil {
		return err
	}
	rows := make([]blockRow[L, R], minBatchRows)
	for part, ok := sorted.Next(); ok; part, ok = sorted.Next() {
		err := part.Read(rows, func(rows []blockRow[L, R]) error {
			for i := range rows {
				if err := add(rows[i].block, &rows[i].sided); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// endHeavy joins the rows of a hash that was too large.
func (g *matcher[L, R, K, O]) endHeavy() error {
	h := g.heavy
	g.heavy = nil
	of := g.of
	of.LeftOnly = nil // done
	blocks := matcher[L, R, K, O]{mergeJoin: g.mergeJoin, of: of, inBlock: true, memory: g.memory, equal: g.equal, out: g.out}
	err := h.join(func(block uint64, v *sided[L, R]) error {
		if blocks.hash1 != block+1 {
			if err := blocks.endHash(); err != nil {
				return err
			}
			blocks.hash1 = block + 1
		}
		k := g.key(v)
		if v.right {
			return blocks.keep(&k, v.r)
		}
		return blocks.match(&k, v.l)
	})
	if err == nil {
		err = blocks.endHash()
	}
	g.memory.Release(blocks.held)
	g.out = blocks.out
	if e := h.sorter.Close(); err == nil {
		err = e
	}
	return err
}
