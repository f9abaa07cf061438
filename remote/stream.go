package remote

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/hashicorp/yamux"
)

// Bytes of a stream travel in chunks: four bytes with the kind of the chunk and
// its length, and so many bytes. So the end of a direction is something that is
// said, and not how a connection looks that was cut.
const (
	chunkData = 1
	chunkEnd  = 2 // of the bytes of this direction; it has no bytes
	chunkFail = 3 // as chunkEnd, with the text of an error

	chunkHead = 4
	maxChunk  = 256 << 10
)

func appendChunkHead(b []byte, kind byte, n int) []byte {
	return binary.LittleEndian.AppendUint32(b, uint32(kind)<<24|uint32(n))
}

func parseChunkHead(b [chunkHead]byte) (kind byte, n int, err error) {
	v := binary.LittleEndian.Uint32(b[:])
	kind, n = byte(v>>24), int(v&(1<<24-1))
	switch {
	case kind == chunkData && n > 0 && n <= maxChunk, kind == chunkEnd && n == 0, kind == chunkFail && n <= maxText:
		return kind, n, nil
	}
	return 0, 0, protocolError("a chunk of kind %d claims %d bytes", kind, n)
}

// A Stream carries bytes between driver and peer, in both directions, as fast as
// the slower side takes them: a Write waits while the window of the stream is
// full, and holds up no other stream.
//
// Whoever has opened a stream writes, ends that with CloseWrite, reads to the
// end, and calls Close. The end of what can be read, io.EOF, is where the handler
// of the other side has returned nil; its error comes as a [RemoteError]. The
// handler's stream ends when it returns.
//
// One goroutine may read while another writes, and any may call Close.
type Stream struct {
	link   *link
	mux    *yamux.Stream
	header Header
	theirs bool // the other side has opened it

	reading struct {
		sync.Mutex
		left int // of a chunk of data
	}
	writing struct {
		sync.Mutex
		chunk []byte
	}
	mu struct {
		sync.Mutex
		closed  bool
		readErr error // after it nothing can be read
		written error // after it nothing can be written
		stopped error // why the other side reads no more, if it does not
		onStop  func(error)
		detach  func() bool // from the context that it was opened with
	}
}

var (
	errStreamClosed = fmt.Errorf("stream: %w", os.ErrClosed)
	errWriteClosed  = fmt.Errorf("stream, for writing: %w", os.ErrClosed)
	errCutOff       = errors.New("the other side has closed the stream before its end")
)

func newStream(l *link, y *yamux.Stream) *Stream { return &Stream{link: l, mux: y} }

// Header returns what the stream was opened with.
func (s *Stream) Header() Header { return s.header }

// Peer returns the id of the peer that the stream leads to, or, on a peer whose
// driver it leads to, which one it is itself.
func (s *Stream) Peer() int { return s.link.peer }

// Open opens another stream to the side that this one leads to. It is how the
// handlers of a peer reach the driver. The stream is closed when ctx ends.
func (s *Stream) Open(ctx context.Context, h Header) (*Stream, error) { return s.link.open(ctx, h) }

// past is a deadline that makes calls return that wait now.
var past = time.Unix(1, 0)

func (s *Stream) readErr() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.readErr
}

// noMore notes the error of all reads to come, and returns the one that holds.
func (s *Stream) noMore(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.readErr == nil {
		s.mu.readErr = err
	}
	return s.mu.readErr
}

// Read reads what the other side has written. What has come of a peer that is
// lost, and was not yet read, is not given out.
func (s *Stream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.link.over() && s.readErr() == nil {
		return 0, s.noMore(s.link.lost())
	}
	if err := s.readErr(); err != nil {
		return 0, err
	}
	if s.reading.left == 0 {
		if err := s.nextChunk(); err != nil {
			return 0, s.noMore(err)
		}
	}
	n, err := s.mux.Read(p[:min(len(p), s.reading.left)])
	s.reading.left -= n
	if err != nil {
		return n, s.noMore(s.readError(err))
	}
	return n, nil
}

// nextChunk reads up to the bytes of the next chunk of data.
func (s *Stream) nextChunk() error {
	var head [chunkHead]byte
	if _, err := io.ReadFull(s.mux, head[:]); err != nil {
		return s.readError(err)
	}
	kind, n, err := parseChunkHead(head)
	switch {
	case err != nil:
		s.link.end(err)
		return s.link.lost()
	case kind == chunkEnd:
		return io.EOF
	case kind == chunkFail:
		text := make([]byte, n)
		if _, err := io.ReadFull(s.mux, text); err != nil {
			return s.readError(err)
		}
		return &RemoteError{From: s.link.other, Header: s.header, Text: string(text)}
	}
	s.reading.left = n
	return nil
}

// readError returns what an error of yamux means.
func (s *Stream) readError(err error) error {
	if known := s.readErr(); known != nil {
		return known
	}
	if (err == io.EOF || err == io.ErrUnexpectedEOF) && !s.link.mux.IsClosed() {
		return errCutOff
	}
	return s.link.whyNot(err)
}

func (s *Stream) writeErr() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.written
}

