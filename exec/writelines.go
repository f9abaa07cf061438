package exec

import (
	"fmt"
	"path/filepath"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// WriteLines is the body of a breaker that writes every row, and a line end
// after it, to a file, in the order of the rows, and gives out the [File]. The
// file appears under its name when the whole run has succeeded.
//
// Names that end in .gz or .zst are compressed; [Stdin] is standard output.
func WriteLines[S ~string](path string) Body {
	return func(r *Run) (any, error) {
		out, err := createOutput(r, path)
		if err != nil {
			return nil, err
		}
		return &writing{
			turn: NewTurn(r), to: &oneFile{output: out},
			format: formatted(linesKernel[S]), packer: packerFor(path),
		}, nil
	}
}

func linesKernel[S ~string](dst []byte, rows []S) []byte {
	for _, r := range rows {
		dst = append(dst, r...)
		dst = append(dst, '\n')
	}
	return dst
}

// oneFile is all rows in one file.
type oneFile struct{ *output }

func (f *oneFile) finish(rows int64) ([]File, error) {
	if f.n == 0 { // nothing at all is no file of the packed formats
		if err := packNothing(f.output); err != nil {
			return nil, err
		}
	}
	if err := f.output.finish(); err != nil {
		return nil, err
	}
	return []File{{Path: f.path, Rows: rows, Bytes: f.n}}, nil
}

// packNothing writes no rows in the format that the file's name asks for.
func packNothing(o *output) error {
	packer := packerFor(o.path)
	if packer == nil {
		return nil
	}
	pack, err := packer()
	if err != nil {
		return err
	}
	b, err := pack(nil, nil, 0)
	if err != nil {
		return err
	}
	return o.write(b)
}

// packerFor makes packers for what a file name ends in; nil: it is not packed.
func packerFor(path string) func() (packer, error) {
	switch filepath.Ext(path) {
	case ".gz":
		return packGzip
	case ".zst":
		return packZstd
	}
	return nil
}

func packZstd() (packer, error) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithZeroFrames(true))
	if err != nil {
		return nil, fmt.Errorf("zstd: %w", err)
	}
	return func(dst, src []byte, _ int) ([]byte, error) { return z.EncodeAll(src, dst), nil }, nil
}

func packGzip() (packer, error) {
	var b appender
	z := gzip.NewWriter(&b)
	return func(dst, src []byte, _ int) ([]byte, error) {
		b.b = dst
		z.Reset(&b)
		_, _ = z.Write(src) // writing to memory does not fail
		_ = z.Close()
		return b.b, nil
	}, nil
}

type appender struct{ b []byte }

func (a *appender) Write(p []byte) (int, error) {
	a.b = append(a.b, p...)
	return len(p), nil
}
