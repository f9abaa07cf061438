package workload

import (
	"context"
	"fmt"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	"anabranch.dev/df/text"
)

var stations = []Workload{{
	Name: "1brc", Group: "One Billion Row Challenge",
	About: "least, mean and greatest temperature of each of 413 stations",
	Files: func(size int64) []data.Kind {
		return []data.Kind{data.Stations{Rows: size / 14, Names: 413, Seed: 1}}
	},
	Output: true, Scales: true,
	Run: runStations,
	Why: "The hand-tuned program finds a field and reads its number in registers, without branches, and trusts its input. " +
		"Ours cuts each line, checks the number, and puts a row through two operators.",
}, {
	Name: "1brc-10k", Group: "One Billion Row Challenge",
	About: "the same for 10,000 stations with names of up to 100 bytes",
	Files: func(size int64) []data.Kind {
		return []data.Kind{data.Stations{Rows: size / 14, Names: 10_000, NameBytes: 100, Seed: 1}}
	},
	Output: true,
	Run:    runStations,
	Why:    "As with 413, and names beyond 16 bytes are compared where they lie.",
}}

// A reading is one line, "Hamburg;-12.3".
type reading struct {
	station df.View
	tenths  int64
}

func parseReading(line df.View) (reading, error) {
	name, number, _ := text.CutLast(line, ';')
	tenths, err := text.Decimal(number, 1)
	return reading{name, tenths}, err
}

// A summary is what is known of a station.
type summary struct{ min, max, sum, count int64 }

func (s *summary) merge(o *summary) {
	if s.count == 0 {
		*s = *o
		return
	}
	s.min = min(s.min, o.min)
	s.max = max(s.max, o.max)
	s.sum += o.sum
	s.count += o.count
}

func addReading(s *summary, r reading) { s.merge(&summary{r.tenths, r.tenths, r.tenths, 1}) }

func summaries() agg.Def[reading, summary, summary] {
	return agg.Def[reading, summary, summary]{
		Add:    addReading,
		Merge:  (*summary).merge,
		Result: func(s *summary) summary { return *s },
	}
}

// Stations is the plan.
func Stations(path string) df.Stream[df.KV[df.View, summary]] {
	readings := df.MapErr(df.LineViews(path), parseReading)
	return df.AggregateBy(readings, func(r reading) df.View { return r.station }, summaries)
}

func runStations(ctx context.Context, s *trial.Session) error {
	lines := df.Map(Stations(s.Inputs[0]), func(kv df.KV[df.View, summary]) string {
		v := kv.Value
		return fmt.Sprintf("%s;%.1f;%.1f;%.1f", kv.Key, float64(v.min)/10, float64(v.sum)/float64(v.count)/10, float64(v.max)/10)
	})
	return run(ctx, s, df.WriteLines(lines, s.Output))
}
