// Package workload has the jobs that are measured: what their input is at a size, how they are written with the library,
// and what is known of how they compare.
//
// A workload is an entry of a table and a function that does the job as a user would write it, with the exported API
// alone. The function is a [trial.Func]: the same kind that programs of others have for the same name, in bench/versus.
// To add one, write a file with its function and append it to the table.
package workload

import (
	"context"
	"fmt"
	"os"
	"slices"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/df"
)

// A Workload is a job.
type Workload struct {
	Name  string
	Group string // what it belongs to; the heading of the report
	About string // what is done, in a sentence

	Files  func(size int64) []data.Kind                              // the input, where it is in files
	Memory func(size int64) (rows, keys int64)                       // where it is made in memory: rows, of so many different keys
	Folder bool                                                      // the files are tables, and the task has their folder
	Output bool                                                      // the answer is written to a file
	Order  bool                                                      // and has an order
	Own    bool                                                      // a user may give a file of lines of his own
	Scales bool                                                      // and with more workers
	Spills bool                                                      // it is worth measuring with little memory
	Why    string                                                    // what is to be said of it: what holds it back, by profile
	Run    trial.Func                                                // ours
	Alone  func(context.Context, *trial.Session, ...df.Option) error // of one on peers: the same in one process
	Needs  string                                                    // a package of the repository with a program that is run, or ""
}

// All are the workloads, in the order of the report.
var All = slices.Concat(chains, scans, words, stations, sorts, groups, h2o, tpch, peers)

// Find returns the workload of a name.
func Find(name string) (Workload, error) {
	i := slices.IndexFunc(All, func(w Workload) bool { return w.Name == name })
	if i < 0 {
		return Workload{}, fmt.Errorf("there is no workload %q; the command list names them", name)
	}
	return All[i], nil
}

// Ours returns how the library does the job of a name.
func Ours(name string) (trial.Func, error) {
	w, err := Find(name)
	return w.Run, err
}

// options are those of a run.
func options(s *trial.Session) []df.Option {
	list := []df.Option{df.Workers(s.Workers)}
	if s.Memory > 0 {
		list = append(list, df.Memory(s.Memory))
	}
	if s.TempDir != "" {
		list = append(list, df.TempDir(s.TempDir))
	}
	return list
}

// run runs a plan, and tells the session what it read and what went to disk.
func run(ctx context.Context, s *trial.Session, o df.Output, more ...df.Option) error {
	p, err := df.Analyze(ctx, o, append(options(s), more...)...)
	if err != nil {
		return err
	}
	rows := s.Rows
	for i, op := range p.Operators {
		s.Spilled(op.Spill.Disk)
		if i == 0 {
			rows = op.RowsOut
		}
	}
	s.Input(rows, p.Bytes)
	return nil
}

// collect runs a plan and returns its rows.
func collect[T any](ctx context.Context, s *trial.Session, rows df.Stream[T]) (all []T, err error) {
	err = run(ctx, s, df.Into(rows, &all))
	return all, err
}

// write writes the answer of one line.
func write(s *trial.Session, line string) error {
	return os.WriteFile(s.Output, []byte(line+"\n"), 0o666)
}
