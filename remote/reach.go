package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

const (
	// connectTime is how long an address may give no answer.
	connectTime = time.Second

	// stagger is how long the next address is not tried after one.
	stagger = 50 * time.Millisecond

	// retryTime is how long a peer that could not be reached is not tried again.
	retryTime = 10 * time.Second
)

// A route is the way from this peer to another one.
type route struct {
	turn chan struct{} // is full while somebody looks at what follows, or dials

	link  *link // the last one, which may have ended
	err   error // why there is none, if it has been tried
	tried time.Time
}

// Open opens a stream to another peer, over the link that there is, or a new one
// that is dialled at one of the addresses. A peer that could not be reached is
// not tried again for a while: the error is that of the last time. The stream is
// closed when ctx ends.
//
// Errors that are not those of ctx mean that there is no way to the peer now.
func (m *mesh) Open(ctx context.Context, peer int, addresses []string, h Header) (*Stream, error) {
	for again := false; ; again = true {
		l, err := m.reach(ctx, peer, addresses)
		if err != nil {
			return nil, err
		}
		s, err := l.open(ctx, h)
		if err == nil || again || !l.over() {
			return s, err
		}
	}
}

// reach returns a link with a peer.
func (m *mesh) reach(ctx context.Context, peer int, addresses []string) (*link, error) {
	in, r, err := m.enter(peer)
	if err != nil {
		return nil, err
	}
	defer m.group.Done()
	// both ends with ctx, but does not have its deadline, which the network would be
	// the first to see: then it would look as if the peer had not answered.
	both, cancel := context.WithCancelCause(in.ctx)
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })()
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-both.Done():
		return nil, context.Cause(both)
	}
	if r.link != nil && !r.link.over() {
		return r.link, nil
	}
	if r.err != nil && time.Since(r.tried) < m.retry {
		return nil, r.err
	}
	l, err := m.dial(both, in, peer, addresses)
	switch {
	case err == nil:
		m.group.Go(func() { in.keep(l) })
	case both.Err() != nil:
		return nil, context.Cause(both) // of who wants the stream, and not of the peer
	default:
		err = fmt.Errorf("peer %d cannot be reached directly: %w", peer, err)
	}
	r.link, r.err, r.tried = l, err, time.Now()
	return l, err
}

// enter begins what a peer that is in the mesh does with a route. It ends with
// group.Done.
func (m *mesh) enter(peer int) (*membership, *route, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	in := m.mu.in
	if in == nil {
		return nil, nil, errNotDirect
	}
	r := in.routes[peer]
	if r == nil {
		r = &route{turn: make(chan struct{}, 1)}
		in.routes[peer] = r
	}
	m.group.Add(1)
	return in, r, nil
}

// dial makes a link with a peer that listens at one of the addresses. Each is
// tried a moment after the one before, and the first that leads to the peer is
// taken.
func (m *mesh) dial(ctx context.Context, in *membership, peer int, addresses []string) (*link, error) {
	if len(addresses) == 0 {
		return nil, errors.New("it does not listen")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, shakeTime, errSlowShake)
	defer cancel()
	trying, found := context.WithCancel(ctx)
	defer found()
	type attempt struct {
		conn directConn
		err  error
	}
	attempts := make(chan attempt)
	for i, a := range addresses {
		go func() {
			wait(trying, time.Duration(i)*stagger)
			c, err := in.try(trying, peer, a)
			attempts <- attempt{c, err}
		}()
	}
	var first *directConn
	var errs error
	for range addresses { // when each has ended
		a := <-attempts
		switch {
		case a.err != nil && errs == nil:
			errs = a.err
		case a.err != nil:
			errs = fmt.Errorf("%w; %w", errs, a.err)
		case first != nil:
			_ = a.conn.Close()
		default:
			first = &a.conn
			found()
		}
	}
	if first == nil {
		return nil, errs
	}
	return m.newLink(ctx, *first, peer, true)
}

// try connects to an address, and finds out whether the peer is there.
func (in *membership) try(ctx context.Context, peer int, address string) (directConn, error) {
	d := net.Dialer{Timeout: connectTime}
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return directConn{}, err
	}
	config := in.config.Clone()
	config.ServerName = certName(peer)
	c := directConn{tls.Client(conn, config)}
	err = c.shake(ctx, func() error {
		b := make([]byte, len(directMarker))
		_, err := io.ReadFull(c, b)
		if err == nil && string(b) != directMarker {
			err = protocolError("no peer has answered, but %q", b)
		}
		return endOf(err)
	})
	if err != nil {
		return directConn{}, fmt.Errorf("%s: %w", address, err)
	}
	return c, nil
}
