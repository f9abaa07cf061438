package sorting_test

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
	"anabranch.dev/df/internal/dftest"
	"anabranch.dev/spill"
)

// savesAndLoads holds that rows come back as they were, in their order.
func savesAndLoads[T any](rows []T) func(*testing.T) {
	return func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "rows")
		var first []byte
		dftest.EachWorkers("rows", func(what string, o df.Option) {
			written := dftest.Collect(t, df.Save(df.FromSlice(rows), path), o)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			dftest.Same(t, what, written, []df.File{{Path: path, Rows: int64(len(rows)), Bytes: int64(len(data))}})
			if first == nil {
				first = data
			}
			if !bytes.Equal(first, data) {
				t.Errorf("%s: the file depends on the number of workers", what)
			}
			dftest.Same(t, what+", read again", dftest.Collect(t, df.Load[T](path), o), rows)
		})
		dftest.Same(t, "left in the directory", dftest.FilesIn(t, filepath.Dir(path)), []string{"rows"})
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
		"int64":      savesAndLoads(dftest.ZipfRows(1, dftest.ManyRows)),
		"string":     savesAndLoads(dftest.ZipfTexts(2, dftest.ManyRows)),
		"nasty text": savesAndLoads(drawKeys(nastyText)),
		"long text":  savesAndLoads([]string{"", dftest.Line(3 << 20), "x", dftest.Line(1 << 20), dftest.Line(300 << 10)}),
		"bytes":      savesAndLoads([][]byte{nil, {}, {0}, []byte("abc")}),
		"parcel":     savesAndLoads(parcels(3000)),
		"mixed":      savesAndLoads(mixedRows()),
		"many mixed": savesAndLoads(slices.Repeat(mixedRows(), 1000)),
		"pointer":    savesAndLoads([]*int{nil, new(int)}),
		"nothing":    savesAndLoads(make([]struct{}, dftest.ManyRows)),
	} {
		t.Run(name, run)
	}
}

// TestSaveKeepsOrder saves streams of several kinds.
func TestSaveKeepsOrder(t *testing.T) {
	rows := dftest.ZipfRows(3, 2*dftest.ManyRows)
	in := df.MapErr(df.Lines(dftest.LinesFile(t, rows)), dftest.Parse)
	path := filepath.Join(t.TempDir(), "rows")
	for name, c := range map[string]struct {
		s    df.Stream[string]
		want []string
	}{
		"Map":      {df.Map(in, dftest.Text), dftest.Mapped(dftest.Text)(rows)},
		"Sort":     {df.SortBy(df.Map(in, dftest.Text), df.Self[string]), dftest.SortedBy(dftest.Mapped(dftest.Text)(rows), strings.Compare)},
		"Expand":   {df.Map(df.Expand(in, dftest.Copies), dftest.Text), dftest.Mapped(dftest.Text)(dftest.Expanded(rows))},
		"Concat":   {df.Map(in.Concat(in), dftest.Text), dftest.Mapped(dftest.Text)(slices.Concat(rows, rows))},
		"Filter":   {df.Map(in.Filter(func(v int64) bool { return v%1000 == 3 }), dftest.Text), dftest.Mapped(dftest.Text)(dftest.Kept(func(_ int, v int64) bool { return v%1000 == 3 })(rows))},
		"sequence": {df.FromSeq(slices.Values(dftest.Mapped(dftest.Text)(rows))), dftest.Mapped(dftest.Text)(rows)},
	} {
		dftest.EachDeployment(name, func(what string, o df.Option) {
			dftest.Collect(t, c.s.Save(path), o)
			dftest.Same(t, what, dftest.Collect(t, df.Load[string](path), o), c.want)
		})
	}
	// Groups have no order, but are all there.
	dftest.EachDeployment("groups", func(what string, o df.Option) {
		dftest.Collect(t, df.Save(df.CountBy(in, dftest.Mod10), path), o)
		want := map[int64]int64{}
		for _, v := range rows {
			want[dftest.Mod10(v)]++
		}
		dftest.SameGroups(t, what, dftest.Collect(t, df.Load[df.KV[int64, int64]](path), o), want)
	})
	views := df.LineViews(dftest.TextFile(t, "in", []byte(dftest.Joined(dftest.Mapped(dftest.Text)(rows)))))
	dftest.EachDeployment("views", func(what string, o df.Option) {
		dftest.Collect(t, df.Save(views, path), o)
		dftest.Same(t, what, dftest.Collect(t, df.Load[string](path), o), dftest.Mapped(dftest.Text)(rows))
		dftest.Same(t, what+", as views", mappedRows(dftest.Collect(t, df.Load[df.View](path), o), df.View.Clone), dftest.Mapped(dftest.Text)(rows))
	})
}

