package dist

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"anabranch.dev/exec"
)

// rowsFrom is an input of a task, on a peer: blocks that the driver sends, or tells the
// places of. The stream is opened when rows are wanted.
type rowsFrom struct {
	ctx   context.Context
	links Links
	run   uint64
	name  string
	files bool // those of the driver can be opened

	s       Stream
	in      *bufio.Reader
	sources map[uint64]source // by the numbers of depots
	far     bool              // one of them is another peer
	queue   []block
	queued  int // bytes in it
	ended   error
}

var _ exec.Inlet = (*rowsFrom)(nil)

// A block is the next one, or where it is.
type block struct {
	bytes []byte
	from  source // nil: these are it
	at    place
}

// A source is a depot to read from. What was asked for is got in the same order.
type source interface {
	ask(at place) error
	get(at place) ([]byte, error)
	Close() error
}

// readAhead and askAhead bound what is read, and asked for, before it is wanted.
const (
	readAhead = 1 << 20
	askAhead  = 32
)

func (i *rowsFrom) Next(context.Context) ([]byte, error) {
	if i.s == nil {
		if err := i.begin(); err != nil {
			return nil, err
		}
	}
	for i.ended == nil && (len(i.queue) == 0 || i.far && len(i.queue) < askAhead && i.queued < readAhead) {
		var b block
		if b, i.ended = i.next(); i.ended == nil {
			i.queue = append(i.queue, b)
			i.queued += len(b.bytes)
		}
	}
	if len(i.queue) == 0 {
		return nil, i.ended
	}
	b := i.queue[0]
	i.queue = i.queue[1:]
	i.queued -= len(b.bytes)
	if b.from == nil {
		return b.bytes, nil
	}
	return b.from.get(b.at)
}

// next takes what the driver says next.
func (i *rowsFrom) next() (b block, err error) {
	if b.bytes, err = readSized(i.in, maxParcel); err != nil || len(b.bytes) > 0 {
		if errors.Is(err, io.EOF) {
			err = io.EOF
		}
		return b, err
	}
	n, err := binary.ReadUvarint(i.in)
	if err != nil {
		return b, whole(err)
	}
	if b.from = i.sources[n]; b.from == nil {
		return b, fmt.Errorf("%w: depot %d", errMessage, n)
	}
	if b.at, err = readPlace(i.in); err != nil {
		return b, err
	}
	return b, b.from.ask(b.at)
}

// begin opens the stream. Where files cannot be opened, bytes are asked for.
func (i *rowsFrom) begin() (err error) {
	name := i.name
	if i.files {
		name += filesSuffix
	}
	if i.s, err = i.links.Driver(i.ctx, Header{Kind: RowsStream, ID: i.run, Name: name}); err != nil {
		return err
	}
	i.in = bufio.NewReader(i.s)
	list, err := readSized(i.in, maxTask)
	if err != nil {
		return whole(err)
	}
	if len(list) == 0 {
		return errNotThere
	}
	depots, err := decodedAs[[]depotMessage](list)
	if err != nil {
		return err
	}
	i.sources = map[uint64]source{}
	for _, m := range depots {
		s, err := i.source(m)
		if err != nil && m.Path != "" && i.files {
			i.files = false
			return errors.Join(i.Close(), i.begin())
		}
		if err != nil {
			return err
		}
		i.sources[uint64(m.Number)] = s
	}
	return nil
}

func (i *rowsFrom) source(m depotMessage) (source, error) {
	if m.Path != "" {
		f, err := files.get(m)
		return nearby{f}, err
	}
	if m.Peer == i.links.Self {
		k, err := keeps.get(keepID{i.run, m.Peer})
		return nearby{k}, err
	}
	i.far = true
	return &farKeep{i: i, m: m}, nil
}

func (i *rowsFrom) Close() (err error) {
	for _, s := range i.sources {
		err = errors.Join(err, s.Close())
	}
	i.sources = nil
	if i.s != nil {
		err = errors.Join(err, i.s.Close())
		i.s = nil
	}
	return err
}

// nearby is a source that this process can read.
type nearby struct{ readable }

type readable interface {
	io.ReaderAt
	io.Closer
	Has(off, n int64) (bool, error)
}

func (nearby) ask(place) error { return nil }

func (r nearby) get(at place) ([]byte, error) {
	if err := at.in(r.Has); err != nil {
		return nil, err
	}
	b := make([]byte, at.size)
	_, err := r.ReadAt(b, at.off)
	return b, whole(err)
}
