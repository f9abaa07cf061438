package frame

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/cespare/xxhash/v2"
)

const (
	// HeaderBytes is the size of a header.
	HeaderBytes = 24

	// MaxRaw is how many bytes a block can hold. A block is a batch of rows, tens
	// or hundreds of KiB; it is larger only for a row that is. The limit leaves
	// the size of a whole block, and twice that, within 32 bits.
	MaxRaw = 1 << 30

	// MaxRows is how many rows a block can hold: rows may have no bytes, and then
	// nothing else bounds the number that is claimed.
	MaxRows = math.MaxInt32
)

const (
	magic0, magic1 = 0xa5, 0xab // neither text nor UTF-8
	version        = 1

	checkedBytes = 16 // of the header; the checksum follows
)

// Rows compress well where they repeat, and a compressor would pack gigabytes
// of one byte into a few KiB. Beyond freeRaw bytes, a block is at most maxRatio
// times as large as it is stored, so that a small file cannot ask for a lot of
// memory. What compresses better is stored as it is.
const (
	freeRaw  = 1 << 20
	maxRatio = 255
)

// Compression is how a payload is stored.
type Compression uint8

// The numbers are part of the format.
const (
	None Compression = 0
	S2   Compression = 1
	Zstd Compression = 2
)

func (c Compression) String() string {
	switch c {
	case None:
		return "none"
	case S2:
		return "s2"
	case Zstd:
		return "zstd"
	}
	return fmt.Sprintf("compression %d", uint8(c))
}

// Kind is what a payload is.
type Kind uint8

// The numbers are part of the format.
const (
	KindRows     Kind = 0 // of whoever calls this package
	KindPreamble Kind = 1
	KindIndex    Kind = 2
	KindFooter   Kind = 3
)

func (k Kind) String() string {
	switch k {
	case KindRows:
		return "rows"
	case KindPreamble:
		return "a preamble"
	case KindIndex:
		return "an index"
	case KindFooter:
		return "a footer"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// A Header is what a block says about itself.
type Header struct {
	Kind        Kind
	Compression Compression
	Stored      int // bytes of the payload
	Raw         int // bytes of the payload when it is decompressed
	Rows        int // as claimed: rows of no bytes are possible
}

// Bytes is the size of the block: the next one begins so much later.
func (h Header) Bytes() int { return HeaderBytes + h.Stored }

// ParseHeader reads the header at the beginning of b. It finds what cannot be
// right in the header alone; the checksum is [Decoder.Decode]'s.
func ParseHeader(b []byte) (Header, error) {
	if len(b) < HeaderBytes {
		return Header{}, corrupt("it ends after %d bytes, in its header", len(b))
	}
	if b[0] != magic0 || b[1] != magic1 {
		return Header{}, corrupt("no block begins here")
	}
	if b[2] != version {
		return Header{}, corrupt("it has version %d, and only %d is known", b[2], version)
	}
	stored := binary.LittleEndian.Uint32(b[4:])
	raw := binary.LittleEndian.Uint32(b[8:])
	rows := binary.LittleEndian.Uint32(b[12:])
	h := Header{Kind: Kind(b[3] >> 4), Compression: Compression(b[3] & 15)}
	switch {
	case h.Kind > KindFooter:
		return Header{}, corrupt("%v is unknown", h.Kind)
	case h.Compression > Zstd:
		return Header{}, corrupt("%v is unknown", h.Compression)
	case raw > MaxRaw:
		return Header{}, corrupt("it claims %d bytes, over %d", raw, MaxRaw)
	case rows > MaxRows:
		return Header{}, corrupt("it claims %d rows, over %d", rows, MaxRows)
	case h.Compression == None && stored != raw:
		return Header{}, corrupt("it claims %d bytes, stored as they are in %d", raw, stored)
	case h.Compression != None && !allowed(int64(stored), int64(raw)):
		return Header{}, corrupt("it claims %d bytes, compressed to %d", raw, stored)
	}
	h.Stored, h.Raw, h.Rows = int(stored), int(raw), int(rows)
	return h, nil
}

// allowed tells whether raw bytes may be compressed to so few, or so many.
func allowed(stored, raw int64) bool {
	return stored < raw && (raw <= freeRaw || raw <= maxRatio*stored)
}

// Seal makes a block of what the caller has laid out as one: a payload behind
// HeaderBytes bytes for the header, which are filled in. Nothing is copied.
//
// It panics if the payload has more than MaxRaw bytes: the caller, who knows
// which row is so large, looks first.
func Seal(block []byte, rows int) {
	if raw := len(block) - HeaderBytes; raw < 0 || raw > MaxRaw {
		panic(fmt.Sprintf("frame: Seal: a block of %d bytes", len(block)))
	}
	seal(block, Header{Raw: len(block) - HeaderBytes, Rows: rows})
}

// seal writes the header of a block whose payload is in place.
func seal(block []byte, h Header) {
	if h.Rows < 0 || h.Rows > MaxRows {
		panic(fmt.Sprintf("frame: a block of %d rows", h.Rows))
	}
	block[0], block[1], block[2] = magic0, magic1, version
	block[3] = byte(h.Kind)<<4 | byte(h.Compression)
	binary.LittleEndian.PutUint32(block[4:], uint32(len(block)-HeaderBytes))
	binary.LittleEndian.PutUint32(block[8:], uint32(h.Raw))
	binary.LittleEndian.PutUint32(block[12:], uint32(h.Rows))
	binary.LittleEndian.PutUint64(block[checkedBytes:], checksum(block))
}

func checksum(block []byte) uint64 {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.Write(block[:checkedBytes]) // hashing does not fail
	_, _ = d.Write(block[HeaderBytes:])
	return d.Sum64()
}