// TestLoadSeveral loads files by name and by pattern.
func TestLoadSeveral(t *testing.T) {
	dir := t.TempDir()
	at := func(i int) string { return filepath.Join(dir, fmt.Sprintf("%02d.rows", i)) }
	var all [][]string
	for i := range 12 {
		rows := dftest.ZipfTexts(uint64(i), i*i*300)
		all = append(all, rows)
		dftest.Collect(t, df.Save(df.FromSlice(rows), at(i)))
	}
	dftest.EachDeployment("files", func(what string, o df.Option) {
		dftest.Same(t, what+", all", dftest.Collect(t, df.Load[string](filepath.Join(dir, "*.rows")), o), slices.Concat(all...))
		dftest.Same(t, what+", below", dftest.Collect(t, df.Load[string](filepath.Join(dir, "**")), o), slices.Concat(all...))
		dftest.Same(t, what+", some", dftest.Collect(t, df.Load[string](at(7), at(3), filepath.Join(dir, "1?.rows"), at(0), at(7)), o),
			slices.Concat(all[7], all[3], all[10], all[11], all[0], all[7]))
		dftest.Same(t, what+", the first", dftest.Collect(t, df.Load[string](filepath.Join(dir, "*.rows")).Take(1000), o), slices.Concat(all...)[:1000])
		dftest.Same(t, what+", numbered", dftest.Collect(t, df.Enumerate(df.Load[string](at(5)), func(i int64, s string) string { return fmt.Sprint(i, s) }), o),
			dftest.Collect(t, df.Enumerate(df.FromSlice(all[5]), func(i int64, s string) string { return fmt.Sprint(i, s) })))
	})
	dftest.NoneLeft(t)
}

