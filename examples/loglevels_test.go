package examples_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// logs is a log of n lines, and what loglevels must make of it.
func logs(n int) (text, want, errors, rejects string) {
	type group struct{ hour, level string }
	rnd := rand.New(rand.NewPCG(5, 6))
	counts, services := map[group]int{}, map[group]map[string]bool{}
	var all, errs, bad strings.Builder
	for range n {
		g := group{fmt.Sprintf("2026-01-%02dT%02d", 1+rnd.IntN(3), rnd.IntN(24)), []string{"DEBUG", "INFO", "WARN", "ERROR", "FATAL"}[rnd.IntN(5)]}
		service := fmt.Sprintf("service-%d", rnd.IntN(12))
		line := fmt.Sprintf("%s:%02d:%02dZ %s %s message of %d things\n", g.hour, rnd.IntN(60), rnd.IntN(60), g.level, service, rnd.IntN(1000))
		switch rnd.IntN(40) {
		case 0:
			line = "Caused by: a stack trace\n"
			fmt.Fprintf(&bad, "no time as in 2026-01-31T23:59:59Z: \"Caused\"\t%s", line)
		case 1:
			line = "...\n"
			fmt.Fprintf(&bad, "not TIME LEVEL SERVICE MESSAGE\t%s", line)
		case 2:
			line = strings.Replace(line, g.level, "NOISE", 1)
			fmt.Fprintf(&bad, "no level: \"NOISE\"\t%s", line)
		default:
			counts[g]++
			if services[g] == nil {
				services[g] = map[string]bool{}
			}
			services[g][service] = true
			if g.level == "ERROR" || g.level == "FATAL" {
				errs.WriteString(line)
			}
		}
		all.WriteString(line)
	}
	var lines []string
	for g, n := range counts {
		lines = append(lines, fmt.Sprintf("%s\t%s\t%d\t%d\n", g.hour, g.level, n, len(services[g])))
	}
	slices.Sort(lines)
	return all.String(), strings.Join(lines, ""), errs.String(), bad.String()
}

func TestLoglevels(t *testing.T) {
	text, want, wantErrors, wantRejects := logs(40_000)
	path := file(t, text)
	for _, n := range workers {
		dir := t.TempDir()
		errors, rejects := filepath.Join(dir, "errors.log"), filepath.Join(dir, "rejects.log")
		got := run(t, "loglevels", "-errors", errors, "-rejects", rejects, "-workers", n, path)
		if got != want {
			t.Errorf("%s workers: %s", n, difference(got, want))
		}
		if got := read(t, errors); got != wantErrors {
			t.Errorf("%s workers, errors: %s", n, difference(got, wantErrors))
		}
		if got := read(t, rejects); got != wantRejects {
			t.Errorf("%s workers, rejects: %s", n, difference(got, wantRejects))
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
			t.Errorf("%s workers: the folder of the outputs has %v, %v", n, left, err)
		}
		if got := run(t, "loglevels", "-workers", n, path); got != want {
			t.Errorf("%s workers, without files: %s", n, difference(got, want))
		}
	}
}

// TestLoglevelsFails lets the second input be missing, and expects the files of
// an earlier run to be as they were.
func TestLoglevelsFails(t *testing.T) {
	text, _, _, _ := logs(1000)
	path, dir := file(t, text), t.TempDir()
	errors := filepath.Join(dir, "errors.log")
	if err := os.WriteFile(errors, []byte("earlier\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, end := start(t, nil, "loglevels", "-errors", errors, path, filepath.Join(dir, "missing.log"))
	if r := end(); r.code != 1 || r.out != "" || !strings.Contains(r.errors, "missing.log") {
		t.Errorf("exit code %d, printed %q", r.code, r.out+r.errors)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || read(t, errors) != "earlier\n" {
		t.Errorf("the folder has %v, %v, and the old file %q", left, err, read(t, errors))
	}
}

func TestLoglevelsExplain(t *testing.T) {
	got := run(t, "loglevels", "-errors", "errors.log", "-rejects", "rejects.log", "-explain", "missing.log")
	for _, part := range []string{"aggregate by ", `write lines errors.log "errors" `, "filter ", "try: failed ", "lines missing.log "} {
		if !strings.Contains(got, part) {
			t.Errorf("no %q in\n%s", part, got)
		}
	}
	tree, _, _ := strings.Cut(got, "\n\n")
	if n := strings.Count(tree, "lines missing.log "); n != 1 {
		t.Errorf("the log is read %d times in\n%s", n, got)
	}
	if entries, err := filepath.Glob("*.log"); err != nil || len(entries) > 0 {
		t.Errorf("-explain wrote %v, %v", entries, err)
	}
}
