package micro

import (
	"testing"

	"anabranch.dev/df"
)

// A job is a plan to be run with different options.
type job struct {
	name string
	run  func(options ...df.Option)
}

// jobs are those that stand for the others when options are compared.
func jobs(b *testing.B) []job {
	words, stations := benchSize.words(b, 570e3, 0), benchSize.stations(b, 413, 0)
	rows := intRows(benchSize)
	return []job{
		jobOf(b, "chain", ints.stream(rows)),
		jobOf(b, "wordcount", wordsOf(df.LineViews(words))),
		jobOf(b, "onebrc", stationsOf(df.Lines(stations))),
		jobOf(b, "onebrc-views", stationsOf(df.LineViews(stations))),
		jobOf(b, "scan", scanStrings(words)),
		jobOf(b, "scan-views", scanViews(words)),
	}
}

func jobOf[T any](b *testing.B, name string, s df.Stream[T]) job {
	return job{name, func(options ...df.Option) {
		if len(rowsOf(b, s, options...)) == 0 {
			b.Fatal("no rows")
		}
	}}
}

// BenchmarkScaling compares one worker with two: ratio is how many times faster two are.
func BenchmarkScaling(b *testing.B) {
	for _, j := range jobs(b) {
		b.Run(j.name, func(b *testing.B) {
			comparePairs(b, func() { j.run(df.Workers(1)) }, func() { j.run(df.Workers(2)) })
		})
	}
}

// BenchmarkMetrics compares runs that time their operators with runs that do not: ratio - 1 is what the timing
// costs. It runs with one worker: on two there is more noise and no more cost.
func BenchmarkMetrics(b *testing.B) {
	for _, j := range jobs(b) {
		b.Run(j.name, func(b *testing.B) {
			comparePairs(b, func() { j.run(df.Workers(1)) }, func() { j.run(df.Workers(1), df.NoMetrics()) })
		})
	}
}
