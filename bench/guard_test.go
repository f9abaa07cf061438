package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anabranch.dev/bench/data"
)

// values is a pair function that gives these, one after the other and again.
func values(list ...float64) func(context.Context, bool) (float64, error) {
	i := -1
	return func(context.Context, bool) (float64, error) {
		i++
		return list[i%len(list)], nil
	}
}

func TestRunChecks(t *testing.T) {
	for _, test := range []struct {
		name string
		c    check
		over bool
	}{
		{"below", check{bound: 2, pair: values(1, 1.1, 0.9)}, false},
		{"above", check{bound: 2, pair: values(3, 3.1, 2.9)}, true},
		{"below but for outliers", check{bound: 2, pair: values(1, 1, 50, 1, 1, 1)}, false},
		{"not sure", check{bound: 2, pair: values(1, 3)}, false},
		{"once, below", check{bound: 2, once: true, pair: values(1.9)}, false},
		{"once, above", check{bound: 2, once: true, pair: values(2.1)}, true},
	} {
		var out bytes.Buffer
		test.c.name, test.c.about = "job", "what it is"
		err := runChecks(t.Context(), &out, []check{test.c})
		if (err != nil) != test.over || strings.Contains(out.String(), "OVER") != test.over {
			t.Errorf("%s: %v\n%s", test.name, err, &out)
		}
		if test.over && !strings.Contains(err.Error(), "job: what it is is") {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	broken := errors.New("broken")
	err := runChecks(t.Context(), &bytes.Buffer{}, []check{{name: "job", pair: func(context.Context, bool) (float64, error) { return 0, broken }}})
	if !errors.Is(err, broken) {
		t.Errorf("a check that fails: %v", err)
	}
}

func TestInTurn(t *testing.T) {
	var order string
	note := func(s string) func(context.Context) error {
		return func(context.Context) error { order += s; return nil }
	}
	for _, reverse := range []bool{false, true} {
		if times, err := inTurn(t.Context(), reverse, note("a"), note("b"), note("c")); err != nil || len(times) != 3 {
			t.Errorf("%v, %v", times, err)
		}
	}
	if order != "abccba" {
		t.Errorf("the order is %s", order)
	}
}

// TestGuardedJobsRun runs each pair once, at a small size.
func TestGuardedJobsRun(t *testing.T) {
	checks, err := guarded(t.TempDir(), 200_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if v, err := c.pair(t.Context(), true); err != nil || !(v > 0) {
			t.Errorf("%s: %v, %v", c.name, v, err)
		}
	}
}

// TestByHand holds what is done by hand against something plainer.
func TestByHand(t *testing.T) {
	path, err := written(t.TempDir(), data.Words{Bytes: 700_000, Distinct: 500, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	lines, total, err := linesByHand(path)
	if want := int64(strings.Count(text, "\n")); err != nil || lines != want || total != int64(len(text))-want {
		t.Errorf("%d lines of %d bytes, %v", lines, total, err)
	}
	counts, err := wordsByHand(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range strings.Fields(text) {
		if counts[w] == nil {
			t.Fatalf("%q is not counted", w)
		}
		*counts[w]--
	}
	for w, n := range counts {
		if *n != 0 {
			t.Errorf("%q: %d too many", w, *n)
		}
	}
	if a, b := sumByHand([]int64{1, 2, 3, 4, 5}, 1), sumByHand([]int64{1, 2, 3, 4, 5}, 3); a != b {
		t.Errorf("sums of parts: %d and %d", a, b)
	}
	if _, _, err := linesByHand(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a missing file is read")
	}
}
