package exec

import (
	"cmp"
	"sync/atomic"
)

// writing is a breaker that writes rows to a file, or several, in the order of
// the rows, and gives out what was written. Files appear under their names when
// the whole run has succeeded.
//
// Each worker formats, and compresses, its rows beside the others; the bytes then
// go through a gate, in pieces that are never cut.
type writing struct {
	turn  *Turn
	rows  rowCount
	bytes atomic.Int64 // written so far
	to    sink

	format formatter
	packer func() (packer, error) // one worker's; nil: bytes are not packed
	pieces int                    // bytes that are packed at a time; 0: packBytes
}

// formatter makes the push of one worker's part.
type formatter func(l *writeLocal) any

// formatted is the formatter for rows that format makes bytes of, append style.
func formatted[T any](format func(dst []byte, rows []T) []byte) formatter {
	return func(l *writeLocal) any {
		return func(rows []T) error {
			l.buf = format(l.buf, rows)
			return l.took(len(rows))
		}
	}
}

// sink is where formatted rows go. Its methods are called one at a time.
type sink interface {
	// writes is the file that nobody else in the run may write, or empty.
	writes() string
	// write writes the next bytes.
	write(b []byte) error
	// finish writes what comes last and makes all of it durable. rows is how
	// many there were.
	finish(rows int64) ([]File, error)
	// publish gives the files their names.
	publish() error
	// close removes what is left of a run that did not succeed.
	close() error
}

// packer appends src, which is so many rows, to dst in another form.
type packer func(dst, src []byte, rows int) ([]byte, error)

func (x *writing) order() *Turn    { return x.turn }
func (x *writing) Close() error    { return x.to.close() }
func (x *writing) effort() float64 { return writeEffort }
func (x *writing) wrote() int64    { return x.bytes.Load() }
func (x *writing) writes() string  { return x.to.writes() }

func (x *writing) Finish(r *Run, _ int) (Then, error) {
	files, err := x.to.finish(x.rows.Load())
	if err != nil {
		return Then{}, err
	}
	r.OnSuccess(x.to.publish)
	return Then{Out: once(files)}, nil
}

func (x *writing) Open(w *Worker, _ int) (Local, error) {
	l := &writeLocal{x: x, gate: newGate[byte](w, x.turn, writeTurn{x}, bottom)}
	if x.packer != nil {
		var err error
		if l.pack, err = x.packer(); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// writeLocal is one worker's part of a writing.
type writeLocal struct {
	x    *writing
	buf  []byte
	in   int    // rows in it
	pack packer // nil: bytes are written as they are
	comp []byte
	gate Pipe
	rows int64
}

// packBytes is how much is packed at a time. Each piece stands for itself: what
// reads the formats takes them one after the other.
const packBytes = 1 << 20

func (l *writeLocal) Pipe() Pipe {
	return Pipe{Push: l.x.format(l), Mark: l.mark, Done: l.gate.Done}
}

func (l *writeLocal) Commit() error {
	l.x.rows.Add(l.rows)
	return nil
}

// took is called when n more rows are in the buffer.
func (l *writeLocal) took(n int) error {
	l.rows += int64(n)
	l.in += n
	if l.pack != nil && len(l.buf) < cmp.Or(l.x.pieces, packBytes) {
		return nil
	}
	return l.flush()
}

func (l *writeLocal) flush() (err error) {
	b, n := l.buf, l.in
	l.buf, l.in = l.buf[:0], 0
	if n == 0 {
		return nil
	}
	if l.pack != nil {
		if l.comp, err = l.pack(l.comp[:0], b, n); err != nil {
			return err
		}
		b = l.comp
	}
	return pushOf[byte](l.gate)(b)
}

func (l *writeLocal) mark(m Mark) error {
	if err := l.flush(); err != nil {
		return err
	}
	return l.gate.Mark(m)
}

// writeTurn writes bytes in turn.
type writeTurn struct{ x *writing }

func (t writeTurn) inTurn(b []byte) error {
	t.x.bytes.Add(int64(len(b)))
	return t.x.to.write(b)
}

func (t writeTurn) after() error { return nil }
func (t writeTurn) atEnd() error { return nil }
func (t writeTurn) done() bool   { return false }
