package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"anabranch.dev/internal/glob"
	"anabranch.dev/internal/vfs"
	"anabranch.dev/spill"
)

// A Format is how files with rows of type T are read whose bytes say where in them the
// rows are, so that several workers can read one.
type Format[T any] struct {
	// Op names the source in plans and errors, as in "read parquet".
	Op string
	// Open reads what a file of so many bytes says about its rows. The file stays open
	// as long as the table is of use. Calls do not overlap. Errors need not name the file.
	Open func(file io.ReaderAt, size int64) (Table[T], error)
}

// A Table is a file that is open. It is read in pieces, each by one worker from end to end.
type Table[T any] interface {
	// Pieces are all rows, in their order. Where they are cut depends on the file alone.
	Pieces() []TablePiece
	// Read pushes the rows of the piece of that number, in batches of at most len(batch)
	// rows, which may be in the memory of batch. The receiver may overwrite what it is
	// given and never keeps it. An error of push is returned as it is. Calls overlap.
	Read(piece int, batch []T, push func([]T) error) error
}

// A TablePiece is what is known of rows that one worker reads.
type TablePiece struct {
	Rows  int64
	Bytes int64 // that are read for them
}

// FromFiles is the body of a source of the rows of files. patterns are as in
// [glob.Expand].
func FromFiles[T any](format Format[T], patterns []string) Body {
	return func(r *Run) (any, error) {
		s := &tables[T]{format: format, piece: r.piece}
		if r.piece != nil { // it is told of its files with each morsel
			return s, nil
		}
		for _, p := range patterns {
			paths, err := glob.Expand(p)
			if err != nil {
				return nil, err
			}
			for _, path := range paths {
				if err := s.open(r.fs, path); err != nil {
					_ = s.Close() // what went wrong before says more
					return nil, err
				}
			}
		}
		return s, nil
	}
}

// tables gives out the pieces of files.
type tables[T any] struct {
	format      Format[T]
	piece       *Piece
	files       []*tableFile[T]
	rows, bytes int64

	file, part int // the next one
}

type tableFile[T any] struct {
	path   string
	size   int64
	input  Input
	table  Table[T]
	pieces []TablePiece
	first  []int64 // the number of the first row of each piece, from 0
}

// tablePart is a morsel: a piece of one file.
type tablePart[T any] struct {
	file *tableFile[T]
	n    int
}

// open opens a file of this machine.
func (s *tables[T]) open(files vfs.FS, path string) error {
	if path == Stdin {
		return &fs.PathError{Op: s.format.Op, Path: "standard input", Err: errors.New("only a file can be read in pieces")}
	}
	file, err := files.OpenFile(path, 0, 0)
	if err != nil {
		return err
	}
	size, err := regularSize(s.format.Op, path, file)
	if err != nil {
		_ = file.Close()
		return err
	}
	_, err = s.add(path, size, file)
	return err
}

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

// add reads what a file says about its rows. The file is closed with the source.
func (s *tables[T]) add(path string, size int64, input Input) (*tableFile[T], error) {
	f := &tableFile[T]{path: path, size: size, input: input}
	s.files = append(s.files, f)
	table, err := s.format.Open(input, size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f.table, f.pieces = table, table.Pieces()
	rows := int64(0)
	for _, p := range f.pieces {
		f.first = append(f.first, rows)
		rows += p.Rows
		s.bytes += p.Bytes
	}
	s.rows += rows
	return f, nil
}

func (s *tables[T]) Size() (rows, bytes int64) { return s.rows, s.bytes }

func (s *tables[T]) Next(context.Context) (Morsel, error) {
	for s.file < len(s.files) {
		f := s.files[s.file]
		if s.part == len(f.pieces) {
			s.file, s.part = s.file+1, 0
			continue
		}
		m := Morsel{Part: tablePart[T]{f, s.part}, Bytes: f.pieces[s.part].Bytes}
		s.part++
		return m, nil
	}
	return Morsel{}, io.EOF
}

// Describe names a morsel in errors.
func (s *tables[T]) Describe(m Morsel) string {
	p := m.Part.(tablePart[T])
	if len(p.file.pieces) == 1 {
		return p.file.path
	}
	from := p.file.first[p.n]
	return fmt.Sprintf("%s, rows %d to %d", p.file.path, from+1, from+p.file.pieces[p.n].Rows)
}

func (s *tables[T]) Read(w *Worker, m Morsel, down Pipe) error {
	p := m.Part.(tablePart[T])
	return p.file.table.Read(p.n, scratch[T](w, BatchRows[T]()), pushOf[T](down))
}

func (s *tables[T]) Close() error {
	var err error
	for _, f := range s.files {
		if e := f.input.Close(); err == nil {
			err = e
		}
	}
	return err
}

func (s *tables[T]) paths() (list []string) {
	for _, f := range s.files {
		list = append(list, f.path)
	}
	return list
}

// tableLease is a morsel of a table.
type tableLease struct {
	Path string
	Size int64
	N    int
}

func (s *tables[T]) Lease(m Morsel) ([]byte, error) {
	p := m.Part.(tablePart[T])
	return leaseOf(tableLease{p.file.path, p.file.size, p.n})
}

func (s *tables[T]) Leased(b []byte) (Morsel, error) {
	l, err := leased[tableLease](b)
	if err != nil {
		return Morsel{}, err
	}
	f, err := s.leasedFile(l.Path, l.Size)
	if err != nil {
		return Morsel{}, err
	}
	if l.N < 0 || l.N >= len(f.pieces) {
		return Morsel{}, fmt.Errorf("%w: piece %d of %d of %s", spill.ErrMalformed, l.N+1, len(f.pieces), l.Path)
	}
	return Morsel{Part: tablePart[T]{f, l.N}, Bytes: f.pieces[l.N].Bytes}, nil
}

// leasedFile opens a file that a lease is about, once.
func (s *tables[T]) leasedFile(path string, size int64) (*tableFile[T], error) {
	for _, f := range s.files {
		if f.path == path && f.size == size && f.table != nil {
			return f, nil
		}
	}
	input, err := s.piece.Open(path, size)
	if err != nil {
		return nil, err
	}
	return s.add(path, size, input)
}
