package micro

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// keyedOperators are the operators of the program keyed, each in memory and in little: those that can have a key with
// half of all rows are measured with one, too. Joins are where the build side has each key once.
var keyedOperators = []struct {
	name string
	skew bool
}{
	{"count-by", true}, {"aggregate-by", true}, {"reduce-by", true}, {"distinct-by", true}, {"top-by", true},
	{"median-by", false}, {"group-by", true}, {"window-by", true}, {"sort", true},
	{"join", true}, {"left-join", true}, {"right-join", false}, {"full-join", true}, {"many-join", false},
	{"semi-join", true}, {"anti-join", true}, {"as-of-join", false}, {"interval-join", false}, {"cogroup", true},
	{"intersect", false}, {"subtract", true},
}

// little is the budget that operators over a gigabyte are run with.
const little = 64 << 20

// keyedRun is what the program keyed says.
type keyedRun struct {
	sum    string // of its rows
	ms, mb float64
}

func runKeyed(tb testing.TB, bin, op string, rows, memory int64, skew bool) keyedRun {
	cmd := exec.Command(filepath.Join(bin, "keyed"), "-op", op, "-rows", fmt.Sprint(rows), "-memory", fmt.Sprint(memory), fmt.Sprintf("-skew=%t", skew))
	out, err := cmd.CombinedOutput()
	f := strings.Fields(string(out))
	if err != nil || len(f) != 4 {
		tb.Fatalf("%q: %v\n%s", cmd.Args, err, out)
	}
	number := func(s string) float64 {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			tb.Fatal(err)
		}
		return n
	}
	return keyedRun{sum: f[0] + " rows, " + f[1], ms: number(f[2]), mb: number(f[3]) / (1 << 20)}
}

// keyedRows is how many rows of the program keyed have that size.
func (s size) keyedRows() int64 { return int64(s) / 64 }

// BenchmarkBudget runs every operator by key over -size bytes of rows, as a process, in the default budget and in
// 64 MiB: ratio is the second time over the first, MiB the second's peak of resident memory. For the documents it is
// run with -size 1g and -count 5.
func BenchmarkBudget(b *testing.B) {
	bin := buildPrograms(b, "v1")
	for _, op := range keyedOperators {
		b.Run(op.name, func(b *testing.B) {
			for b.Loop() {
				in := runKeyed(b, bin, op.name, benchSize.keyedRows(), 0, false)
				out := runKeyed(b, bin, op.name, benchSize.keyedRows(), little, false)
				if in.sum != out.sum {
					b.Fatalf("in memory %s, in 64 MiB %s", in.sum, out.sum)
				}
				b.ReportMetric(out.ms/in.ms, "ratio")
				b.ReportMetric(out.mb, "MiB")
			}
		})
	}
}

// BenchmarkSkew runs operators over rows half of which have one key: ratio is the time over that for uniform keys.
func BenchmarkSkew(b *testing.B) {
	bin := buildPrograms(b, "v1")
	for _, op := range keyedOperators {
		if !op.skew {
			continue
		}
		for name, memory := range map[string]int64{"memory": 0, "64MiB": little} {
			b.Run(op.name+"/"+name, func(b *testing.B) {
				for b.Loop() {
					uniform := runKeyed(b, bin, op.name, benchSize.keyedRows(), memory, false)
					skewed := runKeyed(b, bin, op.name, benchSize.keyedRows(), memory, true)
					b.ReportMetric(skewed.ms/uniform.ms, "ratio")
				}
			})
		}
	}
}

// TestKeyedProgram holds the operators in little memory against those with much, for few rows.
func TestKeyedProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	bin := buildPrograms(t, "v1")
	const rows = 400_000
	for _, op := range keyedOperators {
		for _, skew := range []bool{false, true} {
			if skew && !op.skew {
				continue
			}
			want := runKeyed(t, bin, op.name, rows, 0, skew)
			if got := runKeyed(t, bin, op.name, rows, 24<<20, skew); got.sum != want.sum {
				t.Errorf("%s, skew %t: %s in little memory, %s in much", op.name, skew, got.sum, want.sum)
			}
		}
	}
}
