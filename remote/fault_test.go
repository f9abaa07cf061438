package remote_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"anabranch.dev/remote"
	"anabranch.dev/remote/remotetest"
)

// talk dials, sends bytes to and fro, and closes.
func talk(ctx context.Context, d remote.Dialer, h remote.Host) error {
	c, err := d.Dial(ctx, h)
	if err != nil {
		return err
	}
	defer c.Close()
	sent := strings.Repeat("to and fro ", 100)
	for range 3 {
		s, err := c.Open(ctx, 1, remote.Header{Kind: remote.KindEcho})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(s, sent); err != nil {
			return err
		}
		if err := s.CloseWrite(); err != nil {
			return err
		}
		if got, err := io.ReadAll(s); err != nil || string(got) != sent {
			return fmt.Errorf("read %q: %w", got, err)
		}
		s.Close()
	}
	return nil
}

// TestFaults does something to every call of a connection, until there is none
// left.
func TestFaults(t *testing.T) {
	dir := t.TempDir()
	hosts := []struct {
		name string
		host func(n int) remote.Host
		skip func(n int) bool
	}{
		{"in process", func(int) remote.Host { return remotetest.Hosts(1, remote.Service{})[0] }, func(int) bool { return false }},
		{"through a shell", func(n int) remote.Host {
			h := remote.Command("env")
			h.Dir = fmt.Sprintf("%s/%d", dir, n)
			return h
		}, func(n int) bool {
			return n > 7 && n%13 != 0 || testing.Short() // they send the program, and what follows is as in process
		}},
	}
	for _, h := range hosts {
		for _, do := range []remotetest.Action{remotetest.Kill, remotetest.Cut, remotetest.Delay, remotetest.Garble} {
			t.Run(fmt.Sprintf("%s, %v", h.name, do), func(t *testing.T) {
				before := runtime.NumGoroutine()
				var over atomic.Bool
				var some errgroup.Group
				some.SetLimit(20) // most of them wait
				for n := 0; n < 1000 && !over.Load(); n++ {
					if h.skip(n) {
						continue
					}
					some.Go(func() error {
						if !faulty(t, h.host(n), n, do) {
							over.Store(true)
						}
						return os.RemoveAll(fmt.Sprintf("%s/%d", dir, n))
					})
				}
				if err := some.Wait(); err != nil {
					t.Error(err)
				}
				for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(5 * time.Millisecond) {
					if time.Now().After(end) {
						b := make([]byte, 1<<20)
						t.Fatalf("%d goroutines before, %d after\n%s", before, runtime.NumGoroutine(), b[:runtime.Stack(b, true)])
					}
				}
			})
		}
	}
}

// faulty tells whether there was a call n.
func faulty(t *testing.T, h remote.Host, n int, do remotetest.Action) bool {
	h, wire := remotetest.Break(h)
	wire.At(n, do)
	wire.Pause = 20 * time.Millisecond
	d := remote.Dialer{Silence: 10 * time.Second, Timeout: 10 * time.Second}
	if do == remotetest.Cut || do == remotetest.Garble {
		d = remote.Dialer{Silence: 2 * time.Second, Timeout: 2 * time.Second}
	}
	start := time.Now()
	err := talk(t.Context(), d, h)
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("call %d: %v", n, took)
	}
	var pe *remote.PeerError
	switch {
	case err == nil && do != remotetest.Delay && wire.Hit():
		t.Logf("call %d: no error: it is of a heartbeat, or of closing", n)
	case err != nil && (!wire.Hit() || do == remotetest.Delay):
		t.Errorf("call %d: %v", n, err)
	case err != nil && !errors.As(err, &pe):
		t.Errorf("call %d: %v", n, err)
	}
	return wire.Hit()
}

func TestCheckInProcess(t *testing.T) {
	if err := remotetest.Check(t.Context(), remotetest.Hosts(1, remote.Service{})[0]); err != nil {
		t.Error(err)
	}
}

func TestCheckLocal(t *testing.T) {
	if err := remotetest.Check(t.Context(), remote.Local(1)[0]); err != nil {
		t.Error(err)
	}
}

func TestCheckCommand(t *testing.T) {
	h := remote.Command("env")
	h.Dir = t.TempDir()
	for range 2 {
		if err := remotetest.Check(t.Context(), h); err != nil {
			t.Error(err)
		}
	}
}
