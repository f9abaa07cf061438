package data

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
)

// H2O is the table of the group-by questions of the public db-benchmark, as CSV with a header: id1 and id2 are texts of
// Groups different values, id3 of Rows/Groups; id4 to id6 are numbers likewise; v1 is 1 to 5, v2 1 to 15 and v3 a decimal
// below 100 with six places. Nothing is missing, and nothing is sorted.
type H2O struct {
	Rows   int64
	Groups int64 // 0 means 100
	Seed   uint64
}

func (k H2O) groups() int64 {
	if k.Groups == 0 {
		return 100
	}
	return k.Groups
}

// Name implements [Kind].
func (k H2O) Name() string { return fmt.Sprintf("h2o-r%d-k%d-s%d.csv", k.Rows, k.groups(), k.Seed) }

// H2OHeader is the first line, without its newline.
const H2OHeader = "id1,id2,id3,id4,id5,id6,v1,v2,v3"

// WriteTo implements [Kind].
func (k H2O) WriteTo(w io.Writer) (int64, error) {
	if k.Rows < 0 || k.groups() < 1 {
		panic("data: H2O.Rows or H2O.Groups is negative")
	}
	few, many := uint64(k.groups()), uint64(max(k.Rows/k.groups(), 1))
	chunks := int((k.Rows + rowChunk - 1) / rowChunk)
	return writeChunks(w, max(chunks, 1), k.Seed, func(dst []byte, i int, rnd *rand.PCG) []byte {
		if i == 0 {
			dst = append(dst, H2OHeader+"\n"...)
		}
		r := rand.New(rnd)
		for range min(rowChunk, k.Rows-int64(i)*rowChunk) {
			dst = appendPadded(append(dst, "id"...), 1+r.Uint64N(few), 3)
			dst = appendPadded(append(dst, ",id"...), 1+r.Uint64N(few), 3)
			dst = appendPadded(append(dst, ",id"...), 1+r.Uint64N(many), 10)
			for _, n := range [...]uint64{few, few, many, 5, 15} {
				dst = strconv.AppendUint(append(dst, ','), 1+r.Uint64N(n), 10)
			}
			dst = append(appendBelow100(append(dst, ','), r), '\n')
		}
		return dst
	})
}

// appendPadded appends v with zeros in front to so many digits.
func appendPadded(dst []byte, v uint64, digits int) []byte {
	for n := uint64(10); digits > 1; n, digits = n*10, digits-1 {
		if v < n {
			dst = append(dst, "0000000000"[:digits-1]...)
			break
		}
	}
	return strconv.AppendUint(dst, v, 10)
}
