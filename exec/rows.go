package exec

import (
	"reflect"
	"unsafe"
)

// Rows is what the engine must know of the type of a stream's rows to handle
// them without knowing it: to count them, to hand them to several consumers,
// to keep them until a later pipeline wants them.
type Rows interface {
	Type() reflect.Type
	meter(w *Worker, s *opStat, down Pipe) Pipe
	entry(w *Worker, s *opStat, down Pipe) Pipe
	tee(downs []Pipe) Pipe
	drain() Local
	buffer(r *Run) Breaker
	send(to Outlet, o SendOptions) Body
	receive(from Inlet) Body
	sendable() error
}

// What these methods call is not inlined into them: each of them is compiled
// several times for every type.

// RowsOf returns the Rows of T.
func RowsOf[T any]() Rows { return rowsOf[T]{} }

type rowsOf[T any] struct{}

func (rowsOf[T]) Type() reflect.Type { return reflect.TypeFor[T]() }

func (rowsOf[T]) meter(w *Worker, s *opStat, down Pipe) Pipe { return meter[T](w, s, down) }

func (rowsOf[T]) entry(w *Worker, s *opStat, down Pipe) Pipe { return entry[T](w, s, down) }

func (rowsOf[T]) tee(downs []Pipe) Pipe { return tee[T](downs) }

func (rowsOf[T]) buffer(r *Run) Breaker { return newBuffer[T](r) }

func (rowsOf[T]) send(to Outlet, o SendOptions) Body { return send[T](nil, to, o) }

func (rowsOf[T]) sendable() error { return written[T]() }

func (rowsOf[T]) receive(from Inlet) Body { return receive[T](from, nil) }

func (rowsOf[T]) drain() Local {
	return drainLocal{Pipe{
		Push:  func([]T) error { return nil },
		Mark:  func(Mark) error { return nil },
		Done:  never,
		Reads: true,
	}}
}

// drainLocal takes rows that nobody wants: the output of a plan whose last
// operator gives some out.
type drainLocal struct{ pipe Pipe }

func (d drainLocal) Pipe() Pipe    { return d.pipe }
func (d drainLocal) Commit() error { return nil }

// BatchBytes and the two bounds after it say how many rows a batch has: as
// many as fill a level-1 cache, with a floor for large rows and a ceiling
// after which nothing is won.
const (
	BatchBytes   = 32 << 10
	minBatchRows = 64
	maxBatchRows = 1024
)

// BatchRows returns the number of rows of type T in a full batch.
func BatchRows[T any]() int {
	var z T
	return min(max(BatchBytes/max(int(unsafe.Sizeof(z)), 1), minBatchRows), maxBatchRows)
}

// SizeOf returns the size of T in bytes.
func SizeOf[T any]() int {
	var z T
	return int(unsafe.Sizeof(z))
}

func never() bool { return false }

// pushOf gives the typed push of a pipe.
func pushOf[T any](p Pipe) func([]T) error { return p.Push.(func([]T) error) }

// with returns p with another push, which may overwrite batches: for steps that hold
// nothing.
func (p Pipe) with(push any) Pipe {
	p.Push, p.Reads = push, false
	return p
}

// reading returns p with another push, which does not overwrite batches.
func (p Pipe) reading(push any) Pipe {
	p.Push, p.Reads = push, true
	return p
}

// through returns p with another push, which hands batches on to that of p.
func (p Pipe) through(push any) Pipe {
	p.Push = push
	return p
}
