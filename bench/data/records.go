package data

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
)

// Records is a text for sorting: lines of one length, each with a random key of printable ASCII in front. The rest
// is there to be carried, and compresses to about a third. The lines look like the text records of the public sort
// benchmark (sortbenchmark.org), with other random numbers and without a carriage return:
//
//	|     key     |  | row number, 32 digits |  | random hexadecimal digits, each four times | \n |
//	0             10 12                      44 46                                          99
//
// Lines that are too short for all that are cut before the newline. Whole lines sort like their keys, and lines
// with equal keys like their row numbers.
type Records struct {
	Rows     int64
	KeyBytes int // length of the key; 0 means 10
	Bytes    int // length of a line with its newline; 0 means 100
	Seed     uint64
	Order    Order
}

const (
	recordChunk   = 1 << 20 // bytes that one core makes at a time
	defaultKey    = 10
	defaultRecord = 100
)

func (k Records) keyBytes() int {
	if k.KeyBytes == 0 {
		return defaultKey
	}
	return k.KeyBytes
}

func (k Records) bytes() int {
	if k.Bytes == 0 {
		return defaultRecord
	}
	return k.Bytes
}

// Name implements [Kind].
func (k Records) Name() string {
	return fmt.Sprintf("records-r%d-k%d-b%d-%v-s%d.txt", k.Rows, k.keyBytes(), k.bytes(), k.Order, k.Seed)
}

// WriteTo implements [Kind].
func (k Records) WriteTo(w io.Writer) (int64, error) {
	switch {
	case k.Rows < 0:
		panic("data: Records.Rows is negative")
	case k.keyBytes() < 1:
		panic("data: Records.KeyBytes is negative")
	case k.bytes() <= k.keyBytes():
		panic("data: Records.Bytes has no room for the key and a newline")
	case !k.Order.known():
		panic("data: Records.Order is none of the orders")
	}
	return writeRecords(w, k.Rows, k.bytes(), func(dst []byte, i uint64, rnd *rand.PCG) []byte {
		row := k.Order.row(i, uint64(k.Rows), k.Seed)
		rnd.Seed(k.Seed, row)
		return k.appendLine(dst, row, k.Order.key(row, uint64(k.Rows), rnd.Uint64()), rnd.Uint64())
	})
}

func (k Records) appendLine(dst []byte, row, key, filler uint64) []byte {
	const first, last = ' ', '~' // of the characters in a key
	end := len(dst) + k.bytes() - 1
	dst = appendDigits(dst, key, k.keyBytes(), first, last-first+1)
	dst = append(dst, "  "...)
	dst = appendRow(dst, row)
	dst = append(dst, "  "...)
	for len(dst) < end {
		dst = appendFourTimes(dst, filler, 16)
	}
	return append(dst[:end], '\n')
}

// writeRecords writes records 0..rows-1 of size bytes each. add appends record i and seeds rnd before it draws: a
// record depends on nothing but its number and the seed.
func writeRecords(w io.Writer, rows int64, size int, add func(dst []byte, i uint64, rnd *rand.PCG) []byte) (int64, error) {
	chunk := max(recordChunk/int64(size), 1)
	return writeChunks(w, int((rows+chunk-1)/chunk), 0, func(dst []byte, c int, rnd *rand.PCG) []byte {
		start := int64(c) * chunk
		end := min(start+chunk, rows)
		dst = slices.Grow(dst, int(end-start)*size)
		for i := start; i < end; i++ {
			dst = add(dst, uint64(i), rnd)
		}
		return dst
	})
}

const hexDigits = "0123456789ABCDEF"

// appendRow appends a row number as 32 hexadecimal digits.
func appendRow(dst []byte, row uint64) []byte {
	dst = append(dst, "0000000000000000"...)
	for shift := 60; shift >= 0; shift -= 4 {
		dst = append(dst, hexDigits[row>>shift&15])
	}
	return dst
}

// appendFourTimes appends the n lowest hexadecimal digits of x, the lowest first, each four times.
func appendFourTimes(dst []byte, x uint64, n int) []byte {
	for range n {
		dst = binary.LittleEndian.AppendUint32(dst, 0x01010101*uint32(hexDigits[x&15]))
		x >>= 4
	}
	return dst
}
