package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"anabranch.dev/bench/internal/record"
)

// bytesFlag is a number of bytes as a flag: a decimal number, and k, m or g behind it, or ki, mi or gi.
type bytesFlag int64

// units are factors, the longer names first.
var units = []struct {
	name   string
	factor float64
}{{"ki", 1 << 10}, {"mi", 1 << 20}, {"gi", 1 << 30}, {"k", 1e3}, {"m", 1e6}, {"g", 1e9}, {"", 1}}

func (b *bytesFlag) String() string { return strconv.FormatInt(int64(*b), 10) }

// Set implements [flag.Value].
func (b *bytesFlag) Set(text string) error {
	number := strings.TrimSuffix(strings.ToLower(text), "b")
	for _, u := range units {
		digits, ok := strings.CutSuffix(number, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(digits, 64)
		if err != nil || !(n > 0) || n*u.factor > 1e13 || n*u.factor < 1 {
			break
		}
		*b = bytesFlag(math.Round(n * u.factor))
		return nil
	}
	return fmt.Errorf("%q is not a size: 64m, 1g, 256mi", text)
}

// settings are the flags that commands which measure share.
type settings struct {
	size, budget bytesFlag
	workers      int
	count        int
	limit        time.Duration
	share        time.Duration // no round of a workload begins after this; 0: each does
	input        string        // a file of the user's
	json         string        // where the record is written to
	versus       bool
}

// defaultSize is of each input: a run takes some tenths of a second.
const defaultSize = 64e6

// fairShare is how long a workload may take in a report of everything, so that all of it, with building, is done in a
// quarter of an hour on two cores.
const fairShare = 15 * time.Second

func (s *settings) define(f *flag.FlagSet) {
	s.size = defaultSize
	f.Var(&s.size, "size", "`bytes` of each input, as in 64m or 1g")
	f.Var(&s.budget, "budget", "`bytes` of memory that each program may use, as in 2gi; by default a quarter of what there is")
	f.IntVar(&s.workers, "workers", runtime.NumCPU(), "threads that each program may use")
	f.IntVar(&s.count, "count", 5, "rounds; each program runs once in each")
	f.DurationVar(&s.limit, "limit", 20*time.Second, "end a run that takes longer")
	f.DurationVar(&s.share, "share", 0, "begin no third or later round of a workload after this `time`; 0: begin all")
	f.StringVar(&s.json, "json", "", "write what was measured to `FILE`")
}

// check completes the settings.
func (s *settings) check() error {
	if s.workers < 1 || s.count < 1 || s.limit <= 0 {
		return fmt.Errorf("-workers, -count and -limit must be positive")
	}
	if s.budget == 0 {
		total, err := memory()
		if err != nil {
			return err
		}
		s.budget = bytesFlag(total / 4)
	}
	if s.input != "" {
		if _, err := os.Stat(s.input); err != nil {
			return err
		}
	}
	return nil
}

func (s *settings) record() record.Settings {
	return record.Settings{Size: int64(s.size), Budget: int64(s.budget), Workers: s.workers, Count: s.count, Limit: s.limit.Seconds(), Most: s.most()}
}

// most is the resident memory with which a run is ended, so that a program which knows no limit leaves the machine alive.
func (s *settings) most() int64 { return max(2*int64(s.budget), 2<<30) }

// newFlags is the set of flags of a command.
func newFlags(name, args string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.Usage = func() {
		fmt.Fprintf(f.Output(), "usage: go run ./bench %s %s\n", name, args)
		f.PrintDefaults()
	}
	return f
}

// parse parses flags that may stand between the other arguments, too, and returns those.
func parse(f *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := f.Parse(args); err != nil {
			return nil, err
		}
		if args = f.Args(); len(args) == 0 {
			return rest, nil
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}
