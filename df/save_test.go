package df_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/spill"
)

// savesAndLoads holds that rows come back as they were, in their order.
func savesAndLoads[T any](rows []T) func(*testing.T) {
	return func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "rows")
		var first []byte
		eachDeployment("rows", func(what string, o df.Option) {
			written := collect(t, df.Save(df.FromSlice(rows), path), o)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			same(t, what, written, []df.File{{Path: path, Rows: int64(len(rows)), Bytes: int64(len(data))}})
			if first == nil {
				first = data
			}
			if !bytes.Equal(first, data) {
				t.Errorf("%s: the file depends on the number of workers", what)
			}
			same(t, what+", read again", collect(t, df.Load[T](path), o), rows)
		})
		same(t, "left in the directory", filesIn(t, filepath.Dir(path)), []string{"rows"})
	}
}

// money has an encoding of its own.
type money struct{ cents *big.Int }

func (m money) MarshalBinary() ([]byte, error) { return m.cents.GobEncode() }
func (m *money) UnmarshalBinary(b []byte) error {
	m.cents = new(big.Int)
	return m.cents.GobDecode(b)
}

// A mixed row has what a parcel has not. One type of rows is compiled sooner
// than twenty.
type mixed struct {
	Flag     bool
	Small    int8
	Unsigned uint64
	Float    float64
	Complex  complex128
	Wait     time.Duration
	Array    [3]string
	Nothing  [0]int
	From     netip.Addr
	Group    df.KV[string, int64]
	Set      map[[2]int8]struct{}
	Lists    map[string][]int
	Deep     [][][]string
	Here     *int
	There    **string
	List     *mixed
	Parts    []struct{ c uint16 }
	Sum      money
}

func mixedRows() []mixed {
	s := "text"
	sp := &s
	zero := money{new(big.Int)}
	return []mixed{
		{Sum: zero},
		{
			true, -128, math.MaxUint64, math.Copysign(0, -1), 1 - 2i, -time.Second, [3]string{"a", "", "c"}, [0]int{},
			netip.MustParseAddr("::1"), df.KV[string, int64]{Key: "a", Value: 1},
			map[[2]int8]struct{}{{1, 2}: {}, {3, 4}: {}}, map[string][]int{"a": {1}, "b": nil, "": {}},
			[][][]string{nil, {}, {nil, {}, {""}}, {{"a", "b"}, {"c"}}},
			new(int), &sp, &mixed{List: &mixed{Float: math.Inf(1), Sum: zero}, Sum: zero}, []struct{ c uint16 }{{7}, {8}},
			money{new(big.Int).Exp(big.NewInt(-7), big.NewInt(100), nil)},
		},
		{Set: map[[2]int8]struct{}{}, Lists: map[string][]int{}, Deep: [][][]string{}, Parts: []struct{ c uint16 }{}, Sum: zero},
	}
}

func TestSaveAndLoad(t *testing.T) {
	for name, run := range map[string]func(*testing.T){
		"no rows":    savesAndLoads([]int64{}),
		"one row":    savesAndLoads([]string{""}),
		"int64":      savesAndLoads(zipfRows(1, manyRows)),
		"string":     savesAndLoads(zipfTexts(2, manyRows)),
		"nasty text": savesAndLoads(drawKeys(nastyText)),
		"long text":  savesAndLoads([]string{"", line(3 << 20), "x", line(1 << 20), line(300 << 10)}),
		"bytes":      savesAndLoads([][]byte{nil, {}, {0}, []byte("abc")}),
		"parcel":     savesAndLoads(parcels(3000)),
		"mixed":      savesAndLoads(mixedRows()),
		"many mixed": savesAndLoads(slices.Repeat(mixedRows(), 1000)),
		"pointer":    savesAndLoads([]*int{nil, new(int)}),
		"nothing":    savesAndLoads(make([]struct{}, manyRows)),
	} {
		t.Run(name, run)
	}
}

