package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"anabranch.dev/bench/internal/record"
	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/bench/internal/workload"
)

func TestBytes(t *testing.T) {
	for text, want := range map[string]bytesFlag{"1": 1, "3k": 3e3, "64m": 64e6, "64M": 64e6, "64MB": 64e6, "1.5g": 15e8, "2ki": 2048, "2MiB": 2 << 20, "1gi": 1 << 30,
		"": 0, "0": 0, "-1": 0, "1x": 0, "k": 0, "0.1": 0, "99999999g": 0} {
		var got bytesFlag
		if err := got.Set(text); got != want || (err != nil) != (want == 0) {
			t.Errorf("Set(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
}

func TestParse(t *testing.T) {
	var s settings
	f := newFlags("run", "")
	s.define(f)
	f.StringVar(&s.input, "input", "", "")
	names, err := parse(f, []string{"wordcount", "-input", "x.txt", "sort", "-size", "1m", "-count=3"})
	if err != nil || !slices.Equal(names, []string{"wordcount", "sort"}) || s.input != "x.txt" || s.size != 1e6 || s.count != 3 {
		t.Errorf("%q, %+v, %v", names, s, err)
	}
	f.SetOutput(&bytes.Buffer{})
	if _, err := parse(f, []string{"sort", "-nothing"}); err == nil {
		t.Error("an unknown flag is taken")
	}
	for _, bad := range []settings{{}, {workers: 1, count: 1}, {workers: 1, count: 1, limit: 1, input: "missing"}} {
		if err := bad.check(); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func TestWorkloadsAreNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range workload.All {
		if seen[w.Name] || w.Run == nil || w.About == "" || w.Group == "" || (w.Files == nil) == (w.Memory == nil) {
			t.Errorf("%s is twice or not complete", w.Name)
		}
		seen[w.Name] = true
	}
	if _, err := chosen([]string{"sort", "nothing"}); err == nil {
		t.Error("an unknown workload is found")
	}
}

// scripted are contenders that are this program again, or nothing.
func TestContestTakesTurns(t *testing.T) {
	w, err := workload.Find("groups-100")
	if err != nil {
		t.Fatal(err)
	}
	b := testBout(t, []workload.Workload{w})
	again := b.contenders[0]
	again.Name = "again"
	broken := trial.Contender{Name: "broken", Workloads: again.Workloads, Command: []string{os.DevNull}}
	other := trial.Contender{Name: "other", Workloads: []string{"sort"}, Command: again.Command}
	missing := trial.Contender{Name: "missing", Workloads: again.Workloads, Missing: "it is"}
	b.contenders = append(b.contenders, again, broken, other, missing)
	b.count = 3
	c, err := b.contest(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, r := range c.Runs {
		order = append(order, r.Contender)
	}
	want := []string{record.Ours, "again", "broken", "again", record.Ours, record.Ours, "again"}
	if !slices.Equal(order, want) {
		t.Errorf("the order of runs is %q, want %q", order, want)
	}
	for _, s := range c.Standings() {
		if s.OK() == (s.Contender == "broken") {
			t.Errorf("%+v", s)
		}
	}
	b.share = 1 // a nanosecond
	if c, err = b.contest(t.Context(), w); err != nil || len(c.Of(record.Ours)) != 2 {
		t.Errorf("with no time, %d rounds, %v", len(c.Of(record.Ours)), err)
	}
	b.contenders = []trial.Contender{{Name: record.Ours, Workloads: []string{w.Name}, Command: []string{os.DevNull}}}
	if _, err := b.contest(t.Context(), w); err == nil || !strings.Contains(err.Error(), "groups-100: ") {
		t.Errorf("our own failure: %v", err)
	}
}

func TestOwnInput(t *testing.T) {
	words, err := workload.Find("wordcount")
	if err != nil {
		t.Fatal(err)
	}
	b := testBout(t, []workload.Workload{words})
	b.input = filepath.Join(t.TempDir(), "own.txt")
	if err := os.WriteFile(b.input, []byte("a b a\n\tc"), 0o666); err != nil {
		t.Fatal(err)
	}
	c, err := b.contest(t.Context(), words)
	if err != nil {
		t.Fatal(err)
	}
	if r := c.Runs[0].Result; r.Digest != sumOf("a\t2", "b\t1", "c\t1") || c.Bytes != 8 {
		t.Errorf("%+v", c)
	}
	stations, err := workload.Find("1brc")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.contest(t.Context(), stations); err == nil || !strings.Contains(err.Error(), "-input") {
		t.Errorf("a text for stations: %v", err)
	}
}

func TestOut(t *testing.T) {
	b := &bout{}
	run := func(name string, wall time.Duration) record.Run {
		return record.Run{Contender: name, Result: trial.Result{Wall: wall.Seconds()}}
	}
	c := record.Contest{Runs: []record.Run{
		run("quick", time.Second), run("slow", patience*2/3), run("slow", patience*2/3), run(record.Ours, 2*patience),
		{Contender: "over", Over: "1 s"}, {Contender: "failed", Error: "x"},
	}}
	for name, want := range map[string]bool{"quick": false, "slow": true, record.Ours: false, "over": true, "failed": true, "new": false} {
		if b.out(c, name) != want {
			t.Errorf("%s is out: %t", name, !want)
		}
	}
}

func TestValuesOfCurves(t *testing.T) {
	if got := budgets(256e6, 4e9, 2); !slices.Equal(got, []int64{24 << 20, 32e6, 64e6, 128e6, 4e9}) {
		t.Errorf("budgets %v", got)
	}
	if got := budgets(1e6, 4e9, 2); !slices.Equal(got, []int64{24 << 20, 4e9}) {
		t.Errorf("budgets of little %v", got)
	}
	if got := doublings(6); !slices.Equal(got, []int64{1, 2, 4, 6}) {
		t.Errorf("doublings %v", got)
	}
}

// recordOf has runs of one workload with these times.
func recordOf(digest string, walls ...float64) *record.Record {
	c := record.Contest{Workload: "sort", Bytes: 1e6}
	for i, w := range walls {
		c.Runs = append(c.Runs,
			record.Run{Contender: record.Ours, Round: i, Result: trial.Result{Wall: w, Rows: 1000, AnswerRows: 5, Digest: digest, Peak: 1e6, Spilled: 2e6, Allocs: 7}},
			record.Run{Contender: "plain", Round: i, Result: trial.Result{Wall: 2 * w, Digest: "x"}})
	}
	return &record.Record{Contests: []record.Contest{c}}
}

func TestCompare(t *testing.T) {
	a, b := recordOf("x", 1, 1.01, 1.02, 0.99, 1.03), recordOf("x", 2, 2.01, 2.02, 1.99, 2.03)
	for _, test := range []struct {
		b     *record.Record
		want  []string
		avoid string
	}{
		{b, []string{"+99.0 %", "p=0.008", "n=5+5", "equal", "1.990"}, "~"},
		{a, []string{"~", "1.000", "equal"}, "%"},
		{recordOf("y", 2, 2, 2, 2, 2), []string{"DIFFERS"}, "equal"},
	} {
		var out bytes.Buffer
		if err := writeComparison(&out, a, test.b, false); err != nil {
			t.Fatal(err)
		}
		for _, want := range test.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("no %q in\n%s", want, &out)
			}
		}
		if strings.Contains(out.String(), test.avoid) {
			t.Errorf("%q in\n%s", test.avoid, &out)
		}
	}
	var out bytes.Buffer
	if err := writeComparison(&out, a, b, true); err != nil || !strings.Contains(out.String(), "sort, plain") {
		t.Errorf("%v in\n%s", err, &out)
	}
	if err := writeComparison(&out, a, &record.Record{}, false); err == nil {
		t.Error("nothing is compared with something")
	}
}

func TestTable(t *testing.T) {
	r := recordOf("y", 1)
	r.Contests[0].Runs = append(r.Contests[0].Runs, record.Run{Contender: "slow", Over: "30.0 s"}, record.Run{Contender: "broken", Error: "why"})
	var out bytes.Buffer
	if err := writeTable(&out, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"sort, 1.00 MB", "1.00 k", "1.00 MB/s", "2.00 [2.00, 2.00]", "WRONG", "over 30.0 s", "failed: why", "5 rows"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}
