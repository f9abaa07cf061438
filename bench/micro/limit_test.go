package micro

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// A contest is a whole program against another one that must print the same lines, in any order.
type contest struct {
	name  string
	a, b  []string // programs and their flags
	input func(testing.TB, size) string
	fold  func(lines []byte) []byte // of b's output, where that is to be changed; may be nil
}

func contests() []contest {
	words := func(distinct, capitals float64) func(testing.TB, size) string {
		return func(tb testing.TB, s size) string { return s.words(tb, distinct, capitals) }
	}
	stations := func(names, nameBytes int) func(testing.TB, size) string {
		return func(tb testing.TB, s size) string { return s.stations(tb, names, nameBytes) }
	}
	return []contest{
		{"wc", []string{"wc"}, []string{"limit/wc"}, words(570e3, 0), nil},
		{"wc-many", []string{"wc"}, []string{"limit/wc"}, words(5.5e6, 0), nil},
		{"wc-lower", []string{"wc", "-lower"}, []string{"wc"}, words(570e3, capitals), lowerCounts},
		{"brc", []string{"brc"}, []string{"limit/brc"}, stations(413, 0), nil},
		{"brc-views", []string{"brc", "-views"}, []string{"limit/brc"}, stations(413, 0), nil},
		{"brc-10000", []string{"brc"}, []string{"limit/brc"}, stations(10_000, 100), nil},
		{"brc-10000-views", []string{"brc", "-views"}, []string{"limit/brc"}, stations(10_000, 100), nil},
	}
}

// buildPrograms builds bench/programs, an example and bench/limit for the same instruction set, a value of GOAMD64.
func buildPrograms(tb testing.TB, level string) (bin string) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		tb.Skip("the limit programs are for Linux on amd64")
	}
	bin = tb.TempDir()
	for _, args := range [][]string{
		{"build", "-buildvcs=false", "-ldflags=-s -w", "-o", bin + "/", "../programs/...", "../../examples/h2o"},
		{"-C", "../limit", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", filepath.Join(bin, "limit") + "/", "./wc", "./brc", "./rsort", "./h2o"},
	} {
		cmd := exec.Command("go", args...)
		cmd.Env = append(os.Environ(), "GOAMD64="+level)
		if out, err := cmd.CombinedOutput(); err != nil {
			tb.Fatalf("go %q: %v\n%s", args, err, out)
		}
	}
	return bin
}

// output runs a program with two workers over an input, and returns what it prints.
func output(tb testing.TB, bin string, program []string, input string) []byte {
	cmd := command(bin, program, input, "/dev/stdout")
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("%q: %v", cmd.Args, err)
	}
	return out
}

func command(bin string, program []string, input, out string) *exec.Cmd {
	args := append(slices.Clone(program[1:]), "-p", "2", "-o", out, input)
	cmd := exec.Command(filepath.Join(bin, program[0]), args...)
	cmd.Stderr = os.Stderr
	return cmd
}

// check holds the outputs of a contest against each other.
func (c contest) check(tb testing.TB, bin, input string) {
	a, b := output(tb, bin, c.a, input), output(tb, bin, c.b, input)
	if c.fold != nil {
		b = c.fold(b)
	}
	if diff := gocmp.Diff(sortedLines(b), sortedLines(a)); diff != "" {
		tb.Fatalf("%q - and %q + print different lines\n%.2000s", c.b, c.a, diff)
	}
}

func sortedLines(text []byte) []string {
	var lines []string
	for line := range bytes.Lines(text) {
		lines = append(lines, string(line))
	}
	slices.Sort(lines)
	return lines
}

// lowerCounts puts together the counts of words that differ in case.
func lowerCounts(text []byte) []byte {
	total := map[string]int{}
	for line := range bytes.Lines(bytes.ToLower(text)) {
		word, number, _ := bytes.Cut(line, []byte("\t"))
		n, err := strconv.Atoi(string(bytes.TrimSpace(number)))
		if err != nil {
			panic(err)
		}
		total[string(word)] += n
	}
	var folded []byte
	for word, n := range total {
		folded = fmt.Appendf(folded, "%s\t%d\n", word, n)
	}
	return folded
}

// BenchmarkLimit runs pairs of processes, one of each program: ratio is the time of the first over that of the
// second, the limit program, or for wc-lower the same program without lower-casing. Both are built for GOAMD64=v3
// unless that is set.
func BenchmarkLimit(b *testing.B) {
	bin := buildPrograms(b, cmp.Or(os.Getenv("GOAMD64"), "v3"))
	for _, c := range contests() {
		b.Run(c.name, func(b *testing.B) {
			input := c.input(b, benchSize)
			c.check(b, bin, input)
			run := func(program []string) func() {
				return func() {
					if cmd := command(bin, program, input, os.DevNull); cmd.Run() != nil {
						b.Fatalf("%q failed", cmd.Args)
					}
				}
			}
			comparePairs(b, run(c.a), run(c.b))
		})
	}
}

func TestLimitPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	bin := buildPrograms(t, os.Getenv("GOAMD64"))
	for _, c := range contests() {
		t.Run(c.name, func(t *testing.T) { c.check(t, bin, c.input(t, testSize)) })
	}
}
