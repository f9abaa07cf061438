package workload

import (
	"context"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/digest"
	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/df"
)

var groups = []Workload{
	countKeys("groups-100", "100 different int64 keys", func(int64) int64 { return 100 },
		""),
	countKeys("groups-100k", "100,000 different int64 keys", func(int64) int64 { return 100_000 },
		"Seven tenths of the time are lookups in the tables of the workers, of 6 MB each: a row costs a miss of the second-level cache, "+
			"as it does in the built-in map, and one in five looks at a second slot."),
	countKeys("groups-half", "int64 keys of which each comes about twice", func(rows int64) int64 { return rows / 2 },
		"Every row is written to a partition and merged; what a group costs is memory that is touched for the first time."),
}

func countKeys(name, about string, keys func(rows int64) int64, why string) Workload {
	return Workload{
		Name: name, Group: "Aggregation by cardinality",
		About:  "count " + about + ", from a slice to a slice",
		Memory: func(size int64) (int64, int64) { return size / 8, keys(size / 8) },
		Spills: name == "groups-half",
		Scales: true,
		Run:    runCount,
		Why:    why,
	}
}

func runCount(ctx context.Context, s *trial.Session) error {
	keys := data.Ints(int(s.Rows), int(s.Distinct), 1)
	if err := s.Start(); err != nil {
		return err
	}
	groups, err := collect(ctx, s, df.CountBy(df.FromSlice(keys), df.Self))
	if err != nil {
		return err
	}
	if err := s.Stop(); err != nil {
		return err
	}
	s.Input(s.Rows, 8*s.Rows)
	var d digest.Sum
	for _, g := range groups {
		d.AddInts(g.Key, g.Value)
	}
	s.Answer(d.Rows(), d.String())
	return nil
}
