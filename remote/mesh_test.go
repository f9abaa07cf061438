package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestDirectEcho(t *testing.T) {
	checkLeaks(t)
	a := testAuthority(t)
	p1 := join(t, a, 1, calm, nil)
	p2 := join(t, a, 2, calm, func(_ context.Context, s *Stream) error {
		_, err := fmt.Fprintf(s, "%v for peer %d", s.Header(), s.Peer())
		return err
	})
	way := newProxy(t, p2.addresses[0])
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			if err := p1.echoTo(t.Context(), 2, way.addresses(), strings.Repeat("words ", i*20_000)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := way.made.Load(); n != 1 {
		t.Errorf("%d connections were made", n)
	}
	if err := p2.echoTo(t.Context(), 1, p1.addresses, "and back"); err != nil {
		t.Error(err)
	}
	s, err := p1.Open(t.Context(), 2, nil, Header{Kind: KindKept, ID: 7, Name: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(s); string(got) != `kept 7 "x" for peer 1` || err != nil || s.Peer() != 2 {
		t.Errorf("%q, %v, %d", got, err, s.Peer())
	}
	s, err = p2.Open(t.Context(), 1, nil, Header{Kind: KindTask})
	if err != nil {
		t.Fatal(err)
	}
	var re *RemoteError
	if _, err := io.ReadAll(s); !errors.As(err, &re) || err.Error() != "peer 1 (direct): task 0: it has no handler for streams of task" {
		t.Error(err)
	}
}

// TestDirectStrangers has clients that no peer lets in: each is told why, and
// peers still are.
func TestDirectStrangers(t *testing.T) {
	checkLeaks(t)
	a := testAuthority(t)
	p1, p2 := join(t, a, 1, calm, nil), join(t, a, 2, calm, nil)
	good := configOf(t, a, 3)
	good.ServerName = certName(2)
	changed := func(change func(c *tls.Config)) *tls.Config {
		c := good.Clone()
		change(c)
		return c
	}
	for name, test := range map[string]struct {
		config *tls.Config
		want   string
	}{
		"no certificate": {changed(func(c *tls.Config) { c.Certificates = nil }), "tls: certificate required"},
		"another run":    {changed(func(c *tls.Config) { c.Certificates = configOf(t, testAuthority(t), 3).Certificates }), "tls: unknown certificate authority"},
		"TLS 1.2": {changed(func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12 }),
			"tls: protocol version not supported"},
		"another name": {changed(func(c *tls.Config) { c.Certificates = configOf(t, a, 0).Certificates }), "EOF"},
		"a good one":   {good, ""},
	} {
		conn, err := net.Dial("tcp", p2.addresses[0])
		if err != nil {
			t.Fatal(err)
		}
		c := tls.Client(conn, test.config)
		b := make([]byte, len(directMarker))
		_, err = io.ReadFull(c, b)
		if fmt.Sprint(err) != "<nil>" != (test.want != "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, and not %q", name, err, test.want)
		}
		_ = conn.Close()
	}
	for _, said := range []string{"GET / HTTP/1.1\r\n\r\n", strings.Repeat("\x16\x03\x01\xff\xff", 10_000), "\x00"} {
		conn, err := net.Dial("tcp", p2.addresses[0])
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, said)
		_ = conn.(*net.TCPConn).CloseWrite()
		if b, err := io.ReadAll(conn); len(b) > 100 {
			t.Errorf("%q, %v", b, err)
		}
		_ = conn.Close()
	}
	if err := p1.echoTo(t.Context(), 2, p2.addresses, "still there"); err != nil {
		t.Error(err)
	}
}

// TestDirectSlowStrangers has some that connect and say nothing.
func TestDirectSlowStrangers(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the end of handshakes")
	}
	checkLeaks(t)
	a := testAuthority(t)
	p1, p2 := join(t, a, 1, calm, nil), join(t, a, 2, calm, nil)
	var conns []net.Conn
	for range maxShakes / 2 {
		conn, err := net.Dial("tcp", p2.addresses[0])
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
	}
	if err := p1.echoTo(t.Context(), 2, p2.addresses, "nobody waits for them"); err != nil {
		t.Error(err)
	}
	start := time.Now()
	for _, conn := range conns {
		_ = conn.SetDeadline(start.Add(2 * shakeTime))
		if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		_ = conn.Close()
	}
}

