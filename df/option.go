package df

import (
	"log/slog"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
)

// Option says how to run a plan. Options are taken by the functions that run
// one: [Run], [Collect], [All], [ForEach], [First].
type Option func(*exec.Config)

// Workers sets the number of goroutines that work on each part of the plan. The
// default is GOMAXPROCS; a run with more than 4096 is refused.
func Workers(n int) Option {
	if n < 1 {
		misuse("Workers", "%d workers: at least one is needed", n)
	}
	return func(c *exec.Config) { c.Workers = n }
}

// Memory sets the bytes that all operators of the run together may hold: rows to
// be sorted, tables of keys, accumulators, rows that wait to be used again. The
// default is a quarter of what the machine, the control group or GOMEMLIMIT
// allows; the least is 16 MiB and 4 MiB for each worker.
//
// What does not fit goes to temporary files. A run fails with [ErrMemory] where it
// cannot, because rows hold interfaces or the like, where one accumulator alone is too
// large, and where rows wait for a stream to be used again. Rows handed to the program are not counted. While a run with this option is under way, the process's soft limit on
// memory, as of [runtime/debug.SetMemoryLimit], is what the process held before,
// the budget, and 48 MiB for everything else, so that garbage stays within it too:
// see [NoSoftLimit].
func Memory(bytes int64) Option {
	if bytes <= 0 {
		misuse("Memory", "%d bytes: the budget must be positive", bytes)
	}
	return func(c *exec.Config) { c.Memory = bytes }
}

// Disk sets the bytes that the temporary files of the run may take at one time. A
// run that needs more fails with [ErrDiskFull]. The default is what the disk has.
func Disk(bytes int64) Option {
	if bytes <= 0 {
		misuse("Disk", "%d bytes: the limit must be positive", bytes)
	}
	return func(c *exec.Config) { c.Disk = bytes }
}

// NoSoftLimit leaves the process's soft limit on memory alone: see [Memory]. The
// heap may then take twice what the run's operators hold.
func NoSoftLimit() Option {
	return func(c *exec.Config) { c.NoSoftLimit = true }
}

// TempDir sets the directory for temporary files, which must exist; the default
// is [os.TempDir].
// Files that are written under their own names have their temporary form beside
// them, not here.
func TempDir(dir string) Option {
	if dir == "" {
		misuse("TempDir", "the name is empty")
	}
	return func(c *exec.Config) { c.TempDir = dir }
}

// Progress is where a run stands: see [Watch].
type Progress = exec.Progress

// OperatorProgress is where one operator of a run stands.
type OperatorProgress = exec.OperatorProgress

// Watch has f called several times a second while the plan runs, and once when
// it has ended. Calls do not overlap, and have ended when the run returns. Several of
// these options are called in turn.
func Watch(f func(Progress)) Option {
	need("Watch", f != nil)
	return func(c *exec.Config) { c.Watchers = append(c.Watchers, exec.WatchFunc(f).Watcher()) }
}

// Log has the events of the run written to l: its start, the first time that an operator
// writes to temporary files, tasks that take ten times as long as others and more than ten
// seconds, and its end, with the error if it failed. At level debug it tells when
// pipelines begin and end, too.
func Log(l *slog.Logger) Option {
	need("Log", l != nil)
	w := exec.Watcher{Op: "log", Site: plan.Caller(), Start: exec.Logger(l)}
	return func(c *exec.Config) { c.Watchers = append(c.Watchers, w) }
}

// NoMetrics turns the timing of operators off, and the labels that profiles of the
// processor know them by. Rows are still counted.
func NoMetrics() Option {
	return func(c *exec.Config) { c.NoMetrics = true }
}

func config(options []Option) exec.Config {
	var c exec.Config
	for _, o := range options {
		if o == nil {
			misuse("Run", "nil option")
		}
		o(&c)
	}
	return c
}
