package remote

import (
	"fmt"
	"math"
)

// A Kind is what a stream is for: it finds the handler of the other side.
type Kind uint8

// The kinds that have their numbers in the protocol. Those below 64 are the
// library's.
const (
	kindControl Kind = 0 // heartbeats; one for each peer
	KindEcho    Kind = 1 // gives back what it is sent; every peer has a handler for it
	KindData    Kind = 2 // rows, for each edge of a plan
	KindFile    Kind = 3 // bytes of files
	KindLog     Kind = 4 // text for people
	KindTask    Kind = 5 // a task, and what becomes of it; every peer has a handler for it
	KindDirect  Kind = 6 // what a peer needs to make links with others; every peer has a handler for it
	KindKept    Kind = 7 // rows that a peer keeps; every peer has a handler for it
)

func (k Kind) String() string {
	switch k {
	case kindControl:
		return "control"
	case KindEcho:
		return "echo"
	case KindData:
		return "data"
	case KindFile:
		return "file"
	case KindLog:
		return "log"
	case KindTask:
		return "task"
	case KindDirect:
		return "direct"
	case KindKept:
		return "kept"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// A Header is what a stream begins with.
type Header struct {
	Kind Kind
	ID   uint64 // which one of its kind: an edge, a file; for the handler to know
	Name string // what the ID does not say, such as a path; at most 4 KiB
}

// MaxHeaderName is how many bytes the name of a [Header] may have.
const MaxHeaderName = 4 << 10

func (h Header) String() string {
	s := h.Kind.String()
	if h.ID != 0 || h.Name == "" {
		s += fmt.Sprintf(" %d", h.ID)
	}
	if h.Name != "" {
		s += fmt.Sprintf(" %q", h.Name)
	}
	return s
}

func (h Header) append(b []byte) []byte {
	b = appendUint(b, uint64(h.Kind))
	b = appendUint(b, h.ID)
	return appendText(b, h.Name)
}

func parseHeader(p []byte) (Header, error) {
	f := fields{rest: p}
	h := Header{Kind: Kind(f.uint("kind", math.MaxUint8))}
	h.ID = f.uint("id", math.MaxUint64)
	h.Name = string(f.text("name", MaxHeaderName))
	if err := f.end(); err != nil {
		return Header{}, err
	}
	return h, nil
}
