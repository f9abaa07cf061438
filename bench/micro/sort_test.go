package micro

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"anabranch.dev/bench/data"
	"anabranch.dev/df"
)

// sortForms sort rows in memory, from a slice to a slice.
func sortForms[T cmp.Ordered](rows []T) []form[[]T] {
	forms := []form[[]T]{
		{"hand/slices.Sort", func(testing.TB) []T {
			sorted := slices.Clone(rows)
			slices.Sort(sorted)
			return sorted
		}},
	}
	for _, w := range workerCounts {
		forms = append(forms,
			form[[]T]{"df/" + w.name, func(tb testing.TB) []T { return rowsOf(tb, df.SortBy(df.FromSlice(rows), df.Self), w.option) }},
			form[[]T]{"df/func/" + w.name, func(tb testing.TB) []T { return rowsOf(tb, df.SortFunc(df.FromSlice(rows), cmp.Compare), w.option) }})
	}
	return forms
}

// sortRows is a number of rows to be sorted: 10 million at -size 1g.
func (s size) sortRows() int { return max(1000, int(s/100)) }

var orders = []data.Order{data.Random, data.Presorted, data.Reversed, data.Equal, data.Few}

// BenchmarkSort is of rows in memory.
func BenchmarkSort(b *testing.B) {
	n := benchSize.sortRows()
	for _, o := range orders {
		b.Run(fmt.Sprintf("int64/%v", o), func(b *testing.B) { runForms(b, n, 0, sortForms(data.IntsIn(n, o, 1))) })
	}
	b.Run("string/random", func(b *testing.B) { runForms(b, n, 0, sortForms(data.ShortStrings(n, 1))) })
}

func TestSortForms(t *testing.T) {
	for _, o := range orders {
		testSortForms(t, fmt.Sprintf("int64, %v", o), data.IntsIn(testSize.sortRows(), o, 1))
	}
	testSortForms(t, "string", data.ShortStrings(testSize.sortRows(), 1))
}

func testSortForms[T cmp.Ordered](t *testing.T, name string, rows []T) {
	forms := sortForms(rows)
	want := forms[0].run(t)
	for _, f := range forms[1:] {
		if !slices.Equal(want, f.run(t)) {
			t.Errorf("%s, %s: not as slices.Sort has it", name, f.name)
		}
	}
}

// records is a file of lines of 100 bytes, 10 million of them at -size 1g.
func (s size) records(tb testing.TB, o data.Order) string {
	return file(tb, data.Records{Rows: int64(s.sortRows()), Order: o, Seed: 1})
}

// budgets are memory budgets for so many bytes of lines: what is needed, and parts of it, but no less than two
// workers need.
func (s size) budgets() map[string]int64 {
	bytes := int64(s.sortRows()) * 100
	part := func(n int64) int64 { return max(bytes/n, 24<<20) }
	return map[string]int64{"all": bytes*2 + 24<<20, "half": part(2), "8th": part(8), "50th": part(50)}
}

// BenchmarkSortFile sorts a file of lines to a file, with memory for all of it and for parts of it, and files in
// other orders than at random.
func BenchmarkSortFile(b *testing.B) {
	sortFile := func(b *testing.B, in string, memory int64) {
		info, err := os.Stat(in)
		if err != nil {
			b.Fatal(err)
		}
		out := filepath.Join(b.TempDir(), "out.txt")
		runForms(b, int(info.Size()/100), info.Size(), []form[int]{{"df", func(tb testing.TB) int {
			sorted := df.SortBy(df.LineViews(in), df.Self)
			return len(rowsOf(tb, df.WriteLines(sorted, out), df.Workers(2), df.Memory(memory), df.TempDir(tb.TempDir())))
		}}})
	}
	for name, memory := range benchSize.budgets() {
		b.Run("memory="+name, func(b *testing.B) { sortFile(b, benchSize.records(b, data.Random), memory) })
	}
	for _, o := range orders[1:] {
		b.Run(fmt.Sprintf("order=%v/memory=all", o), func(b *testing.B) { sortFile(b, benchSize.records(b, o), benchSize.budgets()["all"]) })
		b.Run(fmt.Sprintf("order=%v/memory=8th", o), func(b *testing.B) { sortFile(b, benchSize.records(b, o), benchSize.budgets()["8th"]) })
	}
}

// BenchmarkSortAgainst runs pairs of processes that sort the same file: the library's, and the limit program or the
// system's sort, each with all the memory and, where it takes a limit, with a half of the file's size, which is 512 MB
// at -size 1g.
func BenchmarkSortAgainst(b *testing.B) {
	bin := buildPrograms(b, cmp.Or(os.Getenv("GOAMD64"), "v3"))
	in := benchSize.records(b, data.Random)
	half := strconv.FormatInt(benchSize.budgets()["half"], 10)
	dir := b.TempDir()
	ours := func(args ...string) []string {
		return append([]string{filepath.Join(bin, "rsort"), "-p", "2", "-t", dir, "-o", filepath.Join(dir, "a")}, append(args, in)...)
	}
	system := func(args ...string) []string {
		return append([]string{"sort", "--parallel=2", "-T", dir, "-o", filepath.Join(dir, "b")}, append(args, in)...)
	}
	for _, c := range []struct {
		name string
		a, b []string
	}{
		{"limit", ours(), []string{filepath.Join(bin, "limit/rsort"), "-p", "2", "-o", filepath.Join(dir, "b"), in}},
		{"system", ours(), system()},
		{"system/half", ours("-m", half), system("-S", half+"b")},
		{"memory/half", ours("-m", half), ours()},
	} {
		b.Run(c.name, func(b *testing.B) {
			if _, err := exec.LookPath(c.b[0]); err != nil {
				b.Skip(err)
			}
			run := func(args []string) func() {
				return func() {
					cmd := exec.Command(args[0], args[1:]...)
					cmd.Env = append(os.Environ(), "LC_ALL=C")
					if out, err := cmd.CombinedOutput(); err != nil {
						b.Fatalf("%q: %v\n%s", args, err, out)
					}
				}
			}
			comparePairs(b, run(c.a), run(c.b))
			if c.name != "memory/half" {
				sameFiles(b, filepath.Join(dir, "a"), filepath.Join(dir, "b"))
			}
		})
	}
}

func sameFiles(tb testing.TB, a, b string) {
	x, err := os.ReadFile(a)
	if err != nil {
		tb.Fatal(err)
	}
	y, err := os.ReadFile(b)
	if err != nil {
		tb.Fatal(err)
	}
	if !bytes.Equal(x, y) {
		tb.Errorf("%s and %s differ", a, b)
	}
}
