package remote_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/remote"
	"anabranch.dev/remote/remotetest"
)

// slowly is the argument of a plan that takes its time.
type slowly struct {
	Splits int
	Each   int64 // milliseconds
}

const splitRows = 100

// read counts the splits that peers of this process have read.
var read atomic.Int64

var slowPlan = df.Func("slow", func(a slowly) df.Stream[df.KV[int64, int64]] {
	splits := make([]int64, a.Splits)
	for i := range splits {
		splits[i] = int64(i)
	}
	rows := df.Source(splits, func(ctx context.Context, split int64) iter.Seq2[int64, error] {
		return func(yield func(int64, error) bool) {
			time.Sleep(time.Duration(a.Each) * time.Millisecond)
			read.Add(1)
			for i := range int64(splitRows) {
				if !yield(split*splitRows+i, nil) {
					return
				}
			}
		}
	})
	return df.CountBy(rows, func(v int64) int64 { return v / 7 })
})

func (a slowly) check(t testing.TB, got []df.KV[int64, int64]) {
	t.Helper()
	n := int64(a.Splits) * splitRows
	slices.SortFunc(got, func(a, b df.KV[int64, int64]) int { return int(a.Key - b.Key) })
	if int64(len(got)) != (n+6)/7 {
		t.Errorf("%d groups, not %d", len(got), (n+6)/7)
	}
	for i, kv := range got {
		if want := min(7, n-int64(i)*7); kv.Key != int64(i) || kv.Value != want {
			t.Errorf("group %d is %d of %d, not %d", i, kv.Value, kv.Key, want)
			return
		}
	}
}

// running returns when peers of this process have read n splits.
func running(t *testing.T, n int64) (wait func()) {
	t.Helper()
	before := read.Load()
	return func() {
		for end := time.Now().Add(20 * time.Second); read.Load()-before < n; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the run does not move")
			}
		}
	}
}

type slowResult struct {
	rows []df.KV[int64, int64]
	err  error
}

// start runs the plan.
func (a slowly) start(t *testing.T, c *remote.Cluster) <-chan slowResult {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errors.New("it hangs"))
	t.Cleanup(cancel)
	done := make(chan slowResult, 1)
	go func() {
		rows, err := df.Collect(ctx, slowPlan(a), df.On(c))
		done <- slowResult{rows, err}
	}()
	return done
}

// TestAddAndRemove has peers come and go while they run a plan.
func TestAddAndRemove(t *testing.T) {
	remote.CheckLeaks(t)
	c := inProcess(t, 2)
	a := slowly{Splits: 60, Each: 10}
	wait := running(t, 5)
	done := a.start(t, c)
	wait()
	for id := 1; id <= 2; id++ {
		if added, err := c.Add(t.Context(), remotetest.Hosts(1, remote.Service{})[0]); err != nil || added != id+2 {
			t.Errorf("%d, %v", added, err)
		}
		wait = running(t, 5)
		if err := c.Remove(id); err != nil {
			t.Error(err)
		}
		wait()
	}
	r := <-done
	if r.err != nil {
		t.Fatal(r.err)
	}
	a.check(t, r.rows)
	for i, p := range c.Peers() {
		if want := []remote.State{remote.Removed, remote.Removed, remote.Ready, remote.Ready}[i]; p.State != want {
			t.Errorf("%+v", p)
		}
	}
}

// TestRemoveOften removes more peers than tasks may be lost: removing is no loss.
func TestRemoveOften(t *testing.T) {
	remote.CheckLeaks(t)
	c := inProcess(t, 1)
	a := slowly{Splits: 20, Each: 10}
	done := a.start(t, c)
	for id := 1; id <= 6; id++ {
		running(t, 1)()
		if _, err := c.Add(t.Context(), remotetest.Hosts(1, remote.Service{})[0]); err != nil {
			t.Fatal(err)
		}
		if err := c.Remove(id); err != nil {
			t.Error(err)
		}
	}
	r := <-done
	if r.err != nil {
		t.Fatal(r.err)
	}
	a.check(t, r.rows)
}

// TestRemoveAll removes all peers of a run.
func TestRemoveAll(t *testing.T) {
	remote.CheckLeaks(t)
	c := inProcess(t, 2)
	wait := running(t, 2)
	done := slowly{Splits: 100, Each: 20}.start(t, c)
	wait()
	for id := 1; id <= 2; id++ {
		if err := c.Remove(id); err != nil {
			t.Error(err)
		}
	}
	if r := <-done; !errors.Is(r.err, remote.ErrNoPeers) || errors.Is(r.err, remote.ErrLost) {
		t.Error(r.err)
	}
	// Nobody is there, and somebody comes.
	a := slowly{Splits: 3, Each: 1}
	if r := <-a.start(t, c); !errors.Is(r.err, remote.ErrNoPeers) {
		t.Error(r.err)
	}
	if _, err := c.Add(t.Context(), remotetest.Hosts(1, remote.Service{})[0]); err != nil {
		t.Fatal(err)
	}
	r := <-a.start(t, c)
	if r.err != nil {
		t.Fatal(r.err)
	}
	a.check(t, r.rows)
}

// TestClusterClosed closes the cluster of a run.
func TestClusterClosed(t *testing.T) {
	remote.CheckLeaks(t)
	c := inProcess(t, 2)
	wait := running(t, 2)
	done := slowly{Splits: 100, Each: 20}.start(t, c)
	wait()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if r := <-done; !errors.Is(r.err, remote.ErrNoPeers) {
		t.Error(r.err)
	}
}

// TestReplaced loses one peer after the other, and has others instead.
func TestReplaced(t *testing.T) {
	remote.CheckLeaks(t)
	host, wire := remotetest.Break(remotetest.Hosts(1, remote.Service{})[0])
	c, err := remote.Dialer{Silence: 2 * time.Second}.Dial(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	a := slowly{Splits: 60, Each: 10}
	wait := running(t, 3)
	done := a.start(t, c)
	for range 3 {
		wait()
		host, next := remotetest.Break(remotetest.Hosts(1, remote.Service{})[0])
		if _, err := c.Add(t.Context(), host); err != nil {
			t.Fatal(err)
		}
		wait = running(t, 3)
		wire.Kill()
		wire = next
	}
	r := <-done
	if r.err != nil {
		t.Fatal(r.err)
	}
	a.check(t, r.rows)
	var states []string
	for _, p := range c.Peers() {
		states = append(states, p.State.String())
	}
	if got := fmt.Sprint(states); got != "[lost lost lost ready]" {
		t.Error(got)
	}
}
