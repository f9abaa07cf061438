package spill

import (
	"time"

	"anabranch.dev/internal/frame"
)

// chooser decides for each block of a run whether it is compressed.
//
// A block that is compressed costs the time to compress it, and later to
// decompress it; it saves the time to write, and later to read, the bytes that
// it is smaller by. Both are measured: every so often a block goes the other way,
// to see whether something has changed.
type chooser struct {
	mode Compression

	blocks      int
	packedIn    float64 // bytes that were compressed
	packedOut   float64 // to how many
	packTime    float64 // in how many seconds
	written     float64 // bytes that were written
	writeTime   float64 // in how many seconds
	compressing bool
}

const (
	tryEvery = 256 // blocks between two that are compressed to see what it brings
	// Decompressing takes about a fourth of the time that compressing does, and
	// reading is taken to be as fast as writing.
	unpackShare = 0.25
	decay       = 0.5 // of what was measured before, at each decision
)

// next is how the next block is to be stored.
func (c *chooser) next() frame.Compression {
	switch c.mode {
	case None:
		return frame.None
	case S2:
		return frame.S2
	case Zstd:
		return frame.Zstd
	}
	n := c.blocks % tryEvery
	c.blocks++
	if n == 0 {
		c.decide()
	}
	if c.compressing != (n < 2) { // the first two of each turn go the other way
		return frame.S2
	}
	return frame.None
}

// decide looks at what was measured.
func (c *chooser) decide() {
	if c.packedIn == 0 || c.written == 0 {
		return
	}
	saved := 1 - c.packedOut/c.packedIn
	cost := c.packTime / c.packedIn * (1 + unpackShare)
	gain := saved * c.writeTime / c.written * 2
	c.compressing = gain > cost
	for _, p := range []*float64{&c.packedIn, &c.packedOut, &c.packTime, &c.written, &c.writeTime} {
		*p *= decay
	}
}

func (c *chooser) compressed(in, out int, took time.Duration) {
	c.packedIn += float64(in)
	c.packedOut += float64(out)
	c.packTime += took.Seconds()
}

func (c *chooser) wrote(n int, took time.Duration) {
	c.written += float64(n)
	c.writeTime += took.Seconds()
}
