package df_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
)

// naiveParts is the oracle: a part ends with the line that makes it so long.
func naiveParts(rows []string, size int) (parts [][]string) {
	var part []string
	n := 0
	for _, r := range rows {
		part = append(part, r)
		if n += len(r) + 1; n >= size {
			parts, part, n = append(parts, part), nil, 0
		}
	}
	if len(part) > 0 || len(parts) == 0 {
		parts = append(parts, part)
	}
	return parts
}

// linesOf are rows of up to so many bytes, some of which are empty.
func linesOf(seed uint64, n, most int) []string {
	r := rand.New(rand.NewPCG(seed, seed))
	rows := make([]string, n)
	for i := range rows {
		b := make([]byte, r.IntN(most+1))
		for k := range b {
			b[k] = byte('a' + r.IntN(26))
		}
		rows[i] = string(b)
	}
	return rows
}

// holdParts compares the files of a run with what they must be.
func holdParts(t *testing.T, what, path string, written []df.File, want [][]string) {
	t.Helper()
	var names []string
	if len(written) != len(want) {
		t.Errorf("%s: %d parts, want %d", what, len(written), len(want))
		return
	}
	for i, f := range written {
		name := fmt.Sprintf(path, i)
		info, err := os.Stat(name)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		if f != (df.File{Path: name, Rows: int64(len(want[i])), Bytes: info.Size()}) {
			t.Errorf("%s: part %d is %+v, want %s with %d rows and %d bytes", what, i, f, name, len(want[i]), info.Size())
		}
		if dftest.Unpack(t, name) != dftest.Joined(want[i]) {
			t.Errorf("%s: part %d holds something else", what, i)
		}
		names = append(names, filepath.Base(name))
	}
	slices.Sort(names)
	same(t, what+": left in the directory", dftest.FilesIn(t, filepath.Dir(path)), names)
}

func TestWriteParts(t *testing.T) {
	inputs := map[string][]string{
		"nothing": nil, "an empty line": {""}, "empty lines": make([]string, 5000), "few": {"a", "", "b\r", "ccc"},
		"short": linesOf(1, 20_000, 10), "middling": linesOf(2, 2000, 200), "long": {dftest.Line(200 << 10), "x", "", dftest.Line(100 << 10), "y"},
	}
	for input, rows := range inputs {
		for _, size := range []int{1, 3, 300, 20_000, 1 << 40} {
			want := naiveParts(rows, size)
			if len(want) > 20 {
				continue // too many files
			}
			for _, name := range []string{"out-%d", "out-%d.gz", "%03d.zst"} {
				if name != "out-%d" && size != 300 && size != 20_000 {
					continue
				}
				path := filepath.Join(t.TempDir(), name)
				eachDeployment(fmt.Sprintf("%s, %d bytes each, %s", input, size, name), func(what string, o df.Option) {
					holdParts(t, what, path, collect(t, df.WriteLines(df.FromSlice(rows), path, df.PartBytes(int64(size))), o), want)
				})
			}
		}
	}
}

// TestPartsDependOnRowsAlone: whatever the rows come from, and whatever memory
// there is.
func TestPartsDependOnRowsAlone(t *testing.T) {
	const size = 50_000
	rows := linesOf(3, 30_000, 40)
	sorted := dftest.SortedBy(rows, strings.Compare)
	in := dftest.TextFile(t, "in", []byte(dftest.Joined(rows)))
	path := filepath.Join(t.TempDir(), "part-%02d.txt")
	for name, c := range map[string]struct {
		s    df.Stream[string]
		want []string
	}{
		"slice":    {df.FromSlice(rows), rows},
		"lines":    {df.Lines(in), rows},
		"sequence": {df.FromSeq(slices.Values(rows)), rows},
		"views":    {df.Map(df.LineViews(in), df.View.Clone), rows},
		"sorted":   {df.SortBy(df.Lines(in), df.Self[string]), sorted},
		"merged":   {df.MergeSorted(df.Asc(df.Self[string]), df.SortBy(df.Lines(in), df.Self[string]), df.FromSlice([]string{"", "zzz"})), dftest.SortedBy(append(slices.Clone(rows), "", "zzz"), strings.Compare)},
	} {
		want := naiveParts(c.want, size)
		eachDeployment(name, func(what string, o df.Option) {
			holdParts(t, what, path, collect(t, df.WriteLines(c.s, path, df.PartBytes(size)), o), want)
			single := filepath.Join(t.TempDir(), "single")
			collect(t, df.WriteLines(c.s, single), o)
			var all strings.Builder
			for i := range want {
				all.WriteString(dftest.Unpack(t, fmt.Sprintf(path, i)))
			}
			if dftest.Unpack(t, single) != all.String() {
				t.Errorf("%s: the parts together are not the single file", what)
			}
		})
	}
	views := filepath.Join(t.TempDir(), "%d")
	holdParts(t, "views themselves", views, collect(t, df.WriteLines(df.LineViews(in), views, df.PartBytes(size))), naiveParts(rows, size))
}

