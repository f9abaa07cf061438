package spill

import "anabranch.dev/internal/radix"

// ref refers to a record in chunks.
type ref = radix.Ref

const (
	chunkBits  = 22
	chunkBytes = 1 << chunkBits // of records, at most; one that is longer has a chunk of its own
	leastChunk = 8 << 10
	mostRefs   = 64 << 10 // in one piece of memory
	leastRefs  = 1 << 8
	refBytes   = 16
)

// chunks is memory that records lie in. A record's place in it is the number of
// its chunk and the offset there.
type chunks [][]byte

// at returns what begins with a record.
func (c chunks) at(pos uint64) []byte {
	return c[pos>>chunkBits][pos&(chunkBytes-1):]
}

// record takes the record at a position apart, which is known to be good.
func (c chunks) record(pos uint64) record {
	r, ok := parse(c.at(pos))
	if !ok {
		panic("spill: a record in memory is damaged")
	}
	return r
}

// ahead is how many records are touched before they are used: their first lines
// of memory fit a level-2 cache with room to spare.
const ahead = 512

// touch loads the first two lines of memory of records that are about to be used.
// Loads that do not wait for one another overlap, so that all of them take little
// longer than one. What it returns only keeps them from being left out.
func (c chunks) touch(refs []ref) (sum byte) {
	for _, r := range refs {
		b := c[r.At>>chunkBits]
		at := r.At & (chunkBytes - 1)
		sum += b[at] + b[min(at+64, uint64(len(b)-1))]
	}
	return sum
}

// A segment is a part of a filler's rows that have one place, in the order in
// which they came.
type segment struct {
	place uint64
	refs  []ref
}
