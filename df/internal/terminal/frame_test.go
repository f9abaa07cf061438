package terminal

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"anabranch.dev/exec"
	"anabranch.dev/internal/sharedtest"
)

// words is the plan of lines counted by key, and sorted into a file.
func words() *exec.Plan {
	return &exec.Plan{
		Operators: []exec.Operator{
			{Op: "lines", Detail: "logs/**/*.log", Role: exec.RoleSource, Gives: 1},
			{Op: "flat map", Label: "words", Inputs: []int{0}, Takes: []int{1}, Gives: 1},
			{Op: "count by", Inputs: []int{1}, Takes: []int{1}, Gives: 2, Role: exec.RoleBreaker},
			{Op: "sort by", Inputs: []int{2}, Takes: []int{2}, Gives: 3, Role: exec.RoleBreaker},
			{Op: "write lines", Detail: "out.txt", Inputs: []int{3}, Takes: []int{3}, Role: exec.RoleBreaker},
		},
		Pipelines: []exec.Pipeline{
			{Operators: []int{0, 1, 2}, Origins: []int{0}},
			{Operators: []int{2, 3}, Origins: []int{2}, After: []int{1}},
			{Operators: []int{3, 4}, Origins: []int{3}, After: []int{2}},
		},
	}
}

// at is a state of that plan: pipelines before number have ended, and it runs with a share
// of its work done.
func at(number int, share float64, elapsed time.Duration) exec.Progress {
	const rows, bytes = 120_000_000, 9_600_000_000
	p := exec.Progress{
		Plan: words(), Elapsed: elapsed, Share: share, Left: 90 * time.Second, TotalBytes: bytes,
		Memory: 812 << 20, MemoryPeak: 901 << 20, Budget: 1 << 30,
		Operators: make([]exec.OperatorProgress, 5), Pipelines: make([]exec.PipelineProgress, 3),
	}
	for i := range p.Pipelines {
		q := &p.Pipelines[i]
		q.State, q.Share, q.Left = exec.Waiting, 0, -1
		q.Began = time.Duration(i) * 40 * time.Second
		q.TotalRows, q.TotalBytes = -1, -1
		switch {
		case i < number:
			q.State, q.Share, q.Left, q.Ended = exec.Done, 1, 0, q.Began+40*time.Second
			q.Rows = rows / int64(1+5*i)
		case i == number:
			q.State, q.Share, q.Ended = exec.Running, share, elapsed
			q.Left = time.Duration((1 - share) * float64(40*time.Second))
			q.Rows = int64(rows * share / float64(1+5*i))
		}
		if i == 0 {
			q.TotalBytes = bytes
			q.Bytes = int64(bytes * q.Share)
		}
	}
	p.Bytes, p.Operators[0].RowsIn = p.Pipelines[0].Bytes, p.Pipelines[0].Rows
	return p
}

func done(err error) exec.Progress {
	p := at(3, 1, 2*time.Minute)
	p.Done, p.Err = true, err
	return p
}

// change returns p, changed.
func change(p exec.Progress, f func(p *exec.Progress, first *exec.PipelineProgress)) exec.Progress {
	f(&p, &p.Pipelines[0])
	return p
}

