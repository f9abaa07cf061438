package exec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxLine is the longest line, in bytes, that a source of lines accepts.
const MaxLine = 64 << 20

// ErrLineTooLong means that a line is longer than [MaxLine].
var ErrLineTooLong = errors.New("line too long")

var errTooLong = fmt.Errorf("%w: more than %d bytes before a newline; is it text?", ErrLineTooLong, MaxLine)

const (
	lineBlock   = 256 << 10 // bytes read at a time: they and the rows made of them fit a level-2 cache
	lineSlack   = 8 << 10   // room for the part of a line that a block begins with
	lineAhead   = 4 << 10   // bytes read at a time to finish the last line of a morsel
	lineSegment = 16 << 10  // bytes cut into lines at a time
)

// lineReader cuts what a reader gives into lines and pushes them. It belongs to
// one worker.
type lineReader[S ~string] struct {
	reuse bool // rows are Views: the block is used again
	block []byte
	cuts  []uint32 // positions of newlines in a segment
	rows  []S
	push  func([]S) error
	mean  int  // about how long lines are
	trim  byte // is left out at the end of a line; "\n", which none has, leaves all in
}

func newLineReader[S ~string](reuse bool) *lineReader[S] {
	return &lineReader[S]{reuse: reuse, rows: make([]S, 0, maxBatchRows), mean: shortLines, trim: '\r'}
}

// fresh returns an empty block that begins with rest. String rows point into
// their block for as long as they live, so theirs is new memory.
func (l *lineReader[S]) fresh(rest []byte) ([]byte, int) {
	size := max(lineBlock+lineSlack, len(rest)+lineSlack)
	if !l.reuse || cap(l.block) < size {
		b := make([]byte, size)
		n := copy(b, rest)
		if l.reuse {
			l.block = b
		}
		return b, n
	}
	n := copy(l.block, rest)
	return l.block, n
}

// part says which of the lines that a reader gives are wanted.
type part struct {
	skipFirst bool  // leave out everything up to the first newline
	limit     int64 // lines that begin at or after this are not wanted; -1: all are
}

// read pushes the wanted lines of r. It returns how many bytes of r it took.
func (l *lineReader[S]) read(r io.Reader, p part, push func([]S) error) (took int64, err error) {
	l.push = push
	b, n := l.fresh(nil)
	seen := 0 // bytes of b that hold no newline
	base := int64(0)
	for {
		if n == len(b) {
			if b, err = l.longer(b, n); err != nil {
				return base + int64(n), err
			}
		}
		k, err := r.Read(b[n:l.wanted(len(b), n, base, p.limit)])
		eof := errors.Is(err, io.EOF)
		if err != nil && !eof {
			return base + int64(n+k), err
		}
		n += k
		if p.skipFirst {
			i := bytes.IndexByte(b[:n], '\n')
			past := p.limit >= 0 && base+int64(n) >= p.limit // a line that begins later is not wanted
			if i < 0 && !past && !eof {
				base, n = base+int64(n), 0 // a long line that is another morsel's
				continue
			}
			if i < 0 || p.limit >= 0 && base+int64(i)+1 >= p.limit {
				return base + int64(n), nil
			}
			p.skipFirst = false
			base += int64(i) + 1
			n = copy(b, b[i+1:n])
			seen = 0
		}
		end, last := l.end(b[:n], seen, base, p.limit, eof)
		seen = n
		if end > 0 {
			if err := l.cut(b[:end]); err != nil {
				return base + int64(n), err
			}
		}
		if last {
			return base + int64(n), nil
		}
		if end > 0 {
			base += int64(end)
			b, n = l.fresh(b[end:n])
			seen = n
		}
	}
}

// wanted is how far to fill a block: not past the end of the morsel, or only a
// little, to finish a line.
func (l *lineReader[S]) wanted(size, n int, base, limit int64) int {
	if limit < 0 {
		return size
	}
	if left := limit - base - int64(n); left > 0 {
		return int(min(int64(size), int64(n)+left))
	}
	return min(size, n+lineAhead)
}

// end returns the end of the whole lines in b that are wanted, and whether they
// are the last.
func (l *lineReader[S]) end(b []byte, seen int, base, limit int64, eof bool) (end int, last bool) {
	if limit >= 0 && base+int64(len(b)) >= limit {
		// The last line that is wanted is the one that holds byte limit-1.
		from := max(int(limit-1-base), seen)
		if i := bytes.IndexByte(b[from:], '\n'); i >= 0 {
			return from + i + 1, true
		}
	}
	if eof {
		return len(b), true
	}
	if i := bytes.LastIndexByte(b[seen:], '\n'); i >= 0 {
		return seen + i + 1, false
	}
	return 0, false
}

// longer returns a block of twice the size for a line that does not fit.
func (l *lineReader[S]) longer(b []byte, n int) ([]byte, error) {
	if n > MaxLine+lineSlack {
		return b, errTooLong
	}
	bigger := make([]byte, min(2*len(b), MaxLine+2*lineSlack))
	copy(bigger, b[:n])
	if l.reuse {
		l.block = bigger
	}
	return bigger, nil
}

// cut pushes the lines of b, a segment at a time.
func (l *lineReader[S]) cut(b []byte) error {
	if len(b) > MaxLine {
		if err := checkLength(b); err != nil {
			return err
		}
	}
	text := asString(b)
	from := 0 // where the current line begins
	for at := 0; at < len(b); at += lineSegment {
		seg := b[at:min(at+lineSegment, len(b))]
		l.cuts = newlines(l.cuts[:0], seg, l.mean)
		l.mean = len(seg) / (len(l.cuts) + 1)
		cuts := l.cuts
		for len(cuts) > 0 {
			k := min(len(cuts), cap(l.rows)-len(l.rows))
			from = cutKernel(l.rows[len(l.rows):len(l.rows)+k], text, from, at, cuts[:k], l.trim)
			l.rows = l.rows[:len(l.rows)+k]
			cuts = cuts[k:]
			if len(l.rows) < cap(l.rows) {
				continue
			}
			if err := l.flush(); err != nil {
				return err
			}
		}
	}
	if from < len(text) { // no final newline
		l.rows = append(l.rows, S(trimEnd(text[from:], l.trim)))
	}
	err := l.flush()
	if l.reuse {
		invalidate(b)
	}
	return err
}

// checkLength looks for a line that is too long in a block that can hold one.
func checkLength(b []byte) error {
	for len(b) > 0 {
		line, rest, _ := bytes.Cut(b, []byte{'\n'})
		if len(bytes.TrimSuffix(line, []byte{'\r'})) > MaxLine {
			return errTooLong
		}
		b = rest
	}
	return nil
}

func (l *lineReader[S]) flush() error {
	rows := l.rows
	l.rows = l.rows[:0]
	if len(rows) == 0 {
		return nil
	}
	return l.push(rows)
}

// cutKernel makes a row of each line that ends at a cut, and returns where the
// next begins.
func cutKernel[S ~string](dst []S, text string, from, at int, cuts []uint32, trim byte) int {
	dst = dst[:len(cuts)]
	for i, c := range cuts {
		to := at + int(c)
		line := text[from:to]
		if len(line) > 0 && line[len(line)-1] == trim {
			line = line[:len(line)-1]
		}
		dst[i] = S(line)
		from = to + 1
	}
	return from
}

func trimEnd(line string, trim byte) string {
	if len(line) > 0 && line[len(line)-1] == trim {
		return line[:len(line)-1]
	}
	return line
}
