// Wordcount prints the most frequent words of text files: those that
// strings.FieldsSeq finds, lower-cased rune by rune, bytes that are not UTF-8 as
// they are.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"anabranch.dev/df"
	"anabranch.dev/df/text"
	"anabranch.dev/examples/internal/cli"
)

// tally is a word and how often it occurs. Lines are Views, and so are the words
// cut from them, but those that CountBy gives out are copies and may be kept.
type tally = df.KV[df.View, int64]

func count(t tally) int64 { return t.Value }
func word(t tally) string { return string(t.Key) }

// mostFrequent is the plan: the n words that occur most often in files.
func mostFrequent(files []string, n int) df.Stream[tally] {
	words := df.MapBatch(df.LineViews(files...), text.LowerFields)
	counts := df.CountBy(words, df.Self)
	return df.Top(counts, n, df.Desc(count).Then(df.Asc(word)))
}

func main() {
	settings := cli.Flags()
	top := flag.Uint("top", 10, "print the `N` most frequent words; 0: all of them")
	cli.Parse("[-top N] [OPTIONS] [PATH...]", `
Prints how often words occur in files: count, tab, word; highest count first and
then by the bytes of the word. Words lie between white space and are lower-cased.
A PATH may be a pattern (** stands for any directories) or - for standard input;
.gz and .zst are decompressed. Without one, the Go standard library is read.`)
	cli.Run(func(ctx context.Context) error {
		files, err := inputs(flag.Args())
		if err != nil {
			return err
		}
		plan := mostFrequent(files, limit(*top))
		if settings.Explained(plan) {
			return nil
		}
		out := bufio.NewWriter(os.Stdout)
		err = df.ForEach(ctx, plan, func(t tally) error {
			_, err := fmt.Fprintf(out, "%d\t%s\n", t.Value, word(t))
			return err
		}, settings.Options()...)
		return errors.Join(err, out.Flush())
	})
}
