package workload

import (
	"context"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/digest"
	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/df"
)

var sorts = []Workload{
	sortLines("sort", "lines of 100 bytes at random, file to file", data.Random,
		"The hand-tuned program sorts by the first ten bytes alone, and in memory alone."),
	sortLines("sort-presorted", "the same, sorted already", data.Presorted, ""),
	sortLines("sort-few", "the same, of 100 different lines", data.Few,
		"Buckets of equal lines are large, and looked through twice. A sort that compares finds equal lines cheaply."),
	{
		Name: "sort-int64", Group: "Sorting",
		About:  "sort int64 from a slice to a slice",
		Memory: func(size int64) (int64, int64) { return size / 16, 0 },
		Scales: true,
		Run: sortRows(func(s *trial.Session) []int64 { return data.IntsIn(int(s.Rows), data.Random, 1) },
			8, (*digest.Ordered).AddInt),
		Why: "Rows are kept as numbers of eight bytes alone. Half of the time goes into sorting them, in buckets that fit a level-2 cache.",
	},
	{
		Name: "sort-strings", Group: "Sorting",
		About:  "sort strings of 4 to 16 letters from a slice to a slice",
		Memory: func(size int64) (int64, int64) { return size / 32, 0 },
		Run: sortRows(func(s *trial.Session) []string { return data.ShortStrings(int(s.Rows), 1) },
			10, (*digest.Ordered).AddString),
		Why: "A third of the time goes into reading records in sorted order, each of them a cache miss, and a quarter into the collector, " +
			"which follows the strings that come out. Sorting itself is a sixth.",
	},
}

func sortLines(name, about string, o data.Order, why string) Workload {
	return Workload{
		Name: name, Group: "Sorting", About: about,
		Files:  func(size int64) []data.Kind { return []data.Kind{data.Records{Rows: size / 100, Order: o, Seed: 1}} },
		Output: true, Order: true, Own: true, Spills: o == data.Random, Scales: o == data.Random,
		Run: func(ctx context.Context, s *trial.Session) error {
			return run(ctx, s, df.WriteLines(df.SortBy(df.LineViews(s.Inputs[0]), df.Self), s.Output))
		},
		Why: why,
	}
}

// sortRows sorts the rows that made makes, of so many bytes each.
func sortRows[T df.Sortable](made func(*trial.Session) []T, size int64, add func(*digest.Ordered, T)) trial.Func {
	return func(ctx context.Context, s *trial.Session) error {
		rows := made(s)
		if err := s.Start(); err != nil {
			return err
		}
		sorted, err := collect(ctx, s, df.SortBy(df.FromSlice(rows), df.Self))
		if err != nil {
			return err
		}
		if err := s.Stop(); err != nil {
			return err
		}
		s.Input(s.Rows, size*s.Rows)
		var d digest.Ordered
		for _, row := range sorted {
			add(&d, row)
		}
		s.Answer(d.Rows(), d.String())
		return nil
	}
}
