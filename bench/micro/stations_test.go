package micro

import (
	"bytes"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	"anabranch.dev/df/text"
)

// A reading is one line of the One Billion Row Challenge.
type reading[S ~string] struct {
	station S
	tenths  int64 // of a degree
}

// A summary is what is asked of each station.
type summary struct {
	min, max, sum, count int64
}

func (s *summary) add(tenths int64) {
	if s.count == 0 {
		s.min, s.max = tenths, tenths
	}
	s.min = min(s.min, tenths)
	s.max = max(s.max, tenths)
	s.sum += tenths
	s.count++
}

func (s *summary) merge(o *summary) {
	if s.count == 0 {
		*s = *o
		return
	}
	if o.count == 0 {
		return
	}
	s.min = min(s.min, o.min)
	s.max = max(s.max, o.max)
	s.sum += o.sum
	s.count += o.count
}

func addReading[S ~string](s *summary, r reading[S]) { s.add(r.tenths) }
func station[S ~string](r reading[S]) S              { return r.station }
func result(s *summary) summary                      { return *s }

// summaries is the aggregate as one writes it for the job.
func summaries[S ~string]() agg.Def[reading[S], summary, summary] {
	return agg.Def[reading[S], summary, summary]{Add: addReading[S], Merge: (*summary).merge, Result: result}
}

// combined makes the same of the aggregates that there are.
func combined[S ~string]() agg.Def[reading[S], agg.Both[agg.Value[agg.Range[int64]], agg.Both[int64, int64]], summary] {
	tenths := func(r reading[S]) int64 { return r.tenths }
	sums := agg.Combine(agg.Sum(tenths), agg.Count[reading[S]], func(sum, count int64) summary { return summary{sum: sum, count: count} })
	return agg.Combine(agg.MinMax(tenths), sums, func(r agg.Range[int64], s summary) summary {
		return summary{r.Min, r.Max, s.sum, s.count}
	})()
}

// parse reads one line.
func parse[S ~string](line S) (reading[S], error) {
	name, number, _ := text.CutLast(line, ';')
	tenths, err := text.Decimal(number, 1)
	return reading[S]{name, tenths}, err
}

// parseOrZero is parse for Map: what is no number is 0.
func parseOrZero[S ~string](line S) reading[S] {
	r, _ := parse(line)
	return r
}

// stationsOf is the job as one writes it with the library.
func stationsOf[S ~string](lines df.Stream[S]) df.Stream[df.KV[S, summary]] {
	return df.AggregateBy(df.Map(lines, parseOrZero[S]), station[S], summaries[S])
}

// checkedStationsOf ends at a line that is wrong.
func checkedStationsOf[S ~string](lines df.Stream[S]) df.Stream[df.KV[S, summary]] {
	return df.AggregateBy(df.MapErr(lines, parse[S]), station[S], summaries[S])
}

func combinedStationsOf[S ~string](lines df.Stream[S]) df.Stream[df.KV[S, summary]] {
	return df.AggregateBy(df.Map(lines, parseOrZero[S]), station[S], combined[S])
}

func stationForms(path string) []form[map[string]summary] {
	type answer = map[string]summary
	forms := []form[answer]{
		{"hand/workers=1", func(tb testing.TB) answer { return stationsByHand(tb, path, 1) }},
		{"hand/workers=2", func(tb testing.TB) answer { return stationsByHand(tb, path, 2) }},
	}
	for _, w := range workerCounts {
		forms = append(forms,
			form[answer]{"df/Lines/" + w.name, func(tb testing.TB) answer { return byName(tb, stationsOf(df.Lines(path)), w.option) }},
			form[answer]{"df/LineViews/" + w.name, func(tb testing.TB) answer { return byName(tb, stationsOf(df.LineViews(path)), w.option) }},
			form[answer]{"df/MapErr/" + w.name, func(tb testing.TB) answer { return byName(tb, checkedStationsOf(df.LineViews(path)), w.option) }},
			form[answer]{"df/Combine/" + w.name, func(tb testing.TB) answer { return byName(tb, combinedStationsOf(df.LineViews(path)), w.option) }})
	}
	return forms
}

// byName runs a plan.
func byName[S ~string](tb testing.TB, s df.Stream[df.KV[S, summary]], options ...df.Option) map[string]summary {
	m := map[string]summary{}
	for name, v := range groupMap(tb, s, options...) {
		m[string(name)] = v
	}
	return m
}

// stationsByHand is the plain loop: it finds the ends of lines and names, and reads digits, but trusts its input.
func stationsByHand(tb testing.TB, path string, workers int) map[string]summary {
	all := make([]map[string]*summary, workers)
	for i := range all {
		all[i] = map[string]*summary{}
	}
	eachBlock(tb, path, workers, func(worker int, block []byte) {
		m := all[worker]
		for len(block) > 0 {
			end := bytes.IndexByte(block, '\n')
			line := block[:end]
			block = block[end+1:]
			semicolon := bytes.IndexByte(line, ';')
			s := m[string(line[:semicolon])]
			if s == nil {
				s = new(summary)
				m[string(line[:semicolon])] = s
			}
			s.add(tenthsByHand(line[semicolon+1:]))
		}
	})
	total := map[string]summary{}
	for _, m := range all {
		for name, s := range m {
			t := total[name]
			t.merge(s)
			total[name] = t
		}
	}
	return total
}

// tenthsByHand reads a number with one decimal place.
func tenthsByHand(number []byte) (n int64) {
	negative := number[0] == '-'
	if negative {
		number = number[1:]
	}
	for _, c := range number {
		if c != '.' {
			n = n*10 + int64(c-'0')
		}
	}
	if negative {
		return -n
	}
	return n
}

func BenchmarkOneBRC(b *testing.B) {
	b.Run("413", func(b *testing.B) { runFile(b, benchSize.stations(b, 413, 0), stationForms) })
	b.Run("10000", func(b *testing.B) { runFile(b, benchSize.stations(b, 10_000, 100), stationForms) })
}

func TestOneBRC(t *testing.T) {
	for _, path := range []string{testSize.stations(t, 413, 0), testSize.stations(t, 10_000, 100)} {
		forms := stationForms(path)
		want := forms[0].run(t)
		if len(want) < 413 {
			t.Fatalf("only %d stations", len(want))
		}
		for _, f := range forms[1:] {
			sameMap(t, f.name, want, f.run(t))
		}
	}
}
