package exec

import (
	"fmt"

	"anabranch.dev/internal/frame"
	"anabranch.dev/spill"
)

// savedBytes is about how many bytes of rows a block of a saved stream has.
const savedBytes = 256 << 10

// Save is the body of a breaker that writes rows, as their codec writes them, to
// a file of blocks (see package frame), in the order of the rows, and gives out
// the [File].
//
//go:noinline
func Save[T any](path string) Body {
	return func(r *Run) (any, error) {
		codec, err := spill.CodecFor[T]()
		if err != nil {
			return nil, err
		}
		out, err := createOutput(r, path)
		if err != nil {
			return nil, err
		}
		s := &saved{output: out}
		if err := s.begin(spill.TypeText[T]()); err != nil {
			_ = out.close() // what went wrong before says more
			return nil, err
		}
		return &writing{
			turn: NewTurn(r), to: s, pieces: savedBytes,
			format: formatted(func(dst []byte, rows []T) []byte { return spill.AppendAll(codec, dst, rows) }),
			packer: packBlocks,
		}, nil
	}
}

// packBlocks makes blocks of rows.
func packBlocks() (packer, error) {
	var e frame.Encoder
	return func(dst, src []byte, rows int) ([]byte, error) {
		return e.Append(dst, src, rows, frame.S2)
	}, nil
}

// saved is rows in blocks, and what surrounds them.
type saved struct {
	*output
	file frame.FileWriter
}

func (s *saved) begin(rowType string) error {
	b, err := s.file.Preamble(frame.Description{Type: rowType})
	if err != nil {
		return fmt.Errorf("write %s: %w", s.path, err)
	}
	return s.output.write(b)
}

func (s *saved) write(b []byte) error {
	if err := s.file.NoteAll(b); err != nil {
		return err
	}
	return s.output.write(b)
}

func (s *saved) finish(rows int64) ([]File, error) {
	b, err := s.file.Tail()
	if err != nil {
		return nil, err
	}
	if err := s.output.write(b); err != nil {
		return nil, err
	}
	if err := s.output.finish(); err != nil {
		return nil, err
	}
	return []File{{Path: s.path, Rows: rows, Bytes: s.n}}, nil
}
