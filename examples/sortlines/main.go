// Sortlines sorts the lines of text files byte by byte, as the program sort does
// where LC_ALL is C. What does not fit the memory that it may have goes to
// temporary files.
package main

import (
	"context"
	"flag"

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
	settings := cli.Flags()
	var k keys
	out := flag.String("o", df.Stdin, "write to the file `OUT`, which may be one that is read; -: standard output")
	flag.Var(&k.fields, "key", "compare the fields `A,B` of lines, from 1, or all from A on: white space and what follows it")
	flag.BoolVar(&k.numeric, "numeric", false, "compare numbers: white space, -, digits, a point and digits; 0 where there is none")
	flag.BoolVar(&k.reverse, "reverse", false, "turn the order around")
	unique := flag.Bool("unique", false, "of lines that compare equal, write the first that was read")
	cli.Parse("[-o OUT] [-key A,B] [-numeric] [-reverse] [-unique] [OPTIONS] PATH...", `
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
		if settings.Explained(plan) {
			return nil
		}
		return df.Run(ctx, plan, settings.Options()...)
	})
}
