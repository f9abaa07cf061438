package dist

import (
	"context"
	"io"
)

// A Cluster is the peers of a driver, as a network has them.
type Cluster interface {
	// Peers are those that there are and have been.
	Peers() []Peer
	// Changed returns a channel that is closed when a peer has come or gone since.
	Changed() <-chan struct{}
	// Open opens a stream to a peer. It ends when ctx does.
	Open(ctx context.Context, peer int, h Header) (Stream, error)
	// Serve has h serve the streams that peers open with an ID, until stop is called and
	// returns.
	Serve(id uint64, h Handler) (stop func())
}

// A Peer is another process.
type Peer struct {
	ID      int
	Name    string   // as in "peer 2 (node7)"
	Machine string   // equal for those that share one
	Near    bool     // bytes reach it at so little cost that they are not compressed
	Here    bool     // it is on the driver's machine, as far as names tell
	Direct  []string // where other peers reach it; none: they do not
	Slots   int      // workers
	State   State
	In, Out int64 // bytes received from it, and sent to it
	Err     error // of one that is gone: why
}

// A State is whether a peer can be given tasks.
type State uint8

// The states of peers.
const (
	Coming State = iota // it may get ready
	Ready
	Gone    // it was lost
	Removed // it was sent away
)

func (s State) String() string {
	return [...]string{"coming", "ready", "lost", "removed"}[s]
}

// Links are the ways of a peer to the others.
type Links struct {
	Self int // its ID
	// Driver opens a stream to the driver, which ends when ctx does.
	Driver func(ctx context.Context, h Header) (Stream, error)
	// Peer opens a stream to another peer. It is nil where there is no way.
	Peer func(ctx context.Context, id int, addresses []string, h Header) (Stream, error)
}

// A Header says what a stream is for.
type Header struct {
	Kind Kind
	ID   uint64 // of the run
	Name string
}

// A Kind is what a stream is for.
type Kind uint8

// The kinds of streams.
const (
	TaskStream Kind = iota // from the driver: a task, and what becomes of it
	RowsStream             // from a peer: the rows of an input of a task
	FileStream             // from a peer: bytes of a file of the input
	KeptStream             // from the driver or a peer: parcels that a peer keeps
)

// A Stream carries bytes in both directions. A Read returns io.EOF when the other side has
// written all, and its error if it has failed.
type Stream interface {
	io.ReadWriteCloser
	CloseWrite() error
}

// A doubleWriter writes two pieces as one, where that costs less.
type doubleWriter interface{ WriteBoth(head, body []byte) error }

func writeBoth(s Stream, head, body []byte) error {
	if d, ok := s.(doubleWriter); ok {
		return d.WriteBoth(head, body)
	}
	if _, err := s.Write(head); err != nil {
		return err
	}
	_, err := s.Write(body)
	return err
}

// A Handler serves a stream that the other side has opened; ctx ends when that has closed
// it. The stream ends when it returns, and its error goes to the other side.
type Handler func(ctx context.Context, h Header, s Stream) error
