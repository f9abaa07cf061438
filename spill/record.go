package spill

import (
	"encoding/binary"
	"math/bits"
)

// A record is a row, the key that it is sorted by, and its place in the input,
// as they lie in memory and in the blocks of spill files:
//
//	uvarint  length of the row × 4 + where its key is
//	uvarint  place
//	         key within the row:   uvarint offset, uvarint length
//	         key before the row:   uvarint length, the key
//	         key is the row, none: nothing
//	         the row
//
// Where the key is a part of the row, as a field of a line is, it is not stored
// twice.
const (
	keyIsRow = iota
	keyWithin
	keyBefore
	keyNone
)

// headOf is what a record of a row of n bytes begins with.
func headOf(n int, key uint64) uint64 { return uint64(n)<<2 | key }

// maxHead is the most bytes of a record before its key and its row.
const maxHead = 4 * binary.MaxVarintLen64

// record is a record taken apart.
type record struct {
	key, row []byte
	place    uint64
	all      []byte // all of it
}

// parse takes the record at the start of b apart. ok is false when b does not
// begin with one.
func parse(b []byte) (r record, ok bool) {
	head, at := uvarint(b)
	if at <= 0 {
		return r, false
	}
	place, n := uvarint(b[at:])
	if n <= 0 {
		return r, false
	}
	at += n
	r.place = place
	var off, length uint64
	switch head & 3 {
	case keyWithin:
		if off, n = uvarint(b[at:]); n <= 0 {
			return r, false
		}
		at += n
		if length, n = uvarint(b[at:]); n <= 0 {
			return r, false
		}
		at += n
	case keyBefore:
		if length, n = uvarint(b[at:]); n <= 0 {
			return r, false
		}
		at += n
		if length > uint64(len(b)-at) {
			return r, false
		}
		r.key = b[at : at+int(length)]
		at += int(length)
	}
	size := head >> 2
	if size > uint64(len(b)-at) {
		return r, false
	}
	r.row = b[at : at+int(size) : at+int(size)]
	switch head & 3 {
	case keyIsRow:
		r.key = r.row
	case keyWithin:
		if off > size || length > size-off {
			return r, false
		}
		r.key = r.row[off : off+length]
	}
	r.all = b[:at+int(size)]
	return r, true
}

// rowAt is the row of the record at the start of b, which is known to be good: it
// is parse for those who want nothing else.
func rowAt(b []byte) []byte {
	head, at := uvarint(b)
	_, n := uvarint(b[at:])
	at += n
	switch head & 3 {
	case keyBefore:
		length, n := uvarint(b[at:])
		at += n + int(length)
	case keyWithin:
		_, n := uvarint(b[at:])
		at += n
		_, n = uvarint(b[at:])
		at += n
	}
	return b[at : at+int(head>>2) : at+int(head>>2)]
}

// uvarint is [binary.Uvarint], faster for the one and two bytes that most
// numbers have.
func uvarint(b []byte) (uint64, int) {
	if len(b) > 1 {
		if b[0] < 0x80 {
			return uint64(b[0]), 1
		}
		if b[1] < 0x80 {
			return uint64(b[0]&0x7f) | uint64(b[1])<<7, 2
		}
	}
	return binary.Uvarint(b)
}

// putUvarint stores v at b[n:] and returns the end.
func putUvarint(b []byte, n int, v uint64) int {
	for v >= 0x80 {
		b[n] = byte(v) | 0x80
		v >>= 7
		n++
	}
	b[n] = byte(v)
	return n + 1
}

// load8 gives the first eight bytes of a key as a number of the same order:
// missing bytes are zero.
func load8[S string | []byte](key S) uint64 {
	if len(key) >= 8 {
		return uint64(key[7]) | uint64(key[6])<<8 | uint64(key[5])<<16 | uint64(key[4])<<24 |
			uint64(key[3])<<32 | uint64(key[2])<<40 | uint64(key[1])<<48 | uint64(key[0])<<56
	}
	v := uint64(0)
	for i := range len(key) {
		v |= uint64(key[i]) << (56 - 8*i)
	}
	return v
}

// sharedPrefix is how many bytes a and b have in common at their start.
func sharedPrefix[S string | []byte](a []byte, b S) int {
	n := min(len(a), len(b))
	i := 0
	for ; i+8 <= n; i += 8 {
		if x := load8(a[i:i+8]) ^ load8(b[i:i+8]); x != 0 {
			return i + bits.LeadingZeros64(x)/8
		}
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}