// TestDirectImpostors has a peer dial what is not the peer that it looks for.
func TestDirectImpostors(t *testing.T) {
	checkLeaks(t)
	a := testAuthority(t)
	p1, p3 := join(t, a, 1, calm, nil), join(t, a, 3, calm, nil)
	other := join(t, testAuthority(t), 4, calm, nil)
	expired := configOf(t, a, 1)
	expired.Time = func() time.Time { return time.Now().Add(2 * certAfter) }
	for name, test := range map[string]struct {
		dial func() error
		want string
	}{
		"another peer": {func() error { return p1.echoTo(t.Context(), 2, p3.addresses, "") }, "x509: certificate is valid for peer-3, not peer-2"},
		"another run":  {func() error { return p1.echoTo(t.Context(), 4, other.addresses, "") }, "x509: certificate signed by unknown authority"},
		"another time": {func() error {
			in := membership{config: expired}
			_, err := in.try(t.Context(), 3, p3.addresses[0])
			return err
		}, "x509: certificate has expired"},
	} {
		if err := test.dial(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, and not %q", name, err, test.want)
		}
	}
	if err := p1.echoTo(t.Context(), 2, append(p3.addresses, other.addresses...), ""); err == nil {
		t.Error("it was tried again too soon")
	}
}

// TestWrongClocks has peers whose clocks differ by years.
func TestWrongClocks(t *testing.T) {
	for _, off := range []time.Duration{-1, 1} {
		now := time.Now().Add(off * 10 * 365 * 24 * time.Hour) // of the driver
		a, err := newAuthority(now)
		if err != nil {
			t.Fatal(err)
		}
		p, err := a.pass(1, "")
		if err != nil {
			t.Fatal(err)
		}
		p.now = now
		if p, err = parsePass(p.append(nil)); err != nil {
			t.Fatal(err)
		}
		c, err := p.config()
		if err != nil {
			t.Fatal(err)
		}
		if d := c.Time().Sub(now); d < 0 || d > time.Minute {
			t.Errorf("off by %v", d)
		}
	}
}

// TestDirectCut cuts a connection in the middle of a stream.
func TestDirectCut(t *testing.T) {
	checkLeaks(t)
	a := testAuthority(t)
	ended := make(chan error, 1)
	p1 := join(t, a, 1, calm, nil)
	p2 := join(t, a, 2, calm, func(ctx context.Context, s *Stream) error {
		_, err := s.Write(make([]byte, 10<<20))
		<-ctx.Done()
		ended <- err
		return nil
	})
	way := newProxy(t, p2.addresses[0])
	s, err := p1.Open(t.Context(), 2, way.addresses(), Header{Kind: KindKept})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(s, make([]byte, 1<<20)); err != nil {
		t.Error(err)
	}
	way.cut()
	if _, err := io.Copy(io.Discard, s); !errors.Is(err, ErrLost) || !strings.HasPrefix(err.Error(), "peer 2 (direct): peer lost: ") {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, ErrLost) || !strings.HasPrefix(err.Error(), "peer 1 (direct): peer lost: ") {
		t.Error(err)
	}
	if err := p1.echoTo(t.Context(), 2, way.addresses(), "a new link"); err != nil || way.made.Load() != 2 {
		t.Errorf("%v, %d connections", err, way.made.Load())
	}
	start := time.Now()
	p2.leave()
	way.cut()
	err = p1.echoTo(t.Context(), 2, p2.addresses, "")
	again := p1.echoTo(t.Context(), 2, p2.addresses, "")
	if err == nil || again == nil || again.Error() != err.Error() || !strings.Contains(err.Error(), "peer 2 cannot be reached directly: dial tcp "+p2.addresses[0]) {
		t.Errorf("%v; %v", err, again)
	}
	bound(t, start, 2*time.Second)
}

