package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"

	"anabranch.dev/df"
	"anabranch.dev/examples/internal/cli"
	"anabranch.dev/remote"
)

// peers are flags that say where a plan runs.
type peers struct {
	hosts        remote.HostsFlag
	local, slots uint
	direct       bool
}

func peerFlags() *peers {
	p := &peers{}
	flag.Var(&p.hosts, "hosts", "have a peer on each of these machines: a `FILE` of hosts, or their addresses with commas between")
	flag.UintVar(&p.local, "local", 0, "have `N` peers on this machine, beside those of -hosts")
	flag.UintVar(&p.slots, "slots", 0, "have `N` workers in each peer; 0: what a file of hosts says, or one for each core")
	flag.BoolVar(&p.direct, "direct", false, "have peers connect with each other, at ports of theirs, for the rows that they exchange")
	return p
}

// all are the hosts that the flags ask for.
func (p *peers) all() []remote.Host {
	const most = 1000
	hosts := append([]remote.Host{}, p.hosts...)
	hosts = append(hosts, remote.Local(int(min(p.local, most)))...)
	for i := range hosts {
		if p.slots > 0 {
			hosts[i].Slots = int(min(p.slots, math.MaxUint16))
		}
	}
	return hosts
}

// run runs a plan where the flags say, or prints it if that was asked for.
func (p *peers) run(ctx context.Context, s *cli.Settings, plan df.Output) (err error) {
	if s.Explained(plan) {
		return nil
	}
	hosts := p.all()
	if len(hosts) == 0 {
		return df.Run(ctx, plan, s.Options()...)
	}
	cluster, err := remote.Dialer{Direct: p.direct}.Dial(ctx, hosts...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cluster.Close()) }()
	for _, peer := range cluster.Peers() {
		if peer.State == remote.Lost {
			fmt.Fprintf(os.Stderr, "cluster: going on without %v\n", peer.Err)
		}
	}
	return df.Run(ctx, plan, append(s.Options(), df.On(cluster))...)
}
