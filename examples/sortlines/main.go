// Sortlines sorts the lines of text files byte by byte, as the program sort does
// where LC_ALL is C. What does not fit the memory that it may have goes to
// temporary files.
package main

import (
	"context"
	"flag"
	"fmt"

	"anabranch.dev/df"
	"anabranch.dev/examples/internal/cli"
)

// sorted is the plan: the lines of files in order, the first of equal ones only
// when unique is set.
func sorted(files []string, k keys, unique bool) df.Stream[df.View] {
	lines := df.Sort(df.RawLineViews(files...), k.order(unique))
	if unique {
		lines = df.CompactFunc(lines, k.equal)
	}
	return lines
}

func main() {
	var settings cli.Settings
	var k keys
	flag.Var(&settings.Memory, "memory", "hold up to `SIZE` in memory, such as 512MiB; by default a quarter of what there is")
	flag.StringVar(&settings.TempDir, "tmp", "", "have temporary files in the folder `DIR`; by default that of the system")
	flag.UintVar(&settings.Workers, "workers", 0, "work on `N` goroutines; 0: one for each core")
	out := flag.String("o", df.Stdin, "write to the file `OUT`, which may be one that is read; -: standard output")
	flag.Var(&k.fields, "key", "compare the fields `A,B` of lines, from 1, or all from A on: white space and what follows it")
	flag.BoolVar(&k.numeric, "numeric", false, "compare numbers: white space, -, digits, a point and digits; 0 where there is none")
	flag.BoolVar(&k.reverse, "reverse", false, "turn the order around")
	unique := flag.Bool("unique", false, "of lines that compare equal, write the first that was read")
	explain := flag.Bool("explain", false, "print the plan instead of running it")
	cli.Parse("[-memory SIZE] [-tmp DIR] [-o OUT] [-key A,B] [-numeric] [-reverse] [-unique] [-workers N] [-explain] PATH...", `
Sorts the lines of files by their bytes, as sort does where LC_ALL is C; -key,
-numeric, -reverse and -unique are its -k, -n, -r and -u. Lines that compare equal
are in the order of all their bytes.
A PATH may be a pattern, or - for standard input; names in .gz and .zst are of
compressed files. OUT appears, or is replaced, when all has gone well.`)
	switch {
	case flag.NArg() == 0:
		cli.Misuse("no PATH is given")
	case *out == "":
		cli.Misuse("the name OUT is empty")
	}
	cli.Run(func(ctx context.Context) error {
		plan := df.WriteLines(sorted(flag.Args(), k, *unique), *out)
		if *explain {
			fmt.Print(df.Explain(plan))
			return nil
		}
		return df.Run(ctx, plan, settings.Options()...)
	})
}
