package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

const (
	recordBytes = 100
	keyBytes    = 10
)

// record is 100 bytes, of which the first ten are the key. Any byte may be
// anywhere: records are no lines, and need not be UTF-8.
type record string

func (r record) key() string { return string(r[:keyBytes]) }

// newRecord makes record number row, always the same: a random key, and what is
// there to be carried.
//
//	| key |00 11| row number, 32 digits |88 99 AA BB| random hexadecimal digits, each four times |CC DD EE FF|
//	0     10    12                      44          48                                           96          100
func newRecord(row int64) record {
	rnd := rand.NewPCG(0, uint64(row))
	b := make([]byte, 0, recordBytes)
	b = binary.BigEndian.AppendUint64(b, rnd.Uint64())
	b = binary.BigEndian.AppendUint16(b, uint16(rnd.Uint64()))
	b = fmt.Appendf(append(b, 0x00, 0x11), "%032X", row)
	b = append(b, 0x88, 0x99, 0xAA, 0xBB)
	for digits := rnd.Uint64(); len(b) < 96; digits >>= 4 {
		d := "0123456789ABCDEF"[digits&15]
		b = append(b, d, d, d, d)
	}
	return record(append(b, 0xCC, 0xDD, 0xEE, 0xFF))
}
