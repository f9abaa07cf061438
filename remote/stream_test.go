package remote

import (
	"bytes"
	"context"
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

// goroutineHost is a host in this process. Package remotetest, which this one
// cannot import, has the like.
type goroutineHost struct{ service Service }

func (g goroutineHost) Launch(_ context.Context, _ Host, stderr io.Writer) (Process, error) {
	a, b := net.Pipe()
	c := &goroutineConn{Conn: a, ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		if err := Serve(context.Background(), b, g.service); err != nil {
			fmt.Fprintln(stderr, err)
		}
	}()
	return Process{Conn: c}, nil
}

type goroutineConn struct {
	net.Conn
	ended chan struct{}
}

func (c *goroutineConn) Close() error {
	err := c.Conn.Close()
	<-c.ended
	return err
}

func inProcess(t testing.TB, d Dialer, s Service) *Cluster {
	t.Helper()
	return dial(t, d, Host{Address: "here", Launcher: goroutineHost{s}})
}

// TestWindows has streams that nobody reads, full to the brim, beside ones that
// are read: they hold nobody up.
func TestWindows(t *testing.T) {
	checkLeaks(t)
	for _, c := range []*Cluster{inProcess(t, Dialer{Window: minWindow}, testService), dial(t, Dialer{Window: minWindow}, Local(1)...)} {
		var full []*Stream
		for i := range 8 {
			s := open(t, c, 1, Header{Kind: kindFill, ID: 1 << 30})
			full = append(full, s)
			w := open(t, c, 1, Header{Kind: kindSleep}) // reads nothing
			go func() { _, _ = w.Write(make([]byte, 1<<20)) }()
			roundTrip(t, c, 1, strings.Repeat("x", 100_000*i))
		}
		time.Sleep(50 * time.Millisecond) // for windows to be full
		sent := c.Peers()[0].BytesIn
		roundTrip(t, c, 1, strings.Repeat("other streams go on", 100_000))
		time.Sleep(50 * time.Millisecond)
		if now := c.Peers()[0].BytesIn; now > sent+2_000_000 {
			t.Errorf("%d bytes have come of streams that nobody reads", now-sent-1_900_000)
		}
		// The ones that wait go on where they are read.
		for _, s := range full[:2] {
			if n, err := io.CopyN(io.Discard, s, 5<<20); err != nil {
				t.Errorf("%d bytes, %v", n, err)
			}
		}
	}
}

// TestManyStreams has streams in both directions, all at once, through windows
// of one frame each.
func TestManyStreams(t *testing.T) {
	checkLeaks(t)
	driver := Service{Handlers: map[Kind]Handler{KindFile: func(_ context.Context, s *Stream) error {
		if s.Peer() != 1 {
			return fmt.Errorf("peer %d", s.Peer())
		}
		_, err := s.Write(bytes.Repeat([]byte(s.Header().Name), int(s.Header().ID)))
		return err
	}}}
	c := inProcess(t, Dialer{Window: minWindow, Service: driver}, testService)
	var group sync.WaitGroup
	for i := range 64 {
		group.Go(func() {
			h := Header{Kind: kindCall, ID: uint64(i * 1000), Name: fmt.Sprintf("call %d ", i)}
			s, err := c.Open(t.Context(), 1, h)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			got, err := io.ReadAll(s)
			if err != nil || string(got) != strings.Repeat(h.Name, i*1000) {
				t.Errorf("%v: %d bytes, %v", h, len(got), err)
			}
		})
	}
	group.Wait()
	if n := c.Peers()[0].StreamsOpen; n > 64 {
		t.Errorf("%d streams", n)
	}
	for end := time.Now().Add(5 * time.Second); c.Peers()[0].StreamsOpen > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d streams are open", c.Peers()[0].StreamsOpen)
		}
	}
}

