package remote

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"
)

// A Handler serves a stream that the other side has opened. The stream ends when
// it returns: an error goes to the other side, as a [RemoteError]. ctx ends when
// the other side has closed the stream, or is gone.
type Handler func(ctx context.Context, s *Stream) error

// A Service is what one side of a connection is to the other.
type Service struct {
	// Handlers serve the streams that the other side opens, by their kind.
	Handlers map[Kind]Handler

	// Hostname is the name of the machine that a peer is on; "" is the one that the
	// system has for it. Rows between processes of one machine may go through files.
	Hostname string

	// Plan is a fingerprint of what both sides must have in common beside the
	// program, at most 32 KiB. Peers whose plan differs from that of the driver are
	// refused.
	Plan []byte
}

const (
	// serveGrace is how long handlers have to end when the driver is gone.
	serveGrace = 2 * time.Second

	// answerTime is how long a peer waits for the driver's first words.
	answerTime = time.Minute
)

// Serve is a peer: it serves a driver over conn, until that has closed the
// cluster or is gone, and closes conn. It is what [Main] does over standard input
// and output, and is for connections of other kinds.
//
// The error is nil if the driver has ended the peer. Handlers that have not
// returned two seconds after their contexts ended are not waited for, and an
// error.
func Serve(ctx context.Context, conn io.ReadWriteCloser, s Service) error {
	t := newTransport(conn)
	l, err := answerDriver(ctx, t, s)
	if err != nil {
		_ = t.Close()
		<-t.gone
		return fmt.Errorf("remote: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { l.end(context.Cause(ctx)) })
	defer stop()
	<-l.done
	cause := l.cause()
	l.finish(fmt.Errorf("driver: %w", cause))
	<-t.gone
	if !l.waitHandlers() {
		return fmt.Errorf("remote: handlers still run %v after the end: %w", serveGrace, cause)
	}
	if errors.Is(cause, errBye) {
		return nil
	}
	return fmt.Errorf("remote: driver: %w", cause)
}

// answerDriver is the peer's part of the handshake.
func answerDriver(ctx context.Context, t *transport, s Service) (*link, error) {
	me, err := running()
	if err != nil {
		return nil, err
	}
	host := s.Hostname
	if host == "" {
		host, _ = os.Hostname() // else there is none
	}
	h := hello{
		version: protocolVersion, program: me.hash, plan: s.Plan,
		os: runtime.GOOS, arch: runtime.GOARCH, cores: runtime.GOMAXPROCS(0), pid: os.Getpid(), host: host[:min(len(host), maxName)],
	}
	ctx, cancel := context.WithTimeoutCause(ctx, answerTime, fmt.Errorf("the driver has said nothing for %v", answerTime))
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = t.Close() })()
	w, err := greet(t, h)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	switch {
	case err != nil:
		return nil, err
	case w.refusal != "":
		return nil, fmt.Errorf("the driver has refused this peer: %s", w.refusal)
	}
	m := newMesh(w, map[Kind]Handler{KindKept: serveKept(w.id, false)}) // the driver's stream ends it
	return newLink(ctx, t, linkConfig{
		other: "driver", peer: w.id, window: w.window, beat: w.beat, silence: w.silence,
		handlers: s.with(map[Kind]Handler{KindTask: m.serveTask, KindKept: serveKept(w.id, true), KindDirect: m.serve}),
	})
}

func greet(t *transport, h hello) (welcome, error) {
	if _, err := io.WriteString(t, peerMarker); err != nil {
		return welcome{}, err
	}
	if err := writeMessage(t, h.append(nil)); err != nil {
		return welcome{}, err
	}
	if err := expect(t.r, driverMarker); err != nil {
		return welcome{}, err
	}
	p, err := readMessage(t)
	if err != nil {
		return welcome{}, err
	}
	return parseWelcome(p)
}

// expect reads marker, and nothing before it: a driver makes no noise.
func expect(r *bufio.Reader, marker string) error {
	b := make([]byte, len(marker))
	if n, err := io.ReadFull(r, b); err != nil || string(b) != marker {
		if err == nil || n > 0 {
			return protocolError("no driver has answered, but %s; %s is set for programs that a driver starts", shown(b[:n]), PeerEnv)
		}
		return err
	}
	return nil
}
