package frame

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// A Decoder unpacks blocks. The zero value is ready; it belongs to one
// goroutine. It starts none, and needs no close.
type Decoder struct {
	zstd *zstd.Decoder // made when it is first needed
	lent *byte         // the first of the last payload that was a part of its block
}

// zstdSlack is how much room behind its output zstd likes to have.
const zstdSlack = 16

// Decode checks one whole block of rows and returns its payload, decompressed.
// A payload that is stored as it is, is returned as it is: a part of block.
// Others are written over the memory of dst, from its beginning and up to its
// capacity, if that is enough, and into new memory if not. dst may be nil, and
// may be what the call before has returned.
//
// An error is a [CorruptError] without a place; see [Locate].
func (d *Decoder) Decode(dst, block []byte) (raw []byte, h Header, err error) {
	if h, err = check(block, KindRows); err != nil {
		return nil, Header{}, err
	}
	stored := block[HeaderBytes:]
	if h.Compression == None {
		if len(stored) > 0 {
			d.lent = &stored[0]
		}
		return stored[:len(stored):len(stored)], h, nil
	}
	if cap(dst) > 0 && &dst[:1][0] == d.lent {
		dst = nil // memory of a block, and perhaps of this one
	}
	if h.Compression == S2 {
		raw, err = unpackS2(dst, stored, h.Raw)
	} else {
		raw, err = d.unpackZstd(dst, stored, h.Raw)
	}
	if err != nil {
		return nil, Header{}, err
	}
	return raw, h, nil
}

// check parses the header of a whole block, which should be of a kind, and
// holds its checksum against the payload.
func check(block []byte, kind Kind) (Header, error) {
	h, err := ParseHeader(block)
	switch {
	case err != nil:
		return Header{}, err
	case len(block) != h.Bytes():
		return Header{}, corrupt("it has %d bytes, not %d", len(block), h.Bytes())
	case binary.LittleEndian.Uint64(block[checkedBytes:]) != checksum(block):
		return Header{}, corrupt("checksum differs")
	case h.Kind != kind:
		return Header{}, corrupt("it holds %v, not %v", h.Kind, kind)
	}
	return h, nil
}

func unpackS2(dst, stored []byte, want int) ([]byte, error) {
	n, err := s2.DecodedLen(stored)
	if err != nil {
		return nil, corrupt("%v", err)
	}
	if n != want {
		return nil, corrupt("it claims %d bytes, and s2 %d", want, n)
	}
	raw, err := s2.Decode(slices.Grow(dst[:0], want), stored)
	if err != nil {
		return nil, corrupt("%v", err)
	}
	return raw, nil
}

func (d *Decoder) unpackZstd(dst, stored []byte, want int) ([]byte, error) {
	var f zstd.Header
	if err := f.Decode(stored); err != nil {
		return nil, corrupt("zstd: %v", err)
	}
	if !f.SingleSegment || f.DictionaryID != 0 {
		return nil, corrupt("its zstd frame is of another form")
	}
	if f.FrameContentSize != uint64(want) {
		return nil, corrupt("it claims %d bytes, and zstd %d", want, f.FrameContentSize)
	}
	if d.zstd == nil {
		z, err := zstd.NewReader(nil,
			zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderMaxMemory(MaxRaw),
			zstd.WithDecoderMaxWindow(MaxRaw),
			zstd.WithDecodeAllCapLimit(true)) // a second frame gets no memory
		if err != nil {
			return nil, fmt.Errorf("zstd: %w", err)
		}
		d.zstd = z
	}
	n := want + zstdSlack
	raw, err := d.zstd.DecodeAll(stored, slices.Grow(dst[:0], n)[:0:n])
	if err != nil {
		return nil, corrupt("zstd: %v", err)
	}
	if len(raw) != want {
		return nil, corrupt("it claims %d bytes, and has %d", want, len(raw))
	}
	return raw, nil
}
