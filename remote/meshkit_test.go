package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"
)

// A joined is a peer in a mesh, and the driver's end of its link.
type joined struct {
	*mesh
	id        int
	addresses []string
	driver    *link
	leave     func()
}

func testAuthority(t testing.TB) *authority {
	t.Helper()
	a, err := newAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// signs of life, as a link wants them.
type signs struct{ silence, beat time.Duration }

var calm = signs{10 * time.Second, time.Second} // on a machine that is busy

// join makes a peer that listens at 127.0.0.1, and serves streams of KindKept.
func join(t testing.TB, a *authority, id int, of signs, held Handler) *joined {
	t.Helper()
	w := welcome{window: defaultWindow, silence: driverPatience * of.silence, beat: of.beat}
	j := &joined{mesh: newMesh(w, map[Kind]Handler{KindKept: held}), id: id}
	near, far := net.Pipe()
	c := linkConfig{other: "driver", peer: id, window: minWindow, beat: time.Second, silence: time.Minute, handlers: map[Kind]Handler{KindDirect: j.serve}}
	accepted := make(chan *link, 1)
	go func() {
		l, err := newLink(context.Background(), newTransport(far), c)
		if err != nil {
			t.Error(err)
		}
		accepted <- l
	}()
	d := c
	d.driver, d.handlers = true, nil
	var err error
	if j.driver, err = newLink(t.Context(), newTransport(near), d); err != nil {
		t.Fatal(err)
	}
	peer := <-accepted
	j.leave = func() {
		for _, l := range []*link{j.driver, peer} {
			l.end(errBye)
			l.finish(errBye)
			l.serve.Wait()
			<-l.transport.gone
		}
		j.leave = func() {}
	}
	t.Cleanup(func() { j.leave() })
	p, err := a.pass(id, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	s, err := j.driver.open(context.Background(), Header{Kind: KindDirect})
	if err != nil {
		t.Fatal(err)
	}
	if j.addresses, err = handOver(s, p); err != nil {
		t.Fatal(err)
	}
	return j
}

// configOf returns how a peer would do TLS.
func configOf(t *testing.T, a *authority, id int) *tls.Config {
	t.Helper()
	p, err := a.pass(id, "")
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.config()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// echoTo sends text to a peer and reads it again.
func (j *joined) echoTo(ctx context.Context, peer int, addresses []string, text string) error {
	s, err := j.Open(ctx, peer, addresses, Header{Kind: KindEcho})
	if err != nil {
		return err
	}
	defer s.Close()
	written := make(chan error, 1)
	go func() {
		_, err := io.WriteString(s, text)
		written <- errors.Join(err, s.CloseWrite())
	}()
	got, err := io.ReadAll(s)
	if err := errors.Join(err, <-written); err != nil {
		return err
	}
	if string(got) != text {
		return errors.New("other bytes have come back")
	}
	return nil
}

// A proxy is a way to an address that can be cut.
type proxy struct {
	listener net.Listener
	made     atomic.Int32 // connections
	cut      func()       // ends those that there are
}

func newProxy(t *testing.T, address string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conns := make(chan net.Conn, 100)
	p := &proxy{listener: l}
	p.cut = func() {
		for len(conns) > 0 {
			_ = (<-conns).Close()
		}
	}
	t.Cleanup(func() {
		_ = l.Close()
		p.cut()
	})
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			p.made.Add(1)
			out, err := net.Dial("tcp", address)
			if err != nil {
				_ = in.Close()
				continue
			}
			conns <- in
			conns <- out
			for from, to := range map[net.Conn]net.Conn{in: out, out: in} {
				go func() {
					_, _ = io.Copy(to, from)
					_ = to.Close()
				}()
			}
		}
	}()
	return p
}

func (p *proxy) addresses() []string { return []string{p.listener.Addr().String()} }

// bound fails a test where something has taken longer.
func bound(t *testing.T, since time.Time, limit time.Duration) {
	t.Helper()
	if took := time.Since(since); took > limit {
		t.Errorf("it took %v, over %v", took, limit)
	}
}
