package sorting_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
)

// sortedInputs are streams that are in order, from sources of several kinds,
// and all of their rows, the first stream's first.
func sortedInputs(t *testing.T, seed uint64, compare func(a, b int64) int, sizes ...int) (streams []dftest.Stream, all []int64) {
	r := rand.New(rand.NewPCG(seed, seed))
	for i, n := range sizes {
		rows := dftest.SortedBy(dftest.ZipfRows(r.Uint64(), n), compare)
		all = append(all, rows...)
		var s dftest.Stream
		switch i % 4 {
		case 0:
			s = df.FromSlice(rows)
		case 1:
			s = df.FromSeq(slices.Values(rows))
		case 2:
			s = df.MapErr(df.Lines(dftest.LinesFile(t, rows)), dftest.Parse)
		case 3:
			r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			s = df.SortFunc(df.FromSlice(rows), compare)
		}
		streams = append(streams, s)
	}
	return streams, all
}

func TestMergeSorted(t *testing.T) {
	var many []int
	for i := range 100 {
		many = append(many, i*i%97)
	}
	for name, sizes := range map[string][]int{
		"one": {3000}, "one empty": {0}, "two": {2000, 5000}, "some empty": {0, 3000, 0, 0, 10, 0}, "all empty": {0, 0, 0},
		"eight": {1024, 1025, 1023, 1, 5000, 100, 2048, 7}, "many": many,
	} {
		t.Run(name, func(t *testing.T) {
			streams, all := sortedInputs(t, 4, byValue, sizes...)
			s := df.MergeSorted(df.Asc(df.Self[int64]), streams...)
			want := numbersUp(all)
			dftest.EachDeployment(name, func(what string, o df.Option) { dftest.Same(t, what, dftest.Collect(t, s, o), want) })
		})
	}
}

// TestMergeSortedIsStable: rows that are equal come in the order of the inputs,
// and of each in its own.
func TestMergeSortedIsStable(t *testing.T) {
	byText := func(a, b dftest.Tagged[string]) int { return strings.Compare(a.Key, b.Key) }
	down := func(a, b dftest.Tagged[string]) int { return byText(b, a) }
	for name, c := range map[string]struct {
		order   df.Order[dftest.Tagged[string]]
		compare func(a, b dftest.Tagged[string]) int
	}{
		"up":     {df.Asc(keyOf[string]), byText},
		"down":   {df.Desc(keyOf[string]), down},
		"by two": {df.Asc(func(r dftest.Tagged[string]) int { return len(r.Key) }).Then(df.Desc(keyOf[string])), func(a, b dftest.Tagged[string]) int { return cmp.Or(len(a.Key)-len(b.Key), down(a, b)) }},
	} {
		var streams []df.Stream[dftest.Tagged[string]]
		var all []dftest.Tagged[string]
		for i := range 9 {
			rows := dftest.Tag(dftest.ZipfTexts(uint64(i), 500*i))
			for k := range rows {
				rows[k].N += i * 1_000_000
			}
			rows = dftest.SortedBy(rows, c.compare)
			streams, all = append(streams, df.FromSlice(rows)), append(all, rows...)
		}
		want := dftest.SortedBy(all, c.compare)
		dftest.EachDeployment(name, func(what string, o df.Option) {
			sameRows(t, what, dftest.Collect(t, df.MergeSorted(c.order, streams...), o), want)
		})
	}
}

// TestMergeSortedOfItself merges streams that hang together.
func TestMergeSortedOfItself(t *testing.T) {
	rows := dftest.ZipfRows(9, dftest.ManyRows)
	up := numbersUp(rows)
	asc := df.Asc(df.Self[int64])
	s := upwards(df.FromSlice(rows))
	twice := func(v int64) int64 { return 2 * v }
	for name, c := range map[string]struct {
		s    dftest.Stream
		want []int64
	}{
		"twice":               {df.MergeSorted(asc, s, s), numbersUp(slices.Concat(up, up))},
		"and what is of it":   {df.MergeSorted(asc, s, df.Map(s, twice), s.Filter(dftest.IsOdd)), numbersUp(slices.Concat(up, dftest.Mapped(twice)(up), dftest.Kept(func(_ int, v int64) bool { return dftest.IsOdd(v) })(up)))},
		"merged again":        {df.MergeSorted(asc, df.MergeSorted(asc, s, s), s), numbersUp(slices.Concat(up, up, up))},
		"and its end":         {df.MergeSorted(asc, s.Skip(5000), s.Take(5000)), up},
		"and taken":           {df.MergeSorted(asc, s, s).Take(3000), numbersUp(slices.Concat(up, up))[:3000]},
		"compacted":           {df.Compact(df.MergeSorted(asc, s, s)), slices.Compact(slices.Clone(up))},
		"concatenated":        {df.MergeSorted(asc, s).Concat(s), slices.Concat(up, up)},
		"beside the unsorted": {df.MergeSorted(asc, s, df.Map(df.Aggregate(df.FromSlice(rows), dftest.ToStats), func(s dftest.Stats) int64 { return s.Sum })), numbersUp(append(slices.Clone(up), dftest.Total(rows)))},
	} {
		dftest.EachDeployment(name, func(what string, o df.Option) { dftest.Same(t, what, dftest.Collect(t, c.s, o), c.want) })
	}
}

