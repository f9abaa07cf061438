package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

const (
	// shakeTime is how long a handshake may take: whoever takes longer is no peer.
	shakeTime = 3 * time.Second

	// maxShakes is how many connections may be in their handshakes.
	maxShakes = 64

	// acceptPause is how long a listener waits that cannot accept, for want of files.
	acceptPause = 50 * time.Millisecond

	// directMarker is what the side that was dialled says when it lets a peer in: of
	// the handshake of TLS 1.3, the other side does not learn that.
	directMarker = "anabranch: come in\n"
)

var (
	errNotDirect = errors.New("this peer has no direct links")
	errSlowShake = fmt.Errorf("no handshake within %v", shakeTime)
)

// A mesh is what a peer has of direct links with other peers. It is empty until
// the driver gives the peer a pass, over a stream of [KindDirect], and ends with
// that.
//
// There is a link for each pair of peers and direction of dialling: those that
// this peer has dialled are in routes.
type mesh struct {
	link  linkConfig    // of its links, but for who is at the other end
	retry time.Duration // between attempts to reach a peer that could not be reached

	group sync.WaitGroup // all of its goroutines, and those that dial

	mu struct {
		sync.Mutex
		in *membership // nil before and after
	}
}

// A membership is what a peer needs of a mesh, while it is in one.
type membership struct {
	ctx    context.Context // ends when it leaves
	config *tls.Config
	routes map[int]*route // guarded by the mutex of the mesh
}

// newMesh returns the mesh of a peer that was welcomed. The handlers serve the
// streams that other peers open.
func newMesh(w welcome, handlers map[Kind]Handler) *mesh {
	c := linkConfig{window: w.window, beat: w.beat, silence: w.silence / driverPatience, handlers: handlers}
	return &mesh{link: c, retry: retryTime}
}

// serve is the [Handler] of streams of KindDirect, of which a peer has one. It
// listens until the driver ends that, or is gone.
func (m *mesh) serve(ctx context.Context, s *Stream) error {
	b, err := readMessage(s)
	if err != nil {
		return err
	}
	p, err := parsePass(b)
	if err != nil {
		return err
	}
	config, err := p.config()
	if err != nil {
		return err
	}
	listener, addresses, err := listenDirect(p.listen)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	in := &membership{ctx: ctx, config: config, routes: map[int]*route{}}
	if err = m.join(in); err == nil {
		m.group.Go(func() { m.accept(in, listener) })
		if err = writeMessage(s, appendAddresses(nil, addresses)); err == nil {
			<-ctx.Done()
			err = context.Cause(ctx)
		}
		m.leave()
	}
	cancel(err)
	_ = listener.Close()
	m.group.Wait()
	return err
}

func (m *mesh) join(in *membership) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mu.in != nil {
		return protocolError("the peer has a pass already")
	}
	m.mu.in = in
	return nil
}

// leave sees to it that nobody dials any more.
func (m *mesh) leave() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.in = nil
}

// accept lets other peers in. What becomes of strangers is told to them alone.
func (m *mesh) accept(in *membership, l net.Listener) {
	shakes := make(chan struct{}, maxShakes)
	for in.ctx.Err() == nil {
		conn, err := l.Accept()
		if err != nil {
			wait(in.ctx, acceptPause)
			continue
		}
		select {
		case shakes <- struct{}{}:
		case <-in.ctx.Done():
			_ = conn.Close()
			return
		}
		m.group.Go(func() {
			link, err := m.receive(in, conn)
			<-shakes
			if err == nil {
				in.keep(link)
			}
		})
	}
}

// wait returns after some time, or when ctx ends.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// receive makes a link of a connection that somebody has made.
func (m *mesh) receive(in *membership, conn net.Conn) (*link, error) {
	ctx, cancel := context.WithTimeoutCause(in.ctx, shakeTime, errSlowShake)
	defer cancel()
	c := directConn{tls.Server(conn, in.config)}
	peer := 0
	err := c.shake(ctx, func() (err error) {
		peer, err = certified(c.ConnectionState().PeerCertificates[0])
		if err == nil {
			_, err = io.WriteString(c, directMarker)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return m.newLink(ctx, c, peer, false)
}

// newLink makes a link of a connection with a peer that is known.
func (m *mesh) newLink(ctx context.Context, c directConn, peer int, dialled bool) (*link, error) {
	config := m.link
	config.other, config.peer, config.driver = fmt.Sprintf("peer %d (direct)", peer), peer, dialled
	t := newTransport(c)
	l, err := newLink(ctx, t, config)
	if err != nil {
		_ = t.Close()
		<-t.gone
	}
	return l, err
}

// keep waits for the end of a link, which is that of the membership at the
// latest, and for that of all that belongs to it.
func (in *membership) keep(l *link) {
	defer context.AfterFunc(in.ctx, func() { l.end(context.Cause(in.ctx)) })()
	<-l.done
	l.finish(fmt.Errorf("%s: %w: %w", l.other, ErrLost, l.cause()))
	l.serve.Wait()
	<-l.transport.gone
}

// A directConn is a connection between peers.
type directConn struct{ *tls.Conn }

// Close closes the connection without a word, for which it might have to wait:
// streams say themselves where they end.
func (c directConn) Close() error { return c.NetConn().Close() }

// shake does the handshake, and then what else belongs to it. In case of an error
// the connection is closed.
func (c directConn) shake(ctx context.Context, then func() error) error {
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	err := c.HandshakeContext(ctx)
	if err == nil {
		err = then()
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if err != nil {
		_ = c.Close()
	}
	return err
}