// states are states of runs, and earlier ones.
func states() []struct {
	name    string
	p, prev exec.Progress
} {
	tables := change(at(0, 0.5, 20*time.Second), func(p *exec.Progress, _ *exec.PipelineProgress) {
		p.Plan = &exec.Plan{
			Operators: []exec.Operator{
				{Op: "lines", Detail: "a"}, {Op: "lines", Detail: "b"}, {Op: "lines", Detail: "c"},
				{Op: "concat", Inputs: []int{0, 1, 2}, Takes: []int{1, 1, 1}},
				{Op: "count", Inputs: []int{3}, Takes: []int{1}}, {Op: "sum", Inputs: []int{3}, Takes: []int{1}},
			},
			Pipelines: []exec.Pipeline{{Operators: []int{0, 1, 2, 3, 4, 5}, Origins: []int{0, 1, 2}}},
		}
		p.Pipelines = p.Pipelines[:1]
	})
	named := func(detail, label string) exec.Progress {
		return change(at(0, 0.5, 20*time.Second), func(p *exec.Progress, _ *exec.PipelineProgress) {
			p.Plan.Operators[0].Detail, p.Plan.Operators[2].Label = detail, label
		})
	}
	return []struct {
		name    string
		p, prev exec.Progress
	}{
		{"nothing known", exec.Progress{}, exec.Progress{}},
		{"no plan", exec.Progress{Elapsed: 2 * time.Second, Bytes: 500e6, TotalBytes: 2e9}, exec.Progress{Elapsed: time.Second, Bytes: 250e6}},
		{"beginning", at(0, 0, 0), exec.Progress{}},
		{"first pipeline", at(0, 0.62, 24800*time.Millisecond), at(0, 0.60, 24*time.Second)},
		{"total unknown", change(at(0, 0.3, 12*time.Second), func(_ *exec.Progress, q *exec.PipelineProgress) { q.Share, q.Left = -1, -1 }), exec.Progress{}},
		{"left unknown", change(at(0, 0.3, 12*time.Second), func(_ *exec.Progress, q *exec.PipelineProgress) { q.Left = -1 }), exec.Progress{}},
		{"finishing", change(at(0, 1, 41*time.Second), func(_ *exec.Progress, q *exec.PipelineProgress) { q.State = exec.Finishing }), exec.Progress{}},
		{"second pipeline, spilling", change(at(1, 0.25, 50*time.Second), func(p *exec.Progress, _ *exec.PipelineProgress) { p.Disk = 3_400_000_000 }), at(0, 0.95, 38*time.Second)},
		{"last pipeline", at(2, 0.999, 119*time.Second), at(2, 0.95, 118*time.Second)},
		{"several inputs and ends", tables, exec.Progress{}},
		{"control characters", named("a\x1b[2J\n\u202etxt.gpj", "\x1b]0;title\a"), exec.Progress{}},
		{"wide characters", named("日本語の記録.txt", "数える"), exec.Progress{}},
		{"long name", named(strings.Repeat("a very long name/", 20), ""), exec.Progress{}},
		{"done", change(done(nil), func(p *exec.Progress, _ *exec.PipelineProgress) { p.Operators[3].Spill.Disk = 3_400_000_000 }), exec.Progress{}},
		{"done, of a slice", exec.Progress{Done: true, Elapsed: 1234 * time.Millisecond}, exec.Progress{}},
		{"failed", change(at(1, 0.25, 50*time.Second), func(p *exec.Progress, _ *exec.PipelineProgress) { p.Done, p.Err = true, errors.New("boom") }), exec.Progress{}},
		{"cancelled", change(at(0, -1, 5*time.Second), func(p *exec.Progress, q *exec.PipelineProgress) {
			p.Done, p.Err = true, fmt.Errorf("run: %w", context.Canceled)
			q.Rows, q.Bytes = 5000, 400_000
		}), exec.Progress{}},
	}
}

// TestFrame holds what states look like in a file, and that they fit every width.
func TestFrame(t *testing.T) {
	var text strings.Builder
	for _, s := range states() {
		fmt.Fprintf(&text, "%s\n", s.name)
		for _, width := range []int{160, 100, 79, 40} {
			for _, l := range frame(s.p, s.prev, width) {
				fmt.Fprintf(&text, "%4d| %s\n", width, l)
			}
		}
		if !s.p.Done {
			fmt.Fprintf(&text, " log| %s\n", plainLine(s.p, s.prev))
		}
		for width := range 200 {
			for _, l := range frame(s.p, s.prev, width) {
				if n := cells(l); n > width || strings.ContainsFunc(l, unicode.IsControl) {
					t.Errorf("%s: %d cells of %d: %q", s.name, n, width, l)
				}
			}
		}
	}
	sharedtest.Golden(t, filepath.Join("testdata", "frames.txt"), text.String())
}

func TestUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 9949 * time.Millisecond: "10s", 59500 * time.Millisecond: "1m00s", time.Hour - time.Second: "59m59s", 26*time.Hour + 5*time.Minute: "26h05m",
	} {
		if got := about(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	for share, want := range map[float64]string{-1: "0%", 0: "0%", 0.999: "99%", 1: "100%", 2: "100%"} {
		if got := percent(share); got != want {
			t.Errorf("%v: %q, want %q", share, got, want)
		}
	}
	for text, want := range map[string]string{"abcdef": "abc…", "abcd": "abcd", "日本語": "日…", "a日本語": "a日…", "": ""} {
		if got := cut(text, 4); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