// Write writes p for the other side to read, and may return before it is there.
// It fails when the handler of the other side has returned.
func (s *Stream) Write(p []byte) (n int, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	for n < len(p) {
		part := p[n:min(len(p), n+maxChunk)]
		if err := s.writeChunk(chunkData, part); err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}

// WriteBoth is Write of head and body, which it sends together. It is for many small heads.
func (s *Stream) WriteBoth(head, body []byte) error {
	first := min(len(body), maxChunk-min(len(head), maxChunk))
	if len(head) > maxChunk {
		first = 0
	}
	if first > 0 {
		s.writing.Lock()
		err := s.writeChunk(chunkData, head, body[:first])
		s.writing.Unlock()
		if err != nil {
			return err
		}
	} else if _, err := s.Write(head); err != nil {
		return err
	}
	_, err := s.Write(body[first:])
	return err
}

func (s *Stream) writeChunk(kind byte, parts ...[]byte) error {
	if err := s.writeErr(); err != nil {
		return err
	}
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	s.writing.chunk = appendChunkHead(s.writing.chunk[:0], kind, n)
	for _, p := range parts {
		s.writing.chunk = append(s.writing.chunk, p...)
	}
	_, err := s.mux.Write(s.writing.chunk)
	if err == nil {
		return nil
	}
	if known := s.writeErr(); known != nil {
		return known
	}
	err = s.link.whyNot(err)
	s.noMoreWrites(err) // a part of the chunk may have gone
	return err
}

func (s *Stream) noMoreWrites(err error) (first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first = s.mu.written == nil
	if first {
		s.mu.written = err
	}
	return first
}

// CloseWrite tells the other side that it has read everything when it has read
// what was written so far. If the handler there has returned already, that is no
// error: what is read tells how it went.
func (s *Stream) CloseWrite() error {
	err := s.endWrite(chunkEnd, nil)
	if errors.As(err, new(stopError)) {
		return nil
	}
	return err
}

func (s *Stream) endWrite(kind byte, text []byte) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.writeChunk(kind, text); err != nil {
		return err
	}
	s.noMoreWrites(errWriteClosed)
	s.writing.chunk = nil
	return nil
}

// A stopError is why the other side reads no more.
type stopError string

func (e stopError) Error() string { return "the other side reads no more: " + string(e) }

// stop ends writing: the other side reads no more.
func (s *Stream) stop(err stopError) {
	s.mu.Lock()
	on := s.mu.onStop
	s.mu.onStop = nil
	s.mu.stopped = err
	if s.mu.written == nil {
		s.mu.written = err
	}
	s.mu.Unlock()
	_ = s.mux.SetWriteDeadline(past)
	if on != nil {
		on(err)
	}
}

// onStop calls f when the other side reads no more: at once, if it has said so before.
func (s *Stream) onStop(f func(error)) {
	s.mu.Lock()
	stopped := s.mu.stopped
	if stopped == nil {
		s.mu.onStop = f
	}
	s.mu.Unlock()
	if stopped != nil {
		f(stopped)
	}
}

// Close ends the stream. Where one direction has not come to its end, the other
// side is told that nobody reads and writes any more: its calls fail, and the
// context of its handler ends. Calls of this side that wait return.
func (s *Stream) Close() error {
	s.abort(errStreamClosed)
	return nil
}

// attach closes the stream when ctx ends.
func (s *Stream) attach(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.mu.closed {
		s.mu.detach = context.AfterFunc(ctx, func() { s.abort(context.Cause(ctx)) })
	}
}

// abort is Close with the error that calls return from now on.
func (s *Stream) abort(err error) {
	s.mu.Lock()
	first, detach := !s.mu.closed, s.mu.detach
	s.mu.closed = true
	var remote *RemoteError
	whole := (s.mu.readErr == io.EOF || errors.As(s.mu.readErr, &remote)) && s.mu.written == errWriteClosed
	if s.mu.readErr == nil {
		s.mu.readErr = err
	}
	if s.mu.written == nil {
		s.mu.written = err
	}
	s.mu.Unlock()
	if !first {
		return
	}
	if detach != nil {
		detach()
	}
	_ = s.mux.SetDeadline(past) // wakes who waits
	if !whole {
		// An error is that of the link, which has ended then.
		_ = s.link.control.tell(notice{what: tellStop, stream: uint64(s.mux.StreamID()), text: clip(err.Error())})
	}
	_ = s.mux.Close()
	s.link.leave(s)
}

// readHeader reads the header of a stream that the other side has opened.
func (s *Stream) readHeader() error {
	p, err := readMessage(s.mux)
	if err == nil {
		s.header, err = parseHeader(p)
	}
	if errors.Is(err, errProtocol) {
		s.link.end(err)
	}
	return err
}

// answer ends a stream that was served.
func (s *Stream) answer(err error) {
	if err == nil {
		err = s.CloseWrite()
	} else {
		_ = s.endWrite(chunkFail, clip(err.Error())) // the other side may not want to know
	}
	if err == nil {
		err = errors.New("its handler has ended")
	}
	s.abort(err)
}

// clip makes a text short enough to travel.
func clip(text string) []byte { return []byte(text[:min(len(text), maxText)]) }
