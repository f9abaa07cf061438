package exec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Lines is the body of a source of the lines of files, without their line
// ends. patterns are as in [glob.Expand], or [Stdin]. Files whose names end in
// .gz or .zst are decompressed.
//
// Rows of String sources may be kept. Rows that are views point into a buffer
// that is used again: they are valid until the push that carries them returns.
func Lines[S ~string](patterns []string, form LineForm) Body {
	return func(r *Run) (any, error) {
		files, err := r.expandFiles(patterns)
		if err != nil {
			return nil, err
		}
		s := &lineSource[S]{files: files, piece: r.piece}
		for _, f := range files {
			n := f.onDisk()
			if n < 0 {
				s.total = -1
				break
			}
			s.total += n
		}
		s.morsel = min(max(s.total/128, 64<<10), 1<<20)
		s.readers.New = func() any {
			l := newLineReader[S](form.Views)
			if form.Raw {
				l.trim = '\n'
			}
			return l
		}
		return s, nil
	}
}

// LineForm says what the lines of a source are like.
type LineForm struct {
	Views bool // they point into a buffer that is used again
	Raw   bool // "\r" before the line end is a part of them
}

type lineSource[S ~string] struct {
	files   []*inputFile
	piece   *Piece
	total   int64 // bytes; -1 when unknown
	morsel  int64 // bytes
	readers sync.Pool

	// Where Next stands.
	file   int
	off    int64
	stream io.ReadCloser // of the current file, when it is cut up in Next
	block  []byte        // what of it was read ahead, and room for more
	ahead  int           // how many bytes of the block that is
	begin  int64         // where in the stream it begins
	ended  bool          // it has no more
}

// fileRange is a morsel of a regular file: the lines that begin in it.
type fileRange struct {
	file    *inputFile
	off, to int64
}

// wholeFile is a morsel that is a file to be decompressed.
type wholeFile struct{ file *inputFile }

// streamBlock is a morsel of a stream: whole lines that were read already.
type streamBlock struct {
	file *inputFile
	text []byte
	off  int64 // of the text in the stream
	all  bool  // it is all of it
}

func (s *lineSource[S]) Size() (rows, bytes int64) { return -1, s.total }

func (s *lineSource[S]) Next(ctx context.Context) (Morsel, error) {
	for s.file < len(s.files) {
		f := s.files[s.file]
		var m Morsel
		var err error
		switch {
		case f.size >= 0:
			m, err = s.nextRange(f)
		case compressed(f.path):
			s.file++
			return Morsel{Part: wholeFile{f}, Bytes: max(f.onDisk(), 0)}, nil
		default:
			m, err = s.nextBlock(ctx, f)
		}
		if err != io.EOF {
			return m, err
		}
		s.file++
		s.off = 0
	}
	return Morsel{}, io.EOF
}

// nextRange gives out the next range of a regular file. The file is open from
// its first range to the end of the last one that is read.
func (s *lineSource[S]) nextRange(f *inputFile) (Morsel, error) {
	if s.off == 0 {
		if f.size == 0 {
			return Morsel{}, io.EOF
		}
		if err := f.open(); err != nil {
			return Morsel{}, err
		}
	}
	if s.off == f.size {
		if err := f.release(); err != nil {
			return Morsel{}, err
		}
		return Morsel{}, io.EOF
	}
	r := fileRange{f, s.off, min(s.off+s.morsel, f.size)}
	s.off = r.to
	f.users.Add(1)
	return Morsel{Part: r, Bytes: r.to - r.off}, nil
}

