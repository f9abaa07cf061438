// Rsort sorts the lines of a file, byte by byte. It is the counterpart of the limit program of the same name, which
// sorts by the first ten bytes of records of 100.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"

	"anabranch.dev/df"
)

func main() {
	workers := flag.Int("p", 2, "goroutines")
	out := flag.String("o", "", "output file")
	memory := flag.Int64("m", 0, "bytes of memory; 0: the default")
	temp := flag.String("t", "", "directory for temporary files")
	profile := flag.String("cpuprofile", "", "write a profile to this file")
	flag.Parse()

	if err := sort(flag.Arg(0), *out, *workers, *memory, *temp, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "rsort:", err)
		os.Exit(1)
	}
}

func sort(in, out string, workers int, memory int64, temp, profile string) (err error) {
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer func() { pprof.StopCPUProfile(); err = errors.Join(err, f.Close()) }()
	}
	options := []df.Option{df.Workers(workers)}
	if memory > 0 {
		options = append(options, df.Memory(memory))
	}
	if temp != "" {
		options = append(options, df.TempDir(temp))
	}
	sorted := df.SortBy(df.LineViews(in), df.Self)
	return df.Run(context.Background(), df.WriteLines(sorted, out), options...)
}