// TestSaveKeepsOrder saves streams of several kinds.
func TestSaveKeepsOrder(t *testing.T) {
	rows := zipfRows(3, 2*manyRows)
	in := df.MapErr(df.Lines(linesFile(t, rows)), parse)
	path := filepath.Join(t.TempDir(), "rows")
	for name, c := range map[string]struct {
		s    df.Stream[string]
		want []string
	}{
		"Map":      {df.Map(in, text), mapped(text)(rows)},
		"Sort":     {df.SortBy(df.Map(in, text), df.Self[string]), sortedBy(mapped(text)(rows), strings.Compare)},
		"Expand":   {df.Map(df.Expand(in, copies), text), mapped(text)(expanded(rows))},
		"Concat":   {df.Map(in.Concat(in), text), mapped(text)(slices.Concat(rows, rows))},
		"Filter":   {df.Map(in.Filter(func(v int64) bool { return v%1000 == 3 }), text), mapped(text)(kept(func(_ int, v int64) bool { return v%1000 == 3 })(rows))},
		"sequence": {df.FromSeq(slices.Values(mapped(text)(rows))), mapped(text)(rows)},
	} {
		eachDeployment(name, func(what string, o df.Option) {
			collect(t, c.s.Save(path), o)
			same(t, what, collect(t, df.Load[string](path), o), c.want)
		})
	}
	// Groups have no order, but are all there.
	eachDeployment("groups", func(what string, o df.Option) {
		collect(t, df.Save(df.CountBy(in, mod10), path), o)
		want := map[int64]int64{}
		for _, v := range rows {
			want[mod10(v)]++
		}
		sameGroups(t, what, collect(t, df.Load[df.KV[int64, int64]](path), o), want)
	})
	views := df.LineViews(textFile(t, "in", []byte(joined(mapped(text)(rows)))))
	eachDeployment("views", func(what string, o df.Option) {
		collect(t, df.Save(views, path), o)
		same(t, what, collect(t, df.Load[string](path), o), mapped(text)(rows))
		same(t, what+", as views", mappedRows(collect(t, df.Load[df.View](path), o), df.View.Clone), mapped(text)(rows))
	})
}

// TestLoadSeveral loads files by name and by pattern.
func TestLoadSeveral(t *testing.T) {
	dir := t.TempDir()
	at := func(i int) string { return filepath.Join(dir, fmt.Sprintf("%02d.rows", i)) }
	var all [][]string
	for i := range 12 {
		rows := zipfTexts(uint64(i), i*i*300)
		all = append(all, rows)
		collect(t, df.Save(df.FromSlice(rows), at(i)))
	}
	eachDeployment("files", func(what string, o df.Option) {
		same(t, what+", all", collect(t, df.Load[string](filepath.Join(dir, "*.rows")), o), slices.Concat(all...))
		same(t, what+", below", collect(t, df.Load[string](filepath.Join(dir, "**")), o), slices.Concat(all...))
		same(t, what+", some", collect(t, df.Load[string](at(7), at(3), filepath.Join(dir, "1?.rows"), at(0), at(7)), o),
			slices.Concat(all[7], all[3], all[10], all[11], all[0], all[7]))
		same(t, what+", the first", collect(t, df.Load[string](filepath.Join(dir, "*.rows")).Take(1000), o), slices.Concat(all...)[:1000])
		same(t, what+", numbered", collect(t, df.Enumerate(df.Load[string](at(5)), func(i int64, s string) string { return fmt.Sprint(i, s) }), o),
			collect(t, df.Enumerate(df.FromSlice(all[5]), func(i int64, s string) string { return fmt.Sprint(i, s) })))
	})
	noneLeft(t)
}

// TestSaveLarge saves and loads many morsels, and sorts them beyond memory.
func TestSaveLarge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows")
	rows := largeRows(12 << 20 / largeCost)
	if !testing.Short() {
		rows = largeRows(30 << 20 / largeCost)
	}
	collect(t, df.Save(df.FromSlice(rows), path))
	atTheFloor("rows", func(what string, _ int, o ...df.Option) {
		sameRows(t, what, collect(t, df.Load[large](path), o...), rows)
	})
	least := leastMemory(2)
	byKey := func(a, b large) int { return cmp.Or(strings.Compare(a.Key, b.Key), b.N-a.N) }
	order := df.Asc(func(r large) string { return r.Key }).Then(df.Desc(func(r large) int { return r.N }))
	collect(t, df.Save(df.Load[large](path).Sort(order), path), df.Workers(2), df.Memory(least)) // over what is read
	sameRows(t, "sorted", collect(t, df.Load[large](path)), sortedBy(rows, byKey))
}

// TestLoadedRowsAreApart: what one row holds can be changed without changing
// another row.
func TestLoadedRowsAreApart(t *testing.T) {
	rows := make([][]byte, 5000)
	want := make([][]byte, len(rows))
	for i := range rows {
		rows[i] = fmt.Append(nil, "row ", i)
		want[i] = fmt.Appendf(nil, "Row %d and more", i)
	}
	path := filepath.Join(t.TempDir(), "rows")
	collect(t, df.Save(df.FromSlice(rows), path))
	change := func(b *[]byte) { *b = append(*b, " and more"...); (*b)[0] = 'R' }
	eachDeployment("rows", func(what string, o df.Option) {
		same(t, what, collect(t, df.Load[[]byte](path).Update(change), o), want)
	})
}

