package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"

	"anabranch.dev/internal/glob"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Stdin is the path that stands for standard input.
const Stdin = "-"

// inputFile is one file of a source's input.
type inputFile struct {
	path   string
	size   int64 // of a regular file; -1: it can only be read from end to end
	mode   fs.FileMode
	handle Input
	users  atomic.Int32 // morsels in flight, and one for those to come
	leased bool         // the handle is open as long as the source: who runs the whole has the file
}

// expandFiles finds the files that patterns name, in order. Who has a piece of a run is
// told of its files with each morsel.
func (r *Run) expandFiles(patterns []string) ([]*inputFile, error) {
	if r.piece != nil {
		return nil, nil
	}
	var list []*inputFile
	for _, p := range patterns {
		if p == Stdin {
			list = append(list, &inputFile{path: Stdin, size: -1})
			continue
		}
		paths, err := glob.Expand(p)
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			info, err := os.Stat(path)
			if err != nil {
				return nil, err
			}
			if info.IsDir() {
				return nil, directoryError("read", path)
			}
			f := &inputFile{path: path, size: info.Size(), mode: info.Mode()}
			if !info.Mode().IsRegular() || compressed(path) {
				f.size = -1
			}
			list = append(list, f)
		}
	}
	return list, nil
}

// directoryError is about a directory in the place of a file.
func directoryError(op, path string) error {
	return &fs.PathError{Op: op, Path: path, Err: fmt.Errorf("is a directory; %q names the files in it", filepath.Join(path, "**"))}
}

func compressed(path string) bool {
	ext := filepath.Ext(path)
	return ext == ".gz" || ext == ".zst"
}

// onDisk is the size of the file as it is stored, for progress; -1 is unknown.
func (f *inputFile) onDisk() int64 {
	if f.size >= 0 {
		return f.size
	}
	if info, err := os.Stat(f.path); f.path != Stdin && err == nil && info.Mode().IsRegular() {
		return info.Size()
	}
	return -1
}

// open opens the file for the morsels to come.
func (f *inputFile) open() error {
	file, err := os.Open(f.path)
	if err != nil {
		return err
	}
	f.handle = file
	f.users.Store(1)
	return nil
}

// release ends one use, and closes the file after the last.
func (f *inputFile) release() error {
	if f.users.Add(-1) > 0 {
		return nil
	}
	return f.handle.Close()
}

// stream opens the file to be read from end to end, decompressed by what its
// name ends in.
func (f *inputFile) stream(ctx context.Context) (io.ReadCloser, error) {
	if f.path == Stdin {
		return openStdin(ctx)
	}
	file, err := f.bytes(ctx)
	if err != nil {
		return nil, err
	}
	switch filepath.Ext(f.path) {
	case ".gz":
		z, err := gzip.NewReader(file)
		if err != nil {
			file.Close()
			if err == io.EOF { // not even a header
				err = io.ErrUnexpectedEOF
			}
			return nil, packedError(err)
		}
		return &decompressed{z, z.Close, file}, nil
	case ".zst":
		z, err := zstd.NewReader(file, zstd.WithDecoderConcurrency(1))
		if err != nil {
			file.Close()
			return nil, err
		}
		return &decompressed{z, func() error { z.Close(); return nil }, file}, nil
	}
	return file, nil
}

// bytes opens the file to be read from end to end, as it is.
func (f *inputFile) bytes(ctx context.Context) (io.ReadCloser, error) {
	if f.leased {
		return io.NopCloser(io.NewSectionReader(f.handle, 0, math.MaxInt64)), nil
	}
	pipe, err := openPipe(ctx, f.path, os.O_RDONLY, f.mode)
	if err != nil {
		return nil, err
	}
	return interruptible(ctx, pipe), nil
}

// abandon closes the file if it is open still.
func (f *inputFile) abandon() error {
	if f.users.Load() <= 0 {
		return nil
	}
	return f.handle.Close()
}

// packedError says what errors of a decompressor mean for its file.
func packedError(err error) error {
	_, corrupt := errors.AsType[flate.CorruptInputError](err)
	switch {
	case corrupt || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, zstd.ErrCRCMismatch):
		return fmt.Errorf("the compressed file is damaged: %w", err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the compressed file is cut off: %w", err)
	case errors.Is(err, gzip.ErrHeader):
		return fmt.Errorf("the file is named .gz, and is none: %w", err)
	case errors.Is(err, zstd.ErrMagicMismatch):
		return fmt.Errorf("the file is named .zst, and is none: %w", err)
	}
	return err
}

// decompressed is a decompressor and the file below it.
type decompressed struct {
	io.Reader
	end  func() error
	file io.Closer
}

func (d *decompressed) Read(b []byte) (int, error) {
	n, err := d.Reader.Read(b)
	if err != nil && err != io.EOF {
		err = packedError(err)
	}
	return n, err
}

func (d *decompressed) Close() error {
	err := d.end()
	if e := d.file.Close(); err == nil {
		err = e
	}
	return err
}

// File is a file that a run reads or has written.
type File struct {
	Path  string
	Rows  int64 // rows written, of parts lines, which differ where rows have line ends in them; -1 of a file to be read
	Bytes int64 // -1 when not known
}

// Files is the body of a source of the files that patterns name, in order.
func Files(patterns []string) Body {
	return func(r *Run) (any, error) {
		inputs, err := r.expandFiles(patterns)
		if err != nil {
			return nil, err
		}
		files := make([]File, len(inputs))
		for i, f := range inputs {
			files[i] = File{Path: f.path, Rows: -1, Bytes: f.onDisk()}
		}
		return &fileList{sliceSource[File]{spans{n: int64(len(files))}, files}}, nil
	}
}

// fileList is the files that were found. Another process may not find the same.
type fileList struct{ sliceSource[File] }

func (s *fileList) Lease(m Morsel) ([]byte, error) {
	p := m.Part.(span)
	return leaseOf(s.rows[p.from:p.to])
}

func (s *fileList) Leased(b []byte) (m Morsel, err error) {
	m.Part, err = leased[[]File](b)
	return m, err
}

func (s *fileList) Read(w *Worker, m Morsel, down Pipe) error {
	if rows, ok := m.Part.([]File); ok {
		return pushAll(pushOf[File](down), rows)
	}
	return s.sliceSource.Read(w, m, down)
}