// nextBlock reads whole lines of a stream.
func (s *lineSource[S]) nextBlock(ctx context.Context, f *inputFile) (Morsel, error) {
	if s.stream == nil {
		var err error
		if s.stream, err = f.stream(ctx); err != nil {
			return Morsel{}, err
		}
		s.block, s.ahead, s.begin, s.ended = nil, 0, 0, false
	}
	if s.ended {
		err := s.stream.Close()
		s.stream = nil
		if err != nil {
			return Morsel{}, err
		}
		return Morsel{}, io.EOF
	}
	b, n := s.block, s.ahead
	seen := n
	for {
		if n == len(b) {
			if n > MaxLine+lineSlack {
				return Morsel{}, fmt.Errorf("%s: %w", name(f), errTooLong)
			}
			b = append(b, make([]byte, max(lineBlock, n))...)
		}
		k, err := s.stream.Read(b[n:])
		n += k
		if err != nil && !errors.Is(err, io.EOF) {
			return Morsel{}, fmt.Errorf("%s: %w", name(f), err)
		}
		end := n
		if s.ended = err != nil; !s.ended {
			end = seen + bytes.LastIndexByte(b[seen:n], '\n') + 1
			if end == seen {
				seen = n
				continue
			}
		}
		p := streamBlock{f, s.detach(b, end, n), s.begin, s.begin == 0 && s.ended}
		s.begin += int64(end)
		return Morsel{Part: p, Bytes: int64(end)}, nil
	}
}

// detach returns the first end of n bytes in b, in memory that is not written
// to again, and keeps the others. A slow stream yields little at a time, which
// must not hold a block each.
func (s *lineSource[S]) detach(b []byte, end, n int) []byte {
	text := b[:end:end]
	s.block, s.ahead = b, n-end
	if end < len(b)/2 {
		text = bytes.Clone(text)
		copy(b, b[end:n])
		return text
	}
	s.block = make([]byte, max(lineBlock, 2*s.ahead))
	copy(s.block, b[end:n])
	return text
}

func (s *lineSource[S]) Read(w *Worker, m Morsel, down Pipe) error {
	l := s.readers.Get().(*lineReader[S])
	defer s.readers.Put(l)
	l.rows = l.rows[:0]
	push := pushOf[S](down)
	switch p := m.Part.(type) {
	case fileRange:
		return s.readRange(l, p, push)
	case wholeFile:
		r, err := p.file.stream(w.run.ctx)
		if err != nil {
			return err
		}
		_, err = l.read(r, part{limit: -1}, push)
		if e := r.Close(); err == nil {
			err = e
		}
		return err
	case streamBlock:
		l.push = push
		return l.cut(p.text)
	}
	panic(fmt.Sprintf("exec: %T is no morsel of lines", m.Part))
}

// readRange pushes the lines that begin in a range. It starts one byte early:
// where that byte is a newline, a line begins with the range.
func (s *lineSource[S]) readRange(l *lineReader[S], p fileRange, push func([]S) error) error {
	early := min(p.off, 1)
	from := p.off - early
	f := p.file
	took, err := l.read(io.NewSectionReader(f.handle, from, f.size-from), part{skipFirst: early > 0, limit: p.to - from}, push)
	if err == nil && from+took < p.to {
		err = fmt.Errorf("the file had %d bytes when the run began, and now ends after %d", f.size, from+took)
	}
	if e := f.release(); err == nil {
		err = e
	}
	return err
}

// Describe names a morsel in errors.
func (s *lineSource[S]) Describe(m Morsel) string {
	switch p := m.Part.(type) {
	case fileRange:
		return describeRange(p.file, p.off, p.to, p.off == 0 && p.to == p.file.size)
	case wholeFile:
		return p.file.path
	case streamBlock:
		return describeRange(p.file, p.off, p.off+int64(len(p.text)), p.all)
	}
	return ""
}

func describeRange(f *inputFile, from, to int64, all bool) string {
	if all {
		return name(f)
	}
	return fmt.Sprintf("%s, lines that begin in bytes %d to %d", name(f), from, to)
}

func name(f *inputFile) string {
	if f.path == Stdin {
		return "standard input"
	}
	return f.path
}

func (s *lineSource[S]) Close() error {
	var err error
	if s.stream != nil {
		err = s.stream.Close()
	}
	for _, f := range s.files { // open still when the run ended early
		if e := f.abandon(); err == nil {
			err = e
		}
	}
	return err
}
