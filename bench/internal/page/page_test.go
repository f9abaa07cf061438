package page

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"anabranch.dev/bench/internal/record"
	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/internal/sharedtest"
)

var jobs = []Job{
	{"sort", "Sorting", "sort lines", "It does <more>."},
	{"groups", "Tables", "ask | questions", "Why | not."},
	{"left-out", "Tables", "not measured", ""},
}

func runs(name, digest string, peak int64, walls ...float64) (list []record.Run) {
	for round, w := range walls {
		list = append(list, record.Run{Contender: name, Round: round, Result: trial.Result{
			Wall: w, User: w, Peak: peak, Rows: 1000, Allocs: 12345, AnswerRows: 1000, Digest: digest,
			Parts: []trial.Part{{Name: "q1", Seconds: w / 4}, {Name: "q2", Seconds: w * 3 / 4}},
		}})
	}
	return list
}

func point(value int64, spilled int64, walls ...float64) record.Point {
	p := record.Point{Value: value, Runs: runs(record.Ours, "x", 1e8, walls...)}
	for i := range p.Runs {
		p.Runs[i].Result.Spilled = spilled
	}
	return p
}

// someRecord has contenders that are faster, slower, wrong, failed, over a limit, and missing.
func someRecord() *record.Record {
	sort := record.Contest{Workload: "sort", Bytes: 128e6}
	sort.Runs = append(sort.Runs, runs(record.Ours, "x", 2e8, 1, 1.1, 0.9)...)
	sort.Runs = append(sort.Runs, runs("limit", "x", 3e8, 0.5, 0.55, 0.6)...)
	sort.Runs = append(sort.Runs, runs("duckdb", "x", 4e8, 3, 3.3, 3.6)...)
	sort.Runs = append(sort.Runs, runs("plain", "y", 4e8, 2, 2, 2)...)
	sort.Runs = append(sort.Runs, record.Run{Contender: "beam", Over: "30.0 s"}, record.Run{Contender: "lo", Error: "exit status 1: no <memory>"})
	groups := record.Contest{Workload: "groups", Bytes: 64e6}
	groups.Runs = append(groups.Runs, runs(record.Ours, "z", 2e8, 2, 2, 2)...)
	groups.Runs = append(groups.Runs, runs("duckdb", "z", 4e8, 1, 1.5, 2.5)...)
	return &record.Record{
		Machine:  record.Machine{CPU: "A <CPU>", Cores: 4, Memory: 16e9, System: "linux 6", Go: "go1.26", Level: "GOAMD64=v3", Commit: "abc"},
		Settings: record.Settings{Size: 128e6, Budget: 4e9, Workers: 4, Count: 3, Limit: 30, Most: 8e9},
		Started:  time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Elapsed: 600,
		Contenders: []trial.Contender{
			{Name: record.Ours, About: "this", Version: "v", Settings: "s"},
			{Name: "duckdb", About: "that", Version: "1 | 2", Settings: "SET"},
			{Name: "beam", Missing: "no <module>"},
		},
		Contests: []record.Contest{groups, sort},
		Curves: []record.Curve{
			{Workload: "sort", Setting: record.Budget, Points: []record.Point{point(24<<20, 2e8, 2, 2.1, 2), point(1e8, 1e8, 1.5), point(4e9, 0, 1)}},
			{Workload: "sort", Setting: record.Workers, Points: []record.Point{point(1, 0, 4), point(2, 0, 2), point(4, 0, 1.25)}},
			{Workload: "groups", Setting: record.Workers, Points: []record.Point{point(1, 0, 4), point(4, 0, 1)}},
		},
	}
}

func TestPage(t *testing.T) {
	var b bytes.Buffer
	if err := HTML(&b, New(someRecord(), jobs)); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		"A &lt;CPU&gt;", "GOAMD64=v3", "<b>1 of 2</b>workloads on which we are faster", "<b>0 of 1</b>workloads in at most 1.3 times their time",
		"over 30.0 s", "no &lt;memory&gt;", "another answer", "not there: no &lt;module&gt;",
		"limit takes 50 % of our time", "It does &lt;more&gt;.", "duckdb takes 75 % of our time, and is as fast in some rounds",
		"0.50× (0.50 to 0.67)", "for each gigabyte that is spilled", "an efficiency of 80 %", "prefers-color-scheme:dark",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if found := regexp.MustCompile(`(?i)(src|href)="[^#"][^"]*"|@import|url\(|<script|<link`).FindAllString(page, -1); found != nil {
		t.Errorf("the page refers to what is outside: %q", found)
	}
	for _, bad := range []string{"left-out", "NaN", "ZgotmplZ", "%!"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if sort, groups := strings.Index(page, "<h3>sort</h3>"), strings.Index(page, "<h3>groups</h3>"); sort < 0 || sort > groups {
		t.Errorf("not in the order of the jobs: sort at %d, groups at %d", sort, groups)
	}
}

func TestMarkdown(t *testing.T) {
	v := New(someRecord(), jobs)
	var b bytes.Buffer
	if err := Markdown(&b, v); err != nil {
		t.Fatal(err)
	}
	sharedtest.Golden(t, filepath.Join("testdata", "benchmarks.md"), b.String())
	dir := t.TempDir()
	if err := WriteDocs(dir, v); err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`\]\(([^)]*\.svg)\)`).FindAllStringSubmatch(b.String(), -1) {
		if _, err := os.Stat(filepath.Join(dir, m[1])); err != nil {
			t.Error(err)
		}
	}
}

// TestPageOfLittle: one workload, by us alone.
func TestPageOfLittle(t *testing.T) {
	r := someRecord()
	r.Curves = nil
	r.Contests = []record.Contest{{Workload: "sort", Runs: runs(record.Ours, "x", 0, 1)}}
	v := New(r, jobs)
	if len(v.Verdicts) != 0 || v.Overview != "" || v.Behind != nil || v.Scaling != nil {
		t.Errorf("%+v", v)
	}
	var b bytes.Buffer
	if err := HTML(&b, v); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "NaN") {
		t.Error("NaN in the page")
	}
	if err := Markdown(&b, v); err != nil {
		t.Fatal(err)
	}
}

func TestNumbers(t *testing.T) {
	for x, want := range map[float64]string{0.123: "0.12×", 0.996: "1.0×", 3.14: "3.1×", 68.4: "68×", 9.96: "10×"} {
		if got := Times(x); got != want {
			t.Errorf("%v is %s, want %s", x, got, want)
		}
	}
}
