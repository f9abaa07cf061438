package remote

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anabranch.dev/df"
)

// A gate is a directory where the peers of a plan wait after some rows each, so that
// something can happen to them in the middle of it.
type gate struct {
	Dir  string
	Rows int64
}

func newGate(t *testing.T, rows int64) gate { return gate{Dir: t.TempDir(), Rows: rows} }

// gated is the argument of a plan with a gate in it.
type gated struct {
	Files []string
	Gate  gate
}

var (
	planGatedWords = df.Func("remote: gated words", func(g gated) df.Stream[df.KV[string, int64]] {
		return df.CountBy(df.FlatMap(df.Map(df.Lines(g.Files...), g.Gate.pass), strings.FieldsSeq), df.Self)
	})
	planGatedSort = df.Func("remote: gated sort", func(g gated) df.Stream[string] {
		return df.Map(df.SortBy(df.Lines(g.Files...), func(line string) string { return line[:min(10, len(line))] }), g.Gate.pass)
	})
)

var gatePassed sync.Map // by directory: how many rows have come in this process

// pass returns the row, after the gate is open if it is the one to wait.
func (g gate) pass(row string) string {
	n, _ := gatePassed.LoadOrStore(g.Dir, new(atomic.Int64))
	if n.(*atomic.Int64).Add(1) != g.Rows {
		return row
	}
	if err := os.WriteFile(filepath.Join(g.Dir, fmt.Sprint("at-", os.Getpid())), nil, 0o600); err != nil {
		panic(err)
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if _, err := os.Stat(filepath.Join(g.Dir, "open")); err == nil {
			return row
		}
	}
	panic("the gate is not opened")
}

func (g gate) open(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(g.Dir, "open"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// first waits for a peer to come to the gate, and returns its id.
func (g gate) first(t *testing.T, c *Cluster) int {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		for _, p := range c.Peers() {
			if _, err := os.Stat(filepath.Join(g.Dir, fmt.Sprint("at-", p.Process))); err == nil && p.State == Ready {
				return p.ID
			}
		}
	}
	t.Fatal("no peer has come to the gate")
	return 0
}

// A planRun is a plan that runs beside the test.
type planRun[T any] struct {
	rows []T
	err  error
	done chan struct{}
}

func runPlan[T any](t *testing.T, c *Cluster, s df.Stream[T]) *planRun[T] {
	r := &planRun[T]{done: make(chan struct{})}
	go func() {
		defer close(r.done) // it is waited for, or the test fails for goroutines that are left
		r.rows, r.err = df.Collect(t.Context(), s, df.On(c), df.Memory(1))
	}()
	return r
}

func (r *planRun[T]) wait(t *testing.T) ([]T, error) {
	t.Helper()
	select {
	case <-r.done:
		return r.rows, r.err
	case <-time.After(30 * time.Second):
		t.Fatal("the run hangs")
		return nil, nil
	}
}

// waitLost waits until a peer whose link is down is lost by its silence.
func waitLost(t *testing.T, c *Cluster, id int, silence time.Duration) {
	t.Helper()
	began := time.Now()
	for {
		changed, p := c.changed(), c.Peers()[id-1]
		took := time.Since(began)
		if p.State == Lost {
			want := fmt.Sprintf("peer %d (%s): serve: peer lost: nothing heard of it for %v", id, p.Name, silence)
			if !errors.Is(p.Err, ErrLost) || !strings.HasPrefix(p.Err.Error(), want) {
				t.Errorf("%v, and not %q", p.Err, want)
			}
			if took < silence*3/4 || took > silence+3*time.Second {
				t.Errorf("peer %d: noticed after %v", id, took)
			}
			t.Logf("peer %d: noticed after %v", id, took)
			return
		}
		select {
		case <-changed:
		case <-time.After(silence + 10*time.Second - took):
			t.Fatalf("peer %d is %v %v after its link has gone down", id, p.State, took)
		}
	}
}

func hostsOf(far []*farHost) (hosts []Host) {
	for _, h := range far {
		hosts = append(hosts, h.host())
	}
	return hosts
}

// driverTemp is where the driver has its temporary files, of which none may be left.
func driverTemp(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Cleanup(func() {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left behind by the driver: %v, %v", left, err)
		}
	})
}

// peersEnd is how long a peer may live on when the driver is silent: it waits five times as
// long as the driver does, and its handlers end on a machine that may be busy.
func peersEnd(silence time.Duration) time.Duration { return 5*silence + 8*time.Second }

