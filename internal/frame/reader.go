package frame

import (
	"io"
	"slices"
)

const (
	// keepBytes is how large a buffer may be and be kept for smaller blocks.
	keepBytes = 1 << 20

	// stepBytes is how much of a block is asked for at first where nobody knows
	// how much there is.
	stepBytes = 64 << 10
)

// buffers are what a reader reads into and decodes into.
type buffers struct {
	dec    Decoder
	name   string
	stored []byte
	raw    []byte
}

// decode decodes a block of the file that begins at off.
func (b *buffers) decode(block []byte, off int64) ([]byte, Header, error) {
	raw, h, err := b.dec.Decode(b.raw, block)
	if err != nil {
		return nil, Header{}, Locate(err, b.name, off)
	}
	if h.Compression != None {
		b.raw = raw
	}
	if cap(b.raw) > keepBytes && h.Raw <= keepBytes {
		b.raw = nil
	}
	return raw, h, nil
}

// room returns n bytes, of buf's memory if it is large enough. What one huge
// block needed is let go when a smaller one comes.
func room(buf []byte, n int) []byte {
	if cap(buf) > keepBytes && n <= keepBytes {
		buf = nil
	}
	return slices.Grow(buf[:0], n)[:n]
}

// A Reader reads blocks of rows one after the other. It asks its source for no
// byte beyond the block that is wanted, and belongs to one goroutine.
type Reader struct {
	buffers
	src io.Reader
	off int64
	err error // the last, for good
}

// NewReader returns a Reader of src, which errors call name.
func NewReader(name string, src io.Reader) *Reader {
	return &Reader{buffers: buffers{name: name}, src: src}
}

// Next returns the payload of the next block, which is valid until the next
// call, and may be written to. After the last block the error is io.EOF; that a
// whole number of blocks is missing, only the caller can know.
func (r *Reader) Next() (raw []byte, h Header, err error) {
	if r.err != nil {
		return nil, Header{}, r.err
	}
	raw, h, r.err = r.next()
	r.off += int64(h.Bytes())
	return raw, h, r.err
}

func (r *Reader) next() ([]byte, Header, error) {
	var head [HeaderBytes]byte
	n, err := io.ReadFull(r.src, head[:])
	if n == 0 && err == io.EOF {
		return nil, Header{}, io.EOF
	}
	if err != nil {
		return nil, Header{}, Locate(readError(err), r.name, r.off)
	}
	h, err := ParseHeader(head[:])
	if err != nil {
		return nil, Header{}, Locate(err, r.name, r.off)
	}
	// The memory grows with what has come, not with what is claimed.
	b := append(room(r.stored, HeaderBytes)[:0], head[:]...)
	for len(b) < h.Bytes() {
		step := min(h.Bytes()-len(b), max(stepBytes, len(b), cap(b)-len(b)))
		have := len(b)
		b = slices.Grow(b, step)[:have+step]
		r.stored = b
		if _, err := io.ReadFull(r.src, b[have:]); err != nil {
			return nil, Header{}, Locate(readError(err), r.name, r.off)
		}
	}
	return r.decode(b, r.off)
}

// A ReaderAt reads blocks of rows at the offsets that it is given. It belongs to
// one goroutine, but several may have one of their own over the same source.
type ReaderAt struct {
	buffers
	src   io.ReaderAt
	size  int64
	ahead [HeaderBytes]byte // the header at next, read with the block before it
	next  int64             // negative: there is none
}

// NewReaderAt returns a ReaderAt of the first size bytes of src, which errors
// call name. What lies behind them may still be written.
func NewReaderAt(name string, src io.ReaderAt, size int64) *ReaderAt {
	return &ReaderAt{buffers: buffers{name: name}, src: src, size: size, next: -1}
}

// At returns the payload of the block that begins at byte off; the one behind it
// begins at off + h.Bytes(). The payload is valid until the next call, and may
// be written to. Blocks that are read in their order take one call of the source
// each.
func (r *ReaderAt) At(off int64) (raw []byte, h Header, err error) {
	if r.next < 0 || off != r.next {
		r.next = -1
		if err := r.read(r.ahead[:], off); err != nil {
			return nil, Header{}, Locate(err, r.name, off)
		}
	}
	h, err = ParseHeader(r.ahead[:])
	if err == nil && int64(h.Bytes()) > r.size-off {
		err = corrupt("it claims %d bytes, and the file ends after %d", h.Bytes(), r.size-off)
	}
	if err != nil {
		return nil, Header{}, Locate(err, r.name, off)
	}
	n, end := h.Bytes(), off+int64(h.Bytes())
	extra := 0
	if r.size-end >= HeaderBytes {
		extra = HeaderBytes
	}
	r.stored = room(r.stored, n+extra)
	copy(r.stored, r.ahead[:])
	r.next = -1
	if err := r.read(r.stored[HeaderBytes:], off+HeaderBytes); err != nil {
		return nil, Header{}, Locate(err, r.name, off)
	}
	if extra > 0 {
		copy(r.ahead[:], r.stored[n:])
		r.next = end
	}
	return r.decode(r.stored[:n], off)
}

// Block is At for a block of an index, which takes one call of the source
// anywhere. It is corrupt if it is not what the index says.
func (r *ReaderAt) Block(b Block) (raw []byte, h Header, err error) {
	if int64(b.Bytes) > r.size-b.Offset {
		err := corrupt("the index says %d bytes, and the file ends after %d", b.Bytes, r.size-b.Offset)
		return nil, Header{}, Locate(err, r.name, b.Offset)
	}
	r.stored = room(r.stored, b.Bytes)
	if err := r.read(r.stored, b.Offset); err != nil {
		return nil, Header{}, Locate(err, r.name, b.Offset)
	}
	raw, h, err = r.decode(r.stored, b.Offset)
	if err == nil && h.Rows != b.Rows {
		err := corrupt("it has %d rows, and the index says %d", h.Rows, b.Rows)
		return nil, Header{}, Locate(err, r.name, b.Offset)
	}
	return raw, h, err
}

// read fills p with the bytes at off.
func (r *ReaderAt) read(p []byte, off int64) error {
	if off < 0 || int64(len(p)) > r.size-off {
		return corrupt("the file ends in it")
	}
	if len(p) == 0 {
		return nil
	}
	if n, err := r.src.ReadAt(p, off); n < len(p) {
		if err == nil {
			err = io.ErrNoProgress
		}
		return readError(err)
	}
	return nil
}
