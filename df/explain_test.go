package df_test

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	"anabranch.dev/internal/sharedtest"
)

// explained are plans of every shape.
func explained() map[string]df.Output {
	lines := df.Lines("logs/**/*.log", "more.log.gz")
	words := df.FlatMap(lines, strings.FieldsSeq)
	count := func(kv df.KV[string, int64]) int64 { return kv.Value }
	counts := df.CountBy(words, strings.ToLower).Named("words")
	top := df.Top(counts, 10, df.Desc(count))
	text := func(kv df.KV[string, int64]) string { return kv.Key }
	ok, failed := df.Try(lines, parse)
	mean := df.Mean(ok)
	return map[string]df.Output{
		"word count": top,
		"written":    df.WriteLines(df.Map(top, text), "top.txt"),
		"tee": df.Outputs(
			df.WriteLines(df.Map(ok, func(v int64) string { return fmt.Sprint(v) }), "good.txt"),
			df.WriteLines(df.Map(failed, func(f df.Failed[string]) string { return f.Row }), "bad.txt").Named("rejects")),
		"zip":        df.Zip(df.Take(words, 100), counts, func(string, df.KV[string, int64]) int { return 0 }),
		"two phases": df.Zip(ok, mean, func(int64, float64) float64 { return 0 }),
		"concat":     df.Concat(lines, df.FromSlice([]string{"a"}), lines.Skip(3)),
		"views":      df.AggregateBy(df.LineViews("-"), df.Self, agg.Count[df.View]),
	}
}

func TestExplain(t *testing.T) {
	plans := explained()
	lineOf := regexp.MustCompile(`explain_test\.go:\d+ *`)
	var text strings.Builder
	for _, name := range []string{"word count", "written", "tee", "zip", "two phases", "concat", "views"} {
		drawn := df.Explain(plans[name]).String()
		if drawn != df.Explain(plans[name]).String() {
			t.Errorf("%s: drawn twice, it differs", name)
		}
		if !strings.Contains(drawn, "explain_test.go:") {
			t.Errorf("%s: no call site in\n%s", name, drawn)
		}
		fmt.Fprintf(&text, "%s\n\n%s\n", name, lineOf.ReplaceAllString(drawn, "explain_test.go:N  "))
	}
	sharedtest.Golden(t, filepath.Join("testdata", "explain.txt"), text.String())
}

// TestProgress holds the numbers of the last report of a run.
func TestProgress(t *testing.T) {
	text := []byte(strings.Repeat("3\n4\n5\n", 50_000))
	path := textFile(t, "in", text)
	const rows = 150_000
	for _, n := range workerCounts {
		parsed := df.MapErr(df.Lines(path), parse)
		odd := df.Filter(parsed, isOdd).Named("odd")
		plan := df.Outputs(df.Count(odd), df.CountBy(df.Expand(odd, func(dst []int64, v int64) []int64 { return append(dst, v, v) }), df.Self))
		var last df.Progress
		calls := 0
		err := df.Run(context.Background(), plan, df.Workers(n), df.Watch(func(p df.Progress) {
			if last.Done || p.Elapsed < last.Elapsed || p.Bytes < last.Bytes {
				t.Errorf("%d workers: a report after the last one, or one that goes back", n)
			}
			last, calls = p, calls+1
		}))
		if err != nil {
			t.Fatal(err)
		}
		if !last.Done || last.Bytes != int64(len(text)) || last.TotalBytes != last.Bytes || calls == 0 {
			t.Errorf("%d workers: done %v, %d of %d bytes, %d reports", n, last.Done, last.Bytes, last.TotalBytes, calls)
		}
		var got []string
		for _, o := range last.Operators {
			got = append(got, fmt.Sprintf("%s %s: %d in, %d out", o.Op, o.Label, o.RowsIn, o.RowsOut))
			if o.Busy < 0 || !strings.HasSuffix(o.Site.String(), fmt.Sprint("explain_test.go:", o.Site.Line)) {
				t.Errorf("%d workers: %+v", n, o)
			}
		}
		same(t, fmt.Sprint(n, " workers"), got, []string{
			fmt.Sprintf("lines : %d in, %d out", rows, rows),
			fmt.Sprintf("map : %d in, %d out", rows, rows),
			fmt.Sprintf("filter odd: %d in, %d out", rows, rows/3*2),
			fmt.Sprintf("count : %d in, 1 out", rows/3*2),
			fmt.Sprintf("expand : %d in, %d out", rows/3*2, rows/3*4),
			fmt.Sprintf("count by : %d in, 2 out", rows/3*4),
		})
	}
}
