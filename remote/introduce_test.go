package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// TestDirectPeers has peers, processes among them, that listen, and let no
// stranger in.
func TestDirectPeers(t *testing.T) {
	checkLeaks(t)
	hosts := append(Local(2), Host{Address: "here", Launcher: goroutineHost{testService}})
	for i := range hosts {
		hosts[i].Direct = "127.0.0.1"
	}
	c := dial(t, Dialer{Direct: true}, hosts...)
	var addresses []string
	for _, p := range c.Peers() {
		if len(p.Direct) != 1 || p.DirectErr != nil || !strings.HasPrefix(p.Direct[0], "127.0.0.1:") {
			t.Fatalf("%+v", p)
		}
		addresses = append(addresses, p.Direct[0])
		conn, err := tls.Dial("tcp", p.Direct[0], &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := conn.ConnectionState().PeerCertificates[0].Subject.String(); got != fmt.Sprintf("CN=peer %d", p.ID) {
			t.Errorf("%v has the certificate of %s", p.ID, got)
		}
		if _, err := conn.Read(make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "tls: certificate required") {
			t.Error(err)
		}
		_ = conn.Close()
		roundTrip(t, c, p.ID, "still there")
	}
	taken := Host{Address: "here", Launcher: goroutineHost{testService}, Direct: addresses[0]}
	id, err := c.Add(t.Context(), taken)
	if err != nil {
		t.Fatal(err)
	}
	if p := c.Peers()[id-1]; p.State != Ready || p.Direct != nil || p.DirectErr == nil || !strings.Contains(p.DirectErr.Error(), "peer 4 (here): direct 0: listen tcp "+addresses[0]) {
		t.Errorf("%+v", p)
	}
	if _, err := c.Add(t.Context(), Host{Address: "here", Launcher: goroutineHost{testService}, Direct: "a:b"}); err == nil || !strings.Contains(err.Error(), "direct=a:b: the port is not a number") {
		t.Error(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	for _, a := range addresses {
		if conn, err := net.Dial("tcp", a); err == nil {
			t.Errorf("%s still listens", a)
			_ = conn.Close()
		}
	}
	off := dial(t, Dialer{}, hosts[2])
	if p := off.Peers()[0]; p.Direct != nil || p.DirectErr != nil || p.StreamsOpen != 0 {
		t.Errorf("%+v", p)
	}
}

// TestIntroductions has peers that do not answer when they get their pass, and
// what may happen meanwhile.
func TestIntroductions(t *testing.T) {
	checkLeaks(t)
	here := func(h Handler) Host {
		return Host{Address: "here", Launcher: goroutineHost{Service{Handlers: map[Kind]Handler{KindDirect: h}}}}
	}
	asked := make(chan struct{}, 1)
	mute := here(func(ctx context.Context, _ *Stream) error {
		asked <- struct{}{}
		<-ctx.Done()
		return context.Cause(ctx)
	})
	expect := func(c *Cluster, state State, want string) {
		t.Helper()
		p := c.Peers()[0]
		if p.State != state || p.Direct != nil || p.DirectErr == nil || !strings.Contains(p.DirectErr.Error(), want) {
			t.Errorf("%+v, and not %s", p, want)
		}
	}

	c := dial(t, Dialer{Direct: true, Timeout: 100 * time.Millisecond}, mute)
	expect(c, Ready, "no answer within 100ms")
	roundTrip(t, c, 1, "goes on")
	<-asked

	c = dial(t, Dialer{Direct: true}, here(func(_ context.Context, s *Stream) error {
		_, err := readMessage(s)
		return errors.Join(err, writeMessage(s, appendAddresses(nil, []string{"a b:7"})))
	}))
	expect(c, Ready, `"a b:7" is not an address`)
	roundTrip(t, c, 1, "goes on")

	c = dial(t, Dialer{Direct: true}, here(func(_ context.Context, s *Stream) error {
		s.link.end(errors.New("gone"))
		return nil
	}))
	expect(c, Lost, "") // by whatever is seen first

	d := Dialer{Direct: true, Silence: calm.silence}
	d.defaults()
	c = newCluster(d)
	c.authority = testAuthority(t)
	removed := make(chan error, 1)
	go func() {
		<-asked
		removed <- c.Remove(1)
	}()
	if _, err := c.Add(t.Context(), mute); !errors.Is(err, ErrRemoved) {
		t.Error(err)
	}
	if err := <-removed; err != nil {
		t.Error(err)
	}
	expect(c, Removed, "peer removed")
}
