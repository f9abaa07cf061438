// Loglevels counts the entries of log files by hour and level, and in the same
// pass writes the errors to one file and what is no entry to another.
package main

import (
	"context"
	"flag"
	"fmt"
	"math"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	"anabranch.dev/examples/internal/cli"
)

// group is what entries are counted by, counts what is counted of each.
type group struct{ hour, level string }
type counts struct{ entries, services int64 }
type tally = df.KV[group, counts]

func hour(t tally) string  { return t.Key.hour }
func level(t tally) string { return t.Key.level }

func format(t tally) string {
	return fmt.Sprintf("%s\t%s\t%d\t%d", t.Key.hour, t.Key.level, t.Value.entries, t.Value.services)
}

// tallies counts the entries, and the services that they come from.
func tallies(entries df.Stream[entry]) df.Stream[string] {
	count := agg.Combine(agg.Count[entry], agg.CountDistinct(entry.Service),
		func(n, services int64) counts { return counts{n, services} })
	groups := df.AggregateBy(entries, entry.Group, count)
	inOrder := df.Top(groups, math.MaxInt, df.Asc(hour).Then(df.Asc(level)))
	return df.Map(inOrder, format)
}

func main() {
	settings := cli.Flags()
	errorsTo := flag.String("errors", "", "write the lines of ERROR and FATAL entries to `FILE`")
	rejectsTo := flag.String("rejects", "", "write lines that are no entries, each behind the reason and a tab, to `FILE`")
	cli.Parse("[-errors FILE] [-rejects FILE] [OPTIONS] PATH...", `
Counts the entries of log files, "2026-01-31T23:59:59Z LEVEL SERVICE MESSAGE",
and prints hour, level, how many entries and of how many services, with tabs
between. The files are read once, whatever is asked for; what is written appears
when all has gone well. A PATH may be a pattern, or - for standard input.`)
	if flag.NArg() == 0 {
		cli.Misuse("no PATH is given")
	}
	cli.Run(func(ctx context.Context) error {
		entries, failed := df.Try(df.Lines(flag.Args()...), parse)
		outputs := []df.Output{df.WriteLines(tallies(entries), "-")}
		if *errorsTo != "" {
			lines := df.Map(df.Filter(entries, entry.IsError), entry.Line)
			outputs = append(outputs, df.WriteLines(lines, *errorsTo).Named("errors"))
		}
		if *rejectsTo != "" {
			lines := df.Map(failed, func(f df.Failed[string]) string { return f.Err.Error() + "\t" + f.Row })
			outputs = append(outputs, df.WriteLines(lines, *rejectsTo).Named("rejects"))
		}
		plan := df.Outputs(outputs...)
		if settings.Explained(plan) {
			return nil
		}
		return df.Run(ctx, plan, settings.Options()...)
	})
}
