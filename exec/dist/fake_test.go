package dist_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"anabranch.dev/exec"
	"anabranch.dev/exec/dist"
	"anabranch.dev/internal/plan"
)

// A network is a cluster whose peers are functions that serve task streams. It is a
// df.Cluster, too.
type network struct {
	peers  []func(ctx context.Context, h dist.Header, s dist.Stream) error
	direct func(from, to int) error // nil: peers cannot reach each other; or why some cannot
	tasks  sync.WaitGroup

	mu      sync.Mutex
	handle  dist.Handler
	gone    map[int]bool
	changed chan struct{}
	streams map[int][]func(error) // by peer: end them
}

func (n *network) Execute(ctx context.Context, c exec.Config, roots ...*plan.Node) error {
	defer n.tasks.Wait()
	return dist.Execute(ctx, c, dist.Options{}, n, roots...)
}

func (n *network) Peers() (list []dist.Peer) {
	for i := range n.peers {
		p := dist.Peer{ID: i + 1, Name: fmt.Sprintf("peer %d (fake)", i+1), Slots: 1, State: dist.Ready}
		if n.direct != nil {
			p.Direct = []string{"an address"}
		}
		n.mu.Lock()
		if n.gone[p.ID] {
			p.State, p.Err = dist.Gone, errKilled
		}
		n.mu.Unlock()
		list = append(list, p)
	}
	return list
}

func (n *network) Changed() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.changed == nil {
		n.changed = make(chan struct{})
	}
	return n.changed
}

var errKilled = errors.New("it was killed")

// kill ends a peer.
func (n *network) kill(peer int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.gone == nil {
		n.gone = map[int]bool{}
	}
	n.gone[peer] = true
	for _, end := range n.streams[peer] {
		end(errKilled)
	}
	if n.changed != nil {
		close(n.changed)
		n.changed = nil
	}
}

func (n *network) Serve(_ uint64, h dist.Handler) (stop func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.handle = h
	return func() {}
}

func (n *network) Open(ctx context.Context, peer int, h dist.Header) (dist.Stream, error) {
	return n.connect(ctx, peer, func(ctx context.Context, s dist.Stream) error { return n.peers[peer-1](ctx, h, s) })
}

// connect opens a stream to or from a peer, which ends with that.
func (n *network) connect(ctx context.Context, peer int, serve func(context.Context, dist.Stream) error) (dist.Stream, error) {
	served, cancel := context.WithCancelCause(context.Background())
	near, far := pipe(ctx, cancel)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.gone[peer] {
		near.fail(errKilled)
		return nil, errKilled
	}
	if n.streams == nil {
		n.streams = map[int][]func(error){}
	}
	n.streams[peer] = append(n.streams[peer], near.fail)
	n.tasks.Go(func() { far.end(serve(served, far)) })
	return near, nil
}

// open opens a stream from a peer to the driver.
func (n *network) open(ctx context.Context, peer int, h dist.Header) (dist.Stream, error) {
	return n.connect(ctx, peer, func(ctx context.Context, s dist.Stream) error {
		n.mu.Lock()
		handle := n.handle
		n.mu.Unlock()
		return handle(ctx, h, s)
	})
}

// honest is a peer that does what it is told.
func (n *network) honest(self int) func(context.Context, dist.Header, dist.Stream) error {
	links := dist.Links{Self: self, Driver: func(ctx context.Context, h dist.Header) (dist.Stream, error) { return n.open(ctx, self, h) }}
	if n.direct != nil {
		links.Peer = func(ctx context.Context, to int, addresses []string, h dist.Header) (dist.Stream, error) {
			if err := n.direct(self, to); err != nil {
				return nil, err
			}
			return n.connect(ctx, to, func(ctx context.Context, s dist.Stream) error { return dist.ServeKept(ctx, to, h, s) })
		}
	}
	return func(ctx context.Context, h dist.Header, s dist.Stream) error {
		if h.Kind == dist.KeptStream {
			return dist.ServeKept(ctx, self, h, s)
		}
		return dist.Serve(ctx, h, s, links)
	}
}

// A pipeEnd is one end of a stream.
type pipeEnd struct {
	r, w   *window
	stop   func() bool
	closed context.CancelCauseFunc // of who serves the other end
}

// A window is one direction of a stream: what was written waits to be read.
type window struct {
	mu      sync.Mutex
	changed *sync.Cond
	data    bytes.Buffer
	ended   error // of reads, when all was read; io.EOF is an end in good order
	closed  error // nobody reads, or writes, any more
}

func newWindow() *window {
	w := &window{}
	w.changed = sync.NewCond(&w.mu)
	return w
}

func (w *window) Read(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.closed == nil && w.ended == nil && w.data.Len() == 0 {
		w.changed.Wait()
	}
	switch {
	case w.closed != nil:
		return 0, w.closed
	case w.data.Len() > 0:
		return w.data.Read(b)
	}
	return 0, w.ended
}

func (w *window) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed != nil || w.ended != nil {
		return 0, cmp.Or(w.closed, errClosed)
	}
	w.changed.Broadcast()
	return w.data.Write(b)
}

// end ends the writing, with nil in good order.
func (w *window) end(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended == nil {
		w.ended = cmp.Or(err, io.EOF)
	}
	w.changed.Broadcast()
}

func (w *window) close(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed == nil {
		w.closed = err
	}
	w.changed.Broadcast()
}

// pipe makes a stream. It calls closed when the near end is.
func pipe(ctx context.Context, closed context.CancelCauseFunc) (near, far *pipeEnd) {
	there, back := newWindow(), newWindow()
	near, far = &pipeEnd{r: back, w: there, closed: closed}, &pipeEnd{r: there, w: back}
	near.stop = context.AfterFunc(ctx, func() { near.fail(context.Cause(ctx)) })
	return near, far
}

var errClosed = errors.New("the stream is closed")

func (p *pipeEnd) Read(b []byte) (int, error)  { return p.r.Read(b) }
func (p *pipeEnd) Write(b []byte) (int, error) { return p.w.Write(b) }
func (p *pipeEnd) CloseWrite() error           { p.w.end(nil); return nil }

func (p *pipeEnd) Close() error {
	p.stop()
	p.fail(errClosed)
	return nil
}

func (p *pipeEnd) fail(err error) {
	p.r.close(err)
	p.w.close(err)
	if p.closed != nil {
		p.closed(err)
	}
}

// end is how the side that serves a stream ends it.
func (p *pipeEnd) end(err error) {
	p.r.close(errClosed)
	p.w.end(err)
}
