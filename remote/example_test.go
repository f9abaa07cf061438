package remote_test

import (
	"context"
	"fmt"
	"io"
	"log"

	"anabranch.dev/remote"
)

// Peers on this machine, which are reached as those on others are. The main of
// this program, or of its tests, has called [remote.Main] first.
func Example() {
	ctx := context.Background()
	cluster, err := remote.Dial(ctx, remote.Local(2)...)
	if err != nil {
		log.Fatal(err)
	}
	defer cluster.Close()

	for _, p := range cluster.Peers() {
		s, err := cluster.Open(ctx, p.ID, remote.Header{Kind: remote.KindEcho})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Fprintf(s, "hello from peer %d, which is %v", p.ID, p.State)
		if err := s.CloseWrite(); err != nil {
			log.Fatal(err)
		}
		answer, err := io.ReadAll(s)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(answer))
		s.Close()
	}
	// Output:
	// hello from peer 1, which is ready
	// hello from peer 2, which is ready
}
