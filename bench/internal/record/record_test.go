package record

import (
	"math"
	"path/filepath"
	"testing"

	"anabranch.dev/bench/internal/trial"
	"github.com/google/go-cmp/cmp"
)

func run(name string, round int, wall float64, digest string) Run {
	return Run{Contender: name, Round: round, Result: trial.Result{Wall: wall, User: wall, System: 1, Peak: int64(wall * 10), Digest: digest}}
}

func contest() Contest {
	return Contest{Workload: "w", Runs: []Run{
		run("slow", 0, 40, "x"),
		run(Ours, 0, 10, "x"),
		run("fast", 0, 5, "x"),
		run("wrong", 0, 1, "y"),
		{Contender: "stuck", Over: "30 s"},
		{Contender: "broken", Error: "no"},
		run("fast", 1, 10, "x"),
		run(Ours, 1, 40, "x"),
		run("fast", 2, 40, "x"),
		run(Ours, 2, 20, "x"),
	}}
}

func TestStandings(t *testing.T) {
	list := contest().Standings()
	var names []string
	by := map[string]Standing{}
	for _, s := range list {
		names = append(names, s.Contender)
		by[s.Contender] = s
	}
	if diff := cmp.Diff([]string{Ours, "wrong", "fast", "slow", "stuck", "broken"}, names); diff != "" {
		t.Errorf("want - got +\n%s", diff)
	}
	if s := by["fast"]; s.Ratio.Median != 0.5 || s.Ratio.Low != 0.25 || s.Ratio.High != 2 || !s.OK() || s.CPU != 11 || s.Peak != 400 {
		t.Errorf("pairs 0.5, 0.25, 2: %+v", s)
	}
	if s := by["slow"]; s.Ratio.N != 1 || s.Ratio.Median != 4 {
		t.Errorf("one pair: %+v", s)
	}
	for _, name := range []string{"wrong", "stuck", "broken"} {
		if by[name].OK() {
			t.Errorf("%s is right: %+v", name, by[name])
		}
	}
	if s := by[Ours]; s.Wall.Median != 20 || s.Ratio.N != 0 {
		t.Errorf("ours: %+v", s)
	}
}

func TestReadsWhatItWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.json")
	r := &Record{Machine: Machine{CPU: "c", Cores: 2}, Contests: []Contest{contest()},
		Curves: []Curve{{"w", Budget, []Point{{1 << 20, []Run{run(Ours, 0, 2, "x"), run(Ours, 1, 4, "x")}}}}}}
	if err := r.Write(path); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, got); diff != "" {
		t.Errorf("want - got +\n%s", diff)
	}
	if w := got.Curves[0].Points[0].Wall(); w != 3 {
		t.Errorf("median %v", w)
	}
	if w := (Point{}).Wall(); !math.IsNaN(w) {
		t.Errorf("median of none %v", w)
	}
	if _, err := Read(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a missing file is read")
	}
}
