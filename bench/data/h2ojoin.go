package data

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
)

// H2OJoin is one of the four tables of the join questions of the public db-benchmark, as CSV with a header. Of x with
// Rows rows, id1 has Rows/1e6 different values, id2 Rows/1e3 and id3 Rows, at least 10 and 100 of the first two; id4 to
// id6 are the same as texts, "id" in front, and v1 is a decimal below 100 with six places. The tables on the right have
// as many rows as one of these columns has values, and v2 in place of v1:
//
//	x       id1,id2,id3,id4,id5,id6,v1
//	small   id1,id4,v2
//	medium  id1,id2,id4,id5,v2
//	big     id1,id2,id3,id4,id5,id6,v2
//
// As in the original generator, _data/join-datagen.R, the numbers of a column are drawn from 1.1 times as many as there
// are values: nine tenths of these are on both sides, and a tenth on each side alone. All values of a side occur in each
// of its tables, the last of its columns has every value once, so that nothing on the right comes twice, and other
// columns repeat values at random. Nothing is missing, and nothing is sorted. The random numbers are others, and so are
// the sizes for less than 1e7 rows, which the original does not make.
type H2OJoin struct {
	Table H2OTable
	Rows  int64 // of x
	Seed  uint64
}

// H2OTable is one of the tables of [H2OJoin].
type H2OTable int

const (
	X      H2OTable = iota // the left side
	Small                  // to be joined by id1
	Medium                 // by id2 or id5
	Big                    // by id3
)

var tableNames = []string{"x", "small", "medium", "big"}

func (t H2OTable) String() string {
	if t < 0 || int(t) >= len(tableNames) {
		return fmt.Sprintf("H2OTable(%d)", int(t))
	}
	return tableNames[t]
}

// MarshalText returns the name of the table. It and [H2OTable.UnmarshalText] are there for package flag.
func (t H2OTable) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText sets t to the table of that name.
func (t *H2OTable) UnmarshalText(name []byte) error {
	i := slices.Index(tableNames, string(name))
	if i < 0 {
		return fmt.Errorf("there is no table %q; there are %q", name, tableNames)
	}
	*t = H2OTable(i)
	return nil
}

// Name implements [Kind].
func (k H2OJoin) Name() string { return fmt.Sprintf("h2ojoin-%v-r%d-s%d.csv", k.Table, k.Rows, k.Seed) }

// WriteTo implements [Kind].
func (k H2OJoin) WriteTo(w io.Writer) (int64, error) {
	if k.Rows < 0 || k.Table < X || k.Table > Big {
		panic("data: H2OJoin.Rows is negative, or H2OJoin.Table is none of the tables")
	}
	values := [...]uint64{uint64(max(k.Rows/1e6, 10)), uint64(max(k.Rows/1e3, 100)), uint64(max(k.Rows, 1))}
	columns, rows, value := 3, uint64(k.Rows), "v2"
	switch k.Table {
	case X:
		value = "v1"
	case Small, Medium:
		columns = int(k.Table)
		rows = values[columns-1]
	}
	cols := make([]joinColumn, columns)
	for i := range cols {
		cols[i] = newJoinColumn(k, i, values[i], rows)
	}
	chunks := int((rows + rowChunk - 1) / rowChunk)
	return writeChunks(w, max(chunks, 1), k.Seed<<2|uint64(k.Table), func(dst []byte, i int, rnd *rand.PCG) []byte {
		if i == 0 {
			dst = append(append(append(dst, joinHeader(columns)...), value...), '\n')
		}
		r := rand.New(rnd)
		at := uint64(i) * rowChunk
		for row := at; row < min(at+rowChunk, rows); row++ {
			var ids [3]uint64
			for c := range cols {
				ids[c] = cols[c].at(row, r)
				dst = append(strconv.AppendUint(dst, ids[c], 10), ',')
			}
			for c := range cols {
				dst = append(strconv.AppendUint(append(dst, "id"...), ids[c], 10), ',')
			}
			dst = append(appendBelow100(dst, r), '\n')
		}
		return dst
	})
}

// joinHeader names the numbers and then the texts of so many columns.
func joinHeader(columns int) (s string) {
	for _, first := range []int{1, 4} {
		for c := range columns {
			s += "id" + strconv.Itoa(first+c) + ","
		}
	}
	return s
}

// A joinColumn is what one column of one table has of a set of numbers that the tables share.
type joinColumn struct {
	numbers shuffle // all of both sides; the first of them are on both
	places  shuffle // of the rows
	n, both uint64  // how many numbers this side has, and of these the other side too
	right   bool
}

func newJoinColumn(k H2OJoin, column int, n, rows uint64) joinColumn {
	both := n * 9 / 10
	return joinColumn{
		numbers: newShuffle(2*n-both, rand.NewPCG(k.Seed, uint64(column))),
		places:  newShuffle(rows, rand.NewPCG(k.Seed, uint64(8+4*column)+uint64(k.Table))),
		n:       n, both: both, right: k.Table != X,
	}
}

// at is the number in a row: each of the side's is in one place, and random ones in the others.
func (c *joinColumn) at(row uint64, r *rand.Rand) uint64 {
	i := c.places.at(row)
	if i >= c.n {
		i = r.Uint64N(c.n)
	}
	if c.right && i >= c.both {
		i += c.n - c.both
	}
	return 1 + c.numbers.at(i)
}

// A shuffle maps the numbers below n to themselves, one to one and without visible order.
type shuffle struct {
	n    uint64
	bits uint
	add  [3]uint64
}

func newShuffle(n uint64, rnd *rand.PCG) shuffle {
	s := shuffle{n: n, bits: 4}
	for n > 1<<s.bits {
		s.bits++
	}
	for i := range s.add {
		s.add[i] = rnd.Uint64()
	}
	return s
}

// at is where i goes. What is not below n is mapped again, until it is.
func (s *shuffle) at(i uint64) uint64 {
	mask := ^uint64(0) >> (64 - s.bits)
	for {
		for _, add := range s.add {
			i = scatter((i+add)&mask, s.bits)
		}
		if i < s.n {
			return i
		}
	}
}

// appendBelow100 appends a random decimal below 100 with six places.
func appendBelow100(dst []byte, r *rand.Rand) []byte {
	v := r.Uint64N(100_000_000)
	dst = strconv.AppendUint(dst, v/1_000_000, 10)
	return appendPadded(append(dst, '.'), v%1_000_000, 6)
}
