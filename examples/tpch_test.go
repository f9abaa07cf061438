package examples_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"anabranch.dev/bench/data"
)

// tpchQuestions are those that the command answers, in its order.
var tpchQuestions = []string{"q1", "q3", "q4", "q5", "q6", "q9", "q10", "q13", "q18", "q21"}

// tpchTables makes the tables of TPC-H.
func tpchTables(t *testing.T, scale float64) string {
	t.Helper()
	t.Setenv("ANABRANCH_DATA", t.TempDir())
	dir, err := data.TPCHFolder(scale, 1)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// tpchAnswers are what DuckDB answers at a scale of 0.01: see testdata/tpch/queries.sql.
func tpchAnswers(t *testing.T, questions ...string) string {
	t.Helper()
	var text strings.Builder
	for _, q := range questions {
		text.WriteString(q + "\n" + read(t, filepath.Join("testdata", "tpch", q+".txt")))
	}
	return text.String()
}

func TestTPCH(t *testing.T) {
	dir := tpchTables(t, 0.01)
	want := tpchAnswers(t, tpchQuestions...)
	for _, w := range workers {
		least := map[string]string{"1": "20MiB", "2": "24MiB", "7": "44MiB"}[w]
		sameText(t, w+" workers", run(t, "tpch", "-workers", w, "-quantity", "280", dir), want)
		sameText(t, w+" workers, "+least, run(t, "tpch", "-workers", w, "-memory", least, "-quantity", "280", dir), want)
	}
	sameText(t, "two questions", run(t, "tpch", "-only", "q13,q4", dir), tpchAnswers(t, "q4", "q13"))
	if out := run(t, "tpch", "-times", "-only", "q9", dir); !strings.HasPrefix(out, "q9   174 rows ") || strings.Count(out, "\n") != 1 {
		t.Errorf("only times: %q", out)
	}
	if out := run(t, "tpch", "-explain", "missing"); strings.Count(out, "lineitem.tbl") < len(tpchQuestions)-1 {
		t.Errorf("plans:\n%s", out)
	}
}

// TestTPCHOnDisk has so little memory that a join goes to disk. Rows are so small that
// it takes as many of them.
func TestTPCHOnDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 200 MB several times")
	}
	args := []string{"-only", "q4,q21", tpchTables(t, 0.2)}
	want := run(t, "tpch", args...)
	for w, memory := range map[string]string{"1": "20MiB", "2": "24MiB"} {
		sameText(t, w+" workers", run(t, "tpch", append([]string{"-workers", w, "-memory", memory}, args...)...), want)
	}
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	_, end := start(t, nil, "tpch", "-workers", "2", "-memory", "24MiB", "-only", "q4", args[2])
	if r := end(); runtime.GOOS != "windows" && (r.code != 1 || !strings.Contains(r.errors, "no such file")) {
		t.Errorf("q4 without a place for files: exit code %d, %q", r.code, r.errors)
	}
}

// sameText shows the first line in which texts differ.
func sameText(t *testing.T, what, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		if i == len(g) || i == len(w) || g[i] != w[i] {
			t.Errorf("%s: from line %d on\n%s\nwant\n%s", what, i+1, strings.Join(g[i:min(i+5, len(g))], "\n"), strings.Join(w[i:min(i+5, len(w))], "\n"))
			return
		}
	}
}

// tpchOfStdin is a folder with a table that is standard input.
func tpchOfStdin(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink("/dev/stdin", filepath.Join(dir, "lineitem.tbl")); err != nil {
		t.Fatal(err)
	}
	return dir
}
