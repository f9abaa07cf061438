package remote

import (
	"encoding/binary"
	"io"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// A record is what a connection carries once the handshake is done: the length of
// its payload in 4 bytes, the XXH64 of that length and the payload in 8, and the
// payload. Whatever else gets onto the connection - what another process prints
// there, a byte that has changed - ends it with an error. Without that, a wrong
// number of a stream would leave both sides waiting for each other.
const (
	recordHead = 12
	maxRecord  = muxHead + chunkHead + maxChunk

	muxHead = 12 // of a frame of yamux
)

func recordSum(length []byte, payload []byte) uint64 {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.Write(length) // hashing does not fail
	_, _ = d.Write(payload)
	return d.Sum64()
}

// A recordWriter makes a record of each frame of yamux, which are written as a
// header, and the body if there is one.
type recordWriter struct {
	buf []byte // a record, or the beginning of one whose body comes next
}

func (w *recordWriter) write(t *transport, p []byte) error {
	if len(w.buf) == 0 {
		w.buf = slices.Grow(w.buf, recordHead)[:recordHead]
	}
	w.buf = append(w.buf, p...)
	frame := w.buf[recordHead:]
	const data = 0
	if len(frame) == muxHead && frame[1] == data && binary.BigEndian.Uint32(frame[8:]) > 0 {
		return nil
	}
	binary.LittleEndian.PutUint32(w.buf, uint32(len(frame)))
	binary.LittleEndian.PutUint64(w.buf[4:], recordSum(w.buf[:4], frame))
	err := t.send(w.buf)
	w.buf = w.buf[:0]
	return err
}

// A recordReader reads the payloads of records.
type recordReader struct {
	src  io.Reader
	buf  []byte
	left []byte // of buf, not yet read
}

func (r *recordReader) read(p []byte) (int, error) {
	for len(r.left) == 0 {
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

func (r *recordReader) next() error {
	var head [recordHead]byte
	if n, err := io.ReadFull(r.src, head[:]); err != nil {
		if n > 0 {
			return endOf(err)
		}
		return err
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n > maxRecord {
		return protocolError("a record claims %d bytes, over %d", n, maxRecord)
	}
	r.buf = slices.Grow(r.buf[:0], int(n))[:n]
	if _, err := io.ReadFull(r.src, r.buf); err != nil {
		return endOf(err)
	}
	if binary.LittleEndian.Uint64(head[4:]) != recordSum(head[:4], r.buf) {
		return protocolError("a record of %d bytes is corrupt: checksum differs", n)
	}
	r.left = r.buf
	return nil
}
