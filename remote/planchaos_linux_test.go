package remote_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/remote"
	"anabranch.dev/remote/remotetest"
)

var (
	chaosRuns = flag.Int("chaos", 10, "runs of TestPlanChaos")
	chaosSeed = flag.Uint64("chaosseed", 0, "seed of TestPlanChaos; 0: another one each time")
)

// TestPlanChaos runs plans on processes, of which some are killed, stopped or cut off at a
// random moment. The result is what it is without, or no peer is left.
func TestPlanChaos(t *testing.T) {
	remote.CheckLeaks(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	seed := *chaosSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	lines, runs := 100_000, *chaosRuns
	if testing.Short() {
		runs = min(runs, 7)
	} else if runs > 10 {
		lines = 400_000 // some tasks more
	}
	cases := newInput(t, lines).cases()
	took := make([]time.Duration, len(cases))
	right, without, hit := 0, 0, 0
	for n := range runs {
		random := rand.New(rand.NewPCG(seed, uint64(n)))
		i := n % len(cases)
		r := chaos{planCase: cases[i], random: random, peers: []int{1, 2, 2, 3, 3}[random.IntN(5)]}
		if took[i] == 0 {
			took[i] = r.undisturbed(t)
		}
		r.direct = n%3 == 2
		switch n % 3 {
		case 0:
			t.Setenv("ANABRANCH_TEST_HOSTNAME", "") // rows go through files
		case 1, 2:
			t.Setenv("ANABRANCH_TEST_HOSTNAME", "elsewhere")
		}
		r.within = took[i] + took[i]/4
		told, err := r.disturbed(t)
		switch {
		case t.Failed():
			t.Fatalf("run %d of -chaosseed %d: %s: %v", n, seed, told, err)
		case err != nil:
			without++
		default:
			right++
		}
		if r.lost > 0 {
			hit++
		}
		t.Logf("%d: %s: %v", n, told, err)
		var left []string
		_ = filepath.WalkDir(temp, func(path string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				left = append(left, path)
			}
			return nil
		})
		if len(left) > 0 {
			t.Fatalf("run %d of -chaosseed %d: %s: left behind: %q", n, seed, told, left)
		}
	}
	t.Logf("-chaosseed %d: %d runs, %d lost a peer; %d right, %d without peers", seed, runs, hit, right, without)
}

// chaos is a run on peers that are disturbed.
type chaos struct {
	planCase
	random *rand.Rand
	peers  int
	direct bool
	within time.Duration // how long it may last
	lost   int           // peers
}

// chaosLimit is when a run hangs.
const chaosLimit = 60 * time.Second

func (r *chaos) options(c *remote.Cluster) []df.Option {
	o := []df.Option{df.On(c)}
	if r.random.IntN(2) == 0 {
		o = append(o, df.Memory(1)) // the least
	}
	return o
}

// undisturbed tells how long the plan takes.
func (r *chaos) undisturbed(t *testing.T) time.Duration {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), chaosLimit)
	defer cancel()
	c, err := remote.Dialer{AtLeast: 2}.Dial(ctx, remote.Local(2)...)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	began := time.Now()
	got, err := r.run(ctx, r.options(c)...)
	if err != nil {
		t.Fatal(err)
	}
	r.check(t, got)
	return time.Since(began)
}

// disturbed runs the plan while something happens to some of its peers, and tells what.
func (r *chaos) disturbed(t *testing.T) (told string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), chaosLimit, errors.New("it hangs"))
	defer cancel()
	hosts, wires := remote.Local(r.peers), make([]*remotetest.Wire, r.peers)
	for i := range hosts {
		hosts[i], wires[i] = remotetest.Break(hosts[i])
	}
	c, err := remote.Dialer{AtLeast: r.peers, Silence: 500 * time.Millisecond, Direct: r.direct}.Dial(ctx, hosts...)
	if err != nil {
		t.Fatal(err)
	}
	told = fmt.Sprintf("%s on %d peers", r.name, r.peers)
	var timers []*time.Timer
	victims := 1 + r.random.IntN(r.peers)
	if r.random.IntN(2) == 0 {
		victims = 1
	}
	for _, v := range r.random.Perm(r.peers)[:victims] {
		pid, wire := c.Peers()[v].Process, wires[v]
		after, and := r.moment(), r.moment()
		what := []string{"killed", "stopped", "stopped for a while", "cut off", "hung up"}[r.random.IntN(5)]
		told += fmt.Sprintf(", %d %s after %v", v+1, what, after.Round(time.Millisecond))
		timers = append(timers, time.AfterFunc(after, func() {
			switch what {
			case "killed":
				_ = syscall.Kill(pid, syscall.SIGKILL)
			case "stopped":
				_ = syscall.Kill(pid, syscall.SIGSTOP)
			case "stopped for a while":
				_ = syscall.Kill(pid, syscall.SIGSTOP)
				time.Sleep(2 * and)
				_ = syscall.Kill(pid, syscall.SIGCONT)
			case "cut off":
				wire.Cut()
			case "hung up":
				wire.Kill()
			}
		}))
	}
	began := time.Now()
	got, err := r.run(ctx, r.options(c)...)
	told += fmt.Sprintf("; %v", time.Since(began).Round(time.Millisecond))
	for _, timer := range timers {
		timer.Stop()
	}
	gone := !slices.ContainsFunc(c.Peers(), func(p remote.Peer) bool { return p.State == remote.Ready })
	for _, p := range c.Peers() {
		if p.State == remote.Lost {
			r.lost++
		}
	}
	if e := c.Close(); e != nil {
		t.Error(e)
	}
	var pe *remote.PeerError
	switch {
	case err == nil:
		r.check(t, got)
	case !errors.Is(err, remote.ErrNoPeers) || !errors.As(err, &pe) || !errors.Is(err, remote.ErrLost) || !gone:
		t.Errorf("%v; a peer is left: %v", err, !gone)
	}
	return told, err
}

// moment is a random one while the plan runs.
func (r *chaos) moment() time.Duration { return time.Duration(r.random.Int64N(int64(r.within))) }
