// Cluster counts the words of files, or sorts their lines by the first ten bytes, as the
// text records of the public sort benchmark (sortbenchmark.org) are: on this machine, on
// processes of it, or on other machines that are reached over ssh.
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
	"anabranch.dev/remote"
)

// A tally is a word and how often it occurs.
type tally = df.KV[string, int64]

func count(t tally) int64 { return t.Value }
func word(t tally) string { return t.Key }

// What runs on peers is made by named functions, of their arguments alone: peers do not
// get past the first line of main.
var (
	wordCount = df.Func("word count", func(files []string) df.Stream[tally] {
		words := df.MapBatch(df.LineViews(files...), text.LowerFields)
		return df.Map(df.CountBy(words, df.Self), func(t df.KV[df.View, int64]) tally { return tally{Key: string(t.Key), Value: t.Value} })
	})
	mostFrequent = df.Func("most frequent words", func(files []string) df.Stream[tally] {
		return df.Top(wordCount(files), 10, df.Desc(count).Then(df.Asc(word)))
	})
	teraSort = df.Func("terasort", func(files []string) df.Stream[string] {
		return df.SortBy(df.RawLines(files...), func(line string) string { return line[:min(10, len(line))] })
	})
)

func main() {
	remote.Main()
	settings := cli.Flags()
	var hosts remote.HostsFlag
	flag.Var(&hosts, "hosts", "run on other machines: a `FILE` of hosts, or their addresses with commas between")
	local := flag.Int("local", 0, "run on `N` processes of this machine")
	slots := flag.Int("slots", 0, "workers of each process; 0: as many as it has cores")
	cli.Parse("[OPTIONS] words FILE... | sort FILE... OUT", `
Words prints the ten most frequent words of files, sort writes their lines to OUT in
the order of the first ten bytes. Without -hosts and -local, this process does it.`)
	if n := flag.NArg(); n < 2 || flag.Arg(0) == "sort" && n < 3 {
		cli.Misuse("the command, or a file, is missing")
	}
	cli.Run(func(ctx context.Context) error {
		for range *local {
			hosts = append(hosts, remote.Local(1)...)
		}
		for i := range hosts {
			if *slots > 0 {
				hosts[i].Slots = *slots
			}
		}
		options := settings.Options()
		if len(hosts) > 0 {
			cluster, err := remote.Dial(ctx, hosts...)
			if err != nil {
				return err
			}
			defer cluster.Close()
			options = append(options, df.On(cluster))
		}
		files := flag.Args()[1:]
		switch flag.Arg(0) {
		case "words":
			out := bufio.NewWriter(os.Stdout)
			err := df.ForEach(ctx, mostFrequent(files), func(t tally) error {
				_, err := fmt.Fprintf(out, "%d\t%s\n", t.Value, t.Key)
				return err
			}, options...)
			return errors.Join(err, out.Flush())
		case "sort":
			last := len(files) - 1
			return df.Run(ctx, df.WriteLines(teraSort(files[:last]), files[last]), options...)
		}
		return fmt.Errorf("there is no command %q", flag.Arg(0))
	})
}
