package exec

import (
	"fmt"
	"os"
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
		return &writeLines[S]{out: out, turn: NewTurn(r)}, nil
	}
}

type writeLines[S ~string] struct {
	out  *output
	turn *Turn
	rows rowCount
}

func (x *writeLines[S]) order() *Turn { return x.turn }
func (x *writeLines[S]) Close() error { return x.out.close() }

func (x *writeLines[S]) Finish(r *Run, _ int) (Then, error) {
	if x.out.n == 0 { // nothing at all is no file of these formats
		pack, err := packerFor(x.out.path)
		if err != nil {
			return Then{}, err
		}
		if pack != nil {
			if err := x.out.write(pack(nil, nil)); err != nil {
				return Then{}, err
			}
		}
	}
	if err := x.out.finish(); err != nil {
		return Then{}, err
	}
	r.OnSuccess(x.out.publish)
	f := File{Path: x.out.path, Rows: x.rows.Load(), Bytes: x.out.n}
	return Then{Out: &rowsOnce[File]{rows: []File{f}}}, nil
}

// writeLocal formats, and compresses, beside the other workers; the bytes then
// go through a gate.
type writeLocal[S ~string] struct {
	x    *writeLines[S]
	buf  []byte
	pack packer // nil: not compressed
	comp []byte
	gate Pipe
	rows int64
}

// packBytes is how much text is compressed at a time. Each piece is a frame of
// its own; readers of both formats take frames one after the other as one file.
const packBytes = 1 << 20

func (x *writeLines[S]) Open(w *Worker, _ int) (Local, error) {
	pack, err := packerFor(x.out.path)
	if err != nil {
		return nil, err
	}
	return &writeLocal[S]{x: x, pack: pack, gate: newGate[byte](w, x.turn, &writeTurn{out: x.out}, bottom)}, nil
}

// writes is the file that the node writes, and nobody else in the run may; it
// is empty for the device that drops everything.
func (x *writeLines[S]) writes() string {
	if x.out.target == os.DevNull {
		return ""
	}
	return x.out.target
}

// packer appends src, compressed, to dst.
type packer func(dst, src []byte) []byte

// packerFor makes one worker's packer for a file name; nil: not compressed.
func packerFor(path string) (packer, error) {
	switch filepath.Ext(path) {
	case ".gz":
		return packGzip(), nil
	case ".zst":
		z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithZeroFrames(true))
		if err != nil {
			return nil, fmt.Errorf("zstd: %w", err)
		}
		return func(dst, src []byte) []byte { return z.EncodeAll(src, dst) }, nil
	}
	return nil, nil
}

func packGzip() packer {
	var b appender
	z := gzip.NewWriter(&b)
	return func(dst, src []byte) []byte {
		b.b = dst
		z.Reset(&b)
		_, _ = z.Write(src) // writing to memory does not fail
		_ = z.Close()
		return b.b
	}
}

type appender struct{ b []byte }

func (a *appender) Write(p []byte) (int, error) {
	a.b = append(a.b, p...)
	return len(p), nil
}

func (l *writeLocal[S]) Pipe() Pipe {
	return Pipe{Push: l.push, Mark: l.mark, Done: l.gate.Done}
}

func (l *writeLocal[S]) Commit() error {
	l.x.rows.Add(l.rows)
	return nil
}

func (l *writeLocal[S]) push(rows []S) error {
	l.rows += int64(len(rows))
	l.buf = linesKernel(l.buf, rows)
	if l.pack != nil && len(l.buf) < packBytes {
		return nil
	}
	return l.flush()
}

func linesKernel[S ~string](dst []byte, rows []S) []byte {
	for _, r := range rows {
		dst = append(dst, r...)
		dst = append(dst, '\n')
	}
	return dst
}

func (l *writeLocal[S]) flush() error {
	b := l.buf
	l.buf = l.buf[:0]
	if len(b) == 0 {
		return nil
	}
	if l.pack != nil {
		l.comp = l.pack(l.comp[:0], b)
		b = l.comp
	}
	return pushOf[byte](l.gate)(b)
}

func (l *writeLocal[S]) mark(m Mark) error {
	if err := l.flush(); err != nil {
		return err
	}
	return l.gate.Mark(m)
}

// writeTurn writes bytes in turn.
type writeTurn struct{ out *output }

func (t *writeTurn) inTurn(b []byte) error { return t.out.write(b) }
func (t *writeTurn) after() error          { return nil }
func (t *writeTurn) atEnd() error          { return nil }
func (t *writeTurn) done() bool            { return false }
