package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/yamux"
)

const (
	minWindow     = 256 << 10 // what every stream of yamux begins with
	defaultWindow = 1 << 20
	maxWindow     = 1 << 30

	// maxStreams is how many streams the other side may have open at a time.
	maxStreams = 4096
)

// errBye is how a link ends that the driver has ended.
var errBye = errors.New("the driver has closed the connection")

// A link is one end of a session: a connection, the streams over it, and the
// control stream. It is the same at both ends.
//
// It ends once, with the first error: end closes done and the connection, so
// that nothing of it waits any more. Streams give out the error when final is
// closed: by then the owner of the link has found out what there is to say.
type link struct {
	other     string // who is at the other end, for errors
	peer      int    // the id of the peer, at both ends
	transport *transport
	mux       *yamux.Session
	control   *control
	handlers  map[Kind]Handler

	ctx    context.Context // of handlers
	cancel context.CancelCauseFunc

	done  chan struct{}
	final chan struct{}
	group sync.WaitGroup // all goroutines but those of handlers
	serve sync.WaitGroup // handlers

	opening sync.Mutex

	answers chan []byte
	beats   beats
	rtt     atomic.Int64
	rates   rates

	mu struct {
		sync.Mutex
		err      error // before done is closed: why; when final is closed: what streams say
		ended    bool
		quit     error // why no streams begin any more
		streams  map[uint32]*Stream
		early    map[uint32]string // stops of streams that have not been accepted
		accepted uint32            // the last one; of the control stream at first
		theirs   int               // streams that the other side has opened
	}
}

// A linkConfig is what both ends of a link agree on.
type linkConfig struct {
	other    string
	peer     int
	driver   bool // this end is the driver, or has dialled: it opens the control stream
	window   int
	beat     time.Duration
	silence  time.Duration
	handlers map[Kind]Handler
}

// newLink makes a link over a connection whose handshake is done, and opens or
// accepts its control stream.
func newLink(ctx context.Context, t *transport, c linkConfig) (*link, error) {
	mc := yamux.DefaultConfig()
	mc.AcceptBacklog = maxStreams
	mc.EnableKeepAlive = false            // heartbeats do it
	mc.ConnectionWriteTimeout = time.Hour // a full connection is slow or lost, and silence tells which
	mc.MaxStreamWindowSize = uint32(c.window)
	mc.StreamOpenTimeout = 0  // as above
	mc.StreamCloseTimeout = 0 // a stream whose one direction has ended may live for hours
	mc.LogOutput = io.Discard // what matters comes as an error
	open := yamux.Server
	if c.driver {
		open = yamux.Client
	}
	t.seal()
	mux, err := open(t, mc)
	if err != nil {
		return nil, err
	}
	l := &link{
		other: c.other, peer: c.peer, transport: t, mux: mux, handlers: c.handlers,
		done: make(chan struct{}), final: make(chan struct{}),
		answers: make(chan []byte, 1),
	}
	l.ctx, l.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	l.mu.streams = map[uint32]*Stream{}
	l.mu.early = map[uint32]string{}
	l.run(func() error { return l.watch(c.silence) })
	if err := l.openControl(ctx, c.driver); err != nil {
		l.end(l.muxErr(err))
		err = l.cause() // silence, perhaps
		l.finish(err)
		return nil, err
	}
	l.run(func() error { return l.beat(c.beat) })
	l.run(l.listen)
	l.run(l.accept)
	return l, nil
}

// run starts a goroutine that ends with the link, and whose error ends the link.
// The functions return nil where another one knows why the link has ended.
func (l *link) run(f func() error) {
	l.group.Go(func() {
		if err := f(); err != nil {
			l.end(err)
		}
	})
}

func (l *link) openControl(ctx context.Context, driver bool) error {
	defer context.AfterFunc(ctx, func() { l.end(context.Cause(ctx)) })()
	if driver {
		s, err := l.mux.OpenStream()
		if err != nil {
			return fmt.Errorf("control stream: %w", err)
		}
		l.control = &control{stream: s}
		return writeMessage(s, Header{Kind: kindControl}.append(nil))
	}
	s, err := l.mux.AcceptStream()
	if err != nil {
		return fmt.Errorf("control stream: %w", err)
	}
	l.mu.accepted = s.StreamID()
	p, err := readMessage(s)
	if err != nil {
		return fmt.Errorf("control stream: %w", err)
	}
	if h, err := parseHeader(p); err != nil || h.Kind != kindControl {
		return protocolError("the first stream is not the control stream: %v, %v", h, err)
	}
	l.control = &control{stream: s}
	return nil
}

// muxErr returns why yamux has ended, if err is because it has.
func (l *link) muxErr(err error) error {
	if !l.mux.IsClosed() {
		return err
	}
	if _, why := l.mux.AcceptStream(); why != nil && why != yamux.ErrSessionShutdown {
		return endOf(why)
	}
	return err
}

// end ends the link, the first time it is called.
func (l *link) end(err error) {
	l.mu.Lock()
	first := !l.mu.ended
	l.mu.ended = true
	if first {
		l.mu.err = err
	}
	l.mu.Unlock()
	if !first {
		return
	}
	close(l.done)
	_ = l.transport.Close() // first: the errors of handlers that end now are not the other side's
	l.cancel(err)
	_ = l.mux.Close() // of a transport, which says nothing here
}

// finish says what streams shall say from now on, and waits for the goroutines
// of the link.
func (l *link) finish(err error) {
	l.mu.Lock()
	l.mu.err = err
	l.mu.Unlock()
	close(l.final)
	l.group.Wait()
}

