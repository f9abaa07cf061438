package frame

import (
	"fmt"
	"slices"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// An Encoder packs blocks. The zero value is ready; it belongs to one
// goroutine. It starts none, and needs no close. Zstd keeps some 2 MiB in it,
// and 4 MiB after a block of more than 128 KiB.
type Encoder struct {
	zstd *zstd.Encoder // made when it is first needed
}

// zstdWindow is how far back zstd looks, and so what it keeps in memory.
const zstdWindow = 1 << 20

// Append appends a block with raw, which holds so many rows, to dst. It is
// stored as it is where c saves less than a sixteenth of it. Neither raw nor dst
// is kept.
//
// The error is [ErrTooLarge] when raw has more than MaxRaw bytes.
func (e *Encoder) Append(dst, raw []byte, rows int, c Compression) ([]byte, error) {
	if len(raw) > MaxRaw {
		return dst, fmt.Errorf("block of %d bytes: %w: at most %d", len(raw), ErrTooLarge, MaxRaw)
	}
	at, body := len(dst), len(dst)+HeaderBytes
	// What s2 may need is a little more than what the others may.
	dst = slices.Grow(dst, HeaderBytes+s2.MaxEncodedLen(len(raw)))[:body]
	var err error
	switch c {
	case None:
	case S2:
		dst = dst[:body+len(s2.Encode(dst[body:], raw))]
	case Zstd:
		dst, err = e.appendZstd(dst, raw)
	default:
		panic(fmt.Sprintf("frame: Append: %v", c))
	}
	if err != nil {
		return dst[:at], err
	}
	if c != None && !worth(int64(len(dst)-body), int64(len(raw))) {
		c = None
	}
	if c == None {
		dst = append(dst[:body], raw...)
	}
	seal(dst[at:], Header{Compression: c, Raw: len(raw), Rows: rows})
	return dst, nil
}

// worth tells whether a block is stored compressed.
func worth(stored, raw int64) bool {
	return stored <= raw-raw/16 && allowed(stored, raw)
}

func (e *Encoder) appendZstd(dst, raw []byte) ([]byte, error) {
	if e.zstd == nil {
		z, err := zstd.NewWriter(nil,
			zstd.WithEncoderConcurrency(1),
			zstd.WithWindowSize(zstdWindow),
			zstd.WithSingleSegment(true), // says the size of the content, however small
			zstd.WithEncoderCRC(false),
			zstd.WithLowerEncoderMem(true))
		if err != nil {
			return dst, fmt.Errorf("zstd: %w", err)
		}
		e.zstd = z
	}
	return e.zstd.EncodeAll(raw, dst), nil
}