// TestDirectUnreachable has addresses that lead nowhere.
func TestDirectUnreachable(t *testing.T) {
	checkLeaks(t)
	a := testAuthority(t)
	p1 := join(t, a, 1, calm, nil)
	gone := join(t, a, 2, calm, nil)
	gone.leave()
	nowhere := append([]string{"192.0.2.1:9"}, gone.addresses...)

	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Millisecond, errors.New("no longer wanted"))
	defer cancel()
	<-ctx.Done()
	if err := p1.echoTo(ctx, 2, nowhere, ""); err == nil || err.Error() != "no longer wanted" {
		t.Error(err)
	}

	start := time.Now()
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			err := p1.echoTo(t.Context(), 2, nowhere, "")
			if err == nil || !strings.Contains(err.Error(), "192.0.2.1:9") || !strings.Contains(err.Error(), gone.addresses[0]) || strings.Contains(err.Error(), "\n") {
				t.Error(err)
			}
		})
	}
	group.Wait()
	bound(t, start, connectTime+2*time.Second)
	if err := p1.echoTo(t.Context(), 3, nil, ""); err == nil || err.Error() != "peer 3 cannot be reached directly: it does not listen" {
		t.Error(err)
	}

	// It comes back, at another address.
	back := join(t, a, 2, calm, nil)
	if err := p1.echoTo(t.Context(), 2, back.addresses, ""); err == nil {
		t.Error("it was tried again too soon")
	}
	p1.retry = 0
	if err := p1.echoTo(t.Context(), 2, append(nowhere, back.addresses...), "hello"); err != nil {
		t.Error(err)
	}
}

// TestDirectSilence has links on which nothing moves any more. One end or the
// other is the first to see that.
func TestDirectSilence(t *testing.T) {
	checkLeaks(t)
	patient, impatient := signs{time.Hour, time.Hour}, signs{400 * time.Millisecond, time.Hour}
	for want, of := range map[string][2]signs{
		"peer 2 (direct): peer lost: ":                              {patient, impatient},
		"peer 2 (direct): peer lost: nothing heard of it for 400ms": {impatient, patient},
	} {
		a := testAuthority(t)
		p1 := join(t, a, 1, of[0], nil)
		p2 := join(t, a, 2, of[1], func(ctx context.Context, _ *Stream) error {
			<-ctx.Done()
			return context.Cause(ctx)
		})
		s, err := p1.Open(t.Context(), 2, p2.addresses, Header{Kind: KindKept})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := io.ReadAll(s); !errors.Is(err, ErrLost) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, and not %s", err, want)
		}
		bound(t, start, 5*time.Second)
	}
}

// TestDirectEnds ends the driver's link while streams wait, and peers dial.
func TestDirectEnds(t *testing.T) {
	checkLeaks(t)
	a := testAuthority(t)
	wait := func(ctx context.Context, _ *Stream) error {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	p1, p2 := join(t, a, 1, calm, wait), join(t, a, 2, calm, wait)
	if _, err := p1.driver.open(t.Context(), Header{Kind: KindDirect}); err != nil {
		t.Error(err)
	}
	there, err := p1.Open(t.Context(), 2, p2.addresses, Header{Kind: KindKept})
	if err != nil {
		t.Fatal(err)
	}
	back, err := p2.Open(t.Context(), 1, p1.addresses, Header{Kind: KindKept})
	if err != nil {
		t.Fatal(err)
	}
	dialling := make(chan error, 1)
	go func() { dialling <- p1.echoTo(t.Context(), 3, []string{"192.0.2.1:9"}, "") }()
	start := time.Now()
	p1.leave()
	for _, s := range []*Stream{there, back} {
		if _, err := io.ReadAll(s); !errors.Is(err, ErrLost) {
			t.Error(err)
		}
	}
	if err := <-dialling; err == nil {
		t.Error("no error")
	}
	bound(t, start, connectTime+time.Second)
	if _, err := p1.Open(t.Context(), 2, p2.addresses, Header{Kind: KindKept}); err != errNotDirect {
		t.Error(err)
	}
	if conn, err := net.Dial("tcp", p1.addresses[0]); err == nil {
		t.Error("it still listens")
		_ = conn.Close()
	}
}

// TestDirectCrowd has peers that all talk to each other at once, and give up, and
// leave.
func TestDirectCrowd(t *testing.T) {
	checkLeaks(t)
	a := testAuthority(t)
	var peers []*joined
	for id := range 4 {
		peers = append(peers, join(t, a, id+1, calm, nil))
	}
	var group sync.WaitGroup
	for i := range 60 {
		from, to := peers[i%4], peers[i/4%4] // itself, too
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if i%5 == 0 {
				ctx, cancel = context.WithTimeout(t.Context(), time.Duration(i)*time.Millisecond/4)
			}
			defer cancel()
			err := from.echoTo(ctx, to.id, to.addresses, strings.Repeat("x", i*1000))
			if err != nil && i%5 != 0 && from.id != 4 && to.id != 4 {
				t.Errorf("%d to %d: %v", from.id, to.id, err)
			}
		})
		if i == 40 {
			group.Go(peers[3].leave)
		}
	}
	group.Wait()
}
