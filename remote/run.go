package remote

import (
	"context"
	"fmt"
	"os"
	"sync"

	"anabranch.dev/exec"
	"anabranch.dev/exec/dist"
	"anabranch.dev/internal/plan"
)

// Execute runs a plan on the peers. It is for the option On of package df, and not to be
// called by programs.
func (c *Cluster) Execute(ctx context.Context, config exec.Config, roots ...*plan.Node) error {
	return dist.Execute(ctx, config, dist.Options{Losses: c.dialer.Losses}, workers{c}, roots...)
}

// workers is a cluster as package dist knows one.
type workers struct{ c *Cluster }

func (w workers) Peers() (list []dist.Peer) {
	all := w.c.all()
	here, _ := os.Hostname() // where it is not known, no peer has it
	for _, p := range w.c.Peers()[:len(all)] {
		_, near := all[p.ID-1].host.Launcher.(local)
		d := dist.Peer{
			ID: p.ID, Name: fmt.Sprintf("peer %d (%s)", p.ID, p.Name), Machine: p.Hostname, Near: near, Here: here != "" && p.Hostname == here,
			Direct: p.Direct, Slots: p.Slots, In: p.BytesIn, Out: p.BytesOut, Err: p.Err,
		}
		switch p.State {
		case Connecting:
			d.State = dist.Coming
		case Ready:
			d.State = dist.Ready
		case Lost:
			d.State = dist.Gone
		case Removed:
			d.State = dist.Removed
		}
		list = append(list, d)
	}
	return list
}

func (w workers) Changed() <-chan struct{} { return w.c.changed() }

func (w workers) Open(ctx context.Context, peer int, h dist.Header) (dist.Stream, error) {
	return asStream(w.c.Open(ctx, peer, headerOf(h)))
}

func (w workers) Serve(id uint64, h dist.Handler) (stop func()) {
	s := &runService{handle: h}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	if w.c.mu.runs == nil {
		w.c.mu.runs = map[uint64]*runService{}
	}
	w.c.mu.runs[id] = s
	return func() {
		w.c.mu.Lock()
		delete(w.c.mu.runs, id)
		w.c.mu.Unlock()
		s.stop()
	}
}

// runService serves what peers open for one run.
type runService struct {
	handle dist.Handler
	ctx    context.Context
	cancel context.CancelCauseFunc
	mu     sync.RWMutex // is held by handlers
	over   bool         // guarded by the mutex
}

var errRunOver = fmt.Errorf("the run is over")

func (s *runService) stop() {
	s.cancel(errRunOver)
	s.mu.Lock() // when the handlers have returned
	defer s.mu.Unlock()
	s.over = true
}

func (s *runService) serve(ctx context.Context, st *Stream, h dist.Header) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.over {
		return errRunOver
	}
	ctx, cancel := context.WithCancelCause(ctx) // it may have opened other streams, and wait for these
	defer cancel(nil)
	defer context.AfterFunc(s.ctx, func() {
		st.abort(errRunOver)
		cancel(errRunOver)
	})()
	return s.handle(ctx, h, st)
}

// The kinds of streams of a run, as both packages call them.
var runKinds = map[dist.Kind]Kind{dist.TaskStream: KindTask, dist.RowsStream: KindData, dist.FileStream: KindFile, dist.KeptStream: KindKept}

func headerOf(h dist.Header) Header { return Header{Kind: runKinds[h.Kind], ID: h.ID, Name: h.Name} }

// serveRun serves a stream that a peer has opened for a run.
func (c *Cluster) serveRun(kind dist.Kind) Handler {
	return func(ctx context.Context, st *Stream) error {
		h := st.Header()
		c.mu.Lock()
		s := c.mu.runs[h.ID]
		c.mu.Unlock()
		if s == nil {
			return errRunOver
		}
		return s.serve(ctx, st, dist.Header{Kind: kind, ID: h.ID, Name: h.Name})
	}
}

// serveTask runs a task in a peer.
func (m *mesh) serveTask(ctx context.Context, st *Stream) error {
	h := st.Header()
	links := dist.Links{
		Self: st.Peer(),
		Driver: func(ctx context.Context, h dist.Header) (dist.Stream, error) {
			return asStream(st.Open(ctx, headerOf(h)))
		},
		Peer: func(ctx context.Context, id int, addresses []string, h dist.Header) (dist.Stream, error) {
			return asStream(m.Open(ctx, id, addresses, headerOf(h)))
		},
	}
	return dist.Serve(ctx, dist.Header{Kind: dist.TaskStream, ID: h.ID, Name: h.Name}, st, links)
}

// asStream has no stream that is nil.
func asStream(s *Stream, err error) (dist.Stream, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// serveKept serves, in the peer with that id, a stream about what it keeps. Only the
// driver says what is to be kept.
func serveKept(id int, driver bool) Handler {
	return func(ctx context.Context, st *Stream) error {
		h := st.Header()
		if !driver && h.Name != "" {
			return fmt.Errorf("remote: %.100q is for the driver to ask", h.Name)
		}
		return dist.ServeKept(ctx, id, dist.Header{Kind: dist.KeptStream, ID: h.ID, Name: h.Name}, st)
	}
}

// with adds handlers to those of a service, which come first.
func (s Service) with(builtin map[Kind]Handler) map[Kind]Handler {
	all := map[Kind]Handler{}
	for k, h := range builtin {
		all[k] = h
	}
	for k, h := range s.Handlers {
		all[k] = h
	}
	return all
}