// TestLoadOtherType: rows are read as what they were written as.
func TestLoadOtherType(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows")
	type point struct{ X, Y int32 }
	type turned struct{ Y, X int32 }
	type wide struct{ X, Y int64 }
	type id int64
	refused := func(what string, s df.Output) {
		t.Helper()
		err := df.Run(context.Background(), s)
		var e *df.Error
		if !errors.Is(err, df.ErrRowType) || !errors.As(err, &e) || e.Op != "load" || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "save_test.go:") {
			t.Errorf("%s: error %v", what, err)
		}
	}
	collect(t, df.Save(df.FromSlice([]int64{1, 2, 3}), path))
	refused("int64 as uint64", df.Load[uint64](path))
	refused("int64 as string", df.Load[string](path))
	refused("int64 as a struct", df.Load[mixed](path))
	same(t, "int64 as a type of it", collect(t, df.Load[id](path)), []id{1, 2, 3})
	collect(t, df.Save(df.FromSlice([]point{{1, 2}}), path))
	refused("fields in another order", df.Load[turned](path))
	refused("larger fields", df.Load[wide](path))
	refused("no fields", df.Load[struct{}](path))
	collect(t, df.Save(df.FromSlice([]string{}), path))
	refused("no rows", df.Load[[]byte](path))
	noneLeft(t)
}

// TestLoadNothing: what cannot be read is an error that says where.
func TestLoadNothing(t *testing.T) {
	dir := t.TempDir()
	plain := textFile(t, "plain.txt", []byte("text that is no rows\n"))
	for _, test := range []struct {
		pattern string
		is      error
		says    string
	}{
		{filepath.Join(dir, "missing"), fs.ErrNotExist, "missing: no such file"},
		{filepath.Join(dir, "*.rows"), nil, `*.rows": no file matches the pattern`},
		{filepath.Join(dir, "["), nil, "syntax error in pattern"},
		{dir, nil, dir},
		{plain, df.ErrCorrupt, "plain.txt"},
		{textFile(t, "empty", nil), df.ErrCorrupt, "empty"},
	} {
		err := df.Run(context.Background(), df.Load[int64](test.pattern))
		var e *df.Error
		if !errors.As(err, &e) || e.Op != "load" || test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "save_test.go:") {
			t.Errorf("%s: error %v", test.pattern, err)
		}
	}
	if os.Geteuid() != 0 {
		locked := textFile(t, "locked", nil)
		if err := os.Chmod(locked, 0); err != nil {
			t.Fatal(err)
		}
		if err := df.Run(context.Background(), df.Load[int64](locked)); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("a locked file: error %v", err)
		}
	}
}

// TestLoadDamaged damages files in every byte, and cuts them off everywhere.
func TestLoadDamaged(t *testing.T) {
	rows := []parcel{{Name: "a"}, {Name: "bb", ID: 2, Tags: []string{"x", "y"}}, {Tags: []string{}, note: []byte{1}}, {Name: strings.Repeat("ab", 100)}}
	path := filepath.Join(t.TempDir(), "rows")
	check := func(t *testing.T, load func() (int, error), what string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		n, err := load()
		var e *df.Error
		var p *df.PanicError
		switch {
		case err == nil:
			t.Errorf("%s: no error, and %d rows", what, n)
		case errors.As(err, &p):
			t.Fatalf("%s: %v", what, err)
		case !errors.Is(err, df.ErrCorrupt) || !errors.As(err, &e) || e.Op != "load" || !strings.Contains(err.Error(), path):
			t.Errorf("%s: error %v", what, err)
		}
	}
	damages := func(t *testing.T, load func() (int, error)) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := load(); err != nil {
			t.Fatal(err)
		}
		masks := []byte{0x01, 0x80, 0xFF}
		if testing.Short() {
			masks = []byte{0x10}
		}
		for i := range data {
			for _, mask := range masks {
				bad := bytes.Clone(data)
				bad[i] ^= mask
				check(t, load, fmt.Sprintf("byte %d of %d turned by %#x", i, len(data), mask), bad)
			}
			check(t, load, fmt.Sprintf("%d bytes of %d", i, len(data)), data[:i])
		}
		check(t, load, "a byte more", append(bytes.Clone(data), 0))
		check(t, load, "twice", slices.Concat(data, data))
		noneLeft(t)
	}
	one := df.Workers(1)
	t.Run("structs", func(t *testing.T) {
		collect(t, df.Save(df.FromSlice(rows), path))
		damages(t, func() (int, error) {
			got, err := df.Collect(context.Background(), df.Load[parcel](path), one)
			return len(got), err
		})
	})
	t.Run("numbers in two blocks", func(t *testing.T) { // a sequence and a slice
		collect(t, df.Save(df.FromSeq(slices.Values(upTo(5))).Concat(df.FromSlice(upTo(9))), path))
		damages(t, func() (int, error) {
			got, err := df.Collect(context.Background(), df.Load[int64](path), one)
			return len(got), err
		})
	})
	t.Run("no rows", func(t *testing.T) {
		collect(t, df.Save(df.FromSlice([]string{}), path))
		damages(t, func() (int, error) {
			got, err := df.Collect(context.Background(), df.Load[string](path), one)
			return len(got), err
		})
	})
}

