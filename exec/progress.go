package exec

import (
	"time"

	"anabranch.dev/internal/plan"
)

// Progress is where a run stands, or how it has ended. What is not known is -1 where
// numbers say so.
type Progress struct {
	Plan    *Plan         `json:"plan"` // as far as the run has come; another one when that has changed
	Started time.Time     `json:"started"`
	Elapsed time.Duration `json:"elapsed_ns"`
	Done    bool          `json:"done"` // this is the last one
	Err     error         `json:"-"`    // of a run that is done: why it failed, or nil
	Workers int           `json:"workers"`

	Share float64       `json:"share"`   // of the work that is done, from 0 to 1, estimated; or -1
	Left  time.Duration `json:"left_ns"` // until the run is done, estimated; or -1

	Bytes      int64 `json:"bytes"`       // of input read so far
	TotalBytes int64 `json:"total_bytes"` // of all input that is to be read, or -1

	Memory     int64 `json:"memory"`      // bytes that operators hold
	MemoryPeak int64 `json:"memory_peak"` // most that they held at one time
	Budget     int64 `json:"budget"`      // that they may hold
	Disk       int64 `json:"disk"`        // bytes of temporary files
	DiskPeak   int64 `json:"disk_peak"`   // at one time
	DiskLimit  int64 `json:"disk_limit"`  // 0: what the disk has

	Tasks     []Task             `json:"tasks"` // that workers have now
	Peers     []PeerProgress     `json:"peers,omitempty"`
	Pipelines []PipelineProgress `json:"pipelines"` // as in the plan
	Operators []OperatorProgress `json:"operators"` // as in the plan
}

// State is where a pipeline stands.
type State string

// The states of a pipeline.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Finishing State = "finishing" // every row has been read; what takes them is being finished
	Done      State = "done"
)

// PipelineProgress is where one pipeline of a plan stands. The times of its workers
// together are Busy, Blocked and Idle.
type PipelineProgress struct {
	State State         `json:"state"`
	Began time.Duration `json:"began_ns"` // since the run started
	Ended time.Duration `json:"ended_ns"` // likewise; of one that is not done, now

	Share float64       `json:"share"`   // of its work that is done, estimated; or -1
	Left  time.Duration `json:"left_ns"` // until it is done, estimated; or -1

	parts, totalParts int64

	Rows       int64 `json:"rows"`        // that began in it so far
	TotalRows  int64 `json:"total_rows"`  // or -1
	Bytes      int64 `json:"bytes"`       // of input, read so far
	TotalBytes int64 `json:"total_bytes"` // or -1

	Busy    time.Duration `json:"busy_ns"`    // in operators
	Blocked time.Duration `json:"blocked_ns"` // waiting for a turn, for input or for each other
	Idle    time.Duration `json:"idle_ns"`    // with nothing to do, since others have the last of the work
}

// OperatorProgress is where one operator stands.
type OperatorProgress struct {
	Op    string    `json:"op"`    // the verb
	Label string    `json:"label"` // the user's label
	Site  plan.Site `json:"site"`  // where the user asked for it

	RowsIn  int64 `json:"rows_in"`  // rows that entered it; of a source, rows that it gave out
	RowsOut int64 `json:"rows_out"` // rows that it gave out
	Bytes   int64 `json:"bytes"`    // that it read or wrote, of input and output files; 0 when none

	// Busy is the time spent in it by all workers together, estimated from samples. Of a
	// source it is what its pieces took, less what operators below it took of them, and in a
	// run of milliseconds it can be 0.
	Busy    time.Duration `json:"busy_ns"`
	Blocked time.Duration `json:"blocked_ns"` // spent waiting in it

	effort float64       // see laborious
	mean   time.Duration // that a worker had one of its pieces

	Memory     int64 `json:"memory"`      // bytes that it holds
	MemoryPeak int64 `json:"memory_peak"` // most that it held
	Spill      Spill `json:"spill"`

	Parts   int64         `json:"parts"`      // pieces of input, partitions or ranges that it has given out
	Skew    float64       `json:"skew"`       // rows of the largest of them over the 75th percentile of all; 0: unknown
	Slowest time.Duration `json:"slowest_ns"` // the longest that a worker had one of them
}

// A Task is a piece of input that a worker has.
type Task struct {
	Worker   int           `json:"worker"`
	Peer     string        `json:"peer,omitempty"` // the process that the worker is of, if it is another one
	Operator int           `json:"operator"`       // whose rows it is, in the plan
	Input    string        `json:"input"`          // what it is, as in "a.log, bytes 0 to 1048576"; may be empty
	For      time.Duration `json:"for_ns"`         // since the worker took it
}

// Spill is what an operator has written to temporary files.
type Spill struct {
	Runs   int64 `json:"runs"`   // sorted runs, and files of partitions
	Bytes  int64 `json:"bytes"`  // of rows in them
	Disk   int64 `json:"disk"`   // bytes that they took, compressed
	Passes int64 `json:"passes"` // over the runs; the last gives the rows out
	FanIn  int64 `json:"fan_in"` // runs that the last pass merges at a time
}

// watchEvery is how often a watcher is told.
const watchEvery = 200 * time.Millisecond

// watch tells the watches of the run until the function that it returns is called, with
// how the run has ended, which tells them a last time. One goroutine does so. The error
// is that of the last calls; one of an earlier call ends the run. A run that has no plan
// yet is not told of.
func (r *Run) watch() (stop func(error) error) {
	if len(r.watching) == 0 {
		return func(error) error { return nil }
	}
	end, ended := make(chan error), make(chan error)
	go func() {
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		ticks := tick.C
		for {
			select {
			case <-ticks:
				if p := r.progress(); p.Plan != nil {
					if err := r.watching.tell(p); err != nil {
						r.fail(err, 0)
						ticks = nil // it has ended
					}
				}
			case err := <-end:
				p := r.progress()
				if p.Done, p.Err = true, err; err == nil {
					p.Share, p.Left = 1, 0
				}
				if p.Plan != nil && ticks != nil {
					err = r.watching.tell(p)
				} else {
					err = nil
				}
				ended <- err
				return
			}
		}
	}()
	return func(err error) error { end <- err; return <-ended }
}
