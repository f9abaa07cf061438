package examples_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anabranch.dev/df"
)

// explaining are arguments for each command to explain a plan: the tables and files need
// not be there, but those of terasort.
func explaining(t *testing.T) map[string][]string {
	return map[string][]string{
		"wordcount": {"missing.txt"}, "onebrc": {"missing.txt"}, "sortlines": {"missing.txt"},
		"loglevels": {"-rejects", "rejects.txt", "missing.txt"},
		"terasort":  {file(t, strings.Repeat("x", 100)), filepath.Join(t.TempDir(), "out")},
		"h2o":       {"-only", "q1", "missing.csv"},
		"tpch":      {"-only", "q1", "missing"},
		"cluster":   {"words", "missing.txt"},
	}
}

func TestExplainFormats(t *testing.T) {
	for name, args := range explaining(t) {
		for flag, check := range map[string]func(string) error{
			"-explain":         begins("pipeline 1:"),
			"-explain=true":    begins("pipeline 1:"),
			"-explain=text":    begins("pipeline 1:"),
			"-explain=dot":     begins("digraph "),
			"-explain=mermaid": begins("flowchart "),
			"-explain=json": func(out string) error {
				var p df.Plan
				if err := json.Unmarshal([]byte(out), &p); err != nil || len(p.Operators) == 0 {
					return errors.Join(err, errors.New("no operators"))
				}
				return nil
			},
			"-explain=svg": func(out string) error {
				d := xml.NewDecoder(strings.NewReader(out))
				for {
					if _, err := d.Token(); err == io.EOF {
						return nil
					} else if err != nil {
						return err
					}
				}
			},
		} {
			out := run(t, name, append([]string{flag}, args...)...)
			if err := check(out); err != nil || out == "" {
				t.Errorf("%s %s: %v in\n%s", name, flag, err, out)
			}
		}
		_, end := start(t, nil, name, append([]string{"-explain=png"}, args...)...)
		if r := end(); r.code != 2 || r.out != "" || !strings.Contains(r.errors, "the formats are dot, json, mermaid, svg, text") {
			t.Errorf("%s -explain=png: exit code %d, printed %q", name, r.code, r.out+r.errors)
		}
	}
}

// begins looks for a line that begins so.
func begins(with string) func(string) error {
	return func(out string) error {
		if !strings.Contains("\n"+out, "\n"+with) {
			return errors.New("no line begins with " + with)
		}
		return nil
	}
}

func TestAnalyze(t *testing.T) {
	_, end := start(t, nil, "wordcount", "-analyze", file(t, "a b\na"))
	r := end()
	if r.code != 0 || r.out != "2\ta\n1\tb\n" || !strings.Contains(r.errors, "count by") || !strings.Contains(r.errors, "pipeline 1") {
		t.Errorf("exit code %d, printed %q and\n%s", r.code, r.out, r.errors)
	}
}

// slowInput gives a line a second, six times.
func slowInput(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	go func() {
		defer w.Close()
		for range 6 {
			time.Sleep(time.Second)
			if _, err := w.WriteString("a word\n"); err != nil {
				return
			}
		}
	}()
	return r
}

// TestProgressIsForTerminals: what is no terminal is told nothing, with -q or without.
func TestProgressIsForTerminals(t *testing.T) {
	if testing.Short() {
		t.Skip("takes six seconds")
	}
	for _, args := range [][]string{{"-"}, {"-q", "-"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			_, end := start(t, slowInput(t), "wordcount", args...)
			if r := end(); r.code != 0 || r.errors != "" || r.out != "6\ta\n6\tword\n" {
				t.Errorf("exit code %d, printed %q and %q", r.code, r.out, r.errors)
			}
		})
	}
}
