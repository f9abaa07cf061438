// Cluster counts the words of files, or sorts their lines by the first ten bytes, as the
// text records of the public sort benchmark (sortbenchmark.org) are: in this process, in
// several on this machine, or on other machines that are reached over ssh.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"

	"anabranch.dev/df"
	"anabranch.dev/df/text"
	"anabranch.dev/examples/internal/cli"
	"anabranch.dev/remote"
)

// A tally is a word and how often it occurs.
type tally = df.KV[string, int64]

func count(t tally) int64 { return t.Value }
func word(t tally) string { return t.Key }

// What runs on peers is made by named functions, of their arguments alone: peers do not
// get past the first line of main.
var (
	mostFrequent = df.Func("most frequent words", func(files []string) df.Stream[tally] {
		words := df.MapBatch(df.LineViews(files...), text.LowerFields)
		counts := df.Map(df.CountBy(words, df.Self), func(kv df.KV[df.View, int64]) tally {
			return tally{Key: string(kv.Key), Value: kv.Value}
		})
		return df.Top(counts, 10, df.Desc(count).Then(df.Asc(word)))
	})
	teraSort = df.Func("terasort", func(files []string) df.Stream[string] {
		return df.SortBy(df.RawLines(files...), func(line string) string { return line[:min(10, len(line))] })
	})
)

func main() {
	remote.Main()
	settings, where := cli.Flags(), peerFlags()
	cli.Parse("[OPTIONS] words FILE... | sort FILE... OUT", `
Words prints the ten most frequent words of files, lower-cased; sort writes their
lines to OUT in the order of the first ten bytes, equal ones as they come. This
process does it alone, unless -hosts or -local starts peers. A FILE is one of this
machine; a peer that has the same one reads its own, and others get its bytes.`)
	files := flag.Args()
	switch command := flag.Arg(0); {
	case command != "words" && command != "sort":
		cli.Misuse("the commands are words and sort, and not %q", command)
	case len(files) < 2 || command == "sort" && len(files) < 3:
		cli.Misuse("%s: a file is missing", command)
	}
	cli.Run(func(ctx context.Context) error {
		if last := len(files) - 1; files[0] == "sort" {
			return where.run(ctx, settings, df.WriteLines(teraSort(files[1:last]), files[last]))
		}
		var top []tally
		if err := where.run(ctx, settings, df.Into(mostFrequent(files[1:]), &top)); err != nil {
			return err
		}
		var out strings.Builder
		for _, t := range top {
			fmt.Fprintf(&out, "%d\t%s\n", t.Value, t.Key)
		}
		_, err := os.Stdout.WriteString(out.String())
		return err
	})
}
