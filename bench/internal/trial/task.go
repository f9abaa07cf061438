package trial

import "time"

// A Task is what a process is to do.
type Task struct {
	Workload string   `json:"workload"`
	Inputs   []string `json:"inputs,omitempty"`   // files or, for tables, their folder
	Rows     int64    `json:"rows,omitempty"`     // of an input that the process makes in memory
	Distinct int64    `json:"distinct,omitempty"` // different keys in that
	Output   string   `json:"output,omitempty"`   // the file that the answer is to be written to, as lines
	Ordered  bool     `json:"ordered,omitempty"`  // the order of the lines is part of the answer
	Workers  int      `json:"workers"`            // threads that may work
	Memory   int64    `json:"memory,omitempty"`   // bytes of memory for the work; 0: the program's default
	TempDir  string   `json:"temp_dir,omitempty"` // for temporary files
	Bin      string   `json:"bin,omitempty"`      // folder of programs that were built for the run
	Root     string   `json:"root,omitempty"`     // folder of the repository
}

// A Part is a question of several, and how long it took.
type Part struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// A Result is what came of a task.
type Result struct {
	Wall   float64 `json:"wall"`   // seconds
	User   float64 `json:"user"`   // seconds of processor time
	System float64 `json:"system"` // likewise, in the kernel
	Peak   int64   `json:"peak"`   // bytes of resident memory; 0: unknown

	Rows    int64 `json:"rows"`    // of the input, where the program knows
	Bytes   int64 `json:"bytes"`   // of the input
	Spilled int64 `json:"spilled"` // bytes written to temporary files

	Allocs     uint64 `json:"allocs"`      // allocations in the heap; 0: not a Go program
	AllocBytes uint64 `json:"alloc_bytes"` // bytes of them

	AnswerRows int64  `json:"answer_rows"`
	Digest     string `json:"digest"` // of the answer
	Parts      []Part `json:"parts,omitempty"`
	Phase      bool   `json:"phase,omitempty"` // the process measured a part of itself
}

// CPU is all processor time, in seconds.
func (r Result) CPU() float64 { return r.User + r.System }

// A Contender is a program that can do tasks.
type Contender struct {
	Name      string   `json:"name"`
	About     string   `json:"about"`    // what it is, in a few words
	Version   string   `json:"version"`  //
	Settings  string   `json:"settings"` // how threads and memory are held equal
	Workloads []string `json:"workloads"`
	Command   []string `json:"command,omitempty"` // that starts it
	Missing   string   `json:"missing,omitempty"` // why there is none
}

// since is seconds.
func since(start time.Time) float64 { return time.Since(start).Seconds() }