// TestNotSorted: a row that comes too late fails the run, wherever it is.
func TestNotSorted(t *testing.T) {
	asc := df.Asc(df.Self[int64])
	const n = 5000
	for _, at := range []int64{1, 2, 500, 1023, 1024, 1025, 2048, n - 1} {
		rows := dftest.UpTo(n)
		rows[at] = rows[at-1] - 1
		for name, bad := range map[string]dftest.Stream{
			"a slice": df.FromSlice(rows), "a sequence": df.FromSeq(slices.Values(rows)), "lines": df.MapErr(df.Lines(dftest.LinesFile(t, rows)), dftest.Parse),
			"what a filter left": df.FromSlice(rows).Filter(func(v int64) bool { return v%100 >= 98 || v == rows[at] || v == rows[at-1] }),
		} {
			for i, streams := range [][]dftest.Stream{{bad}, {df.Range[int64](0, 3000), bad}, {bad, df.Range[int64](0, 3000)}} {
				what := fmt.Sprintf("row %d of %s, inputs %d", at, name, i)
				dftest.EachDeployment(what, func(what string, o df.Option) {
					err := df.Run(context.Background(), df.MergeSorted(asc, streams...).Named("prices"), o)
					var e *df.Error
					input := fmt.Sprint("input ", slices.IndexFunc(streams, func(s dftest.Stream) bool { return s == bad })+1)
					if !errors.Is(err, df.ErrNotSorted) || !errors.As(err, &e) || e.Op != "merge sorted" || e.Label != "prices" || !strings.HasSuffix(e.Site.File, "mergesorted_test.go") {
						t.Errorf("%s: error %v", what, err)
					} else if !strings.Contains(err.Error(), input) {
						t.Errorf("%s: error %v does not name %s", what, err, input)
					}
				})
			}
		}
	}
	// In the wrong order, and of the wrong order altogether.
	for name, s := range map[string]dftest.Stream{
		"down": df.FromSlice([]int64{3, 2, 1}), "two sorted ones": df.Concat(df.Range[int64](0, 10), df.Range[int64](0, 10)), "rest": df.Map(df.Range[int64](0, n), dftest.Mod10),
	} {
		if err := df.Run(context.Background(), df.MergeSorted(asc, s)); !errors.Is(err, df.ErrNotSorted) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if rows := dftest.Collect(t, df.MergeSorted(df.Desc(df.Self[int64]), df.FromSlice([]int64{3, 3, 2, 1}))); !slices.Equal(rows, []int64{3, 3, 2, 1}) {
		t.Errorf("%v", rows)
	}
	dftest.NoneLeft(t)
}

// TestNotSortedNamesTheRow: within a morsel the row is known.
func TestNotSortedNamesTheRow(t *testing.T) {
	rows := dftest.UpTo(500)
	rows[100] = 7
	err := df.Run(context.Background(), df.MergeSorted(df.Asc(df.Self[int64]), df.FromSlice(rows)))
	var e *df.Error
	if !errors.As(err, &e) || e.Row != 101 {
		t.Errorf("error %v, want row 101", err)
	}
}

// TestMergeSortedBeyondMemory merges in the least memory.
func TestMergeSortedBeyondMemory(t *testing.T) {
	dir := t.TempDir()
	dftest.AtTheFloor("three streams", func(what string, room int, o ...df.Option) {
		n := int64(room * 5 / 12 / numberCost)
		var streams []dftest.Stream
		var all []int64
		for i := range int64(3) {
			every := func(v int64) int64 { return v / 7 * (i + 1) }
			streams, all = append(streams, df.Map(df.Range(0, n), every)), append(all, dftest.Mapped(every)(dftest.UpTo(n))...)
		}
		s := df.MergeSorted(df.Asc(df.Self[int64]), streams...)
		o = append(o, df.TempDir(dir))
		mustSpill(t, what, s, o...)
		sameRows(t, what, dftest.Collect(t, s, o...), numbersUp(all))
		dftest.Same(t, "files left", dftest.FilesIn(t, dir), nil)

		late := df.Concat(df.Range[int64](0, 2*n), df.Range[int64](0, 1))
		if err := df.Run(context.Background(), df.MergeSorted(df.Asc(df.Self[int64]), streams[0], late), o...); !errors.Is(err, df.ErrNotSorted) {
			t.Errorf("%s: error %v", what, err)
		}
		dftest.NoneLeft(t)
		dftest.Same(t, "files left", dftest.FilesIn(t, dir), nil)
	})
}

// TestMergeSortedFails ends merges early.
func TestMergeSortedFails(t *testing.T) {
	dir := t.TempDir()
	asc := df.Asc(df.Self[int64])
	rows := df.Range[int64](0, 50_000)
	dftest.EachWorkers("merge", func(what string, o df.Option) {
		for name, p := range map[string]struct {
			op   string
			plan df.Output
		}{
			"input": {"map", df.MergeSorted(asc, rows, df.MapErr(rows, dftest.FailAt[int64](40_000)))},
			"after": {"map", df.MapErr(df.MergeSorted(asc, rows, rows), dftest.FailAt[int64](40_000))},
			"key": {"merge sorted", df.MergeSorted(df.Asc(func(v int64) int64 {
				if v == 40_000 {
					dftest.Boom()
				}
				return v
			}), rows, rows)},
		} {
			err := df.Run(context.Background(), p.plan, o, df.TempDir(dir))
			var e *df.Error
			if !errors.Is(err, dftest.ErrBoom) || !errors.As(err, &e) || e.Op != p.op {
				t.Errorf("%s, %s: error %.300v", what, name, err)
			}
			dftest.NoneLeft(t)
		}
		ctx, cancel := context.WithCancelCause(context.Background())
		endlessly := df.Inspect(dftest.Endless(), func(v int64) {
			if v == 100_000 {
				cancel(dftest.ErrBoom)
			}
		})
		if err := df.Run(ctx, df.MergeSorted(asc, rows, endlessly), o); err != dftest.ErrBoom {
			t.Errorf("%s: cancelled: %v", what, err)
		}
		dftest.NoneLeft(t)
		dftest.Same(t, "files left", dftest.FilesIn(t, dir), nil)
	})
}