// TestSaveLarge saves and loads many morsels, and sorts them beyond memory.
func TestSaveLarge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows")
	rows := largeRows(12 << 20 / largeCost)
	if !testing.Short() {
		rows = largeRows(30 << 20 / largeCost)
	}
	dftest.Collect(t, df.Save(df.FromSlice(rows), path))
	dftest.AtTheFloor("rows", func(what string, _ int, o ...df.Option) {
		sameRows(t, what, dftest.Collect(t, df.Load[large](path), o...), rows)
	})
	least := dftest.LeastMemory(2)
	byKey := func(a, b large) int { return cmp.Or(strings.Compare(a.Key, b.Key), b.N-a.N) }
	order := df.Asc(func(r large) string { return r.Key }).Then(df.Desc(func(r large) int { return r.N }))
	dftest.Collect(t, df.Save(df.Load[large](path).Sort(order), path), df.Workers(2), df.Memory(least)) // over what is read
	sameRows(t, "sorted", dftest.Collect(t, df.Load[large](path)), dftest.SortedBy(rows, byKey))
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
	dftest.Collect(t, df.Save(df.FromSlice(rows), path))
	change := func(b *[]byte) { *b = append(*b, " and more"...); (*b)[0] = 'R' }
	dftest.EachDeployment("rows", func(what string, o df.Option) {
		dftest.Same(t, what, dftest.Collect(t, df.Load[[]byte](path).Update(change), o), want)
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
	dftest.Collect(t, df.Save(df.FromSlice([]int64{1, 2, 3}), path))
	refused("int64 as uint64", df.Load[uint64](path))
	refused("int64 as string", df.Load[string](path))
	refused("int64 as a struct", df.Load[mixed](path))
	dftest.Same(t, "int64 as a type of it", dftest.Collect(t, df.Load[id](path)), []id{1, 2, 3})
	dftest.Collect(t, df.Save(df.FromSlice([]point{{1, 2}}), path))
	refused("fields in another order", df.Load[turned](path))
	refused("larger fields", df.Load[wide](path))
	refused("no fields", df.Load[struct{}](path))
	dftest.Collect(t, df.Save(df.FromSlice([]string{}), path))
	refused("no rows", df.Load[[]byte](path))
	dftest.NoneLeft(t)
}

// TestLoadNothing: what cannot be read is an error that says where.
func TestLoadNothing(t *testing.T) {
	dir := t.TempDir()
	plain := dftest.TextFile(t, "plain.txt", []byte("text that is no rows\n"))
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
		{dftest.TextFile(t, "empty", nil), df.ErrCorrupt, "empty"},
	} {
		err := df.Run(context.Background(), df.Load[int64](test.pattern))
		var e *df.Error
		if !errors.As(err, &e) || e.Op != "load" || test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "save_test.go:") {
			t.Errorf("%s: error %v", test.pattern, err)
		}
	}
	if os.Geteuid() != 0 {
		locked := dftest.TextFile(t, "locked", nil)
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
		dftest.NoneLeft(t)
	}
	one := df.Workers(1)
	t.Run("structs", func(t *testing.T) {
		dftest.Collect(t, df.Save(df.FromSlice(rows), path))
		damages(t, func() (int, error) {
			got, err := df.Collect(context.Background(), df.Load[parcel](path), one)
			return len(got), err
		})
	})
	t.Run("numbers in two blocks", func(t *testing.T) { // a sequence and a slice
		dftest.Collect(t, df.Save(df.FromSeq(slices.Values(dftest.UpTo(5))).Concat(df.FromSlice(dftest.UpTo(9))), path))
		damages(t, func() (int, error) {
			got, err := df.Collect(context.Background(), df.Load[int64](path), one)
			return len(got), err
		})
	})
	t.Run("no rows", func(t *testing.T) {
		dftest.Collect(t, df.Save(df.FromSlice([]string{}), path))
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
	rows := dftest.Scrambled(400_000)
	dftest.Collect(t, df.Save(df.FromSlice(rows), path))
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
		dftest.EachDeployment("large", func(what string, o df.Option) {
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
	dftest.NoneLeft(t)
}

// TestSaveFails ends runs in many ways; the file that was there stays, and
// nothing is left beside it.
func TestSaveFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows")
	for _, there := range []bool{true, false} {
		for what, fail := range map[string]func(ctx context.Context, cancel func(), o df.Option) error{
			"error": func(ctx context.Context, _ func(), o df.Option) error {
				return df.Run(ctx, df.Save(df.MapErr(df.Range(0, 200_000), dftest.FailAt(150_000)), path), o)
			},
			"panic": func(ctx context.Context, _ func(), o df.Option) error {
				return df.Run(ctx, df.Save(df.Map(df.Range(0, 20_000), func(v int) int {
					if v == 15_000 {
						dftest.Boom()
					}
					return v
				}), path), o)
			},
			"a row that cannot be written": func(ctx context.Context, _ func(), o df.Option) error {
				return df.Run(ctx, df.Save(df.Map(df.Range(0, 5000), func(v int) unwritable { return unwritable{v} }), path), o)
			},
			"cancelled": func(ctx context.Context, cancel func(), o df.Option) error {
				return df.Run(ctx, df.Save(df.Inspect(dftest.Endless(), func(v int64) {
					if v == 50_000 {
						cancel()
					}
				}), path), o)
			},
			"another output": func(ctx context.Context, _ func(), o df.Option) error {
				return df.Run(ctx, df.Outputs(df.Save(df.FromSlice([]string{"new"}), path), df.MapErr(df.Range(0, 10), dftest.FailAt(7))), o)
			},
			"what follows": func(ctx context.Context, _ func(), o df.Option) error {
				return df.ForEach(ctx, df.FromSlice([]int{1}).Save(path), func(df.File) error { return dftest.ErrBoom }, o)
			},
		} {
			dftest.EachWorkers(fmt.Sprint(what, ", there ", there), func(what string, o df.Option) {
				os.Remove(path)
				if there {
					dftest.Collect(t, df.Save(df.FromSlice([]string{"old"}), path))
				}
				ctx, cancel := context.WithCancelCause(context.Background())
				if err := fail(ctx, func() { cancel(dftest.ErrBoom) }, o); !errors.Is(err, dftest.ErrBoom) {
					t.Errorf("%s: error %.300v", what, err)
				}
				dftest.NoneLeft(t)
				var want []string
				if there {
					want = []string{"rows"}
					dftest.Same(t, what, dftest.Collect(t, df.Load[string](path)), []string{"old"})
				}
				dftest.Same(t, what+": left in the directory", dftest.FilesIn(t, filepath.Dir(path)), want)
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
		return nil, dftest.ErrBoom
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
		if !errors.Is(err, dftest.ErrBoom) || !errors.As(err, &e) || e.Op != op || !errors.As(err, &c) || !strings.Contains(c.Path, "unwritable") {
			t.Errorf("%s: error %.300v", op, err)
		}
	}
	ring := parcel{Name: "ring"}
	ring.Inner = &ring
	if err := df.Run(context.Background(), df.Save(df.FromSlice([]parcel{ring}), filepath.Join(t.TempDir(), "rows"))); !errors.Is(err, spill.ErrTooDeep) {
		t.Errorf("a ring: error %.300v", err)
	}
	dftest.NoneLeft(t)
}

// TestSaveWhatIsLoaded changes a file, of which one half is read twice.
func TestSaveWhatIsLoaded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows")
	rows := dftest.ZipfRows(2, dftest.ManyRows)
	dftest.EachDeployment("a file", func(what string, o df.Option) {
		dftest.Collect(t, df.Save(df.FromSlice(rows), path))
		in := df.Load[int64](path)
		dftest.Collect(t, df.Save(df.Map(in.Concat(df.Load[int64](path).Take(5)), dftest.Double), path), o)
		dftest.Same(t, what, dftest.Collect(t, df.Load[int64](path), o), dftest.Mapped(dftest.Double)(slices.Concat(rows, rows[:5])))
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
		dftest.Collect(t, df.Save(df.FromSlice(dftest.Scrambled(50_000)), filepath.Join(dir, fmt.Sprint(i))))
	}
	bad := filepath.Join(dir, "9")
	pattern := filepath.Join(dir, "*")
	before := open()
	for _, n := range dftest.WorkerCounts() {
		o := df.Workers(n)
		if err := os.RemoveAll(bad); err != nil {
			t.Fatal(err)
		}
		dftest.Collect(t, df.Load[int64](pattern).Count(), o)
		dftest.Collect(t, df.Load[int64](pattern).Take(10), o)
		if err := df.Run(context.Background(), df.MapErr(df.Load[int64](pattern), func(int64) (int, error) { return 0, dftest.ErrBoom }), o); !errors.Is(err, dftest.ErrBoom) {
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
	files := dftest.Collect(t, df.Save(df.FromSlice(dftest.Scrambled(300_000)), path))
	dftest.EachWorkers("load", func(what string, o df.Option) {
		var last df.Progress
		if err := df.Run(context.Background(), df.Load[int64](path).Count(), o, df.Watch(func(p df.Progress) { last = p })); err != nil {
			t.Fatal(err)
		}
		// all that is to be read is read: the blocks, which are most of the file
		if last.Bytes != last.TotalBytes || last.Bytes >= files[0].Bytes || last.Bytes < files[0].Bytes*9/10 || last.Operators[0].RowsOut != 300_000 {
			t.Errorf("%s: %+v", what, last)
		}
	})
}
