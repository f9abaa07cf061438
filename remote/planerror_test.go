package remote_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/remote"
)

// failing counts the calls that have failed in this process.
var failing atomic.Int64

var errUser = errors.New("a number that nobody likes")

// Plans whose functions fail, in the second of their stages.
var (
	failingPlan = df.Func("failing", func(n int64) df.Stream[int64] {
		return df.MapErr(df.Map(df.CountBy(df.Range[int64](0, n), df.Self), keyOf), func(v int64) (int64, error) {
			if v == n/2 {
				failing.Add(1)
				return 0, fmt.Errorf("%d: %w", v, errUser)
			}
			return v, nil
		}).Named("liking")
	})
	panickingPlan = df.Func("panicking", func(n int64) df.Stream[int64] {
		return df.Map(df.Map(df.CountBy(df.Range[int64](0, n), df.Self), keyOf), func(v int64) int64 {
			if v == n/2 {
				failing.Add(1)
				panic("no more numbers")
			}
			return v
		}).Named("liking")
	})
)

func keyOf(kv df.KV[int64, int64]) int64 { return kv.Key }

// TestUserErrors has functions fail on peers. The run ends at once, and says where.
func TestUserErrors(t *testing.T) {
	remote.CheckLeaks(t)
	c := inProcess(t, 3)
	for name, plan := range map[string]func(int64) df.Stream[int64]{"an error": failingPlan, "a panic": panickingPlan} {
		failing.Store(0)
		_, err := df.Collect(t.Context(), plan(300_000), df.On(c))
		var e *df.Error
		var p *df.PanicError
		wanted := `^\w+ "liking" \(planerror_test\.go:\d+\): .*(150000: a number that nobody likes|no more numbers) \(on peer [123] \(test\)\)`
		if !errors.As(err, &e) || e.Label != "liking" || !regexp.MustCompile(wanted).MatchString(err.Error()) {
			t.Errorf("%s: %v", name, err)
		}
		if errors.As(err, &p) != (name == "a panic") {
			t.Errorf("%s: %v", name, err)
		}
		if n := failing.Load(); n != 1 {
			t.Errorf("%s: it was tried %d times", name, n)
		}
		t.Log(err)
	}
	for _, p := range c.Peers() {
		if p.State != remote.Ready {
			t.Errorf("%+v", p)
		}
	}
}

// weakEnv makes a peer weak: "slow" or "full".
const weakEnv = "ANABRANCH_TEST_WEAK"

// weakPlan is one that weak peers do not get far with.
var weakPlan = df.Func("weak", func(a slowly) df.Stream[df.KV[int64, int64]] {
	splits := make([]int64, a.Splits)
	for i := range splits {
		splits[i] = int64(i)
	}
	rows := df.Source(splits, func(ctx context.Context, split int64) iter.Seq2[int64, error] {
		return func(yield func(int64, error) bool) {
			switch os.Getenv(weakEnv) {
			case "slow":
				time.Sleep(time.Minute)
			case "full":
				yield(0, fmt.Errorf("nothing can be written: %w", df.ErrDiskFull))
				return
			}
			time.Sleep(time.Duration(a.Each) * time.Millisecond)
			for i := range int64(splitRows) {
				if !yield(split*splitRows+i, nil) {
					return
				}
			}
		}
	})
	return df.CountBy(rows, func(v int64) int64 { return v / 7 })
})

// weak returns a cluster with a peer for each of these ways to be weak; "" is a strong one.
func weak(t *testing.T, ways ...string) *remote.Cluster {
	t.Helper()
	var c *remote.Cluster
	for i, way := range ways {
		t.Setenv(weakEnv, way)
		var err error
		if i == 0 {
			c, err = remote.Dial(t.Context(), remote.Local(1)...)
		} else {
			_, err = c.Add(t.Context(), remote.Local(1)[0])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestStraggler has a peer that does not come to an end with what it is given: another one
// does that, too.
func TestStraggler(t *testing.T) {
	remote.CheckLeaks(t)
	c := weak(t, "slow", "")
	a := slowly{Splits: 30, Each: 5}
	began := time.Now()
	got, err := df.Collect(t.Context(), weakPlan(a), df.On(c))
	if err != nil {
		t.Fatal(err)
	}
	a.check(t, got)
	took := time.Since(began)
	t.Logf("%v", took)
	if took > 30*time.Second {
		t.Errorf("it took %v", took)
	}
}

// TestFullDisk has peers whose disks are full: others do the work, if there are some.
func TestFullDisk(t *testing.T) {
	remote.CheckLeaks(t)
	a := slowly{Splits: 30, Each: 5}
	t.Run("one", func(t *testing.T) {
		got, err := df.Collect(t.Context(), weakPlan(a), df.On(weak(t, "full", "")))
		if err != nil {
			t.Fatal(err)
		}
		a.check(t, got)
	})
	t.Run("all", func(t *testing.T) {
		_, err := df.Collect(t.Context(), weakPlan(a), df.On(weak(t, "full", "full")))
		wanted := `^source \(planerror_test\.go:\d+\): .*nothing can be written: no space.* \(on peer [12] \(local\)\)$`
		if !errors.Is(err, df.ErrDiskFull) || !regexp.MustCompile(wanted).MatchString(err.Error()) {
			t.Error(err)
		}
	})
	t.Run("and the other one is lost", func(t *testing.T) {
		c := weak(t, "full", "")
		time.AfterFunc(300*time.Millisecond, func() { killProcess(t, c.Peers()[1].Process) })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := df.Collect(ctx, weakPlan(slowly{Splits: 30, Each: 100}), df.On(c))
		if !errors.Is(err, df.ErrDiskFull) {
			t.Error(err)
		}
	})
	t.Run("that of the driver", func(t *testing.T) {
		in := newInput(t, 100_000)
		_, err := df.Collect(t.Context(), upperSorted(in.path), df.On(inProcess(t, 2)), df.Memory(1), df.Disk(4096))
		if !errors.Is(err, df.ErrDiskFull) {
			t.Error(err)
		}
	})
}

func killProcess(t *testing.T, pid int) {
	t.Helper()
	p, err := os.FindProcess(pid)
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		t.Error(err)
	}
}