// TestPartsOfLargeSort writes a sorted stream beyond memory.
func TestPartsOfLargeSort(t *testing.T) {
	const size = 3 << 20
	text := func(v int64) string { return fmt.Sprintf("%016x", uint64(v)) }
	path := filepath.Join(t.TempDir(), "%d.txt")
	dftest.AtTheFloor("sorted", func(what string, room int, o ...df.Option) {
		if room > 20<<20 {
			return // as with fewer workers
		}
		n := room * 5 / 4 / 80
		s := df.SortBy(df.Map(dftest.NumbersOf(n), text), df.Self[string])
		rows := dftest.SortedBy(dftest.Mapped(text)(dftest.Scrambled(n)), strings.Compare)
		holdParts(t, what, path, collect(t, df.WriteLines(s, path, df.PartBytes(size)), o...), naiveParts(rows, size))
		holdParts(t, what+", in memory", path, collect(t, df.WriteLines(s, path, df.PartBytes(size))), naiveParts(rows, size))
		for i := range 20 {
			os.Remove(fmt.Sprintf(path, i))
		}
	})
}

// TestCompressedPartsAreTheSame: the bytes of compressed parts depend on the
// rows alone too.
func TestCompressedPartsAreTheSame(t *testing.T) {
	in := df.Lines(dftest.TextFile(t, "in", []byte(dftest.Joined(linesOf(4, 60_000, 60)))))
	for _, name := range []string{"%d.gz", "%d.zst"} {
		path := filepath.Join(t.TempDir(), name)
		var first []string
		eachDeployment(name, func(what string, o df.Option) {
			var all []string
			for _, f := range collect(t, df.WriteLines(in, path, df.PartBytes(500_000)), o) {
				data, err := os.ReadFile(f.Path)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, string(data))
			}
			if first == nil {
				first = all
			}
			if !slices.Equal(first, all) {
				t.Errorf("%s: the files depend on the number of workers", what)
			}
		})
	}
}

// TestCompressedPartsAreSmall: parts are about as small as a single file is.
func TestCompressedPartsAreSmall(t *testing.T) {
	rows := dftest.ZipfTexts(3, 300_000)
	for _, ext := range []string{".gz", ".zst"} {
		dir := t.TempDir()
		one := collect(t, df.WriteLines(df.FromSlice(rows), filepath.Join(dir, "one"+ext)))
		part := collect(t, df.WriteLines(df.FromSlice(rows), filepath.Join(dir, "%d"+ext)))
		if len(part) != 1 || part[0].Bytes > one[0].Bytes*21/20 {
			t.Errorf("%s: a part of %d bytes, a single file of %d", ext, part[0].Bytes, one[0].Bytes)
		}
	}
}

