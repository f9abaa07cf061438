package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"text/tabwriter"

	"anabranch.dev/bench/internal/record"
	"anabranch.dev/bench/internal/stat"
)

// compare is the command of that name.
func compare(_ context.Context, args []string) error {
	f := newFlags("compare", "A.json B.json")
	all := f.Bool("all", false, "compare all programs, and not ours alone")
	names, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(names) != 2 {
		f.Usage()
		return errors.New("two files are needed")
	}
	a, err := record.Read(names[0])
	if err != nil {
		return err
	}
	b, err := record.Read(names[1])
	if err != nil {
		return err
	}
	return writeComparison(os.Stdout, a, b, *all)
}

// differ is the probability below which a difference is told.
const differ = 0.05

// writeComparison writes the ratios of b's times to a's. Where the times of both could be of one distribution, there
// is a tilde in place of the change.
func writeComparison(out io.Writer, a, b *record.Record, all bool) error {
	if a.Settings != b.Settings {
		fmt.Fprintf(out, "The settings differ: %+v and %+v\n", a.Settings, b.Settings)
	}
	if a.Machine.CPU != b.Machine.CPU || a.Machine.Cores != b.Machine.Cores {
		fmt.Fprintf(out, "The machines differ: %s with %d cores, %s with %d\n", a.Machine.CPU, a.Machine.Cores, b.Machine.CPU, b.Machine.Cores)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\ttime A\ttime B\tB by A\tchange\t\tanswer\n")
	var ratios []float64
	for _, ca := range a.Contests {
		for _, cb := range b.Contests {
			if ca.Workload != cb.Workload {
				continue
			}
			for _, s := range ca.Standings() {
				if !all && s.Contender != record.Ours {
					continue
				}
				if r, ok := writeChange(w, s.Contender, ca, cb); ok && s.Contender == record.Ours {
					ratios = append(ratios, r)
				}
			}
		}
	}
	if len(ratios) == 0 {
		return errors.New("no workload is in both")
	}
	fmt.Fprintf(w, "geometric mean of ours\t\t\t%.3f\n", stat.GeoMean(ratios))
	return w.Flush()
}

// writeChange writes a line for one contender.
func writeChange(w io.Writer, name string, ca, cb record.Contest) (ratio float64, ok bool) {
	runsA, runsB := ca.Of(name), cb.Of(name)
	if len(runsA) == 0 || len(runsB) == 0 {
		return 0, false
	}
	x, y := ca.Walls(name), cb.Walls(name)
	r, p := stat.RatioInterval(y, x), stat.MannWhitney(x, y)
	change := "~"
	if p < differ {
		change = fmt.Sprintf("%+.1f %%", (r.Median-1)*100)
	}
	same := "equal"
	if runsA[0].Result.Digest != runsB[0].Result.Digest {
		same = "DIFFERS"
	}
	title := ca.Workload
	if name != record.Ours {
		title += ", " + name
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%.3f [%.3f, %.3f]\t%s\tp=%.3f n=%d+%d\t%s\n", title,
		seconds(stat.Median(x)), seconds(stat.Median(y)), r.Median, r.Low, r.High, change, p, len(x), len(y), same)
	return r.Median, !math.IsNaN(r.Median)
}
