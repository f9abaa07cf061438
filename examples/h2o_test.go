package examples_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anabranch.dev/bench/data"
)

// h2oAnswers are for 5,000 rows with 10 groups and seed 3, as DuckDB 2.0.1 gives them.
const h2oAnswers = `
q1 10 [15201 0 0]
q2 100 [15201 0 0]
q3 500 [15201 25405.1832 0]
q4 10 [30.4019088 79.8994458 505.590792]
q5 500 [15201 39947 252785.221]
q6 100 [5047.68146 2881.95446 0]
q7 500 [1367 0 0]
q8 999 [85637.2547 0 0]
q9 100 [2.08967747 0 0]
q10 5000 [5000 252785.221 0]
`

func TestH2O(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h2o.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (data.H2O{Rows: 5000, Groups: 10, Seed: 3}).WriteTo(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for _, w := range workers {
		for _, from := range [][]string{{"-file"}, nil} {
			out := run(t, "h2o", append(append([]string{"-workers", w}, from...), path)...)
			got := "\n"
			for line := range strings.Lines(out) {
				f := strings.Fields(line)
				if f[0] != "read" {
					got += fmt.Sprintln(f[0], f[1], strings.Join(f[5:], " "))
				}
			}
			if got != h2oAnswers {
				t.Errorf("%s workers, %q: answers%swant%s", w, from, got, h2oAnswers)
			}
		}
	}
	if out := run(t, "h2o", "-q", "q2,q7", path); strings.Count(out, "groups") != 2 || strings.Contains(out, "q1 ") {
		t.Errorf("two questions: %s", out)
	}
}