// TestLoadDamagedLarge damages some bytes of a large file, which several workers
// read.
func TestLoadDamagedLarge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows")
	rows := scrambled(400_000)
	collect(t, df.Save(df.FromSlice(rows), path))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(4, 4))
	for range 10 {
		bad := bytes.Clone(data)
		bad[r.IntN(len(bad))] ^= 1 << r.IntN(8)
		if err := os.WriteFile(path, bad, 0o666); err != nil {
			t.Fatal(err)
		}
		eachDeployment("large", func(what string, o df.Option) {
			var got []int64
			for v, err := range df.All(context.Background(), df.Load[int64](path), o) {
				if err != nil {
					if !errors.Is(err, df.ErrCorrupt) {
						t.Errorf("%s: error %v", what, err)
					}
					break
				}
				got = append(got, v)
			}
			if len(got) == len(rows) || !slices.Equal(got, rows[:len(got)]) {
				t.Errorf("%s: %d rows, of which some are others", what, len(got))
			}
		})
	}
	noneLeft(t)
}

// TestSaveFails ends runs in many ways; the file that was there stays, and
// nothing is left beside it.
func TestSaveFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows")
	for _, there := range []bool{true, false} {
		for what, fail := range map[string]func(ctx context.Context, cancel func(), o df.Option) error{
			"error": func(ctx context.Context, _ func(), o df.Option) error {
				return df.Run(ctx, df.Save(df.MapErr(df.Range(0, 200_000), failAt(150_000)), path), o)
			},
			"panic": func(ctx context.Context, _ func(), o df.Option) error {
				return df.Run(ctx, df.Save(df.Map(df.Range(0, 20_000), func(v int) int {
					if v == 15_000 {
						boom()
					}
					return v
				}), path), o)
			},
			"a row that cannot be written": func(ctx context.Context, _ func(), o df.Option) error {
				return df.Run(ctx, df.Save(df.Map(df.Range(0, 5000), func(v int) unwritable { return unwritable{v} }), path), o)
			},
			"cancelled": func(ctx context.Context, cancel func(), o df.Option) error {
				return df.Run(ctx, df.Save(df.Inspect(endless(), func(v int64) {
					if v == 50_000 {
						cancel()
					}
				}), path), o)
			},
			"another output": func(ctx context.Context, _ func(), o df.Option) error {
				return df.Run(ctx, df.Outputs(df.Save(df.FromSlice([]string{"new"}), path), df.MapErr(df.Range(0, 10), failAt(7))), o)
			},
			"what follows": func(ctx context.Context, _ func(), o df.Option) error {
				return df.ForEach(ctx, df.FromSlice([]int{1}).Save(path), func(df.File) error { return errBoom }, o)
			},
		} {
			eachDeployment(fmt.Sprint(what, ", there ", there), func(what string, o df.Option) {
				os.Remove(path)
				if there {
					collect(t, df.Save(df.FromSlice([]string{"old"}), path))
				}
				ctx, cancel := context.WithCancelCause(context.Background())
				if err := fail(ctx, func() { cancel(errBoom) }, o); !errors.Is(err, errBoom) {
					t.Errorf("%s: error %.300v", what, err)
				}
				noneLeft(t)
				var want []string
				if there {
					want = []string{"rows"}
					same(t, what, collect(t, df.Load[string](path)), []string{"old"})
				}
				same(t, what+": left in the directory", filesIn(t, filepath.Dir(path)), want)
			})
		}
	}
	for name, path := range map[string]string{"a directory that is missing": filepath.Join(t.TempDir(), "no", "rows"), "a directory": t.TempDir()} {
		err := df.Run(context.Background(), df.Save(df.Range(0, 10), path).Named("result"))
		var e *df.Error
		if !errors.As(err, &e) || e.Op != "save" || e.Label != "result" || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	w := df.Save(df.Range(0, 10), path)
	if err := df.Run(context.Background(), df.Outputs(w, w)); err != nil {
		t.Errorf("the same twice: %v", err)
	}
	if err := df.Run(context.Background(), df.Outputs(w, df.WriteLines(df.Lines(path), path))); !errors.Is(err, df.ErrTwoWriters) {
		t.Errorf("two writers: %v", err)
	}
}

