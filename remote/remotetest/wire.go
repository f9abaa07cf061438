package remotetest

import (
	"context"
	"io"
	"sync"
	"time"

	"anabranch.dev/remote"
)

// An Action is what happens to a connection.
type Action int

// The actions.
const (
	// Kill ends the connection, as a process does that dies.
	Kill Action = iota + 1
	// Cut lets nothing pass any more, and tells nobody: as a network that is
	// taken away, or a process that is stopped.
	Cut
	// Delay holds up one call for as long as [Wire.Pause] says.
	Delay
	// Garble changes a byte.
	Garble
)

func (a Action) String() string {
	return [...]string{"nothing", "kill", "cut", "delay", "garble"}[a]
}

// A Wire is the connection between driver and peer, seen from the driver. Its
// calls are numbered, from 0 on: each Write, and each Read that has got bytes.
type Wire struct {
	Pause time.Duration // of Delay; to be set before the host is dialled

	mu struct {
		sync.Mutex
		calls int
		at    int
		do    Action
		hit   bool
		cut   bool
		conn  *wireConn
	}
}

// Break returns a host that is like h, and the wire to its peer.
func Break(h remote.Host) (remote.Host, *Wire) {
	w := &Wire{}
	if h.Launcher == nil {
		h.Launcher = remote.SSH{}
	}
	h.Launcher = breaking{h.Launcher, w}
	return h, w
}

// At has a call do something.
func (w *Wire) At(call int, do Action) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mu.at, w.mu.do = call, do
}

// Hit tells whether what [Wire.At] has asked for has happened.
func (w *Wire) Hit() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mu.hit
}

// Kill ends the connection now.
func (w *Wire) Kill() {
	w.mu.Lock()
	c := w.mu.conn
	w.mu.Unlock()
	if c != nil {
		c.kill()
	}
}

// Cut lets nothing pass from now on.
func (w *Wire) Cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mu.cut = true
}

// next numbers a call, and returns what is to be done.
func (w *Wire) next() (do Action, cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.mu.calls
	w.mu.calls++
	if n == w.mu.at && w.mu.do != 0 && !w.mu.hit {
		do, w.mu.hit = w.mu.do, true
		w.mu.cut = w.mu.cut || do == Cut
	}
	return do, w.mu.cut
}

type breaking struct {
	remote.Launcher
	wire *Wire
}

func (b breaking) Launch(ctx context.Context, h remote.Host, stderr io.Writer) (remote.Process, error) {
	p, err := b.Launcher.Launch(ctx, h, stderr)
	if err != nil {
		return p, err
	}
	c := &wireConn{conn: p.Conn, wire: b.wire, closed: make(chan struct{})}
	b.wire.mu.Lock()
	b.wire.mu.conn = c
	b.wire.mu.Unlock()
	p.Conn = c
	return p, nil
}

type wireConn struct {
	conn   io.ReadWriteCloser
	wire   *Wire
	once   sync.Once
	closed chan struct{}
	err    error
}

func (c *wireConn) Read(p []byte) (int, error) {
	n, err := c.conn.Read(p)
	if n == 0 {
		return n, err
	}
	if got, blocked := c.through(p[:n]); blocked != nil {
		return 0, blocked
	} else if got == nil {
		return c.Read(p) // it was lost on the way
	}
	return n, err
}

func (c *wireConn) Write(p []byte) (int, error) {
	b := append([]byte(nil), p...)
	got, blocked := c.through(b)
	switch {
	case blocked != nil:
		return 0, blocked
	case got == nil:
		return len(p), nil // it was lost on the way
	}
	return c.conn.Write(b)
}

// through does to a call what is to be done. It returns nil if the bytes are
// lost.
func (c *wireConn) through(b []byte) ([]byte, error) {
	do, cut := c.wire.next()
	switch do {
	case Kill:
		c.kill()
		return nil, io.ErrClosedPipe
	case Delay:
		select {
		case <-time.After(c.wire.Pause):
		case <-c.closed:
		}
	case Garble:
		b[len(b)/2] ^= 0xff
	}
	if cut {
		return nil, nil
	}
	return b, nil
}

// kill ends the connection for both sides.
func (c *wireConn) kill() { go func() { _ = c.Close() }() }

// Close implements io.Closer.
func (c *wireConn) Close() error {
	c.once.Do(func() {
		close(c.closed)
		c.err = c.conn.Close()
	})
	return c.err
}