// TestStaleParts: what an earlier run has left behind the last part is removed,
// and nothing else.
func TestStaleParts(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out-%03d.txt")
	rows := linesOf(5, 300, 30)
	write := func(n, size int) []df.File {
		return collect(t, df.WriteLines(df.FromSlice(rows[:n]), path, df.PartBytes(int64(size))))
	}
	if n := len(write(300, 100)); n < 20 {
		t.Fatalf("%d parts", n)
	}
	others := []string{"out-.txt", "out-1.txt", "out-0001.txt", "out-00a.txt", "out-999.txt", "out-002.txt.bak", "other"}
	for _, name := range others {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []int{100, 40, 0} {
		parts := naiveParts(rows[:n], 200)
		if n := len(write(n, 200)); n != len(parts) {
			t.Errorf("%d parts, want %d", n, len(parts))
		}
		want := slices.Clone(others)
		for i := range parts {
			want = append(want, filepath.Base(fmt.Sprintf(path, i)))
		}
		slices.Sort(want)
		same(t, fmt.Sprint("left after ", n, " rows"), dftest.FilesIn(t, dir), want)
	}
	if got := dftest.Unpack(t, fmt.Sprintf(path, 0)); got != "" {
		t.Errorf("the only part of no rows holds %q", got)
	}
}

// TestFailedPartsLeaveFiles: a run that fails leaves the parts of an earlier run
// as they are, those behind its own too.
func TestFailedPartsLeaveFiles(t *testing.T) {
	rows := linesOf(6, 50_000, 20)
	for _, name := range []string{"%d.txt", "%d.gz"} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		old := naiveParts(rows[:30_000], 20_000)
		written := collect(t, df.WriteLines(df.FromSlice(rows[:30_000]), path, df.PartBytes(20_000)))
		holdParts(t, "before", path, written, old)
		at := func(n int64, f func() error) df.Stream[string] {
			return df.MapErr(df.Enumerate(df.FromSlice(rows), func(i int64, s string) dftest.Tagged[string] { return dftest.Tagged[string]{Key: s, N: int(i)} }), func(r dftest.Tagged[string]) (string, error) {
				if r.N == int(n) {
					return "", f()
				}
				return r.Key + "!", nil
			})
		}
		eachWorkers(name, func(what string, o df.Option) {
			for failure, run := range map[string]func(ctx context.Context, cancel func()) error{
				"first row": func(ctx context.Context, _ func()) error {
					return df.Run(ctx, df.WriteLines(at(0, func() error { return errBoom }), path, df.PartBytes(40_000)), o)
				},
				"later row": func(ctx context.Context, _ func()) error {
					return df.Run(ctx, df.WriteLines(at(40_000, func() error { return errBoom }), path, df.PartBytes(40_000)), o)
				},
				"panic": func(ctx context.Context, _ func()) error {
					return df.Run(ctx, df.WriteLines(at(40_000, func() error { panic(errBoom) }), path, df.PartBytes(40_000)), o)
				},
				"cancel": func(ctx context.Context, cancel func()) error {
					return df.Run(ctx, df.WriteLines(at(40_000, func() error { cancel(); return errBoom }), path, df.PartBytes(40_000)), o)
				},
				"another output": func(ctx context.Context, _ func()) error {
					return df.Run(ctx, df.Outputs(df.WriteLines(df.FromSlice([]string{"new"}), path), df.MapErr(df.Range(0, 10), dftest.FailAt(7))), o)
				},
				"what follows": func(ctx context.Context, _ func()) error {
					return df.ForEach(ctx, df.WriteLines(df.FromSlice([]string{"new"}), path), func(df.File) error { return errBoom }, o)
				},
			} {
				ctx, cancel := context.WithCancelCause(context.Background())
				if err := run(ctx, func() { cancel(errBoom) }); !errors.Is(err, errBoom) {
					t.Errorf("%s, %s: error %.300v", what, failure, err)
				}
				cancel(nil)
				noneLeft(t)
				holdParts(t, what+", "+failure, path, written, old)
			}
		})
	}
}

// TestPartsThatCannotBe: what is wrong is found before the work is done.
func TestPartsThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	s := df.Inspect(df.FromSlice([]string{"a"}), func(string) { t.Error("the run began") })
	if err := os.Mkdir(filepath.Join(dir, "x-0"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "missing", "%d"), filepath.Join(dir, "x-%d"), filepath.Join(dir, "%0300d")} {
		err := df.Run(context.Background(), df.WriteLines(s, path).Named("result"))
		var e *df.Error
		if !errors.As(err, &e) || e.Op != "write lines" || e.Label != "result" || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: error %v", path, err)
		}
	}
	same(t, "left in the directory", dftest.FilesIn(t, dir), []string{"x-0"})

	// A later part that cannot be written.
	if err := os.Mkdir(filepath.Join(dir, "y-2"), 0o777); err != nil {
		t.Fatal(err)
	}
	err := df.Run(context.Background(), df.WriteLines(df.FromSlice([]string{"a", "b", "c", "d"}), filepath.Join(dir, "y-%d"), df.PartBytes(1)))
	if err == nil || !strings.Contains(err.Error(), "y-2") {
		t.Errorf("a part that is a directory: error %v", err)
	}
	same(t, "left in the directory", dftest.FilesIn(t, dir), []string{"x-0", "y-2"})
}

