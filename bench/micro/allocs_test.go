package micro

import (
	"testing"

	"anabranch.dev/bench/data"
	"anabranch.dev/df"
)

// TestAllocationsDoNotGrowWithRows runs jobs over inputs that differ by a factor of ten in rows, and not in groups.
// What a source allocates with each piece of the input that it hands out, at least 1024 rows or 64 KiB, is all
// that may grow.
func TestAllocationsDoNotGrowWithRows(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds, and under the race detector, which makes pools forget, finds nothing")
	}
	const (
		small, large = 1_000_000, 10_000_000 // bytes of input
		perPiece     = 4
		piece        = 64 << 10
	)
	for _, test := range []struct {
		name string
		plan func(size int64) func()
	}{
		{"chain", func(size int64) func() { return runs(t, ints.stream(data.Ints(int(size/8), 1<<40, 1))) }},
		{"chain of strings", func(size int64) func() { return runs(t, texts.stream(data.Strings(int(size/16), 1<<40, 1))) }},
		{"chain in batches", func(size int64) func() { return runs(t, ints.batched(data.Ints(int(size/8), 1<<40, 1))) }},
		{"lines", func(size int64) func() { return runs(t, scanStrings(someWords(t, size))) }},
		{"line views", func(size int64) func() { return runs(t, scanViews(someWords(t, size))) }},
		{"word count", func(size int64) func() { return runs(t, wordsOf(df.Lines(someWords(t, size)))) }},
		{"word count of views", func(size int64) func() { return runs(t, wordsOf(df.LineViews(someWords(t, size)))) }},
		{"one billion rows", func(size int64) func() { return runs(t, stationsOf(df.Lines(someStations(t, size)))) }},
		{"one billion rows, views", func(size int64) func() { return runs(t, stationsOf(df.LineViews(someStations(t, size)))) }},
		{"count of ints", func(size int64) func() { return runs(t, countGroups(data.Ints(int(size/8), 1000, 1))) }},
		{"count of strings", func(size int64) func() { return runs(t, countGroups(data.Strings(int(size/16), 1000, 1))) }},
		{"sum of structs", func(size int64) func() { return runs(t, sumGroups(pairRows(int(size/8), 1000, 1), ofPair)) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			few, many := allocations(test.plan(small)), allocations(test.plan(large))
			if limit := few + (large-small)/piece*perPiece; many > limit {
				t.Errorf("%d allocations for %d bytes of input, %d for %d; want at most %d", few, small, many, large, limit)
			}
			t.Logf("%d allocations for %d bytes of input, %d for %d", few, small, many, large)
		})
	}
}

// runs makes a function of a plan, on one worker: how work is dealt to several differs from run to run.
func runs[T any](t *testing.T, s df.Stream[T]) func() {
	return func() { rowsOf(t, s, df.Workers(1)) }
}

// allocations is how many one run makes: the least of some, as the garbage collector empties pools.
func allocations(f func()) uint64 {
	f()
	least := ^uint64(0)
	for range 3 {
		before := mallocs()
		f()
		least = min(least, mallocs()-before)
	}
	return least
}

func someWords(t *testing.T, size int64) string {
	return file(t, data.Words{Bytes: size, Distinct: 1000, Seed: 1})
}

func someStations(t *testing.T, size int64) string {
	return file(t, data.Stations{Rows: size / 14, Names: 413, Seed: 1})
}
