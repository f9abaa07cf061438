package workload

import (
	"context"
	"strconv"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/df"
	"anabranch.dev/df/text"
)

var words = []Workload{{
	Name: "wordcount", Group: "Word count",
	About:  "count the words of a text that were drawn from 200,000, and write each with its count",
	Files:  func(size int64) []data.Kind { return []data.Kind{data.Words{Bytes: size, Distinct: 200_000, Seed: 1}} },
	Output: true, Own: true, Scales: true,
	Run: runWords,
	Why: "The tables of two workers are larger than their level-2 caches, so a word waits for memory. The hand-tuned program " +
		"keeps words of up to 16 bytes in its slots.",
}, {
	Name: "wordcount-3m", Group: "Word count",
	About: "the same with words drawn from three million",
	Files: func(size int64) []data.Kind {
		return []data.Kind{data.Words{Bytes: size, Distinct: 3_000_000, Seed: 1}}
	},
	Output: true, Own: true, Spills: true,
	Run: runWords,
	Why: "Nearly every word misses the cache twice, in the table of its worker and when the tables are merged.",
}}

// Words is the plan.
func Words(path string) df.Stream[df.KV[df.View, int64]] {
	return df.CountBy(df.Expand(df.LineViews(path), text.Fields), df.Self)
}

func runWords(ctx context.Context, s *trial.Session) error {
	lines := df.MapBatch(Words(s.Inputs[0]), linesOfCounts)
	return run(ctx, s, df.WriteLines(lines, s.Output))
}

// linesOfCounts makes one string of a batch of words, with newlines between its lines, rather than one for each.
func linesOfCounts(dst []string, words []df.KV[df.View, int64]) []string {
	var all []byte
	for i, w := range words {
		if i > 0 {
			all = append(all, '\n')
		}
		all = append(append(all, w.Key...), '\t')
		all = strconv.AppendInt(all, w.Value, 10)
	}
	return append(dst, string(all))
}
