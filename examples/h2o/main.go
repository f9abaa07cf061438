// H2o answers the group-by questions of the public db-benchmark
// (https://duckdblabs.github.io/db-benchmark) from its table as CSV: for each it
// prints the number of groups, sums of the columns as a check, and how long it took,
// from the rows in memory.
package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/examples/internal/cli"
)

func main() {
	var settings cli.Settings
	flag.UintVar(&settings.Workers, "workers", 0, "work on `N` goroutines; 0: one for each core")
	flag.Var(&settings.Memory, "memory", "let operators hold `SIZE` bytes, as 512MiB")
	only := flag.String("q", "", "answer these questions only, as q1,q5")
	fromFile := flag.Bool("file", false, "read the file for each question, instead of once into memory")
	cli.Parse("[-workers N] [-memory SIZE] [-file] [-q LIST] FILE", `
Answers the ten group-by questions of the db-benchmark for a table in CSV, such as
go run ./bench/data/gen -kind h2o makes.`)
	if flag.NArg() != 1 {
		cli.Misuse("one FILE is needed")
	}
	cli.Run(func(ctx context.Context) error {
		rows := table(flag.Arg(0))
		options := settings.Options()
		if !*fromFile {
			start := time.Now()
			all, err := df.Collect(ctx, rows, options...)
			if err != nil {
				return err
			}
			fmt.Printf("read %8d rows %7d ms\n", len(all), time.Since(start).Milliseconds())
			rows = df.FromSlice(all)
		}
		for _, q := range questions {
			if *only != "" && !slices.Contains(strings.Split(*only, ","), q.name) {
				continue
			}
			start := time.Now()
			a, _, err := df.First(ctx, check(q.plan(rows)), options...)
			if err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
			fmt.Printf("%-3s %8d groups %6d ms   %.9g\n", q.name, a.groups, time.Since(start).Milliseconds(), a.sums)
		}
		return nil
	})
}
