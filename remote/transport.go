package remote

import (
	"bufio"
	"io"
	"sync"
	"sync/atomic"
)

// A transport is the connection below a session. It counts what passes, and
// ends at once for both directions: what comes after its Close is dropped, even
// if the process at the other end lives on.
//
// It begins as the bytes of the connection. From seal on it carries records.
type transport struct {
	conn io.ReadWriteCloser
	r    *bufio.Reader

	in, out atomic.Int64 // bytes
	closed  atomic.Bool
	gone    chan struct{} // closed when conn has been closed
	err     error         // of conn.Close, behind gone

	sealed  bool
	reader  recordReader
	writing sync.Mutex
	writer  recordWriter
}

func newTransport(conn io.ReadWriteCloser) *transport {
	t := &transport{conn: conn, gone: make(chan struct{})}
	t.r = bufio.NewReaderSize(counted{t}, 16<<10)
	t.reader.src = t.r
	return t
}

// seal begins with records, in both directions. No call is under way.
func (t *transport) seal() { t.sealed = true }

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

func (t *transport) Read(p []byte) (int, error) {
	if !t.sealed {
		return t.r.Read(p)
	}
	return t.reader.read(p)
}

func (t *transport) Write(p []byte) (int, error) {
	t.writing.Lock()
	defer t.writing.Unlock()
	if t.sealed {
		return len(p), t.writer.write(t, p)
	}
	return len(p), t.send(p)
}

// send writes p in pieces, so that a slow connection shows that it moves.
func (t *transport) send(p []byte) error {
	const piece = 128 << 10
	for len(p) > 0 {
		if t.closed.Load() {
			return io.ErrClosedPipe
		}
		n, err := t.conn.Write(p[:min(len(p), piece)])
		t.out.Add(int64(n))
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
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
