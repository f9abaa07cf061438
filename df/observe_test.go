package df_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"runtime/pprof"
	"runtime/trace"
	"strconv"
	"strings"
	"testing"

	"anabranch.dev/df"
)

// logged runs a plan with a logger of level debug, and returns what it wrote, without
// times and sizes.
func logged(t *testing.T, o df.Output, options ...df.Option) string {
	t.Helper()
	var out bytes.Buffer
	l := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.TimeKey, "at", "elapsed", "rate", "budget", "held", "memory", "memory_peak", "disk_peak":
				return slog.Attr{}
			}
			return a
		},
	}))
	_ = df.Run(context.Background(), o, append(options, df.Log(l), df.Workers(2))...)
	return regexp.MustCompile(`observe_test\.go:\d+`).ReplaceAllString(out.String(), "HERE")
}

func TestLog(t *testing.T) {
	rows := df.FromSlice(make([]int64, 1000))
	got := logged(t, df.CountBy(rows, df.Self).Named("values"))
	for _, want := range []string{
		`level=INFO msg="run started"`,
		`level=DEBUG msg="pipeline done" pipeline="1: from slice → count by \"values\"" rows=1000`,
		`level=INFO msg="run finished" workers=2 bytes=0`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("no line %s in\n%s", want, got)
		}
	}
	got = logged(t, df.MapErr(rows, func(int64) (int64, error) { return 0, errBoom }).Count())
	if want := `level=ERROR msg="run failed" error="map (HERE): row 1 of 1000 elements: boom"`; !strings.Contains(got, want) {
		t.Errorf("no line %s in\n%s", want, got)
	}
	if strings.Contains(got, "run finished") {
		t.Errorf("failed and finished:\n%s", got)
	}
	spilling := df.Sort(df.Range(0, 2<<20), df.Desc(df.Self[int])).Named("down").Count()
	if got := logged(t, spilling, df.Memory(24<<20)); !strings.Contains(got, `level=INFO msg=spill operator="sort \"down\" (HERE)"`) {
		t.Errorf("nothing of a sort that spills in\n%s", got)
	}
}

// TestLabels: while a function of the program runs, its goroutine has the labels of the
// operator, and those that the caller has set, and afterwards the caller's alone.
func TestLabels(t *testing.T) {
	goroutine := func() string {
		var b bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
			t.Fatal(err)
		}
		for part := range strings.SplitSeq(b.String(), "\n\n") {
			if strings.Contains(part, "TestLabels") && strings.Contains(part, "WriteTo") {
				for line := range strings.SplitSeq(part, "\n") {
					if labels, ok := strings.CutPrefix(line, "# labels: "); ok {
						return labels
					}
				}
			}
		}
		return "none"
	}
	pprof.Do(context.Background(), pprof.Labels("job", "nightly"), func(ctx context.Context) {
		var during string
		s := df.Map(df.FromSlice([]int{1}), func(v int) int { during = goroutine(); return v }).Named("looking")
		if err := df.Run(ctx, s.Count(), df.Workers(1)); err != nil {
			t.Fatal(err)
		}
		during = regexp.MustCompile(`\(.*?:\d+\)`).ReplaceAllString(during, "(HERE)")
		if want := `{"job":"nightly", "operator":"map \"looking\" (HERE)", "pipeline":"1: from slice → map \"looking\" → count"}`; during != want {
			t.Errorf("labels %s, want %s", during, want)
		}
		if after, want := goroutine(), `{"job":"nightly"}`; after != want {
			t.Errorf("labels %s after the run, want %s", after, want)
		}
	})
}

// TestTrace: an execution trace has a task for the run and regions for its pipelines.
func TestTrace(t *testing.T) {
	if trace.IsEnabled() {
		t.Skip("a trace is being made")
	}
	var b bytes.Buffer
	if err := trace.Start(&b); err != nil {
		t.Fatal(err)
	}
	err := df.Run(context.Background(), df.CountBy(df.FromSlice([]int{1, 2}), df.Self), df.Workers(1))
	trace.Stop()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"run", "1: from slice → count by", "read from slice (observe_test.go:", "finish count by (observe_test.go:"} {
		if !bytes.Contains(b.Bytes(), []byte(want)) {
			t.Errorf("no %q in the trace", want)
		}
	}
}

