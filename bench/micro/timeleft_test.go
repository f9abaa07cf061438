package micro

import (
	"math"
	"path/filepath"
	"testing"
	"time"

	"anabranch.dev/bench/data"
	"anabranch.dev/df"
)

// An estimate is how long a run was expected to take in all, after some part of it.
type estimate struct{ after, all time.Duration }

// estimates runs a plan, and returns what was expected in the course of it, and how long it took.
func estimates(tb testing.TB, o df.Output, options ...df.Option) (list []estimate, took time.Duration) {
	ran, err := df.Analyze(tb.Context(), o, append(options, df.Watch(func(p df.Progress) {
		if p.Left >= 0 {
			list = append(list, estimate{p.Elapsed, p.Elapsed + p.Left})
		}
	}))...)
	if err != nil {
		tb.Fatal(err)
	}
	return list, ran.Elapsed
}

// wrong is by what part of the time that a run took it was expected to take more or less, at worst, from a fifth
// of it on; NaN when nothing was expected.
func wrong(list []estimate, took time.Duration) (atFifth, worst float64) {
	atFifth, worst = math.NaN(), 0
	for _, e := range list {
		if e.after < took/5 {
			continue
		}
		by := math.Abs(float64(e.all-took)) / float64(took)
		if math.IsNaN(atFifth) {
			atFifth = by
		}
		worst = max(worst, by)
	}
	return atFifth, worst
}

// BenchmarkTimeLeft measures how right the time left is that a run tells, for scans and sorts: by what part of all its
// time it is wrong after a fifth of it, and at worst from then on, as medians.
func BenchmarkTimeLeft(b *testing.B) {
	words := benchSize.words(b, 570e3, 0)
	records := benchSize.records(b, data.Random)
	out := filepath.Join(b.TempDir(), "sorted")
	written := df.WriteLines(df.Sort(df.LineViews(records), df.Asc(df.Self[df.View])), out)
	for _, job := range []struct {
		name    string
		plan    df.Output
		options []df.Option
	}{
		{"scan", df.Count(df.Lines(words)), nil},
		{"words", wordsOf(df.LineViews(words)), nil},
		{"sort/memory", written, nil},
		{"sort/spilling", written, []df.Option{df.Memory(benchSize.budgets()["8th"])}},
		{"sort/few", df.Count(df.Sort(df.Lines(records).Filter(func(s string) bool { return s[0]&1 == 0 }), df.Asc(df.Self[string]))), nil},
	} {
		b.Run(job.name, func(b *testing.B) {
			var first, worst []float64
			for b.Loop() {
				f, w := wrong(estimates(b, job.plan, job.options...))
				if math.IsNaN(f) {
					b.Skip("the run is too short to be watched: a larger -size is needed")
				}
				first, worst = append(first, f), append(worst, w)
			}
			b.ReportMetric(median(first)*100, "%wrong-at-fifth")
			b.ReportMetric(median(worst)*100, "%wrong-at-worst")
		})
	}
}

func TestWrong(t *testing.T) {
	list := []estimate{{1, 1000}, {20, 90}, {50, 130}, {90, 100}}
	if first, worst := wrong(list, 100); math.Abs(first-0.1) > 1e-9 || math.Abs(worst-0.3) > 1e-9 {
		t.Errorf("wrong by %v and %v", first, worst)
	}
	if first, _ := wrong(nil, 100); !math.IsNaN(first) {
		t.Errorf("nothing was expected, and wrong by %v", first)
	}
}
