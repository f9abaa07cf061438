package exec

import (
	"context"
	"fmt"
	"io"

	"anabranch.dev/internal/frame"
	"anabranch.dev/spill"
)

// A Parcel is rows on their way to another process.
type Parcel struct {
	To    int    // the partition that they belong to
	Seq   uint64 // the number of the morsel that they come of; parcels of one are in order
	Rows  int
	First []byte // the first of them, where that was asked for
	Block []byte // as package frame has it
}

// An Outlet takes parcels. Calls may overlap. The memory of a parcel's block is used again
// when the call has returned.
type Outlet interface{ Send(Parcel) error }

// An Inlet gives out the blocks of parcels, and then io.EOF. Calls do not overlap. What it
// returns is not changed any more.
type Inlet interface {
	Next(ctx context.Context) (block []byte, err error)
	Close() error
}

// SendOptions say how rows are sent.
type SendOptions struct {
	Parts    int  // partitions that they are dealt to
	InOrder  bool // parcels have rows of one morsel each
	Firsts   bool // parcels tell their first row
	Compress bool
}

// parcelBytes is about how many bytes of rows a parcel has, where there are few
// partitions; all of a worker's together take up to partsBytes.
const (
	parcelBytes = 64 << 10
	partsBytes  = 4 << 20
	leastParcel = 4 << 10
)

// A router stores for each row of a batch the number of the partition that it belongs to,
// of n. On an error it tells the row, or -1.
type router[T any] func(rows []T, n int, to []uint32) (int, error)

// send is the body of a sink that sends rows. deal makes a router for each worker; nil is
// for one partition.
//
//go:noinline
func send[T any](deal func() router[T], to Outlet, o SendOptions) Body {
	return func(r *Run) (any, error) {
		c, err := spill.CodecFor[T]()
		if err != nil {
			return nil, err
		}
		return &sending[T]{codec: c, deal: deal, to: to, o: o, memory: r.memory}, nil
	}
}

type sending[T any] struct {
	codec  spill.Codec[T]
	deal   func() router[T]
	to     Outlet
	o      SendOptions
	memory *Budget
}

// sendLocal is what one worker has collected for each partition.
type sendLocal[T any] struct {
	s     *sending[T]
	w     *Worker
	deal  router[T]
	parts []packing
	comp  []byte // a block that was compressed
	dealt []uint32
	full  int // bytes after which a parcel is sent
	enc   frame.Encoder
}

// packing is a parcel that is being filled.
type packing struct {
	raw   []byte // behind room for a header; or empty
	rows  int
	first []byte
}

func (s *sending[T]) Open(w *Worker, _ int) (Local, error) {
	l := &sendLocal[T]{s: s, w: w, parts: make([]packing, s.o.Parts)}
	l.full = min(max(partsBytes/s.o.Parts, leastParcel), parcelBytes)
	if s.deal != nil && s.o.Parts > 1 {
		l.deal = s.deal()
	}
	s.memory.take(int64(l.full * s.o.Parts))
	return l, nil
}

func (s *sending[T]) Finish(*Run, int) (Then, error) { return Then{}, nil }
func (s *sending[T]) Close() error                   { return nil }

func (l *sendLocal[T]) Pipe() Pipe { return Pipe{Push: l.push, Mark: l.mark, Reads: true} }

func (l *sendLocal[T]) push(rows []T) error {
	if l.deal == nil {
		return l.pushAll(rows)
	}
	l.dealt = grown(l.dealt, len(rows))
	if i, err := l.deal(rows, len(l.parts), l.dealt); err != nil {
		return l.w.Fail(i, err)
	}
	for i := range rows {
		p := &l.parts[l.dealt[i]]
		p.begin()
		p.raw = l.s.codec.Append(p.raw, rows[i])
		if p.rows++; len(p.raw) >= l.full {
			if err := l.flush(int(l.dealt[i])); err != nil {
				return err
			}
		}
	}
	return nil
}

// pushAll is push for one partition.
func (l *sendLocal[T]) pushAll(rows []T) error {
	const some = 64
	p := &l.parts[0]
	for len(rows) > 0 {
		n := min(some, len(rows))
		p.begin()
		if p.rows == 0 && l.s.o.Firsts {
			p.first = l.s.codec.Append(nil, rows[0])
		}
		p.raw = spill.AppendAll(l.s.codec, p.raw, rows[:n])
		p.rows += n
		rows = rows[n:]
		if len(p.raw) >= l.full {
			if err := l.flush(0); err != nil {
				return err
			}
		}
	}
	return nil
}

