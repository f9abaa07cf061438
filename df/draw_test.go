package df_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/exec"
	"anabranch.dev/internal/sharedtest"
)

// drawings are plans of the shapes that matter to a picture. Their operators are told to
// stand in the lines of one file, whatever happens to this one.
func drawings() map[string]*df.Plan {
	self := func(s string) string { return s }
	first := func(a, _ string) string { return a }
	orders, users := df.Lines("orders-*.csv").Named("orders"), df.Lines("users.csv.gz").Named("users")
	items := df.Compact(df.Sort(df.Lines("items.csv"), df.Asc(self)))
	recent := df.Filter(df.Sort(orders, df.Asc(self)).Take(1000), func(s string) bool { return s != "" })
	explained := explained()
	outputs := map[string]df.Output{
		"wordcount": explained["word count"],
		"tee":       explained["tee"],
		"phases":    explained["two phases"],
		"concat":    explained["concat"],
		"sort":      df.WriteLines(df.Sort(df.Lines("access-*.log"), df.Asc(self)), "sorted-%04d.log.zst"),
		"join":      df.WriteLines(df.Join(orders, users, self, self, first), "joined.txt"),
		"joins": df.Outputs(
			df.WriteLines(df.Sort(df.Join(df.Join(orders, users, self, self, first), items, self, self, first).Named("items"), df.Asc(self)), "joined.txt"),
			df.WriteLines(df.Join(recent, df.Sort(users, df.Desc(self)), self, self, first), "recent.txt")),
	}
	plans := map[string]*df.Plan{}
	for name, o := range outputs {
		p := df.Explain(o)
		for i := range p.Operators {
			p.Operators[i].Site.File, p.Operators[i].Site.Line = "main.go", i+1
		}
		plans[name] = p
	}
	return plans
}

// underWay is a run of the plan "joins" with numbers that were made up.
func underWay(plan *df.Plan) *df.Progress {
	p := &df.Progress{
		Plan: plan, Elapsed: 83 * time.Second, Workers: 8, Share: 0.62, Left: 51 * time.Second,
		Bytes: 3_210_000_000, TotalBytes: 4_100_000_000,
		MemoryPeak: 371_000_000, Budget: 512 << 20, DiskPeak: 1_900_000_000,
	}
	p.Pipelines = make([]exec.PipelineProgress, len(plan.Pipelines))
	for i := range p.Pipelines {
		pipe := &p.Pipelines[i]
		pipe.State, pipe.Share, pipe.Left = "waiting", -1, -1
		switch {
		case i < 3:
			pipe.State, pipe.Began, pipe.Ended = "done", time.Duration(i)*time.Second, time.Duration(2*i+3)*time.Second
			pipe.Rows, pipe.Busy, pipe.Idle = 1_000_000, 11*time.Second, time.Second
		case i == 3:
			pipe.State, pipe.Began, pipe.Ended = "finishing", 8*time.Second, 83*time.Second
		case i == 4:
			pipe.State, pipe.Began, pipe.Ended, pipe.Share, pipe.Left = "running", 9*time.Second, 83*time.Second, 0.41, 31*time.Second
		}
	}
	p.Operators = make([]df.OperatorProgress, len(plan.Operators))
	for i := range p.Operators {
		o := &p.Operators[i]
		o.RowsIn, o.RowsOut = int64(i*i*i*12_345), int64(i*i*i*10_000)
		o.Busy = time.Duration(i%5) * 1700 * time.Millisecond
		switch plan.Operators[i].Role {
		case "source":
			o.Bytes = int64(i+1) * 98_765_432
		case "breaker":
			o.MemoryPeak, o.Spill.Runs, o.Spill.Bytes = 98_000_000, 12, 1_900_000_000
			o.Skew, o.Slowest, o.Blocked = 3.1, 2*time.Second, time.Second
		}
	}
	return p
}

// TestDraw holds pictures of plans and of a run, in each format.
func TestDraw(t *testing.T) {
	plans := drawings()
	dir := filepath.Join("testdata", "draw")
	if *sharedtest.Update {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for name, p := range plans {
		sharedtest.Golden(t, filepath.Join(dir, name+".svg"), p.SVG())
		sharedtest.Golden(t, filepath.Join(dir, name+".dot"), p.DOT())
		sharedtest.Golden(t, filepath.Join(dir, name+".mermaid"), p.Mermaid())
		if again := drawings()[name]; again.SVG() != p.SVG() || again.DOT() != p.DOT() || again.Mermaid() != p.Mermaid() {
			t.Errorf("%s: drawn twice, it differs", name)
		}
	}
	run := underWay(plans["joins"])
	sharedtest.Golden(t, filepath.Join(dir, "run.svg"), run.SVG())
	sharedtest.Golden(t, filepath.Join(dir, "run.dot"), run.DOT())
	sharedtest.Golden(t, filepath.Join(dir, "run.mermaid"), run.Mermaid())
}

// TestDrawPartly draws what a run can be before it has begun and after it has failed.
func TestDrawPartly(t *testing.T) {
	plan := drawings()["wordcount"]
	for what, p := range map[string]*df.Progress{
		"0 µs": {}, "running for 0 µs": {Plan: plan}, "disk on fire": {Plan: plan, Done: true, Err: errors.New("disk on fire")},
		"waiting": {Plan: plan, Pipelines: []exec.PipelineProgress{{State: "waiting"}}, Operators: make([]df.OperatorProgress, 1)},
	} {
		for _, s := range []string{p.SVG(), p.DOT(), p.Mermaid()} {
			if !strings.Contains(s, what) {
				t.Errorf("no %q in\n%s", what, s)
			}
		}
	}
}

// TestPlanJSON holds that a plan that was written as JSON is read back as it was.
func TestPlanJSON(t *testing.T) {
	for name, p := range drawings() {
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var back df.Plan
		if err := json.Unmarshal(text, &back); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(&back, p) || back.String() != p.String() || back.SVG() != p.SVG() {
			t.Errorf("%s: read back, it differs: %s", name, text)
		}
	}
}