// TestStreamsEnd goes through the ways in which a stream can end before its end.
func TestStreamsEnd(t *testing.T) {
	checkLeaks(t)
	ended := make(chan error, 1)
	endless := Service{Handlers: map[Kind]Handler{
		64: func(ctx context.Context, s *Stream) error { // writes until it is stopped
			for {
				if _, err := s.Write(make([]byte, 1000)); err != nil {
					<-ctx.Done()
					ended <- err
					return nil
				}
			}
		},
		65: func(_ context.Context, s *Stream) error { // reads until it is stopped
			_, err := io.Copy(io.Discard, s)
			ended <- err
			return err
		},
		66: func(context.Context, *Stream) error { return nil }, // does not care
	}}
	c := inProcess(t, Dialer{}, endless)
	handler := func(want string) {
		t.Helper()
		select {
		case err := <-ended:
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("the handler ends with %v, and not %q", err, want)
			}
		case <-time.After(10 * time.Second):
			t.Error("the handler does not end")
		}
	}

	s := open(t, c, 1, Header{Kind: 64})
	if _, err := io.ReadFull(s, make([]byte, 10_000)); err != nil {
		t.Error(err)
	}
	_ = s.Close()
	handler("file already closed")
	if _, err := s.Read(make([]byte, 1)); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
	if _, err := s.Write([]byte("x")); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}

	s = open(t, c, 1, Header{Kind: 65})
	if _, err := s.Write(make([]byte, 1000)); err != nil {
		t.Error(err)
	}
	_ = s.Close() // without CloseWrite: the handler must not take it for the end
	handler("before its end")

	s = open(t, c, 1, Header{Kind: 66})
	var err error
	for err == nil {
		_, err = s.Write(make([]byte, 100_000))
	}
	if !strings.Contains(err.Error(), "its handler has ended") {
		t.Error(err)
	}
	if _, err := s.Read(make([]byte, 1)); err != io.EOF {
		t.Error(err)
	}

	// The context of the opener.
	ctx, cancel := context.WithCancelCause(t.Context())
	s, err = c.Open(ctx, 1, Header{Kind: 64})
	if err != nil {
		t.Fatal(err)
	}
	enough := errors.New("enough of it")
	time.AfterFunc(20*time.Millisecond, func() { cancel(enough) })
	if _, err := io.Copy(io.Discard, s); !errors.Is(err, enough) {
		t.Error(err)
	}
	handler("enough of it")

	// A Write that waits.
	s = open(t, c, 1, Header{Kind: 64})
	written := make(chan error, 1)
	go func() {
		_, err := s.Write(make([]byte, 10<<20))
		written <- err
	}()
	time.Sleep(20 * time.Millisecond)
	_ = s.Close()
	if err := <-written; !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
	handler("already closed")

	// The end of the cluster.
	s = open(t, c, 1, Header{Kind: 64})
	if _, err := io.ReadFull(s, make([]byte, 10)); err != nil {
		t.Error(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if _, err := s.Read(make([]byte, 1)); !errors.Is(err, ErrRemoved) {
		t.Error(err)
	}
	handler("")
	if _, err := c.Open(t.Context(), 1, Header{}); !errors.Is(err, ErrRemoved) {
		t.Error(err)
	}
	if _, err := c.Add(t.Context(), Host{}); !errors.Is(err, ErrRemoved) {
		t.Error(err)
	}
}

// TestFenced reads from a peer that is lost, although bytes of it have come.
func TestFenced(t *testing.T) {
	checkLeaks(t)
	c := dial(t, Dialer{}, Local(1)...)
	s := open(t, c, 1, Header{Kind: kindFill, ID: 100_000})
	if _, err := io.ReadFull(s, make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if err := outcome(t, c, 1, Header{Kind: kindExit, Name: "gone"}); !errors.Is(err, ErrLost) {
		t.Error(err)
	}
	if n, err := s.Read(make([]byte, 10)); n != 0 || !errors.Is(err, ErrLost) {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestStandardStreams(t *testing.T) {
	checkLeaks(t)
	var out syncBuffer
	c := dial(t, Dialer{Stderr: &out}, Local(2)...)
	for id := 1; id <= 2; id++ {
		if err := outcome(t, c, id, Header{Kind: kindPrint, Name: "something"}); err != nil {
			t.Error(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"peer 1 (local): something\n", "peer 2 (local): something\n"} {
		if strings.Count(out.String(), want) != 2 {
			t.Errorf("%q is not twice in %q", want, out.String())
		}
	}
}

type syncBuffer struct {
	sync.Mutex
	bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.Lock()
	defer b.Unlock()
	return b.Buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.Lock()
	defer b.Unlock()
	return b.Buffer.String()
}

func TestTail(t *testing.T) {
	var out syncBuffer
	tl := &tail{prefix: "p: ", forward: &forward{w: &out}}
	for i := range 5000 {
		fmt.Fprintf(tl, "line %d\nhalf", i)
	}
	tl.flush()
	got := tl.String()
	if len(got) > tailBytes || !strings.HasPrefix(got, "halfline ") || !strings.HasSuffix(got, "\nhalfline 4999\nhalf") {
		t.Errorf("%d bytes: %.30q ... %q", len(got), got, got[len(got)-30:])
	}
	if text := out.String(); strings.Count(text, "p: ") != 5001 || !strings.HasSuffix(text, "p: half\n") {
		t.Errorf("...%q", text[len(text)-50:])
	}
	_, _ = tl.Write(make([]byte, 10*tailBytes))
	if n := len(tl.String()); n > 3*tailBytes {
		t.Errorf("%d bytes are kept", n)
	}
}

func TestRates(t *testing.T) {
	c := inProcess(t, Dialer{Silence: 400 * time.Millisecond}, Service{})
	for end := time.Now().Add(10 * time.Second); ; {
		roundTrip(t, c, 1, strings.Repeat("x", 100_000))
		p := c.Peers()[0]
		if p.RTT > 0 && p.BytesInPerSecond > 1 && p.BytesOutPerSecond > 1 && p.BytesIn > 100_000 && p.BytesOut > 100_000 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%+v", p)
		}
	}
}
