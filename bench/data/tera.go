package data

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
)

// Tera is a file of binary records of 100 bytes with random keys of 10 bytes, as the public sort benchmark
// (sortbenchmark.org) has them, with other random numbers. There are no lines: any byte may be anywhere in a key.
//
//	| key |00 11| row number, 32 digits |88 99 AA BB| random hexadecimal digits, each four times |CC DD EE FF|
//	0     10    12                      44          48                                           96          100
type Tera struct {
	Rows int64
	Seed uint64
}

const teraBytes = 100

// Name implements [Kind].
func (k Tera) Name() string { return fmt.Sprintf("tera-r%d-s%d.bin", k.Rows, k.Seed) }

// WriteTo implements [Kind].
func (k Tera) WriteTo(w io.Writer) (int64, error) {
	if k.Rows < 0 {
		panic("data: Tera.Rows is negative")
	}
	return writeRecords(w, k.Rows, teraBytes, func(dst []byte, i uint64, rnd *rand.PCG) []byte {
		rnd.Seed(k.Seed, i)
		return appendTera(dst, i, rnd.Uint64(), rnd.Uint64())
	})
}

// appendTera appends record number row with 16 bits of b in the key and 48 in the digits.
func appendTera(dst []byte, row, a, b uint64) []byte {
	dst = binary.BigEndian.AppendUint64(dst, a)
	dst = binary.BigEndian.AppendUint16(dst, uint16(b>>48))
	dst = append(dst, 0x00, 0x11)
	dst = appendRow(dst, row)
	dst = append(dst, 0x88, 0x99, 0xAA, 0xBB)
	dst = appendFourTimes(dst, b, 12)
	return append(dst, 0xCC, 0xDD, 0xEE, 0xFF)
}