// begin leaves room for a header.
func (p *packing) begin() {
	if len(p.raw) == 0 {
		p.raw = append(p.raw, make([]byte, frame.HeaderBytes)...)
	}
}

func (l *sendLocal[T]) mark(m Mark) error {
	if m.Kind == MorselEnd && l.s.o.InOrder {
		return l.flushAll()
	}
	return nil
}

func (l *sendLocal[T]) flushAll() error {
	for i := range l.parts {
		if err := l.flush(i); err != nil {
			return err
		}
	}
	return nil
}

func (l *sendLocal[T]) flush(part int) error {
	p := &l.parts[part]
	if p.rows == 0 {
		return nil
	}
	if n := len(p.raw) - frame.HeaderBytes; n > frame.MaxRaw {
		return l.w.Fail(-1, fmt.Errorf("%w: a row of %d bytes does not fit into a block", spill.ErrTooLarge, n))
	}
	block := p.raw
	if l.s.o.Compress {
		var err error
		if l.comp, err = l.enc.Append(l.comp[:0], p.raw[frame.HeaderBytes:], p.rows, frame.S2); err != nil {
			return l.w.Fail(-1, err)
		}
		block = l.comp
	} else {
		frame.Seal(block, p.rows)
	}
	err := l.s.to.Send(Parcel{To: part, Seq: l.w.seq, Rows: p.rows, First: p.first, Block: block})
	if cap(p.raw) > 2*l.full+parcelBytes { // a large row was among them
		p.raw, l.comp = nil, nil
	}
	*p = packing{raw: p.raw[:0]}
	return err
}

func (l *sendLocal[T]) Commit() error {
	err := l.flushAll()
	l.s.memory.take(-int64(l.full * l.s.o.Parts))
	return err
}

// Receive is the body of a source of rows that were sent.
//
//go:noinline
func receive[T any](from Inlet, within *rowRange[T]) Body {
	return func(*Run) (any, error) {
		c, err := spill.CodecFor[T]()
		if err != nil {
			return nil, err
		}
		return &receiving[T]{codec: c, from: from, within: within}, nil
	}
}

// receiving gives out some blocks in each morsel.
type receiving[T any] struct {
	codec  spill.Codec[T]
	from   Inlet
	within *rowRange[T] // nil: all
}

// receiveBytes is how many bytes of blocks a morsel has, at most by one block more.
const receiveBytes = 256 << 10

func (s *receiving[T]) Size() (rows, bytes int64) { return -1, -1 }
func (s *receiving[T]) Close() error              { return s.from.Close() }

func (s *receiving[T]) Next(ctx context.Context) (Morsel, error) {
	var blocks [][]byte
	size := 0
	for size < receiveBytes {
		b, err := s.from.Next(ctx)
		if err == io.EOF && size > 0 {
			break
		}
		if err != nil {
			return Morsel{}, err
		}
		blocks = append(blocks, b)
		size += len(b)
		if w, ok := s.from.(interface{ Waits() bool }); ok && w.Waits() {
			break // whoever is to have these rows is not kept waiting for others
		}
	}
	return Morsel{Part: blocks}, nil
}

func (s *receiving[T]) Read(w *Worker, m Morsel, down Pipe) error {
	push := pushOf[T](down)
	buf := scratch[T](w, BatchRows[T]())
	var d frame.Decoder
	for _, b := range m.Part.([][]byte) {
		raw, h, err := d.Decode(nil, b) // rows may point into raw
		if err != nil {
			return err
		}
		for left := h.Rows; left > 0; {
			rows := buf[:min(left, len(buf))]
			n, err := spill.DecodeAll(s.codec, rows, raw)
			if err != nil {
				return err
			}
			raw = raw[n:]
			left -= len(rows)
			if s.within != nil {
				if rows = s.within.trim(rows); len(rows) == 0 {
					continue
				}
			}
			if err := push(rows); err != nil {
				return err
			}
		}
		if len(raw) > 0 {
			return &frame.CorruptError{Offset: -1, Reason: fmt.Sprintf("%d bytes are left after its rows", len(raw))}
		}
	}
	return nil
}
