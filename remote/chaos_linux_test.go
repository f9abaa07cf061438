package remote

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestChaos kills and stops processes at random moments, while streams go to and
// fro and peers are added and removed. Whoever uses a stream gets what was sent,
// or an error that says that the peer is gone.
func TestChaos(t *testing.T) {
	checkLeaks(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	text := strings.Repeat("what was sent ", 20_000)
	for range rounds {
		c, err := Dialer{Silence: 2 * time.Second, AtLeast: 3}.Dial(t.Context(), Local(3)...)
		if err != nil {
			t.Fatal(err)
		}
		var users sync.WaitGroup
		stop := make(chan struct{})
		for id := 1; id <= 4; id++ {
			for range 2 {
				users.Go(func() {
					for {
						select {
						case <-stop:
							return
						default:
						}
						if err := echoOnce(t, c, id, text); err != nil {
							if !errors.Is(err, ErrLost) && !errors.Is(err, ErrRemoved) && !strings.Contains(err.Error(), "no peer 4") && !strings.Contains(err.Error(), "connecting") {
								t.Errorf("peer %d: %v", id, err)
							}
							time.Sleep(time.Millisecond)
						}
					}
				})
			}
		}
		pause := func() { time.Sleep(time.Duration(random.IntN(50)) * time.Millisecond) }
		pause()
		victim, sig := c.Peers()[random.IntN(2)], []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP}[random.IntN(2)]
		if err := syscall.Kill(victim.Process, sig); err != nil {
			t.Error(err)
		}
		pause()
		if id, err := c.Add(t.Context(), Local(1)[0]); err != nil || id != 4 {
			t.Errorf("%d, %v", id, err)
		}
		pause()
		if err := c.Remove(3); err != nil {
			t.Error(err)
		}
		pause()
		start := time.Now()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took > 8*time.Second {
			t.Errorf("closed after %v", took)
		}
		close(stop)
		users.Wait()
	}
}

func echoOnce(t *testing.T, c *Cluster, id int, text string) error {
	s, err := c.Open(t.Context(), id, Header{Kind: KindEcho})
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
	if err := errors.Join(<-written, err); err != nil {
		return err
	}
	if string(got) != text {
		t.Errorf("%d bytes came back of %d", len(got), len(text))
	}
	return nil
}

// TestNoise has a program that prints before its main begins.
func TestNoise(t *testing.T) {
	checkLeaks(t)
	t.Setenv("ANABRANCH_TEST_NOISE", "loading plugins...\nanabranch: here is a pear\nanabranch: here is a")
	c := dial(t, Dialer{}, append(Local(1), Host{Address: "shell", Dir: t.TempDir(), Launcher: shell{"sh"}})...)
	roundTrip(t, c, 1, "hello")
	roundTrip(t, c, 2, "hello")
	if os.Getenv(PeerEnv) != "" {
		t.Error("this is a peer")
	}
}
