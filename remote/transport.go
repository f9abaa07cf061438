package remote

import (
	"bufio"
	"encoding/binary"
	"io"
	"sync"
	"sync/atomic"
)

// A transport is the connection below a session. It counts what passes, and
// ends at once for both directions: what comes after its Close is dropped, even
// if the process at the other end lives on.
type transport struct {
	conn io.ReadWriteCloser
	r    *bufio.Reader

	in, out atomic.Int64 // bytes
	closed  atomic.Bool
	gone    chan struct{} // closed when conn has been closed
	err     error         // of conn.Close, behind gone

	framed  bool // what is written are frames of yamux
	writing sync.Mutex
	held    []byte // the header of a frame whose body comes in the next Write
}

func newTransport(conn io.ReadWriteCloser) *transport {
	t := &transport{conn: conn, gone: make(chan struct{})}
	t.r = bufio.NewReaderSize(counted{t}, 64<<10)
	return t
}

// counted reads from the connection.
type counted struct{ t *transport }

func (c counted) Read(p []byte) (int, error) {
	n, err := c.t.conn.Read(p)
	c.t.in.Add(int64(n))
	if c.t.closed.Load() {
		return 0, io.ErrClosedPipe
	}
	return n, err
}

func (t *transport) Read(p []byte) (int, error) { return t.r.Read(p) }

// muxHeader is the size of the header of a frame of yamux.
const muxHeader = 12

// Write writes p, or keeps it, if it is the header of a data frame, until the
// body comes: yamux writes them one after the other, and a system call and a
// wakeup of the other side can be spared.
func (t *transport) Write(p []byte) (int, error) {
	t.writing.Lock()
	defer t.writing.Unlock()
	if t.framed && len(t.held) == 0 && len(p) == muxHeader && p[0] == 0 && p[1] == 0 && binary.BigEndian.Uint32(p[8:]) > 0 {
		t.held = append(t.held, p...)
		return len(p), nil
	}
	b := p
	if len(t.held) > 0 {
		b = append(t.held, p...)
		t.held = b[:0]
	}
	if t.closed.Load() {
		return 0, io.ErrClosedPipe
	}
	for rest := b; len(rest) > 0; {
		// In pieces, so that a slow connection shows that it moves.
		n, err := t.conn.Write(rest[:min(len(rest), 128<<10)])
		t.out.Add(int64(n))
		if err != nil {
			return 0, err
		}
		rest = rest[n:]
	}
	return len(p), nil
}

// Close ends reads and writes at once, and the process behind the connection
// soon: gone tells when.
func (t *transport) Close() error {
	if !t.closed.Swap(true) {
		go func() {
			defer close(t.gone)
			t.err = t.conn.Close()
		}()
	}
	return nil
}