// quit ends handlers and streams, and lets no others begin. The link goes on.
func (l *link) quit(err error) {
	l.mu.Lock()
	l.mu.quit = err
	streams := slices.Collect(maps.Values(l.mu.streams))
	l.mu.Unlock()
	l.cancel(err)
	for _, s := range streams {
		s.abort(err)
	}
}

// leaveDriver is what a peer does when the driver wants it to end: the connection
// ends when the handlers have.
func (l *link) leaveDriver() {
	l.quit(errBye)
	l.waitHandlers()
	l.end(errBye)
}

// waitHandlers waits until the handlers have returned, but not for long. It
// comes behind quit, or behind the end of accept.
func (l *link) waitHandlers() bool {
	served := make(chan struct{})
	go func() {
		defer close(served) // when the handlers have returned
		l.serve.Wait()
	}()
	select {
	case <-served:
		return true
	case <-time.After(serveGrace):
		return false
	}
}

// cause returns why the link has ended.
func (l *link) cause() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mu.err
}

// lost returns the error of streams of a link that has ended. It waits until
// that is known.
func (l *link) lost() error {
	<-l.final
	return l.cause()
}

// accept starts a handler for each stream that the other side opens.
func (l *link) accept() error {
	for {
		y, err := l.mux.AcceptStream()
		if err != nil {
			return endOf(err)
		}
		s := newStream(l, y)
		s.theirs = true
		if err := l.enter(s); err != nil {
			return err
		}
	}
}

// handle reads the header of a stream that the other side has opened, and has
// it served.
func (l *link) handle(s *Stream) {
	ctx, cancel := context.WithCancelCause(l.ctx)
	defer cancel(nil)
	s.onStop(func(err error) { cancel(err) })
	err := s.readHeader()
	if err == nil {
		err = errNoHandler
		if h := l.handlers[s.header.Kind]; h != nil {
			err = h(ctx, s)
		} else if s.header.Kind == KindEcho {
			err = echo(ctx, s)
		}
	}
	if err == errNoHandler {
		err = fmt.Errorf("it has no handler for streams of %v", s.header.Kind)
	}
	s.answer(err)
}

var errNoHandler = errors.New("no handler")

func echo(_ context.Context, s *Stream) error {
	_, err := io.Copy(s, s)
	return err
}

// open opens a stream to the other side. It is closed when ctx ends.
func (l *link) open(ctx context.Context, h Header) (*Stream, error) {
	if len(h.Name) > MaxHeaderName {
		return nil, fmt.Errorf("remote: the name of a stream has %d bytes, over %d", len(h.Name), MaxHeaderName)
	}
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	s, err := l.openStream(h)
	if err != nil {
		return nil, l.whyNot(err)
	}
	s.attach(ctx)
	if err := writeMessage(s.mux, h.append(nil)); err != nil {
		_ = s.Close()
		return nil, l.whyNot(err)
	}
	return s, nil
}

// whyNot returns what an error of yamux means: that of the link, if it has
// ended.
func (l *link) whyNot(err error) error {
	if l.over() || l.mux.IsClosed() {
		return l.lost() // whoever saw the connection end is about to say so
	}
	if _, named := errors.AsType[*PeerError](err); named {
		return err
	}
	return fmt.Errorf("%s: %w", l.other, err)
}

// openStream opens one stream after the other, so that they are accepted in the
// order of their numbers.
func (l *link) openStream(h Header) (*Stream, error) {
	l.opening.Lock()
	defer l.opening.Unlock()
	y, err := l.mux.OpenStream()
	if err != nil {
		return nil, err
	}
	s := newStream(l, y)
	s.header = h
	return s, l.enter(s)
}

// enter registers a stream, and has it served if the other side has opened it.
// Such a one may have been stopped already.
func (l *link) enter(s *Stream) error {
	id := s.mux.StreamID()
	l.mu.Lock()
	l.mu.streams[id] = s
	early, stopped := "", false
	if s.theirs {
		l.mu.accepted = id
		l.mu.theirs++
		early, stopped = l.mu.early[id]
		delete(l.mu.early, id)
	}
	many, quit := l.mu.theirs > maxStreams, l.mu.quit
	if s.theirs && !many && quit == nil {
		l.serve.Go(func() { l.handle(s) })
	}
	l.mu.Unlock()
	if many {
		return protocolError("it has opened more than %d streams", maxStreams)
	}
	if stopped {
		s.stop(stopError(early))
	}
	switch {
	case quit == nil:
		return nil
	case s.theirs:
		s.answer(quit)
		return nil
	}
	s.abort(quit)
	return quit
}

func (l *link) leave(s *Stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.mu.streams, s.mux.StreamID())
	if s.theirs {
		l.mu.theirs--
	}
}

// over tells whether the link has ended.
func (l *link) over() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// streams returns how many there are.
func (l *link) streams() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.mu.streams)
}

// stopped is told that the other side reads no more of a stream. It may say so
// before accept has come to a stream that it has opened.
func (l *link) stopped(id uint32, why string) error {
	l.mu.Lock()
	s := l.mu.streams[id]
	if s == nil && id > l.mu.accepted && id%2 == l.mu.accepted%2 {
		if len(l.mu.early) >= maxStreams {
			l.mu.Unlock()
			return protocolError("it has stopped more than %d streams that it has not opened", maxStreams)
		}
		l.mu.early[id] = why
	}
	l.mu.Unlock()
	if s != nil {
		s.stop(stopError(why))
	}
	return nil
}
