package dist_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/exec/dist"
)

// keptKeys is how many keys byCount has: enough for several tasks of each stage.
const keptKeys = 150_001

// byCount has three stages whose rows go from peers to peers.
var byCount = df.Func("by count", func(n int64) df.Stream[string] {
	counted := df.CountBy(df.Range[int64](0, n), func(v int64) int64 { return v * 7919 % keptKeys })
	names := df.Map(df.Range[int64](0, keptKeys), func(v int64) df.KV[int64, string] { return df.KV[int64, string]{Key: v, Value: fmt.Sprint("name ", v)} })
	joined := df.Join(counted, names,
		func(c df.KV[int64, int64]) int64 { return c.Key }, func(n df.KV[int64, string]) int64 { return n.Key },
		func(c df.KV[int64, int64], n df.KV[int64, string]) string {
			return fmt.Sprintf("%06d %-20s", c.Value, n.Value)
		})
	return df.Map(df.SortBy(joined, df.Self), func(s string) string { return s + "." })
})

func byCountOracle(n int64) (list []string) {
	counts := map[int64]int64{}
	for v := range n {
		counts[v*7919%keptKeys]++
	}
	for v, c := range counts {
		list = append(list, fmt.Sprintf("%06d %-20s.", c, fmt.Sprint("name ", v)))
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Compare(a[:len(a)-1], b[:len(b)-1]) })
	return list
}

// direct is a network of peers that keep parcels.
func direct(peers int, reach func(from, to int) error) *network {
	n := &network{direct: reach}
	for i := range peers {
		n.peers = append(n.peers, n.honest(i+1))
	}
	return n
}

func everywhere(int, int) error { return nil }

// TestKept: peers read at each other, or through the driver where they do not reach it.
func TestKept(t *testing.T) {
	const rows = 300_000
	want := byCountOracle(rows)
	for name, reach := range map[string]func(from, to int) error{
		"everywhere": everywhere,
		"nowhere":    func(int, int) error { return errors.New("no way") },
		"some": func(from, to int) error {
			if from < to {
				return errors.New("one way")
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			var read atomic.Int64
			n := direct(3, reach)
			var all sync.WaitGroup // of the peers, so that each has a task
			all.Add(len(n.peers))
			for i, peer := range n.peers {
				var first sync.Once
				n.peers[i] = func(ctx context.Context, h dist.Header, s dist.Stream) error {
					if h.Kind == dist.KeptStream && h.Name == "" {
						read.Add(1)
					}
					if h.Kind == dist.TaskStream {
						first.Do(func() {
							all.Done()
							all.Wait()
						})
					}
					return peer(ctx, h, s)
				}
			}
			got, err := df.Collect(t.Context(), byCount(rows), df.On(n))
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%d rows, not %d; %v", len(got), len(want), err)
			}
			if relayed := read.Load() > 0; relayed != (name != "everywhere") {
				t.Errorf("%d streams through the driver", read.Load())
			}
			checkNothingKept(t)
		})
	}
}

func checkNothingKept(t *testing.T) {
	t.Helper()
	if kept := dist.Kept(); kept > 0 {
		t.Errorf("parcels of %d runs are still kept", kept)
	}
}

// TestKeptLost kills a peer after each of the streams that are opened, until there is none
// left. What it kept is made again.
func TestKeptLost(t *testing.T) {
	const rows = 300_000
	want := byCountOracle(rows)
	step := int64(4)
	if testing.Short() {
		step = 15
	}
	for _, peers := range []int{2, 3} {
		for after := int64(1); ; after += step {
			n := direct(peers, everywhere)
			var opened atomic.Int64
			for i, peer := range n.peers {
				n.peers[i] = func(ctx context.Context, h dist.Header, s dist.Stream) error {
					if opened.Add(1) == after {
						n.kill(1)
					}
					return peer(ctx, h, s)
				}
			}
			got, err := df.Collect(t.Context(), byCount(rows), df.On(n))
			if err != nil || !slices.Equal(got, want) {
				t.Fatalf("%d peers, 1 killed after %d streams: %d rows, not %d; %v", peers, after, len(got), len(want), err)
			}
			if opened.Load() < after {
				t.Logf("%d peers: %d streams", peers, after-1)
				break
			}
		}
	}
	checkNothingKept(t)
}
