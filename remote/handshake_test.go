package remote

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A fake is a host whose peer is a function.
type fake func(conn net.Conn)

func (f fake) Launch(context.Context, Host, io.Writer) (Process, error) {
	a, b := net.Pipe()
	c := &goroutineConn{Conn: a, ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		defer b.Close()
		f(b)
	}()
	return Process{Conn: c}, nil
}

func goodHello(t *testing.T) hello {
	t.Helper()
	me, err := running()
	if err != nil {
		t.Fatal(err)
	}
	return hello{version: protocolVersion, program: me.hash, os: me.os, arch: me.arch, cores: 2}
}

func claim(n uint32, rest ...byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, n), rest...)
}

// TestRefusedPeers has peers that are not what they should be.
func TestRefusedPeers(t *testing.T) {
	checkLeaks(t)
	says := func(b []byte) fake {
		return func(conn net.Conn) {
			_, _ = conn.Write(append([]byte(peerMarker), b...))
			_, _ = io.Copy(io.Discard, conn)
		}
	}
	greets := func(change func(*hello)) fake {
		h := goodHello(t)
		change(&h)
		p := h.append(nil)
		return says(append(claim(uint32(len(p))), p...))
	}
	for name, test := range map[string]struct {
		peer fake
		want string
	}{
		"version": {greets(func(h *hello) { h.version = 1 }), "handshake: the peer speaks version 1 of the protocol, and the driver version 2"},
		"build":   {greets(func(h *hello) { h.program = strings.Repeat("0", 64) }), `handshake: the peer runs another build of the program: "000000000000", and not "`},
		"system":  {greets(func(h *hello) { h.os = "plan\n9" }), `handshake: the peer is built for "plan\n9"/"` + runtime.GOARCH + `", and the driver sent a program for ` + runtime.GOOS},
		"plan":    {greets(func(h *hello) { h.plan = []byte("other") }), "handshake: the peer has another plan: its fingerprint is 6f74686572, and not empty"},
		"cores":   {greets(func(h *hello) { h.cores = 0 }), "handshake: not the protocol: the field cores is 0"},
		"cores 2": {greets(func(h *hello) { h.cores = 1 << 30 }), "handshake: not the protocol: the field cores is 1073741824, over 65536"},
		"length":  {says(claim(2 << 30)), "handshake: not the protocol: a message claims 2147483648 bytes, over 65536"},
		"field":   {says(claim(3, 2, 64, 0)), "handshake: not the protocol: the field program is cut off"},
		"field 2": {says(claim(11, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1)), "handshake: not the protocol: the field length of program is 18446744073709551615, over 64"},
		"nothing": {func(net.Conn) {}, "start: the connection ended"},
		"half":    {func(c net.Conn) { _, _ = c.Write([]byte(peerMarker + "\x20\x00\x00\x00abc")) }, "handshake: the connection ended"},
		"noise":   {func(c net.Conn) { _, _ = c.Write(bytes.Repeat([]byte("no\n"), 1<<20)) }, `start: not the protocol: 65563 bytes, and no marker among them: "no\nno\n`},
		"record": {func(c net.Conn) {
			h := goodHello(t)
			_, _ = io.WriteString(c, peerMarker)
			_ = writeMessage(c, h.append(nil))
			r := bufio.NewReader(c)
			_, _ = skipTo(r, driverMarker)
			_, _ = readMessage(r)
			go func() { _, _ = io.Copy(io.Discard, r) }()
			_, _ = c.Write(claim(2<<30, 1, 2, 3, 4, 5, 6, 7, 8))
			time.Sleep(time.Second)
		}, "not the protocol: a record claims 2147483648 bytes, over 262160"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			c, err := Dial(t.Context(), Host{Address: "fake", Launcher: test.peer})
			if err == nil { // it was ready for a moment
				err = outcome(t, c, 1, Header{Kind: KindEcho})
				_ = c.Close()
			}
			runtime.ReadMemStats(&after)
			var pe *PeerError
			if err == nil || !strings.Contains(err.Error(), test.want) || !errors.As(err, &pe) {
				t.Errorf("%v, and not %q", err, test.want)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
				t.Errorf("%d bytes were allocated", n)
			}
		})
	}
}

