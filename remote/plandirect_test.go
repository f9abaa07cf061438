package remote_test

import (
	"fmt"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/remote"
	"anabranch.dev/remote/remotetest"
)

// TestPlanDirect has peers exchange rows with each other: the driver's connections carry
// little of them. One of the peers may listen where nobody reaches it.
func TestPlanDirect(t *testing.T) {
	remote.CheckLeaks(t)
	in := newInput(t, 200_000)
	through := map[bool]int64{}
	for _, direct := range []bool{false, true} {
		for _, c := range in.cases() {
			t.Run(fmt.Sprintf("%s, direct %v", c.name, direct), func(t *testing.T) {
				hosts := remotetest.Hosts(3, remote.Service{Hostname: "elsewhere"})
				for i := range hosts {
					hosts[i].Direct = "127.0.0.1"
				}
				cluster, err := remote.Dialer{AtLeast: 3, Direct: direct}.Dial(t.Context(), hosts...)
				if err != nil {
					t.Fatal(err)
				}
				defer cluster.Close()
				got, err := c.run(t.Context(), df.On(cluster))
				if err != nil {
					t.Fatal(err)
				}
				c.check(t, got)
				for _, p := range cluster.Peers() {
					if c.name == "sort, then map" {
						through[direct] += p.BytesIn + p.BytesOut
					}
				}
			})
		}
	}
	if through[true] > through[false]*2/3 {
		t.Errorf("%d bytes went through the driver, and %d with direct connections", through[false], through[true])
	}
}

// TestPlanRelayed: peers that cannot reach each other read through the driver.
func TestPlanRelayed(t *testing.T) {
	remote.CheckLeaks(t)
	in := newInput(t, 50_000)
	hosts := remotetest.Hosts(3, remote.Service{Hostname: "elsewhere"})
	for i := range hosts {
		hosts[i].Direct = "127.0.0.1"
	}
	hosts[1].Direct = "unreachable.invalid:1" // others are told of this address
	cluster, err := remote.Dialer{AtLeast: 3, Direct: true}.Dial(t.Context(), hosts...)
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	for _, c := range in.cases() {
		got, err := c.run(t.Context(), df.On(cluster))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		c.check(t, got)
	}
}

// TestPlanDirectRemoved sends a peer away at several moments of a run. What it kept is made
// again.
func TestPlanDirectRemoved(t *testing.T) {
	remote.CheckLeaks(t)
	const moments = 10
	c := newInput(t, 200_000).cases()[2]
	var took time.Duration
	during := 0
	for n := range moments {
		hosts := remotetest.Hosts(2, remote.Service{Hostname: "elsewhere"})
		for i := range hosts {
			hosts[i].Direct = "127.0.0.1"
		}
		cluster, err := remote.Dialer{AtLeast: 2, Direct: true}.Dial(t.Context(), hosts...)
		if err != nil {
			t.Fatal(err)
		}
		away := func() {} // the first time, to know how long it takes
		if n > 0 {
			timer := time.AfterFunc(took*time.Duration(n)/moments, func() { _ = cluster.Remove(1) })
			away = func() {
				if !timer.Stop() {
					during++
				}
			}
		}
		began := time.Now()
		got, err := c.run(t.Context(), df.On(cluster))
		away()
		if err != nil {
			t.Fatalf("removed at moment %d of %d: %v", n, moments, err)
		}
		if n == 0 {
			took = time.Since(began)
		}
		c.check(t, got)
		_ = cluster.Close() // always nil
	}
	if during == 0 {
		t.Error("no peer was removed while the plan ran")
	}
}
