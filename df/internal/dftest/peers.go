package dftest

import (
	"context"
	"fmt"
	"sync/atomic"

	"anabranch.dev/df"
	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
	"anabranch.dev/remote"
	"anabranch.dev/remote/remotetest"
)

// OnPeers calls check with an option that runs plans on so many peers, which are
// goroutines of this process: the first exchanges rows through files, and the others
// through the driver or, every second time, with each other. Any plan will do: as peers
// share the memory of the driver, its streams need not be those of a df.Func.
func OnPeers(n int, check func(o df.Option)) {
	hosts := append(remotetest.Hosts(1, remote.Service{}), remotetest.Hosts(n-1, remote.Service{Hostname: "elsewhere"})...)
	for i := range hosts {
		hosts[i].Direct = "127.0.0.1"
	}
	c, err := remote.Dialer{Direct: onPeers.Add(1)%2 == 0}.Dial(context.Background(), hosts...)
	if err != nil {
		panic(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			panic(err)
		}
	}()
	check(df.On(anyPlan{c}))
}

var onPeers atomic.Uint64

// anyPlan is a cluster that takes any plan.
type anyPlan struct{ df.Cluster }

var planNumber atomic.Uint64

func (a anyPlan) Execute(ctx context.Context, c exec.Config, roots ...*plan.Node) error {
	named := map[*plan.Node]*plan.Node{}
	name := func(n *plan.Node) *plan.Node {
		if named[n] == nil {
			m := *n
			m.Call = &plan.Call{Name: fmt.Sprintf("test plan %d", planNumber.Add(1))}
			plan.Register(m.Call.Name, func([]byte) (*plan.Node, error) { return n, nil })
			named[n] = &m
		}
		return named[n]
	}
	for i, n := range roots {
		if n.Kind == plan.Sink && len(n.Inputs) == 1 {
			m := *n
			m.Inputs = []*plan.Node{name(n.Inputs[0])}
			roots[i] = &m
		} else {
			roots[i] = name(n)
		}
	}
	return a.Cluster.Execute(ctx, c, roots...)
}
