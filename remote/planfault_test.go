package remote_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"anabranch.dev/df"
	"anabranch.dev/remote"
	"anabranch.dev/remote/remotetest"
)

// TestPlanFaults does something to every call of the connection with a peer that runs a
// plan, until there is none left.
func TestPlanFaults(t *testing.T) {
	remote.CheckLeaks(t)
	cases := newInput(t, 1000).cases()
	every := map[remotetest.Action]int{remotetest.Kill: 1, remotetest.Cut: 3, remotetest.Delay: 3, remotetest.Garble: 1}
	atOnce := 20
	if testing.Short() {
		every = map[remotetest.Action]int{remotetest.Kill: 4, remotetest.Cut: 12, remotetest.Delay: 12, remotetest.Garble: 4}
		atOnce = 8 // the race detector is slow, and peers that have nothing are not to be silent
	}
	for _, at := range []struct {
		peers       int
		name, first string // the plan, and the machine that the first peer says it is on
	}{
		{1, "sort, then map", ""}, // so rows go through files
		{1, "sort, then map", "elsewhere"},
		{2, "join", "elsewhere"}, // its two files are read at the same time, and so by both
	} {
		c := cases[slices.IndexFunc(cases, func(c planCase) bool { return c.name == at.name })]
		for _, do := range []remotetest.Action{remotetest.Kill, remotetest.Cut, remotetest.Delay, remotetest.Garble} {
			t.Run(fmt.Sprintf("%v, %d peers, the first %s", do, at.peers, cmp.Or(at.first, "here")), func(t *testing.T) {
				var over atomic.Bool
				var calls atomic.Int64
				var some errgroup.Group
				some.SetLimit(atOnce) // of those that are cut most wait
				for n := 0; n < 1000 && !over.Load(); n++ {
					if n%every[do] != 0 {
						continue
					}
					some.Go(func() error {
						if !c.faulty(t, at.peers, at.first, n, do, time.Second) {
							over.Store(true)
						}
						calls.Add(1)
						return nil
					})
				}
				_ = some.Wait() // none returns an error
				t.Logf("%d calls", calls.Load())
			})
		}
	}
}

// faulty runs the plan while something happens to a call of the first peer, and tells
// whether there was such a call. On a busy machine the other peer may be silent, too: then
// the plan runs again, with more patience.
func (c planCase) faulty(t *testing.T, peers int, first string, n int, do remotetest.Action, silence time.Duration) bool {
	hosts := remotetest.Hosts(peers, remote.Service{})
	host, wire := remotetest.Break(remotetest.Hosts(1, remote.Service{Hostname: first})[0])
	hosts[0] = host
	wire.At(n, do)
	wire.Pause = 20 * time.Millisecond
	d := remote.Dialer{Silence: 10 * time.Second, Timeout: 10 * time.Second}
	if do == remotetest.Cut || do == remotetest.Garble {
		d = remote.Dialer{Silence: silence, Timeout: silence}
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errors.New("it hangs"))
	defer cancel()
	var got []string
	cluster, err := d.Dial(ctx, hosts...)
	if err == nil {
		got, err = c.run(ctx, df.On(cluster))
		_ = cluster.Close() // always nil
	}
	var pe *remote.PeerError
	switch {
	case err == nil:
		c.check(t, got)
	case errors.As(err, &pe) && pe.ID > 1 && silence < 10*time.Second:
		return c.faulty(t, peers, first, n, do, 2*silence)
	case peers > 1 || !wire.Hit() || do == remotetest.Delay:
		t.Errorf("call %d: %v", n, err)
	case !errors.As(err, &pe) || !strings.Contains(err.Error(), fmt.Sprintf("peer 1 (test): %s: ", pe.Stage)):
		t.Errorf("call %d: %v", n, err)
	}
	return wire.Hit()
}
