package remotetest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"

	"anabranch.dev/remote"
	"anabranch.dev/remote/remotetest"
)

// A peer in this process, which dies while it is talked to.
func Example() {
	hosts := remotetest.Hosts(2, remote.Service{})
	broken, wire := remotetest.Break(hosts[0])

	ctx := context.Background()
	cluster, err := remote.Dial(ctx, broken, hosts[1])
	if err != nil {
		log.Fatal(err)
	}
	defer cluster.Close()

	s, err := cluster.Open(ctx, 1, remote.Header{Kind: remote.KindEcho})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	wire.Kill()
	_, err = io.ReadAll(s)
	fmt.Println(errors.Is(err, remote.ErrLost))
	for _, p := range cluster.Peers() {
		fmt.Println(p.ID, p.State)
	}
	// Output:
	// true
	// 1 lost
	// 2 ready
}
