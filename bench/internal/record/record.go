// Package record is what is kept of measurements: the machine, the settings, the programs, every run, and what follows
// from them. It is the JSON file that commands write and read.
//
// Runs are kept and not their medians, so that whoever has the file can ask something else of it.
package record

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"anabranch.dev/bench/internal/stat"
	"anabranch.dev/bench/internal/trial"
)

// Ours is the name of the contender that the others are held against.
const Ours = "anabranch"

// A Record is what one command measured.
type Record struct {
	Machine    Machine           `json:"machine"`
	Settings   Settings          `json:"settings"`
	Started    time.Time         `json:"started"`
	Elapsed    float64           `json:"elapsed"` // seconds
	Contenders []trial.Contender `json:"contenders"`
	Contests   []Contest         `json:"contests"`
	Curves     []Curve           `json:"curves,omitempty"`
}

// A Machine is where it was measured.
type Machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Memory int64  `json:"memory"` // bytes; 0: unknown
	System string `json:"system"`
	Go     string `json:"go"`
	Level  string `json:"level"`  // GOAMD64 and its like: the instruction set that all programs in Go are built for
	Commit string `json:"commit"` // of the repository, if it has one
}

// Settings are the same for all contenders.
type Settings struct {
	Size    int64   `json:"size"`   // bytes of each input
	Budget  int64   `json:"budget"` // bytes of memory
	Workers int     `json:"workers"`
	Count   int     `json:"count"` // rounds
	Limit   float64 `json:"limit"` // seconds that a run may take
	Most    int64   `json:"most"`  // bytes of resident memory with which a run is ended
}

// A Contest is one workload, by all who can do it.
type Contest struct {
	Workload string `json:"workload"`
	Bytes    int64  `json:"bytes"` // of the input
	Runs     []Run  `json:"runs"`
}

// A Run is one process.
type Run struct {
	Contender string       `json:"contender"`
	Round     int          `json:"round"`
	Result    trial.Result `json:"result"`
	Error     string       `json:"error,omitempty"` // why there is no result
	Over      string       `json:"over,omitempty"`  // it took more than it may: more than this
}

// A Curve is a workload, done by us, with one setting that varies.
type Curve struct {
	Workload string  `json:"workload"`
	Setting  string  `json:"setting"` // [Budget] or [Workers]
	Points   []Point `json:"points"`
}

// The settings that vary.
const (
	Budget  = "budget"
	Workers = "workers"
)

// A Point is one value of the setting.
type Point struct {
	Value int64 `json:"value"`
	Runs  []Run `json:"runs"`
}

// A Standing is how a contender did in a contest.
type Standing struct {
	Contender string
	Runs      int
	Wall      stat.Summary // seconds
	CPU       float64      // seconds, median
	Peak      int64        // bytes, the most
	Spilled   int64        // bytes
	Ratio     stat.Summary // its time by ours, of runs in the same round; not there for ours
	Wrong     bool         // its answer is not ours
	Error     string       // it failed
	Over      string       // it took more than this, and was ended
	Last      trial.Result // the last of its results
}

// OK tells whether the contender came to the right end.
func (s Standing) OK() bool { return s.Runs > 0 && !s.Wrong && s.Error == "" && s.Over == "" }

// Of returns the runs of a contender that have a result.
func (c Contest) Of(contender string) (list []Run) {
	for _, r := range c.Runs {
		if r.Contender == contender && r.Error == "" && r.Over == "" {
			list = append(list, r)
		}
	}
	return list
}

// Standings are those of all who took part, ours first, then by their times; those without one come last.
func (c Contest) Standings() (list []Standing) {
	ours := c.Of(Ours)
	for _, r := range c.Runs {
		if !slices.ContainsFunc(list, func(s Standing) bool { return s.Contender == r.Contender }) {
			list = append(list, c.standing(r.Contender, ours))
		}
	}
	slices.SortStableFunc(list, func(a, b Standing) int {
		return int(1e6 * (a.rank() - b.rank()))
	})
	return list
}

// rank is what standings are sorted by.
func (s Standing) rank() float64 {
	switch {
	case s.Contender == Ours:
		return -1
	case s.Runs == 0:
		return 1e6
	}
	return s.Wall.Median
}

func (c Contest) standing(name string, ours []Run) Standing {
	s := Standing{Contender: name}
	for _, r := range c.Runs {
		if r.Contender == name {
			s.Over = cmp.Or(s.Over, r.Over)
			if r.Error != "" {
				s.Error = r.Error
			}
		}
	}
	runs := c.Of(name)
	s.Runs = len(runs)
	s.Wall = stat.Of(walls(runs))
	var cpu, mine, theirs []float64
	for _, r := range runs {
		cpu = append(cpu, r.Result.CPU())
		s.Peak = max(s.Peak, r.Result.Peak)
		s.Spilled = max(s.Spilled, r.Result.Spilled)
		s.Last = r.Result
		i := slices.IndexFunc(ours, func(o Run) bool { return o.Round == r.Round })
		if i < 0 {
			continue
		}
		mine, theirs = append(mine, ours[i].Result.Wall), append(theirs, r.Result.Wall)
		s.Wrong = s.Wrong || r.Result.Digest != ours[i].Result.Digest
	}
	s.CPU = stat.Median(cpu)
	if name != Ours {
		s.Ratio = stat.Of(stat.Ratios(theirs, mine))
	}
	return s
}

func walls(runs []Run) (list []float64) {
	for _, r := range runs {
		list = append(list, r.Result.Wall)
	}
	return list
}

// Wall is the median time of a point, in seconds, and NaN where no run succeeded.
func (p Point) Wall() float64 { return stat.Median(Contest{Runs: p.Runs}.Walls(Ours)) }

// Walls are the times of a contender, in seconds.
func (c Contest) Walls(contender string) []float64 { return walls(c.Of(contender)) }

// Write writes a record to a file.
func (r *Record) Write(path string) error {
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o666)
}

// Read reads a record from a file.
func Read(path string) (*Record, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var r Record
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if r.Contests == nil && r.Curves == nil {
		return nil, fmt.Errorf("%s: %w", path, errors.New("it holds no measurements"))
	}
	return &r, nil
}