// unwritable is a row whose own method fails for some values.
type unwritable struct{ v int }

func (u unwritable) MarshalBinary() ([]byte, error) {
	if u.v == 4321 {
		return nil, errBoom
	}
	return []byte{1}, nil
}
func (u *unwritable) UnmarshalBinary([]byte) error { return nil }

// TestUnwritableRows: a row whose own method fails is an error of the verb that
// writes it.
func TestUnwritableRows(t *testing.T) {
	s := df.Map(df.Range(0, 5000), func(v int) unwritable { return unwritable{v} })
	byValue := func(u unwritable) int { return u.v }
	for op, o := range map[string]df.Output{
		"save": df.Save(s, filepath.Join(t.TempDir(), "rows")), "sort by": df.SortBy(s, byValue),
		"merge sorted": df.MergeSorted(df.Asc(byValue), s, s),
	} {
		err := df.Run(context.Background(), o)
		var e *df.Error
		var c *spill.CodecError
		if !errors.Is(err, errBoom) || !errors.As(err, &e) || e.Op != op || !errors.As(err, &c) || !strings.Contains(c.Path, "unwritable") {
			t.Errorf("%s: error %.300v", op, err)
		}
	}
	ring := parcel{Name: "ring"}
	ring.Inner = &ring
	if err := df.Run(context.Background(), df.Save(df.FromSlice([]parcel{ring}), filepath.Join(t.TempDir(), "rows"))); !errors.Is(err, spill.ErrTooDeep) {
		t.Errorf("a ring: error %.300v", err)
	}
	noneLeft(t)
}

// TestSaveWhatIsLoaded changes a file, of which one half is read twice.
func TestSaveWhatIsLoaded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows")
	rows := zipfRows(2, manyRows)
	eachDeployment("a file", func(what string, o df.Option) {
		collect(t, df.Save(df.FromSlice(rows), path))
		in := df.Load[int64](path)
		collect(t, df.Save(df.Map(in.Concat(df.Load[int64](path).Take(5)), double), path), o)
		same(t, what, collect(t, df.Load[int64](path), o), mapped(double)(slices.Concat(rows, rows[:5])))
	})
}

// TestOpenFilesOfLoad: a run closes what it has opened, however it ends.
func TestOpenFilesOfLoad(t *testing.T) {
	open := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip(err)
		}
		return len(entries)
	}
	dir := t.TempDir()
	for i := range 5 {
		collect(t, df.Save(df.FromSlice(scrambled(50_000)), filepath.Join(dir, fmt.Sprint(i))))
	}
	bad := filepath.Join(dir, "9")
	pattern := filepath.Join(dir, "*")
	before := open()
	for _, n := range workerCounts {
		o := df.Workers(n)
		if err := os.RemoveAll(bad); err != nil {
			t.Fatal(err)
		}
		collect(t, df.Load[int64](pattern).Count(), o)
		collect(t, df.Load[int64](pattern).Take(10), o)
		if err := df.Run(context.Background(), df.MapErr(df.Load[int64](pattern), func(int64) (int, error) { return 0, errBoom }), o); !errors.Is(err, errBoom) {
			t.Errorf("error %v", err)
		}
		if err := os.WriteFile(bad, []byte("no rows"), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := df.Run(context.Background(), df.Load[int64](pattern), o); !errors.Is(err, df.ErrCorrupt) {
			t.Errorf("error %v", err)
		}
	}
	if after := open(); after > before+2 { // the poller's own
		t.Errorf("%d files are open, %d were before", after, before)
	}
}

// TestLoadProgress: a watcher is told how much of the files was read.
func TestLoadProgress(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows")
	files := collect(t, df.Save(df.FromSlice(scrambled(300_000)), path))
	eachDeployment("load", func(what string, o df.Option) {
		var last df.Progress
		if err := df.Run(context.Background(), df.Load[int64](path).Count(), o, df.Watch(func(p df.Progress) { last = p })); err != nil {
			t.Fatal(err)
		}
		if last.TotalBytes != files[0].Bytes || last.Bytes > last.TotalBytes || last.Bytes < last.TotalBytes*9/10 || last.Operators[0].RowsOut != 300_000 {
			t.Errorf("%s: %+v", what, last)
		}
	})
}