// TestAnalyze holds what a run tells of itself, without times.
func TestAnalyze(t *testing.T) {
	path := textFile(t, "in", []byte(strings.Repeat("b\na\nc\n", 250_000)))
	out := t.TempDir() + "/out"
	sorted := df.Sort(df.Lines(path), df.Asc(df.Self[string])).Named("letters")
	ran, err := df.Analyze(context.Background(), df.WriteLines(sorted.Filter(func(s string) bool { return s != "a" }), out), df.Workers(2))
	if err != nil {
		t.Fatal(err)
	}
	written, _ := os.Stat(out)
	var got []string
	for i, o := range ran.Operators {
		got = append(got, fmt.Sprintf("%s %d → %d, %d bytes", ran.Plan.Operators[i].Op, o.RowsIn, o.RowsOut, o.Bytes))
		if o.Busy <= 0 && i > 0 { // of a source it is a difference, which one slow sample makes nothing
			t.Errorf("%s was never busy", o.Op)
		}
	}
	same(t, "operators", got, []string{
		"lines 750000 → 750000, 1500000 bytes", "sort 750000 → 750000, 0 bytes",
		"filter 750000 → 500000, 0 bytes", fmt.Sprintf("write lines 500000 → 1, %d bytes", written.Size()),
	})
	if !ran.Done || ran.Share != 1 || ran.Left != 0 || ran.MemoryPeak <= 0 || ran.Operators[1].MemoryPeak < 300_000 {
		t.Errorf("done %v, share %v, left %v, memory %d, of the sort %d", ran.Done, ran.Share, ran.Left, ran.MemoryPeak, ran.Operators[1].MemoryPeak)
	}
	if ran.Memory != 0 {
		t.Errorf("%d bytes are held by nobody", ran.Memory)
	}
	for i, p := range ran.Pipelines {
		if p.State != "done" || p.Ended < p.Began || p.Rows != 750_000 {
			t.Errorf("pipeline %d: %+v", i+1, p)
		}
	}
	if text := ran.String(); !strings.Contains(text, `sort "letters"`) || !strings.Contains(text, "750 k → 500 k") {
		t.Errorf("drawn:\n%s", text)
	}

	ran, err = df.Analyze(context.Background(), df.MapErr(df.Lines(path), parse).Count())
	if err == nil || ran == nil || ran.Err != err || ran.Operators[0].RowsOut == 0 {
		t.Errorf("of a run that failed with %v: %v", err, ran)
	}
	if ran, err = df.Analyze(context.Background(), df.Count(df.Lines("/nowhere"))); err == nil || ran != nil {
		t.Errorf("of a run that did not begin: %v, %v", err, ran)
	}
}

// TestAnalyzeSource: a source whose work is the most of a run is told to be that.
func TestAnalyzeSource(t *testing.T) {
	path := t.TempDir() + "/in.gz"
	if _, err := df.Collect(context.Background(), df.WriteLines(df.Map(df.Range(0, 400_000), strconv.Itoa), path)); err != nil {
		t.Fatal(err)
	}
	ran, err := df.Analyze(context.Background(), df.Lines(path).Filter(func(s string) bool { return s != "" }).Count())
	if err != nil {
		t.Fatal(err)
	}
	if all, p := ran.Operators, ran.Pipelines[0]; all[0].Busy < all[1].Busy+all[2].Busy || all[0].Busy > p.Busy {
		t.Errorf("busy %v, %v and %v, together %v", all[0].Busy, all[1].Busy, all[2].Busy, p.Busy)
	}
}

// TestAnalyzeSpill: what a sort writes to disk is told, by which operator.
func TestAnalyzeSpill(t *testing.T) {
	s := df.Sort(df.Range(0, 2<<20), df.Desc(df.Self[int]))
	ran, err := df.Analyze(context.Background(), s.Count(), df.Memory(24<<20), df.Workers(2))
	if err != nil {
		t.Fatal(err)
	}
	sort := ran.Operators[1]
	if sort.Spill.Runs < 2 || sort.Spill.Bytes < 16<<20 || sort.Spill.Disk <= 0 || ran.DiskPeak < sort.Spill.Disk/2 || ran.Disk != 0 {
		t.Errorf("spilled %+v, on disk %d at most, %d in the end", sort.Spill, ran.DiskPeak, ran.Disk)
	}
	if sort.MemoryPeak > 24<<20 || sort.MemoryPeak < 4<<20 {
		t.Errorf("held %d bytes", sort.MemoryPeak)
	}
	if text := ran.String(); !strings.Contains(text, "of rows in") {
		t.Errorf("nothing of the spill in\n%s", text)
	}
}