// TestPathsOfParts: which paths stand for parts, and what those are called.
func TestPathsOfParts(t *testing.T) {
	rows := []string{"a", "b", "c"}
	three := func(format string) (names []string) {
		for i := range 3 {
			names = append(names, fmt.Sprintf(format, i))
		}
		return names
	}
	tests := []struct {
		path string
		want []string
	}{
		{"%d", three("%d")},
		{"out-%d.txt", three("out-%d.txt")},
		{"out-%04d.txt", three("out-%04d.txt")},
		{"out-%1d.txt", three("out-%d.txt")},
		{"%3d.txt", three("%3d.txt")},
		{"%012d", three("%012d")},
		{"100%-%d", []string{"100%-0", "100%-1", "100%-2"}},
		{"50% of %03d", []string{"50% of 000", "50% of 001", "50% of 002"}},
		{"%d and 5%", []string{"0 and 5%", "1 and 5%", "2 and 5%"}},
		{"100%", []string{"100%"}},
		{"100%.txt", []string{"100%.txt"}},
		{"%s", []string{"%s"}},
		{"%x.txt", []string{"%x.txt"}},
		{"%", []string{"%"}},
		{"% d", []string{"% d"}},
		{"%-3d", []string{"%-3d"}},
		{"%+d", []string{"%+d"}},
		{"%d-%d", []string{"%d-%d"}},
	}
	for _, test := range tests {
		dir := t.TempDir()
		written := collect(t, df.WriteLines(df.FromSlice(rows), filepath.Join(dir, test.path), df.PartBytes(1)))
		want := slices.Sorted(slices.Values(test.want))
		same(t, test.path, dftest.FilesIn(t, dir), want)
		for i, f := range written {
			if f.Path != filepath.Join(dir, test.want[i]) {
				t.Errorf("%s: part %d is %s", test.path, i, f.Path)
			}
			text := dftest.Joined(rows)
			if len(test.want) > 1 {
				text = rows[i] + "\n"
			}
			if dftest.Unpack(t, f.Path) != text {
				t.Errorf("%s: %s holds something else", test.path, f.Path)
			}
		}
	}
	// In the name of the directory.
	t.Chdir(t.TempDir())
	for i := range 3 {
		if err := os.Mkdir(fmt.Sprint(i), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	collect(t, df.WriteLines(df.FromSlice(rows), "%d/out.txt", df.PartBytes(1)))
	for i, r := range rows {
		if got := dftest.Unpack(t, fmt.Sprintf("%d/out.txt", i)); got != r+"\n" {
			t.Errorf("part %d holds %q", i, got)
		}
	}
	same(t, "in the directory", dftest.FilesIn(t, "."), []string{"0", "1", "2"})
}

// TestTwoWritersOfParts: no two nodes of a run write one file.
func TestTwoWritersOfParts(t *testing.T) {
	t.Chdir(t.TempDir())
	s := df.FromSlice([]string{"a", "b", "c"})
	each := df.PartBytes(1)
	for name, o := range map[string]df.Output{
		"twice":          df.Outputs(df.WriteLines(s, "x-%d", each), df.WriteLines(s, "x-%d", each)),
		"the first part": df.Outputs(df.WriteLines(s, "x-%d", each), df.WriteLines(s, "x-0")),
		"a later part":   df.Outputs(df.WriteLines(s, "x-%d", each), df.WriteLines(df.FromSlice([]string{"mine"}), "x-1")),
		"a stale part":   df.Outputs(df.WriteLines(s, "x-%d", each), df.WriteLines(df.FromSlice([]string{"mine"}), "x-3")),
	} {
		if err := df.Run(context.Background(), o); !errors.Is(err, df.ErrTwoWriters) {
			t.Errorf("%s: error %v, and %q", name, err, dftest.FilesIn(t, "."))
		}
	}
	w := df.WriteLines(s, "y-%d", each)
	if err := df.Run(context.Background(), df.Outputs(w, w)); err != nil {
		t.Errorf("one node, used twice: %v", err)
	}
}

// TestRowsOfPartsWithLineEnds: of parts, lines are counted.
func TestRowsOfPartsWithLineEnds(t *testing.T) {
	dir := t.TempDir()
	rows := df.FromSlice([]string{"a\nb", "c", "d\ne\nf"})
	one := collect(t, df.WriteLines(rows, filepath.Join(dir, "one")))
	parts := collect(t, df.WriteLines(rows, filepath.Join(dir, "%d")))
	if one[0].Rows != 3 || len(parts) != 1 || parts[0].Rows != 6 || parts[0].Bytes != one[0].Bytes {
		t.Errorf("parts %+v, a single file %+v", parts, one)
	}
}
