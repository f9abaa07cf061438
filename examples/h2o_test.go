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
	path := made(t, data.H2O{Rows: 5000, Groups: 10, Seed: 3})
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
	if out := run(t, "h2o", "-only", "q2,q7", path); strings.Count(out, "groups") != 2 || strings.Contains(out, "q1 ") {
		t.Errorf("two questions: %s", out)
	}
}

// h2oJoinAnswers are for seed 4 and so many rows of x, as DuckDB 2.0.1 gives them.
var h2oJoinAnswers = map[int64]string{
	20_000: `
q1 18027 [898275.281 808999.182]
q2 18020 [898240.82 921731.627]
q3 20000 [997245.289 921731.627]
q4 18020 [898240.82 921731.627]
q5 18000 [897013.622 901239.701]
`,
	300_000: `
q1 270254 [13507711.6 12097549.1]
q2 269470 [13462232.9 13090448.4]
q3 300000 [14987287.6 13090448.4]
q4 269470 [13462232.9 13090448.4]
q5 270000 [13486789.2 13490787.7]
`,
}

func TestH2OJoin(t *testing.T) {
	few, more := joinTables(t, 20_000), joinTables(t, 300_000)
	for _, w := range workers {
		checkJoins(t, 20_000, few, "-workers", w)
		checkJoins(t, 20_000, few, "-workers", w, "-file")
		if testing.Short() && w != "2" {
			continue
		}
		// Of 300,000 rows, table big is larger than what a run may hold then: they go to disk.
		memory := map[string]string{"1": "20MiB", "2": "24MiB", "7": "44MiB"}[w]
		checkJoins(t, 300_000, more, "-workers", w, "-memory", memory, "-tempdir", t.TempDir())
	}
	if out := run(t, "h2o", append([]string{"-join", "-only", "q2,q4"}, few...)...); strings.Count(out, "counted") != 2 || strings.Contains(out, "q1 ") {
		t.Errorf("two questions: %s", out)
	}
}

// joinTables makes the files of the join questions.
func joinTables(t *testing.T, rows int64) (paths []string) {
	t.Helper()
	for _, table := range []data.H2OTable{data.X, data.Small, data.Medium, data.Big} {
		paths = append(paths, made(t, data.H2OJoin{Table: table, Rows: rows, Seed: 4}))
	}
	return paths
}

// checkJoins checks the answers in both forms.
func checkJoins(t *testing.T, rows int64, paths []string, flags ...string) {
	t.Helper()
	got := map[string]string{}
	for line := range strings.Lines(run(t, "h2o", append(append([]string{"-join"}, flags...), paths...)...)) {
		f := strings.Fields(line)
		if f[0] == "read" {
			continue
		}
		if got[f[2]] == "" {
			got[f[2]] = "\n"
		}
		got[f[2]] += fmt.Sprintln(f[0], f[1], strings.Join(f[5:], " "))
	}
	for _, form := range []string{"counted", "made"} {
		if got[form] != h2oJoinAnswers[rows] {
			t.Errorf("%q, %s: answers%swant%s", flags, form, got[form], h2oJoinAnswers[rows])
		}
	}
}

// made makes a file of the test.
func made(t *testing.T, k data.Kind) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), k.Name())
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.WriteTo(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}
