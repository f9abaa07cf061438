// H2o answers the questions of the public db-benchmark
// (https://duckdblabs.github.io/db-benchmark) from its tables as CSV: those about
// groups from one table, and those about joins from four. For each it prints the
// number of rows of the answer, sums of its columns as a check, and how long it took,
// from the rows in memory.
package main

import (
	"context"
	"flag"
	"slices"
	"strings"

	"anabranch.dev/examples/internal/cli"
)

func main() {
	settings := cli.Flags()
	only := flag.String("only", "", "answer these questions only, as q1,q5")
	fromFile := flag.Bool("file", false, "read the files for each question, instead of once into memory")
	join := flag.Bool("join", false, "answer the join questions")
	cli.Parse("[-file] [-only LIST] [OPTIONS] FILE\n       h2o -join [...] X SMALL MEDIUM BIG", `
Answers the ten group-by questions of the db-benchmark for a table in CSV, such as
go run ./bench/data/gen -kind h2o makes, or its five join questions for the four
tables of -kind h2ojoin: each only counted, and with its rows made in memory.
Texts may have up to 12 bytes.`)
	files := 1
	if *join {
		files = 4
	}
	if flag.NArg() != files {
		cli.Misuse("%d files are given, not %d", flag.NArg(), files)
	}
	run := runner{
		ask:      func(name string) bool { return *only == "" || slices.Contains(strings.Split(*only, ","), name) },
		fromFile: *fromFile || settings.Explain != "",
		settings: settings,
	}
	cli.Run(func(ctx context.Context) error {
		if *join {
			return run.joins(ctx, flag.Arg(0), flag.Arg(1), flag.Arg(2), flag.Arg(3))
		}
		return run.groups(ctx, flag.Arg(0))
	})
}