// TestOtherBuild starts a program that differs in its last byte.
func TestOtherBuild(t *testing.T) {
	checkLeaks(t)
	me, err := running()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(me.path)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, append(b, 0), 0o700); err != nil {
		t.Fatal(err)
	}
	h := Host{Address: "other", Launcher: launchOther(other)}
	_, err = Dial(t.Context(), h)
	if err == nil || !strings.Contains(err.Error(), "handshake: the peer runs another build of the program: ") || !strings.Contains(err.Error(), "standard error ends:\n\tremote: the driver has refused this peer: the peer runs") {
		t.Error(err)
	}
	h.Binary = other // now it is what was wanted
	c := dial(t, Dialer{}, h)
	roundTrip(t, c, 1, "hello")
}

// launchOther starts a program of its own, whatever the driver is.
type launchOther string

func (l launchOther) Launch(ctx context.Context, _ Host, stderr io.Writer) (Process, error) {
	cmd := exec.Command(string(l))
	cmd.Env = append(os.Environ(), PeerEnv+"=1")
	conn, err := start(ctx, cmd, ownGroup, stderr)
	return Process{Conn: conn}, err
}

func TestPlans(t *testing.T) {
	checkLeaks(t)
	d := Dialer{Service: Service{Plan: []byte{1, 2, 3}}}
	dial(t, d, Host{Address: "here", Launcher: goroutineHost{Service{Plan: []byte{1, 2, 3}}}})
	_, err := d.Dial(t.Context(), Host{Address: "here", Launcher: goroutineHost{Service{Plan: []byte{1, 2}}}})
	if err == nil || !strings.Contains(err.Error(), "the peer has another plan: its fingerprint is 0102, and not 010203") {
		t.Error(err)
	}
}

// TestServeWithoutDriver has a peer that somebody else has started.
func TestServeWithoutDriver(t *testing.T) {
	checkLeaks(t)
	for said, want := range map[string]string{
		"":                                  "remote: EOF",
		"hello, peer?":                      `no driver has answered, but "hello, peer?"; ANABRANCH_PEER is set for programs that a driver starts`,
		driverMarker + string(claim(2<<30)): "a message claims 2147483648 bytes",
		driverMarker + string(claim(1, 3)):  "the driver speaks version 3 of the protocol, and the peer version 2",
		driverMarker + string(claim(8, 2, 0, 1, 0, 1, 1, 1, 1)): "the driver asks for signs of life within 1ns, every 1ns",
	} {
		a, b := net.Pipe()
		ended := make(chan error, 1)
		go func() { ended <- Serve(t.Context(), b, Service{}) }()
		go func() { _, _ = io.Copy(io.Discard, a) }()
		_, _ = io.WriteString(a, said)
		if len(said) < len(driverMarker) {
			_ = a.Close()
		}
		if err := <-ended; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, and not %q", said, err, want)
		}
		_ = a.Close()
	}

	ctx, cancel := context.WithCancelCause(t.Context())
	a, b := net.Pipe()
	defer a.Close()
	cancel(errors.New("not today"))
	if err := Serve(ctx, b, Service{}); err == nil || err.Error() != "remote: not today" {
		t.Error(err)
	}
}

func TestMerge(t *testing.T) {
	h := func(context.Context, *Stream) error { return nil }
	s := merge([]Service{{Handlers: map[Kind]Handler{1: h, 2: h}}, {Plan: []byte("p")}, {Handlers: map[Kind]Handler{3: h}, Plan: []byte("p")}})
	if len(s.Handlers) != 3 || string(s.Plan) != "p" {
		t.Errorf("%v", s)
	}
	for want, twice := range map[string][]Service{
		"remote: Main: two handlers for streams of data": {{Handlers: map[Kind]Handler{KindData: h}}, {Handlers: map[Kind]Handler{KindData: h}}},
		"remote: Main: two plans":                        {{Plan: []byte("p")}, {Plan: []byte("q")}},
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("%v, and not %q", got, want)
				}
			}()
			merge(twice)
		}()
	}
}
