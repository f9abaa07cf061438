package exec

import (
	"context"
	"errors"
)

// Body makes the stage of a plan node for one run: a [Source], a [Step] or a
// [Breaker].
type Body func(r *Run) (any, error)

// ErrStop is returned by a Push that wants no more rows: not of this morsel, and
// not of any later one. It ends a branch early and is not an error.
var ErrStop = errors.New("exec: no more rows wanted")

// A Pipe is what a stage pushes its rows into. It belongs to one worker.
type Pipe struct {
	Push any              // func([]T) error: the receiver may overwrite the batch, never keep it
	Mark func(Mark) error // in order with the batches; whatever is held is pushed first
	Done func() bool      // reports that nothing below wants more rows; never nil once fused

	// Reads says that the receiver does not overwrite batches after all. Then they
	// may be memory that others read, or the user's own.
	Reads bool
}

// A Mark travels down a chain in order with the batches.
type Mark struct {
	Kind MarkKind
	Seq  uint64 // the morsel during which it was sent
}

// MarkKind says what a mark means.
type MarkKind uint8

const (
	// MorselEnd follows the last batch of each morsel.
	MorselEnd MarkKind = iota
	// End follows the last morsel of the input, once, in a morsel of its own
	// that has no rows: a stage that keeps rows across morsels gives them out
	// now.
	End
)

// A Morsel is a piece of the input that one worker reads from end to end.
type Morsel struct {
	Seq   uint64 // its number in the pipeline, set by the scheduler, in input order
	Bytes int64  // its size, for progress; 0 when unknown
	Part  any    // what the source needs to know to read it
}

// A Source yields the input.
type Source interface {
	// Size is what is known of the whole input; -1 is unknown.
	Size() (rows, bytes int64)
	// Next gives out the next morsel, or io.EOF. Calls do not overlap. It may
	// block, and should then return when ctx ends.
	Next(ctx context.Context) (Morsel, error)
	// Read pushes the rows of a morsel. Calls for different morsels overlap.
	Read(w *Worker, m Morsel, down Pipe) error
	// Close releases what the source holds, once, after the last Read.
	Close() error
}

// A Step takes rows and pushes rows.
type Step interface {
	// Fuse makes one worker's instance of the step, which pushes into down.
	Fuse(w *Worker, down Pipe) (Pipe, error)
}

// A Cut is a step whose rows are pushed on by another goroutine than the one
// that pushes into it, so that what follows it is fused for another worker.
type Cut interface {
	Step
	// Below makes the worker that owns what follows.
	Below(w *Worker) *Worker
}

// A Breaker takes all of its inputs before it gives anything out. One that is
// also a [Prober] takes all but the first, and answers the first one's rows as
// they come, with a [Then.Probe].
type Breaker interface {
	// Open makes one worker's instance for one input.
	Open(w *Worker, input int) (Local, error)
	// Finish is called alone, after every Commit for that input.
	Finish(r *Run, input int) (Then, error)
	// Close releases what is held, once, when the run ends.
	Close() error
}

// A Local is the part of a breaker that one worker fills.
type Local interface {
	Pipe() Pipe
	// Commit adds the local part to the shared one.
	Commit() error
}

// Then is what a breaker gives out after one of its inputs has been taken.
type Then struct {
	Out   Source // where the rows come from, once all inputs are taken
	Probe Step   // of a Prober: what the rows of its first input go through
}
