package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"anabranch.dev/internal/frame"
	"anabranch.dev/internal/glob"
	"anabranch.dev/internal/vfs"
	"anabranch.dev/spill"
)

// Load is the body of a source of the rows of files that [Save] wrote. patterns
// are as in [glob.Expand].
func Load[T any](patterns []string) Body {
	return func(r *Run) (any, error) {
		codec, err := spill.CodecFor[T]()
		if err != nil {
			return nil, err
		}
		s := &loading[T]{codec: codec, piece: r.piece}
		if r.piece != nil { // it is told of its files with each morsel
			return s, nil
		}
		for _, p := range patterns {
			paths, err := glob.Expand(p)
			if err != nil {
				return nil, err
			}
			for _, path := range paths {
				f, err := openSaved(r.fs, path, spill.TypeText[T]())
				if err != nil {
					_ = s.Close() // what went wrong before says more
					return nil, err
				}
				s.files = append(s.files, f)
				s.rows += f.index.Rows
				s.bytes += f.size
			}
		}
		return s, nil
	}
}

// savedFile is a file that is being read.
type savedFile struct {
	path  string
	size  int64
	file  Input
	index *frame.FileIndex
	parts []frame.Range
}

// openSaved opens a file with rows of a type.
func openSaved(files vfs.FS, path, rowType string) (*savedFile, error) {
	file, err := files.OpenFile(path, 0, 0)
	if err != nil {
		return nil, err
	}
	f := &savedFile{path: path, file: file}
	if f.size, err = regularSize("load", path, file); err == nil {
		err = f.read(rowType)
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return f, nil
}

// loadBytes is how much of a file is a morsel.
const loadBytes = 1 << 20

// regularSize sees that it is a regular file, and how large.
func regularSize(op, path string, file vfs.File) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	if info.IsDir() {
		return 0, directoryError(op, path)
	}
	if !info.Mode().IsRegular() {
		return 0, &fs.PathError{Op: op, Path: path, Err: errors.New("not a regular file")}
	}
	return info.Size(), nil
}

// read reads what the file says about its rows.
func (f *savedFile) read(rowType string) (err error) {
	if f.index, err = frame.ReadIndex(f.path, f.file, f.size); err != nil {
		if c, ok := errors.AsType[*frame.CorruptError](err); ok && c.Offset == 0 {
			c.Reason += "; was the file written by Save?"
		}
		return err
	}
	if have := f.index.Description.Type; have != rowType {
		return fmt.Errorf("%w: %s was saved with rows of type %s, and is loaded with %s", ErrRowType, f.path, have, rowType)
	}
	f.parts = f.index.Ranges(loadBytes)
	return nil
}

// loading gives out ranges of blocks.
type loading[T any] struct {
	piece       *Piece
	codec       spill.Codec[T]
	files       []*savedFile
	rows, bytes int64

	file, part int // the next one
}

// savedPart is a morsel: blocks of one file.
type savedPart struct {
	file   *savedFile
	blocks frame.Range
}

func (s *loading[T]) Size() (rows, bytes int64) { return s.rows, s.bytes }

func (s *loading[T]) Next(context.Context) (Morsel, error) {
	for s.file < len(s.files) {
		f := s.files[s.file]
		if s.part == len(f.parts) {
			s.file, s.part = s.file+1, 0
			continue
		}
		p := savedPart{f, f.parts[s.part]}
		s.part++
		n := int64(0)
		for i := p.blocks.From; i < p.blocks.To; i++ {
			n += int64(f.index.Block(i).Bytes)
		}
		return Morsel{Part: p, Bytes: n}, nil
	}
	return Morsel{}, io.EOF
}

// Describe names a morsel in errors.
func (s *loading[T]) Describe(m Morsel) string { return m.Part.(savedPart).file.path }

func (s *loading[T]) Read(w *Worker, m Morsel, down Pipe) error {
	push := pushOf[T](down)
	p := m.Part.(savedPart)
	buf := scratch[T](w, BatchRows[T]())
	for i := p.blocks.From; i < p.blocks.To; i++ {
		b := p.file.index.Block(i)
		raw, h, err := frame.NewReaderAt(p.file.path, p.file.file, p.file.size).Block(b) // rows may point into raw: it is nobody else's
		if err != nil {
			return err
		}
		for left := h.Rows; left > 0; {
			rows := buf[:min(left, len(buf))]
			n, err := spill.DecodeAll(s.codec, rows, raw)
			if err != nil {
				return frame.Locate(&frame.CorruptError{Offset: -1, Reason: err.Error()}, p.file.path, b.Offset)
			}
			raw = raw[n:]
			left -= len(rows)
			if err := push(rows); err != nil {
				return err
			}
		}
		if len(raw) > 0 {
			return &frame.CorruptError{File: p.file.path, Offset: b.Offset, Reason: fmt.Sprintf("%d bytes are left after its rows", len(raw))}
		}
	}
	return nil
}

func (s *loading[T]) Close() error {
	var err error
	for _, f := range s.files {
		if e := f.file.Close(); err == nil {
			err = e
		}
	}
	return err
}
