package remotetest

import (
	"context"
	"fmt"
	"io"
	"net"

	"anabranch.dev/remote"
)

// Hosts returns n hosts whose peers are goroutines of this process, and serve s.
// No program is sent or started, but for that everything is as it is elsewhere.
func Hosts(n int, s remote.Service) []remote.Host {
	hosts := make([]remote.Host, n)
	for i := range hosts {
		hosts[i] = remote.Host{Address: "test", Slots: 1, Launcher: launcher{s}}
	}
	return hosts
}

type launcher struct{ service remote.Service }

func (l launcher) Launch(_ context.Context, _ remote.Host, stderr io.Writer) (remote.Process, error) {
	driver, peer := net.Pipe()
	c := &conn{Conn: driver, ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		if err := remote.Serve(context.Background(), peer, l.service); err != nil {
			fmt.Fprintln(stderr, err)
		}
	}()
	return remote.Process{Conn: c}, nil
}

// A conn ends as a process does.
type conn struct {
	net.Conn
	ended chan struct{}
}

// Close ends the peer, as it ends when its driver does, and waits for it.
func (c *conn) Close() error {
	err := c.Conn.Close()
	<-c.ended
	return err
}
