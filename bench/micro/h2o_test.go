package micro

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"anabranch.dev/bench/data"
)

// BenchmarkH2O answers the group-by questions of the db-benchmark over a CSV of -size bytes, with the example and with
// the program written by hand, a process each: ratio is the time of all questions, from the rows in memory, over that
// of the other. For the documents it is run with -size 510m, which is 10 million rows, and -count 5.
func BenchmarkH2O(b *testing.B) {
	bin := buildPrograms(b, cmp.Or(os.Getenv("GOAMD64"), "v3"))
	input := file(b, data.H2O{Rows: int64(benchSize) / 51, Seed: 1})
	for b.Loop() {
		ours := questionTimes(b, filepath.Join(bin, "h2o"), "-workers", "2", input)
		hand := questionTimes(b, filepath.Join(bin, "limit", "h2o"), "-p", "2", "-rep", "1", input)
		var a, h float64
		for q, ms := range ours {
			if hand[q] == 0 {
				b.Fatalf("%s was not answered by hand", q)
			}
			a, h = a+ms, h+hand[q]
		}
		b.ReportMetric(a/h, "ratio")
		b.ReportMetric(a, "ms/A")
		b.ReportMetric(h, "ms/B")
	}
}

// questionTimes are the least milliseconds that a program says it took for each question, on lines that begin with the
// question's name and hold a number before "ms".
func questionTimes(tb testing.TB, name string, args ...string) map[string]float64 {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		tb.Fatalf("%s: %v\n%s", name, err, out)
	}
	times := map[string]float64{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		for i, word := range f {
			if word != "ms" || f[0][0] != 'q' {
				continue
			}
			ms, err := strconv.ParseFloat(f[i-1], 64)
			if err != nil {
				tb.Fatalf("%s: %v in %q", name, err, line)
			}
			if old, ok := times[f[0]]; !ok || ms < old {
				times[f[0]] = ms
			}
		}
	}
	if len(times) == 0 {
		tb.Fatalf("%s told no times:\n%s", name, out)
	}
	return times
}
