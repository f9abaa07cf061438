package remotetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"anabranch.dev/remote"
)

// Check dials a host, and tells what its launcher does wrong: that bytes are lost
// or changed, or that a peer does not end.
func Check(ctx context.Context, h remote.Host) error {
	c, err := remote.Dialer{AtLeast: 1}.Dial(ctx, h)
	if err != nil {
		return err
	}
	if err := errors.Join(echo(ctx, c, 0), echo(ctx, c, 1), echo(ctx, c, 20<<20)); err != nil {
		_ = c.Close() // there is an error already
		return err
	}
	start := time.Now()
	if err := c.Close(); err != nil {
		return err
	}
	if took := time.Since(start); took > 2*time.Second {
		return fmt.Errorf("the peer took %v to end when it was asked to", took)
	}
	if p := c.Peers()[0]; p.State != remote.Removed {
		return fmt.Errorf("a removed peer is %v: %w", p.State, p.Err)
	}
	return nil
}

// echo sends every value that a byte has, and expects it back.
func echo(ctx context.Context, c *remote.Cluster, size int) error {
	s, err := c.Open(ctx, 1, remote.Header{Kind: remote.KindEcho})
	if err != nil {
		return err
	}
	defer s.Close()
	sent := make([]byte, size)
	for i := range sent {
		sent[i] = byte(i*i>>8 + i)
	}
	written := make(chan error, 1)
	go func() {
		_, err := s.Write(sent)
		written <- errors.Join(err, s.CloseWrite())
	}()
	got, err := io.ReadAll(s)
	if err := errors.Join(err, <-written); err != nil {
		return err
	}
	if !bytes.Equal(got, sent) {
		return fmt.Errorf("%d bytes were sent, and others came back: %d", len(sent), len(got))
	}
	return nil
}