// TestLinkDown takes the link of one of three hosts down in the middle of a word count,
// where rows are read, and that of another one in the middle of a sort, where they are
// given out. The rows are right, a host without link is one that cannot be reached, and
// what was cut off ends by itself.
func TestLinkDown(t *testing.T) {
	checkLeaks(t)
	const silence = 2 * time.Second // the default
	far := newFarHosts(t, 3)
	driverTemp(t)
	in := newPlanInput(t, 200_000)
	c := dial(t, Dialer{Silence: silence}, hostsOf(far)...)
	var down []*farHost
	cut := func(g gate) {
		id := g.first(t, c)
		down = append(down, far[id-1])
		far[id-1].setLink(t, "down")
		g.open(t)
		waitLost(t, c, id, silence)
	}

	g := newGate(t, 20_000)
	counting := runPlan(t, c, planGatedWords(gated{[]string{in.path}, g}))
	cut(g)
	counts, err := counting.wait(t)
	if err != nil {
		t.Fatal(err)
	}
	in.checkWords(t, counts)
	if !testing.Short() {
		g := newGate(t, 20_000)
		sorting := runPlan(t, c, planGatedSort(gated{[]string{in.path}, g}))
		cut(g)
		rows, err := sorting.wait(t)
		if err != nil {
			t.Fatal(err)
		}
		in.checkSorted(t, rows)
	}
	for i, p := range c.Peers() {
		if want := slices.Contains(down, far[i]); want != (p.State == Lost) {
			t.Errorf("%+v", p)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if !testing.Short() {
		dialPast(t, far, down)
	}
	for _, h := range far {
		h.left(t, peersEnd(silence))
	}
}

// dialPast dials hosts of which some have no link, and runs a plan on the others.
func dialPast(t *testing.T, far, down []*farHost) {
	t.Helper()
	in := newPlanInput(t, 50_000)
	began := time.Now()
	c, err := Dialer{Timeout: 5 * time.Second}.Dial(t.Context(), hostsOf(far)...)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if took := time.Since(began); took > 12*time.Second {
		t.Errorf("dialled after %v", took)
	}
	for i, p := range c.Peers() {
		if !slices.Contains(down, far[i]) {
			if p.State != Ready {
				t.Errorf("%+v", p)
			}
			continue
		}
		if p.State != Lost || p.Err == nil || !strings.HasPrefix(p.Err.Error(), fmt.Sprintf("peer %d (%s): probe: ", p.ID, p.Name)) ||
			!strings.Contains(p.Err.Error(), "No route to host") && !strings.Contains(p.Err.Error(), "no progress for 5s") {
			t.Errorf("%+v", p)
		}
		t.Logf("after %v: %v", time.Since(began), p.Err)
	}
	counts, err := df.Collect(t.Context(), planWords([]string{in.path}), df.On(c))
	if err != nil {
		t.Fatal(err)
	}
	in.checkWords(t, counts)
}

// TestAllLinksDown: when no host can be reached any more, the run ends, and says so.
func TestAllLinksDown(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	checkLeaks(t)
	const silence = time.Second
	far := newFarHosts(t, 2)
	driverTemp(t)
	in := newPlanInput(t, 200_000)
	c := dial(t, Dialer{Silence: silence}, hostsOf(far)...)
	g := newGate(t, 20_000)
	counting := runPlan(t, c, planGatedWords(gated{[]string{in.path}, g}))
	g.first(t, c)
	for _, h := range far {
		h.setLink(t, "down")
	}
	began := time.Now()
	g.open(t)
	_, err := counting.wait(t)
	took := time.Since(began)
	pe, named := errors.AsType[*PeerError](err)
	if !errors.Is(err, ErrNoPeers) || !errors.Is(err, ErrLost) || !named || pe.Stage != StageServe ||
		!strings.Contains(err.Error(), fmt.Sprintf("peer %d (%s): serve: peer lost: nothing heard of it for 1s", pe.ID, far[pe.ID-1].host().Address)) {
		t.Error(err)
	}
	if took > silence+4*time.Second {
		t.Errorf("after %v: %v", took, err)
	}
	t.Logf("after %v: %v", took, err)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	for _, h := range far {
		h.left(t, peersEnd(silence))
	}
}

// TestLinkUp has links that are bad, or down for a moment, which no peer is lost by. Then one
// is down when the cluster is closed, which has not found out yet.
func TestLinkUp(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	checkLeaks(t)
	far := newFarHosts(t, 2)
	driverTemp(t)
	c := dial(t, Dialer{Silence: 4 * time.Second}, hostsOf(far)...)
	t.Run("down for a moment", func(t *testing.T) {
		in, g := newPlanInput(t, 200_000), newGate(t, 20_000)
		counting := runPlan(t, c, planGatedWords(gated{[]string{in.path}, g}))
		h := far[g.first(t, c)-1]
		h.setLink(t, "down")
		g.open(t)
		time.Sleep(500 * time.Millisecond)
		h.setLink(t, "up")
		counts, err := counting.wait(t)
		if err != nil {
			t.Fatal(err)
		}
		in.checkWords(t, counts)
		allReady(t, c)
	})
	for name, qdisc := range map[string]string{
		"far and lossy": "netem delay 50ms loss 5%",
		"narrow":        "tbf rate 20mbit burst 16kb latency 20ms", // drops what does not fit
	} {
		t.Run(name, func(t *testing.T) {
			for _, h := range far {
				args := append([]string{"qdisc", "replace", "dev", h.link, "root"}, strings.Fields(qdisc)...)
				if out, err := exec.Command("tc", args...).CombinedOutput(); err != nil {
					t.Skipf("needs tc, and %s: %v: %s", qdisc, err, out)
				}
			}
			in := newPlanInput(t, 50_000)
			counts, err := df.Collect(t.Context(), planWords([]string{in.path}), df.On(c))
			if err != nil {
				t.Fatal(err)
			}
			in.checkWords(t, counts)
			rows, err := df.Collect(t.Context(), planSort([]string{in.path}), df.On(c))
			if err != nil {
				t.Fatal(err)
			}
			in.checkSorted(t, rows)
			allReady(t, c)
			if out, err := exec.Command("tc", "-s", "qdisc", "show", "dev", far[0].link).CombinedOutput(); err == nil {
				t.Logf("%s", out)
			}
		})
	}
	far[1].setLink(t, "down")
	began := time.Now()
	if err := c.Close(); err != nil || time.Since(began) > 8*time.Second {
		t.Errorf("closed after %v: %v", time.Since(began), err)
	}
	t.Logf("closed after %v", time.Since(began))
}

func allReady(t *testing.T, c *Cluster) {
	t.Helper()
	for _, p := range c.Peers() {
		if p.State != Ready {
			t.Errorf("%+v", p)
		}
	}
}
