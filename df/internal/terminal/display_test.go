package terminal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anabranch.dev/exec"
	"anabranch.dev/internal/sharedtest"
)

// A screen is a terminal of some width, endlessly high. What is behind the last column goes
// to the next line, but not before there is something to be put there.
type screen struct {
	t      *testing.T
	width  int
	lines  [][]rune
	column int
}

func (s *screen) Write(b []byte) (int, error) {
	if s.lines == nil {
		s.lines = [][]rune{{}}
	}
	for _, r := range string(b) {
		switch {
		case r == '\n':
			s.lines = append(s.lines, []rune{})
			s.column = 0
			continue
		case r == '\r':
			s.column = 0
			continue
		case r < ' ':
			s.t.Errorf("control character %q", r)
		}
		if s.column >= s.width {
			s.lines = append(s.lines, []rune{})
			s.column = 0
		}
		last := &s.lines[len(s.lines)-1]
		for len(*last) <= s.column {
			*last = append(*last, ' ')
		}
		(*last)[s.column] = r
		s.column += cellsOf(r)
	}
	return len(b), nil
}

func (s *screen) String() string {
	var b strings.Builder
	for _, l := range s.lines {
		b.WriteString(strings.TrimRight(string(l), " ") + "\n")
	}
	return b.String()
}

// on returns a display on a screen.
func on(t *testing.T, width int) (*screen, *display) {
	s := &screen{t: t, width: width}
	return s, &display{out: s, width: func() int { return width }}
}

// The run of all tests: two seconds of each state, and then the end.
func whole3() (list []exec.Progress) {
	for i := range 3 {
		for _, share := range []float64{0, 0.25, 0.5, 0.75} {
			list = append(list, at(i, share, time.Duration(i)*40*time.Second+time.Duration(share*float64(40*time.Second))))
		}
	}
	return append(list, done(nil))
}

// TestDisplay draws a run on a terminal, with output of the program between.
func TestDisplay(t *testing.T) {
	var text strings.Builder
	print := func(name string, s *screen) { fmt.Fprintf(&text, "%s\n%s\n", name, s) }

	s, d := on(t, 79)
	for i, p := range whole3() {
		d.show(p)
		if i == 6 {
			print("in the middle", s)
		}
	}
	print("at the end", s)

	s, d = on(t, 79)
	fmt.Fprint(s, "Working ...")
	for i, p := range whole3() {
		d.show(p)
		if i%4 == 2 {
			fmt.Fprintf(s, "log line %d\n", i)
		}
		if i == 5 {
			fmt.Fprintf(s, "several\nlog\nlines\nat once\n")
		}
	}
	fmt.Fprint(s, "more output\n")
	print("output between", s)

	s, d = on(t, 79)
	d.shared = true
	for i, p := range whole3() {
		p.Plan.Operators[4].Op = "for each"
		d.show(p)
		if i == 8 || i == 11 {
			fmt.Fprintf(s, "row %d\n", i)
		}
	}
	print("rows for the program", s)

	s, d = on(t, 79)
	for i, p := range append(whole3()[:6], change(at(1, 0.25, 50*time.Second), func(p *exec.Progress, _ *exec.PipelineProgress) {
		p.Done, p.Err = true, errors.New("boom")
	})) {
		d.show(p)
		if i == 4 {
			last := &s.lines[len(s.lines)-1]
			*last = (*last)[:50]
			s.width, d.width = 50, func() int { return 50 }
		}
	}
	print("failed, on a terminal that was made narrower", s)

	s, d = on(t, 200)
	d.width = nil
	for _, p := range whole3() {
		d.show(p)
	}
	print("a log", s)
	sharedtest.Golden(t, filepath.Join("testdata", "screens.txt"), text.String())
}

// TestDisplayIsQuiet: nothing is said of runs that are over soon, and each run begins anew.
func TestDisplayIsQuiet(t *testing.T) {
	for _, terminal := range []bool{false, true} {
		s, d := on(t, 79)
		limit := liveAfter
		if !terminal {
			d.width, limit = nil, plainEvery
		}
		for range 2 {
			d.show(at(0, 0.5, limit-1))
			p := done(nil)
			p.Elapsed = limit
			d.show(p)
		}
		if got := s.String(); got != "" {
			t.Errorf("a short run, terminal %v: %q", terminal, got)
		}
		for range 2 {
			d.show(at(0, 0.5, limit))
			d.show(done(nil))
		}
		if got := strings.Count(s.String(), "done in 2m00s"); got != 2 {
			t.Errorf("two runs, terminal %v: %d summaries in\n%s", terminal, got, s)
		}
	}
	s, d := on(t, 200)
	d.width = nil
	for tick := range 1200 {
		d.show(at(0, 0.5, time.Duration(tick)*100*time.Millisecond))
	}
	if got := strings.Count(s.String(), "\n"); got != 24 { // of which the first is empty
		t.Errorf("%d lines in two minutes", got)
	}
}

// A broken writer fails after some writes.
type broken struct{ writes, fail int }

func (b *broken) Write(p []byte) (int, error) {
	if b.writes++; b.writes > b.fail {
		return 0, errors.New("no space left")
	}
	return len(p), nil
}

func TestDisplayOfBrokenWriter(t *testing.T) {
	w := &broken{fail: 3}
	d := &display{out: w, width: func() int { return 80 }}
	for range 2 {
		for _, p := range whole3() {
			d.show(p)
		}
	}
	if w.writes != 4 {
		t.Errorf("%d writes, want none after the fourth, which failed", w.writes)
	}
}

// TestDisplayOfMisfits shows states that do not belong together.
func TestDisplayOfMisfits(t *testing.T) {
	for _, width := range []int{1, 2, 10, 79} {
		s, d := on(t, width)
		d.shared = true
		for _, a := range states() {
			for _, b := range states() {
				a.p.Elapsed += time.Second
				d.show(a.p)
				d.show(b.p)
				d.show(exec.Progress{Elapsed: time.Hour, Pipelines: a.p.Pipelines})
				d.show(exec.Progress{Elapsed: time.Hour, Plan: b.p.Plan, Pipelines: a.p.Pipelines, Done: true})
			}
		}
		if width == 79 && !strings.Contains(s.String(), "done in") {
			t.Error("nothing was shown")
		}
	}
}

func TestNew(t *testing.T) {
	t.Setenv("NO_PROGRESS", "1")
	if New(os.Stderr) != nil {
		t.Error("NO_PROGRESS is set, and progress is shown")
	}
	t.Setenv("NO_PROGRESS", "")
	if New(os.Stderr) == nil {
		t.Error("NO_PROGRESS is empty, and progress is not shown")
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*os.File{file, null} {
		if isTerminal(f) {
			t.Errorf("%s is a terminal", f.Name())
		}
		if got := widthOf(f); got != 80 && os.Getenv("COLUMNS") == "" {
			t.Errorf("%s has %d columns", f.Name(), got)
		}
		t.Setenv("COLUMNS", "123")
		if got := widthOf(f); got != 123 {
			t.Errorf("%s has %d columns", f.Name(), got)
		}
		t.Setenv("COLUMNS", "")
		f.Close()
		if isTerminal(f) || widthOf(f) != 80 {
			t.Errorf("%s, closed, is a terminal", f.Name())
		}
	}
}
