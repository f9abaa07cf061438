package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"anabranch.dev/internal/plan"
	"anabranch.dev/spill"
)

// A run that several processes share has one that knows the whole input, and leases
// morsels of it to the others. These make the same source of the same plan, but do not
// look for its input: what a lease says is enough to read a morsel.

// An Elsewhere runs plans in other processes.
type Elsewhere interface {
	// Execute is [Execute].
	Execute(ctx context.Context, c Config, roots ...*plan.Node) error
}

// A Piece is what a run has to know that is a piece of a larger one.
type Piece struct {
	// First is what is added to the numbers of morsels that were not leased, so that the
	// places of rows are those in the whole.
	First uint64
	// Open opens a file of the input, of so many bytes.
	Open func(path string, size int64) (Input, error)
	// Tell, if it is not nil, is told several times a second, and at the end, what was
	// counted of the operators that have a Number; -1 is none.
	Tell   func([]Tally)
	Number func(*plan.Node) (n int, of Side)

	mu     sync.RWMutex
	places []uint64 // of the morsels that were leased, in the whole input
}

// place is where a morsel of this run stands in the whole.
func (p *Piece) place(seq uint64) uint64 {
	if p == nil {
		return seq
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	if seq < uint64(len(p.places)) {
		return p.places[seq]
	}
	return p.First + seq
}

// stands notes the place of the next morsel.
func (p *Piece) stands(place uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.places = append(p.places, place)
}

// An Input is a file of the input that is open. Reads may overlap.
type Input interface {
	io.ReaderAt
	io.Closer
}

// A lessor is a source whose morsels other processes can read.
type lessor interface {
	Source
	// Lease describes a morsel.
	Lease(m Morsel) ([]byte, error)
	// Leased is the morsel that a description is about, in a run that is a piece.
	Leased(b []byte) (Morsel, error)
}

// leaseOf and leased are the description of a morsel as bytes.
func leaseOf[L any](l L) ([]byte, error) {
	c, err := spill.CodecFor[L]()
	if err != nil {
		return nil, err
	}
	return c.Append(nil, l), nil
}

func leased[L any](b []byte) (l L, err error) {
	c, err := spill.CodecFor[L]()
	if err != nil {
		return l, err
	}
	l, n, err := c.Decode(b)
	if err == nil && n < len(b) {
		err = fmt.Errorf("%w: %d bytes are left", spill.ErrMalformed, len(b)-n)
	}
	return l, err
}

// Leases gives out the morsels of a source for other processes to read. It belongs to one
// goroutine.
type Leases struct {
	node *plan.Node
	src  lessor
}

// OpenLeases opens the source that a node is.
func OpenLeases(n *plan.Node) (*Leases, error) {
	r := dryRun()
	var stage any
	err := guarded(func() (err error) {
		stage, err = n.Body.(Body)(r)
		return err
	})
	if err != nil {
		return nil, nodeError(n, err)
	}
	src, ok := stage.(lessor)
	if !ok {
		return nil, nodeError(n, fmt.Errorf("%w: its input cannot be read by other processes", ErrNotPortable))
	}
	return &Leases{n, src}, nil
}

// Size is how many bytes of input there are, or a number that stands for them; -1 is
// unknown.
func (l *Leases) Size() int64 {
	if s, ok := l.src.(interface{ weight(Morsel) int64 }); ok {
		return s.weight(Morsel{})
	}
	_, bytes := l.src.Size()
	return bytes
}

// Weighed reports whether Size is a number that stands for bytes: what rows cost is not
// known then.
func (l *Leases) Weighed() bool {
	_, ok := l.src.(interface{ weight(Morsel) int64 })
	return ok
}

// Next describes the next morsel, and how many of the bytes of Size it has, or is io.EOF.
// It may block.
func (l *Leases) Next(ctx context.Context) (lease []byte, size int64, err error) {
	err = guarded(func() error {
		m, err := l.src.Next(ctx)
		if err == nil {
			lease, err = l.src.Lease(m)
			size = m.Bytes
			if s, ok := l.src.(interface{ weight(Morsel) int64 }); ok {
				size = s.weight(m)
			}
		}
		return err
	})
	if err != nil && !errors.Is(err, io.EOF) {
		err = nodeError(l.node, err)
	}
	return lease, size, err
}

// Files are the paths of the files that leases are about.
func (l *Leases) Files() []string {
	if s, ok := l.src.(interface{ paths() []string }); ok {
		return s.paths()
	}
	return nil
}

// Close ends the source.
func (l *Leases) Close() error {
	if err := guarded(l.src.Close); err != nil {
		return nodeError(l.node, err)
	}
	return nil
}

// A Lessee asks for morsels to read.
type Lessee interface {
	// Next is a description of one and its number in the whole input, or io.EOF.
	Next(ctx context.Context) (lease []byte, place uint64, err error)
	Close() error
}

// Leased is the body of a source that reads morsels of n, in a run that is a piece.
func Leased(n *plan.Node, from Lessee) Body {
	return func(r *Run) (any, error) {
		stage, err := n.Body.(Body)(r)
		if err != nil {
			return nil, err
		}
		src, ok := stage.(lessor)
		if !ok {
			return nil, fmt.Errorf("%w: its input cannot be read by other processes", ErrNotPortable)
		}
		return &leasing{src, from, r.piece}, nil
	}
}

// leasing is a source of some of its morsels.
type leasing struct {
	lessor
	from  Lessee
	piece *Piece
}

func (l *leasing) Size() (rows, bytes int64) { return -1, -1 }

func (l *leasing) Next(ctx context.Context) (Morsel, error) {
	lease, place, err := l.from.Next(ctx)
	if err != nil {
		return Morsel{}, err
	}
	l.piece.stands(place)
	return l.lessor.Leased(lease)
}

func (l *leasing) Close() error { return errors.Join(l.lessor.Close(), l.from.Close()) }

// Describe names a morsel in errors.
func (l *leasing) Describe(m Morsel) string { return describe(l.lessor, m) }

// spanLease is a morsel of numbered rows.
type spanLease struct{ From, To int64 }

func (s *spans) Lease(m Morsel) ([]byte, error) {
	p := m.Part.(span)
	return leaseOf(spanLease{p.from, p.to})
}

func (s *spans) Leased(b []byte) (Morsel, error) {
	l, err := leased[spanLease](b)
	if err == nil && (l.From < 0 || l.To < l.From || l.To > s.n) {
		err = fmt.Errorf("%w: rows %d to %d of %d; does the plan depend on more than the argument of its df.Func?", spill.ErrMalformed, l.From, l.To, s.n)
	}
	return Morsel{Part: span{l.From, l.To}}, err
}

// weight is how much a row that is in no file counts for, or all rows do.
func (s *spans) weight(m Morsel) int64 {
	const row = 64
	if p, ok := m.Part.(span); ok {
		return row * (p.to - p.from)
	}
	return row * s.n
}

// weight is the same for splits, of whose size nothing is known.
func (s *splitSource[S, T]) weight(m Morsel) int64 {
	const split = 1 << 20
	if m.Part != nil {
		return split
	}
	return split * int64(len(s.splits))
}

// seqLease is a morsel of a sequence, which one process alone can read.
type seqLease[T any] struct {
	First int64
	Rows  []T
}

func (s *seqSource[T]) Lease(m Morsel) ([]byte, error) {
	b := m.Part.(seqBatch[T])
	if b.err != nil {
		return nil, b.err
	}
	return leaseOf(seqLease[T]{b.first, b.rows})
}

func (s *seqSource[T]) Leased(b []byte) (Morsel, error) {
	l, err := leased[seqLease[T]](b)
	return Morsel{Part: seqBatch[T]{rows: l.Rows, first: l.First}}, err
}

func (s *splitSource[S, T]) Lease(m Morsel) ([]byte, error) { return leaseOf(m.Part.(int)) }

func (s *splitSource[S, T]) Leased(b []byte) (Morsel, error) {
	i, err := leased[int](b)
	if err == nil && (i < 0 || i >= len(s.splits)) {
		err = fmt.Errorf("%w: split %d of %d; do the splits depend on more than the argument of their df.Func?", spill.ErrMalformed, i+1, len(s.splits))
	}
	return Morsel{Part: i}, err
}

// lineLease is a morsel of lines: a range of a file, the whole of one that is compressed,
// or, where nobody else can read them, the lines.
type lineLease struct {
	Path    string
	Size    int64 // of the file as it is stored; -1: the lines are here
	Off, To int64
	Packed  bool
	Text    []byte
	All     bool
}

func (s *lineSource[S]) Lease(m Morsel) ([]byte, error) {
	var l lineLease
	switch p := m.Part.(type) {
	case fileRange:
		l = lineLease{Path: p.file.path, Size: p.file.size, Off: p.off, To: p.to}
		if err := p.file.release(); err != nil { // it is not read here
			return nil, err
		}
	case wholeFile:
		if l = (lineLease{Path: p.file.path, Size: p.file.onDisk(), Packed: true}); l.Size < 0 {
			return nil, fmt.Errorf("%s: not a regular file, which other processes could read", p.file.path)
		}
	case streamBlock:
		l = lineLease{Path: p.file.path, Size: -1, Off: p.off, Text: p.text, All: p.all}
	}
	return leaseOf(l)
}

func (s *lineSource[S]) Leased(b []byte) (Morsel, error) {
	l, err := leased[lineLease](b)
	if err != nil {
		return Morsel{}, err
	}
	if l.Size < 0 {
		return Morsel{Part: streamBlock{&inputFile{path: l.Path, size: -1}, l.Text, l.Off, l.All}, Bytes: int64(len(l.Text))}, nil
	}
	f, err := s.leasedFile(l.Path, l.Size)
	switch {
	case err != nil:
		return Morsel{}, err
	case l.Packed:
		return Morsel{Part: wholeFile{f}, Bytes: l.Size}, nil
	case l.Off < 0 || l.To < l.Off || l.To > l.Size:
		return Morsel{}, fmt.Errorf("%w: bytes %d to %d of %d", spill.ErrMalformed, l.Off, l.To, l.Size)
	}
	f.users.Add(1)
	return Morsel{Part: fileRange{f, l.Off, l.To}, Bytes: l.To - l.Off}, nil
}

// leasedFile opens a file that a lease is about. It stays open as long as the source.
func (s *lineSource[S]) leasedFile(path string, size int64) (*inputFile, error) {
	if i := slices.IndexFunc(s.files, func(f *inputFile) bool { return f.path == path && f.size == size }); i >= 0 {
		return s.files[i], nil
	}
	in, err := s.piece.Open(path, size)
	if err != nil {
		return nil, err
	}
	f := &inputFile{path: path, size: size, handle: in, leased: true}
	f.users.Store(1)
	s.files = append(s.files, f)
	return f, nil
}

func (s *lineSource[S]) paths() (list []string) {
	for _, f := range s.files {
		list = append(list, f.path)
	}
	return list
}
