package exec

import (
	"errors"
	"fmt"
	"io"

	"anabranch.dev/internal/frame"
	"anabranch.dev/spill"
)

// Load is the body of a source of the rows of files that [Save] wrote. patterns
// are as in [glob.Expand].
func Load[T any](patterns []string) Body {
	return FromFiles(Format[T]{Op: "load", Open: openSaved[T]}, patterns)
}

// loadBytes is how much of a file is a piece.
const loadBytes = 1 << 20

// savedFile is a file that is being read.
type savedFile struct {
	file   io.ReaderAt
	size   int64
	index  *frame.FileIndex
	ranges []frame.Range // by piece
}

// readSaved reads what a file says about its rows.
func readSaved(file io.ReaderAt, size int64, rowType string) (*savedFile, error) {
	index, err := frame.ReadIndex("", file, size)
	if err != nil {
		if c, ok := errors.AsType[*frame.CorruptError](err); ok && c.Offset == 0 {
			c.Reason += "; was the file written by Save?"
		}
		return nil, err
	}
	if have := index.Description.Type; have != rowType {
		return nil, fmt.Errorf("%w: it was saved with rows of type %s, and is loaded with %s", ErrRowType, have, rowType)
	}
	return &savedFile{file, size, index, index.Ranges(loadBytes)}, nil
}

func (f *savedFile) Pieces() []TablePiece {
	list := make([]TablePiece, len(f.ranges))
	for n, r := range f.ranges {
		for i := r.From; i < r.To; i++ {
			b := f.index.Block(i)
			list[n].Rows += int64(b.Rows)
			list[n].Bytes += int64(b.Bytes)
		}
	}
	return list
}

// loading is a saved file with rows of one type.
type loading[T any] struct {
	*savedFile
	codec spill.Codec[T]
}

func openSaved[T any](file io.ReaderAt, size int64) (Table[T], error) {
	codec, err := spill.CodecFor[T]()
	if err != nil {
		return nil, err
	}
	f, err := readSaved(file, size, spill.TypeText[T]())
	if err != nil {
		return nil, err
	}
	return &loading[T]{f, codec}, nil
}

func (s *loading[T]) Read(piece int, batch []T, push func([]T) error) error {
	blocks := s.ranges[piece]
	for i := blocks.From; i < blocks.To; i++ {
		b := s.index.Block(i)
		raw, h, err := frame.NewReaderAt("", s.file, s.size).Block(b) // rows may point into raw: it is nobody else's
		if err != nil {
			return err
		}
		for left := h.Rows; left > 0; {
			rows := batch[:min(left, len(batch))]
			n, err := spill.DecodeAll(s.codec, rows, raw)
			if err != nil {
				return &frame.CorruptError{Offset: b.Offset, Reason: err.Error()}
			}
			raw = raw[n:]
			left -= len(rows)
			if err := push(rows); err != nil {
				return err
			}
		}
		if len(raw) > 0 {
			return &frame.CorruptError{Offset: b.Offset, Reason: fmt.Sprintf("%d bytes are left after its rows", len(raw))}
		}
	}
	return nil
}
