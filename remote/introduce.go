package remote

import (
	"context"
	"fmt"
)

// introduce gives a peer its pass, and notes where it listens for others. A peer
// that cannot goes on without.
func (p *peer) introduce(ctx context.Context, l *link) {
	if p.authority == nil {
		return
	}
	addresses, err := p.exchange(ctx, l)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.direct, p.mu.directErr = addresses, err
}

// exchange sends a pass for the addresses of a peer. The stream stays: the peer is
// in the mesh as long as it is there.
func (p *peer) exchange(ctx context.Context, l *link) ([]string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, p.dialer.Timeout, fmt.Errorf("no answer within %v", p.dialer.Timeout))
	defer cancel()
	pass, err := p.authority.pass(p.id, p.host.Direct)
	if err != nil {
		return nil, err
	}
	s, err := l.open(context.WithoutCancel(ctx), Header{Kind: KindDirect})
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { s.abort(context.Cause(ctx)) })
	addresses, err := handOver(s, pass)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return addresses, nil
}

func handOver(s *Stream, p pass) ([]string, error) {
	if err := writeMessage(s, p.append(nil)); err != nil {
		return nil, err
	}
	b, err := readMessage(s)
	if err != nil {
		return nil, err
	}
	return parseAddresses(b)
}
