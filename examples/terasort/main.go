// Terasort sorts files of binary records: 100 bytes each, by the first ten, as
// in the public sort benchmark (sortbenchmark.org). It also makes such files and
// tells whether one is in order.
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"

	"anabranch.dev/df"
	"anabranch.dev/examples/internal/cli"
)

func main() {
	settings := cli.Flags()
	gen := flag.Uint64("gen", 0, "write `ROWS` records with random keys to the file OUT, always the same")
	check := flag.Bool("check", false, "tell whether the records of IN are in order, how many there are and have equal keys, and a checksum")
	cli.Parse("[OPTIONS] IN OUT | -check IN | -gen ROWS OUT", `
Sorts records of 100 bytes, any bytes, by the first ten. OUT, which may be IN,
appears or is replaced when all has gone well. The checksum is the sum of the
CRC-32 of all records: it is the same before and after.`)
	files := 2
	switch {
	case *check && *gen > 0:
		cli.Misuse("-check and -gen are two commands")
	case *check || *gen > 0:
		files = 1
	}
	if n := flag.NArg(); n != files {
		cli.Misuse("%d files are given, not %d", n, files)
	}
	cli.Run(func(ctx context.Context) error {
		if *gen > 0 {
			numbers := df.Range(0, int64(min(*gen, math.MaxInt64)))
			return write(ctx, flag.Arg(0), df.Map(numbers, newRecord), settings)
		}
		in, err := os.Open(flag.Arg(0))
		if err != nil {
			return err
		}
		defer in.Close()
		list, err := parts(in)
		if err != nil {
			return err
		}
		if !*check {
			sorted := df.SortBy(df.Source(list, records), record.key)
			return write(ctx, flag.Arg(1), sorted, settings)
		}
		s, err := summarise(ctx, list, settings)
		if err != nil || settings.Explain != "" {
			return err
		}
		fmt.Print(s)
		return s.disorder()
	})
}
