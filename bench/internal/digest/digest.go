// Package digest makes checksums of answers, so that those of different programs can be compared as whole multisets of
// rows without being kept.
//
// A row is bytes. Each is hashed to 64 bits, and what is kept of the rows are their number and two sums, of the hashes
// and of a scramble of them: neither depends on the order, and rows that come twice count twice, which an exclusive or
// would not see. Where the order is part of the answer, [Ordered] chains the rows instead.
//
// It is for finding mistakes, not for hiding from those who make them on purpose.
package digest

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"os"

	"github.com/cespare/xxhash/v2"
)

// A Sum is the checksum of rows. The zero value is that of none. Use one for each goroutine, and Merge.
type Sum struct {
	rows int64
	a, b uint64
}

// Add adds a row.
func (s *Sum) Add(row []byte) { s.add(xxhash.Sum64(row)) }

// AddString adds a row.
func (s *Sum) AddString(row string) { s.add(xxhash.Sum64String(row)) }

// AddInts adds a row of whole numbers.
func (s *Sum) AddInts(columns ...int64) {
	var row [64]byte
	b := row[:0]
	for _, c := range columns {
		b = binary.LittleEndian.AppendUint64(b, uint64(c))
	}
	s.Add(b)
}

func (s *Sum) add(h uint64) {
	s.rows++
	s.a += h
	s.b += mix(h)
}

// Merge adds the rows of o.
func (s *Sum) Merge(o Sum) {
	s.rows += o.rows
	s.a += o.a
	s.b += o.b
}

// Rows is the number of rows.
func (s *Sum) Rows() int64 { return s.rows }

// String is the checksum as text; texts of equal sums are equal.
func (s *Sum) String() string { return fmt.Sprintf("%d rows %016x%016x", s.rows, s.a, s.b) }

// Ordered is the checksum of rows in their order.
type Ordered struct {
	rows int64
	a    uint64
}

// Add adds a row behind the others.
func (o *Ordered) Add(row []byte) { o.add(xxhash.Sum64(row)) }

// AddString adds a row behind the others.
func (o *Ordered) AddString(row string) { o.add(xxhash.Sum64String(row)) }

// AddInt adds a whole number behind the others.
func (o *Ordered) AddInt(v int64) { o.add(mix(uint64(v) + 0x9E3779B97F4A7C15)) }

func (o *Ordered) add(h uint64) {
	o.rows++
	o.a = mix(bits.RotateLeft64(o.a, 23) ^ h)
}

// Rows is the number of rows.
func (o *Ordered) Rows() int64 { return o.rows }

// String is the checksum as text; it is none that a [Sum] has.
func (o *Ordered) String() string { return fmt.Sprintf("%d rows in order %016x", o.rows, o.a) }

// mix is the finisher of splitmix64.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// Lines is the checksum of the lines of a file and their number. With ordered, their order counts.
func Lines(path string, ordered bool) (rows int64, text string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	return LinesOf(f, ordered)
}

// LinesOf is [Lines] for what a reader gives. A last line without its end is a line.
func LinesOf(r io.Reader, ordered bool) (rows int64, text string, err error) {
	var sum Sum
	var chain Ordered
	b := bufio.NewReaderSize(r, 1<<20)
	for {
		line, err := b.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			return 0, "", fmt.Errorf("line %d is longer than %d bytes", sum.rows+chain.rows+1, b.Size())
		}
		if err != nil && err != io.EOF {
			return 0, "", err
		}
		if n := len(line); n > 0 {
			if line[n-1] == '\n' {
				line = line[:n-1]
			}
			if ordered {
				chain.Add(line)
			} else {
				sum.Add(line)
			}
		}
		if err == io.EOF {
			break
		}
	}
	if ordered {
		return chain.rows, chain.String(), nil
	}
	return sum.rows, sum.String(), nil
}
