package spill

import "encoding/binary"

// Prefixes stores a number for each row, whose order is that of the rows as far as
// numbers go: where two are equal, Compare tells. They are of the first key alone, and
// all 0 where rows are ordered by a comparison. out is at least as long as rows.
func (o Order[T]) Prefixes(rows []T, out []uint64) {
	out = out[:len(rows)]
	if len(o.columns) == 0 {
		clear(out)
		return
	}
	c := &o.columns[0]
	switch c.form {
	case numeric:
		c.bits(rows, out)
		for i := range out {
			out[i] <<= 64 - 8*c.width
		}
	case textual:
		var texts [64]string
		for done := 0; done < len(rows); {
			n := min(len(texts), len(rows)-done)
			c.text(rows[done:done+n], texts[:n])
			for i, s := range texts[:n] {
				out[done+i] = beginning(s)
			}
			done += n
		}
	default:
		var key []byte
		for i := range rows {
			key = c.append(key[:0], rows[i], true)
			out[i] = beginning(string(key))
		}
	}
	if c.desc {
		for i := range out {
			out[i] = ^out[i]
		}
	}
}

// beginning is the first eight bytes of a key as a number.
func beginning(s string) uint64 {
	var b [8]byte
	copy(b[:], s)
	return binary.BigEndian.Uint64(b[:])
}
