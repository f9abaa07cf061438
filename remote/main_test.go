package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

// What peers that run this test binary serve.
const (
	kindSleep Kind = 64 + iota // until the context of the handler ends
	kindFail                   // with the error that is the name
	kindExit                   // ends the process
	kindPrint                  // prints the name to standard output and standard error
	kindCall                   // opens a stream to the driver, and copies
	kindFill                   // writes as many bytes as the ID says
	kindTemp                   // keeps a file in the directory that is the name, until its context ends
)

var testService = Service{Handlers: map[Kind]Handler{
	kindSleep: func(ctx context.Context, s *Stream) error {
		if _, err := s.Write([]byte("here")); err != nil {
			return err
		}
		<-ctx.Done()
		return context.Cause(ctx)
	},
	kindFail: func(_ context.Context, s *Stream) error { return errors.New(s.Header().Name) },
	kindExit: func(_ context.Context, s *Stream) error {
		fmt.Fprintln(os.Stderr, s.Header().Name)
		os.Exit(7)
		return nil
	},
	kindPrint: func(_ context.Context, s *Stream) error {
		fmt.Println(s.Header().Name)
		fmt.Fprintln(os.Stderr, s.Header().Name)
		return nil
	},
	kindCall: func(ctx context.Context, s *Stream) error {
		back, err := s.Open(ctx, Header{Kind: KindFile, ID: s.Header().ID, Name: s.Header().Name})
		if err != nil {
			return err
		}
		defer back.Close()
		if err := back.CloseWrite(); err != nil {
			return err
		}
		_, err = io.Copy(s, back)
		return err
	},
	kindTemp: func(ctx context.Context, s *Stream) error {
		f, err := os.CreateTemp(s.Header().Name, "temp")
		if err != nil {
			return err
		}
		defer os.Remove(f.Name())
		defer f.Close()
		if _, err := s.Write([]byte("here")); err != nil {
			return err
		}
		<-ctx.Done()
		fmt.Fprintln(os.Stderr, "removing", f.Name())
		time.Sleep(300 * time.Millisecond)
		return nil
	},
	kindFill: func(_ context.Context, s *Stream) error {
		b := make([]byte, 100_000)
		for left := s.Header().ID; left > 0; {
			n, err := s.Write(b[:min(left, uint64(len(b)))])
			if err != nil {
				return err
			}
			left -= uint64(n)
		}
		return nil
	},
}}

// testHostname is the environment variable with the name of the machine that peers say they
// are on. Any name but that of this one has rows go through the connection, and not
// through files.
const testHostname = "ANABRANCH_TEST_HOSTNAME"

// TestMain makes peers of the processes that the tests start: they run this
// binary.
func TestMain(m *testing.M) {
	if os.Getenv(PeerEnv) != "" {
		fmt.Print(os.Getenv("ANABRANCH_TEST_NOISE"))
	}
	testService.Hostname = os.Getenv(testHostname)
	Main(testService)
	os.Exit(m.Run())
}

// checkLeaks fails a test that leaves goroutines or processes behind.
func checkLeaks(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			n, children := runtime.NumGoroutine(), childProcesses(t)
			if n <= before && len(children) == 0 {
				return
			}
			if time.Now().After(end) {
				var stacks strings.Builder
				_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1)
				t.Fatalf("%d goroutines before, %d after; child processes: %q\n%s", before, n, children, stacks.String())
			}
		}
	})
}

// dial dials hosts that must all be reached, and closes the cluster at the end.
func dial(t testing.TB, d Dialer, hosts ...Host) *Cluster {
	t.Helper()
	d.AtLeast = len(hosts)
	if d.Silence == 0 {
		d.Silence = 10 * time.Second // tests may run on a machine that is busy
	}
	c, err := d.Dial(t.Context(), hosts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// open opens a stream to a peer.
func open(t testing.TB, c *Cluster, id int, h Header) *Stream {
	t.Helper()
	s, err := c.Open(t.Context(), id, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// roundTrip sends text to a peer and reads it again.
func roundTrip(t testing.TB, c *Cluster, id int, text string) {
	t.Helper()
	s := open(t, c, id, Header{Kind: KindEcho})
	defer s.Close()
	written := make(chan error, 1)
	go func() {
		_, err := io.WriteString(s, text)
		written <- errors.Join(err, s.CloseWrite())
	}()
	got, err := io.ReadAll(s)
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	if err != nil || string(got) != text {
		t.Fatalf("echo of %d bytes: %d bytes, %v", len(text), len(got), err)
	}
}

// outcome opens a stream and returns how it ends.
func outcome(t testing.TB, c *Cluster, id int, h Header) error {
	t.Helper()
	s, err := c.Open(t.Context(), id, h)
	if err != nil {
		return err
	}
	defer s.Close()
	_, err = io.Copy(io.Discard, s)
	return err
}
