package dist_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"sync"

	"anabranch.dev/exec"
	"anabranch.dev/exec/dist"
	"anabranch.dev/internal/plan"
)

// A network is a cluster whose peers are functions that serve task streams. It is a
// df.Cluster, too.
type network struct {
	peers []func(ctx context.Context, h dist.Header, s dist.Stream) error
	tasks sync.WaitGroup

	mu     sync.Mutex
	handle dist.Handler
}

func (n *network) Execute(ctx context.Context, c exec.Config, roots ...*plan.Node) error {
	defer n.tasks.Wait()
	return dist.Execute(ctx, c, dist.Options{}, n, roots...)
}

func (n *network) Peers() (list []dist.Peer) {
	for i := range n.peers {
		list = append(list, dist.Peer{ID: i + 1, Name: "peer 1 (fake)", Slots: 1, State: dist.Ready})
	}
	return list
}

func (n *network) Changed() <-chan struct{} { return nil }

func (n *network) Serve(_ uint64, h dist.Handler) (stop func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.handle = h
	return func() {}
}

func (n *network) Open(ctx context.Context, peer int, h dist.Header) (dist.Stream, error) {
	near, far := pipe(ctx)
	n.tasks.Go(func() { far.end(n.peers[peer-1](ctx, h, far)) })
	return near, nil
}

// open opens a stream to the driver.
func (n *network) open(ctx context.Context, h dist.Header) (dist.Stream, error) {
	near, far := pipe(ctx)
	n.mu.Lock()
	handle := n.handle
	n.mu.Unlock()
	n.tasks.Go(func() { far.end(handle(ctx, h, far)) })
	return near, nil
}

// honest is a peer that does what it is told.
func (n *network) honest(ctx context.Context, h dist.Header, s dist.Stream) error {
	return dist.Serve(ctx, h, s, dist.Links{Driver: n.open})
}

// A pipeEnd is one end of a stream.
type pipeEnd struct {
	r, w *window
	stop func() bool
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

func pipe(ctx context.Context) (near, far *pipeEnd) {
	there, back := newWindow(), newWindow()
	near, far = &pipeEnd{r: back, w: there}, &pipeEnd{r: there, w: back}
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
}

// end is how the side that serves a stream ends it.
func (p *pipeEnd) end(err error) {
	p.r.close(errClosed)
	p.w.end(err)
}
