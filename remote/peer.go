package remote

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A State is how far a peer has come.
type State uint8

// The states, in their order.
const (
	Connecting State = iota // it is being dialled; ends as Ready or Lost
	Ready                   // it serves streams; ends as Lost or Removed
	Lost                    // it could not be reached, ended, or was not heard of; Err says which
	Removed                 // it was sent away by Remove or Close
)

func (s State) String() string {
	switch s {
	case Connecting:
		return "connecting"
	case Ready:
		return "ready"
	case Lost:
		return "lost"
	}
	return "removed"
}

// Peer is what is known about a peer at some moment.
type Peer struct {
	ID    int    // in the cluster; never used again
	Name  string // the address of its host
	State State
	Err   error // of a lost peer: a *PeerError
	Slots int   // workers
	Dir   string

	// What the peer says about itself, once it is ready.
	Hostname string
	Process  int
	OS, Arch string
	Cores    int

	RTT               time.Duration // of the last heartbeat; 0 is not known
	BytesIn, BytesOut int64         // received from it, and sent to it, uploads included
	BytesInPerSecond  float64       // over about the last two seconds, or the Silence of the Dialer
	BytesOutPerSecond float64
	StreamsOpen       int

	// Where other peers reach it, if Dialer.Direct is set; or why they do not.
	Direct    []string
	DirectErr error
}

// A peer is the driver's end of a peer.
type peer struct {
	id        int
	name      string
	host      Host
	dialer    *Dialer
	tail      *tail
	authority *authority // nil if peers have no direct links
	moved     func()     // is called when the state has changed
	transport *transport // of the goroutine that dials, then of keep

	dialling context.Context // ends when the peer is removed
	giveUp   context.CancelCauseFunc
	ended    chan struct{} // closed when nothing of the peer is left

	mu struct {
		sync.Mutex
		state   State
		stage   Stage
		err     error
		removed bool
		link    *link // of a peer that is or was ready
		hello   hello
		slots   int

		direct    []string
		directErr error
	}
}

func newPeer(id int, h Host, d *Dialer, f *forward, moved func()) *peer {
	p := &peer{id: id, name: h.Address, host: h, dialer: d, moved: moved, ended: make(chan struct{})}
	p.tail = &tail{prefix: p.String() + ": ", forward: f}
	p.dialling, p.giveUp = context.WithCancelCause(context.Background())
	p.mu.stage = StageLaunch
	p.mu.slots = h.Slots
	return p
}

func (p *peer) String() string { return fmt.Sprintf("peer %d (%s)", p.id, p.name) }

func (p *peer) at(s Stage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.stage = s
}

func (p *peer) met(h hello, slots int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.hello, p.mu.slots = h, slots
}

// failed ends a peer that has not got ready, and returns what is to be said.
func (p *peer) failed(err error) error {
	defer p.giveUp(nil)
	if p.transport != nil {
		_ = p.transport.Close()
	}
	err = p.obituary(err)
	p.buried(obituaryTime)
	close(p.ended)
	return err
}

// ready begins the time in which a peer serves. It is removed at once if it
// should have been meanwhile.
func (p *peer) ready(ctx context.Context, l *link) error {
	p.at(StageServe)
	go p.keep(l)
	p.introduce(ctx, l)
	p.mu.Lock()
	p.mu.link = l
	removed := p.mu.removed
	if !removed && p.mu.state == Connecting { // and not Lost
		p.mu.state = Ready
	}
	p.mu.Unlock()
	p.moved()
	if removed {
		p.remove()
		return &PeerError{ID: p.id, Name: p.name, Stage: StageServe, Err: ErrRemoved}
	}
	return nil
}

// keep waits for the end of a link, finds out what there is to say about it, and
// cleans up.
func (p *peer) keep(l *link) {
	defer close(p.ended)
	defer p.giveUp(nil)
	<-l.done
	l.finish(p.obituary(l.cause()))
	l.serve.Wait()
	p.buried(obituaryTime)
}

// buried waits for the end of the process, but not for long: it may be one that
// a launcher cannot end.
func (p *peer) buried(wait time.Duration) bool {
	if p.transport == nil {
		return true
	}
	select {
	case <-p.transport.gone:
		return true
	case <-time.After(wait):
		return false
	}
}

// obituary puts together why the peer is not there any more. A process that has
// ended can say why; of one that is silent nothing more is expected.
func (p *peer) obituary(err error) error {
	wait := obituaryTime
	if errors.Is(err, errSilent) {
		wait = silentTime
	}
	if p.buried(wait) && p.transport != nil && p.transport.err != nil {
		err = fmt.Errorf("%w; %w", err, p.transport.err)
	}
	if p.tail.forward != nil {
		p.tail.flush()
	}
	defer p.moved()
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.mu.removed:
		err = ErrRemoved
		p.mu.state = Removed
	case p.mu.stage == StageServe:
		err = fmt.Errorf("%w: %w", ErrLost, err)
		fallthrough
	default:
		p.mu.state = Lost
	}
	p.mu.err = &PeerError{ID: p.id, Name: p.name, Stage: p.mu.stage, Stderr: p.tail.String(), Err: err}
	return p.mu.err
}

// How long streams of a peer that is gone wait to hear why.
const (
	obituaryTime = 3 * time.Second
	silentTime   = 50 * time.Millisecond
)

// remove ends a peer in good order, if it can be reached.
func (p *peer) remove() {
	p.mu.Lock()
	p.mu.removed = true
	if p.mu.state == Ready {
		p.mu.state = Removed // at once: its streams end now, and nobody is to open others
	}
	l := p.mu.link
	p.mu.Unlock()
	p.moved()
	p.giveUp(ErrRemoved)
	if l == nil {
		<-p.ended
		return
	}
	gone := &PeerError{ID: p.id, Name: p.name, Stage: StageServe, Err: ErrRemoved}
	said := make(chan struct{})
	go func() {
		defer close(said) // when the link has ended, at the latest
		l.quit(gone)
		_ = l.control.tell(notice{what: tellBye}) // an error is that of the link
	}()
	select {
	case <-l.done:
	case <-time.After(serveGrace + endGrace):
		l.end(gone)
	}
	<-said
	<-p.ended
}

// linked returns the link of a peer that serves, or why there is none.
func (p *peer) linked() (*link, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.mu.err != nil:
		return nil, p.mu.err
	case p.mu.removed:
		return nil, &PeerError{ID: p.id, Name: p.name, Stage: p.mu.stage, Err: ErrRemoved}
	case p.mu.state != Ready:
		return nil, fmt.Errorf("%v is %v", p, p.mu.state)
	}
	return p.mu.link, nil
}

func (p *peer) snapshot() Peer {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.mu.hello
	s := Peer{
		ID: p.id, Name: p.name, State: p.mu.state, Slots: p.mu.slots, Dir: p.host.Dir,
		Direct: slices.Clone(p.mu.direct), DirectErr: p.mu.directErr,
		Hostname: h.host, Process: h.pid, OS: h.os, Arch: h.arch, Cores: h.cores,
	}
	if p.mu.state == Lost {
		s.Err = p.mu.err
	}
	if l := p.mu.link; l != nil {
		s.RTT = time.Duration(l.rtt.Load())
		s.BytesIn, s.BytesOut = l.transport.in.Load(), l.transport.out.Load()
		s.BytesInPerSecond, s.BytesOutPerSecond = l.rates.perSecond()
		s.StreamsOpen = l.streams()
	}
	return s
}
