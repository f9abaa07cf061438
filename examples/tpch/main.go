// Tpch answers ten of the questions of TPC-H (https://www.tpc.org/tpch) from its tables
// as text. It shows how joins, groups and orders are written as typed plans, and is no
// implementation of that benchmark: its times are not to be compared with results that
// are published under this name.
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
	settings := cli.Flags()
	only := flag.String("only", "", "answer the questions of `LIST` only, as q1,q3")
	quantity := flag.Int64("quantity", 300, "q18: look for orders of more than `N` pieces")
	times := flag.Bool("times", false, "print how many rows the answers have and how long they took, instead of them")
	cli.Parse("[-only LIST] [-quantity N] [-times] [OPTIONS] DIR", `
Answers questions 1, 3, 4, 5, 6, 9, 10, 13, 18 and 21 of TPC-H from the tables in DIR,
customer.tbl and so on, such as go run ./bench/data/gen -kind tpch makes. Columns of
the answers have a | between.`)
	if flag.NArg() != 1 {
		cli.Misuse("one DIR is needed")
	}
	cli.Run(func(ctx context.Context) error {
		for _, q := range questions(*quantity) {
			if *only != "" && !slices.Contains(strings.Split(*only, ","), q.name) {
				continue
			}
			plan := q.plan(tables{flag.Arg(0)})
			if settings.Explain == "text" {
				fmt.Println(q.name)
			}
			if settings.Explained(plan) {
				continue
			}
			start := time.Now()
			rows, err := df.Collect(ctx, plan, settings.Options()...)
			if err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
			if *times {
				fmt.Printf("%-3s %4d rows %6d ms\n", q.name, len(rows), time.Since(start).Milliseconds())
				continue
			}
			fmt.Println(q.name)
			for _, row := range rows {
				fmt.Println(row)
			}
		}
		return nil
	})
}
