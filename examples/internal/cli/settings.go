package cli

import (
	"flag"
	"fmt"
	"math"
	"os"

	"anabranch.dev/df"
)

// Settings are flags that say how to run a plan. Zeros stand for defaults.
type Settings struct {
	Workers uint
	Memory  Size
	TempDir string
	Quiet   bool   // show no progress
	Explain Format // how to print plans instead of running them
	Analyze bool   // print what each operator did
}

// Flags defines the flags that are settings.
func Flags() *Settings {
	s := &Settings{}
	flag.UintVar(&s.Workers, "workers", 0, "work on `N` goroutines; 0: one for each core")
	flag.Var(&s.Memory, "memory", "hold up to `SIZE` in memory, such as 512MiB; by default a quarter of what there is")
	flag.StringVar(&s.TempDir, "tempdir", "", "have temporary files in the folder `DIR`; by default that of the system")
	flag.BoolVar(&s.Quiet, "q", false, "show no progress; without it, a terminal that is standard error has it")
	flag.Var(&s.Explain, "explain", "print the plan instead of running it, as text or as -explain=dot, mermaid, svg or json")
	flag.BoolVar(&s.Analyze, "analyze", false, "print to standard error what each operator did")
	return s
}

// Options returns the settings as the options of a run.
func (s *Settings) Options() (list []df.Option) {
	if s.Workers > 0 {
		list = append(list, df.Workers(int(min(s.Workers, math.MaxInt32))))
	}
	if s.Memory > 0 {
		list = append(list, df.Memory(int64(s.Memory)))
	}
	if s.TempDir != "" {
		list = append(list, df.TempDir(s.TempDir))
	}
	if !s.Quiet && isTerminal(os.Stderr) {
		list = append(list, df.WatchTerminal(os.Stderr))
	}
	if s.Analyze {
		list = append(list, df.Watch(func(p df.Progress) {
			if p.Done {
				fmt.Fprint(os.Stderr, &p)
			}
		}))
	}
	return list
}

// Explained prints the plan of an output if that was asked for, and reports whether it was:
// nothing is to be run then.
func (s *Settings) Explained(o df.Output) bool {
	if s.Explain != "" {
		fmt.Print(formats[s.Explain](df.Explain(o)))
	}
	return s.Explain != ""
}

// isTerminal tells a person's terminal from files and pipes.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
