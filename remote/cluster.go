package remote

import (
	"context"
	"fmt"
	"sync"

	"anabranch.dev/exec/dist"
)

// A Cluster is the peers that a driver has. It may be used by several goroutines.
type Cluster struct {
	dialer    Dialer
	forward   *forward
	authority *authority // of direct links; nil if there are none

	mu struct {
		sync.Mutex
		peers  []*peer // by their id, from 1 on
		closed bool
		runs   map[uint64]*runService // of plans
		moved  chan struct{}          // is closed when a peer comes or goes
	}
}

func newCluster(d Dialer) *Cluster {
	c := &Cluster{dialer: d}
	c.mu.moved = make(chan struct{})
	c.dialer.Service.Handlers = d.Service.with(map[Kind]Handler{
		KindData: c.serveRun(dist.RowsStream), KindFile: c.serveRun(dist.FileStream), KindKept: c.serveRun(dist.KeptStream),
	})
	if d.Stderr != nil {
		c.forward = &forward{w: d.Stderr}
	}
	return c
}

// enter gives a host the next id.
func (c *Cluster) enter(h Host) (*peer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mu.closed {
		return nil, fmt.Errorf("the cluster is closed: %w", ErrRemoved)
	}
	p := newPeer(len(c.mu.peers)+1, h, &c.dialer, c.forward, c.move)
	p.authority = c.authority
	c.mu.peers = append(c.mu.peers, p)
	return p, nil
}

// changed returns a channel that is closed when a peer comes or goes.
func (c *Cluster) changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mu.moved
}

// move tells those who wait for it that a peer has come or gone.
func (c *Cluster) move() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.mu.moved)
	c.mu.moved = make(chan struct{})
}

func (c *Cluster) all() []*peer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mu.peers[:len(c.mu.peers):len(c.mu.peers)]
}

func (c *Cluster) peer(id int) (*peer, error) {
	all := c.all()
	if id < 1 || id > len(all) {
		return nil, fmt.Errorf("remote: the cluster has no peer %d", id)
	}
	return all[id-1], nil
}

// Peers returns what is known about all peers that there are and have been, in
// the order of their ids.
func (c *Cluster) Peers() []Peer {
	var peers []Peer
	for _, p := range c.all() {
		peers = append(peers, p.snapshot())
	}
	return peers
}

// Add dials one more host, and returns the id of its peer.
func (c *Cluster) Add(ctx context.Context, h Host) (id int, err error) {
	p, err := c.enter(h)
	if err == nil {
		err = p.dial(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("remote: %w", err)
	}
	return p.id, nil
}

// Remove sends a peer away, and returns when nothing of it is left. Its streams
// end with [ErrRemoved]. One that is gone already is no error.
func (c *Cluster) Remove(id int) error {
	p, err := c.peer(id)
	if err != nil {
		return err
	}
	p.remove()
	return nil
}

// Open opens a stream to a peer. It is closed when ctx ends.
func (c *Cluster) Open(ctx context.Context, id int, h Header) (*Stream, error) {
	p, err := c.peer(id)
	if err != nil {
		return nil, err
	}
	l, err := p.linked()
	if err != nil {
		return nil, fmt.Errorf("remote: %w", err)
	}
	return l.open(ctx, h)
}

// Close removes all peers, and returns when nothing of them is left.
func (c *Cluster) Close() error {
	c.mu.Lock()
	c.mu.closed = true
	c.mu.Unlock()
	var removed sync.WaitGroup
	for _, p := range c.all() {
		removed.Go(p.remove)
	}
	removed.Wait()
	return nil
}
