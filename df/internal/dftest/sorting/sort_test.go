package sorting_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
)

func keyOf[K any](r dftest.Tagged[K]) K { return r.Key }

// sameRows is same for rows with ==, of which there may be a million.
func sameRows[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		dftest.Same(t, what, got, want)
	}
}

// mustSpill holds that a plan does not fit in memory.
func mustSpill(t *testing.T, what string, o df.Output, options ...df.Option) {
	t.Helper()
	err := df.Run(context.Background(), o, append(options, df.Disk(1))...)
	if !errors.Is(err, df.ErrDiskFull) {
		t.Errorf("%s: error %v, want that of rows that are written to disk", what, err)
	}
}

// numberCost is about how many bytes an int64 takes that is sorted by itself.
const numberCost = 17

// sortsKeys sorts by keys in every shape, by every verb. Rows are places in a
// slice of keys: with rows of a type for each kind of key, compiling this took
// minutes.
func sortsKeys[K df.Sortable](keys []K, compare func(a, b K) int) func(*testing.T) {
	sorted := dftest.SortedBy(keys, compare)
	reversed := slices.Clone(sorted)
	slices.Reverse(reversed)
	shapes := map[string][]K{
		"as drawn": keys, "sorted": sorted, "reversed": reversed, "equal": slices.Repeat(keys[:1], len(keys)),
		"one row": keys[:1], "empty": nil,
	}
	return func(t *testing.T) {
		for shape, keys := range shapes {
			key := func(i int) K { return keys[i] }
			third := func(i int) int { return i % 3 }
			up := func(a, b int) int { return compare(keys[a], keys[b]) }
			down := func(a, b int) int { return up(b, a) }
			asc, desc := df.Asc(key), df.Desc(key)
			rows := make([]int, len(keys))
			for i := range rows {
				rows[i] = i
			}
			s := df.FromSlice(rows)
			for verb, v := range map[string]struct {
				sorted  df.Stream[int]
				compare func(a, b int) int
			}{
				"Sort":      {df.Sort(s, asc), up},
				"Sort Desc": {s.Sort(desc), down},
				"SortBy":    {df.SortBy(s, key), up},
				"SortFunc":  {df.SortFunc(s, up), up},
				"before another": {
					s.Sort(desc.Then(df.Asc(third))),
					func(a, b int) int { return cmp.Or(down(a, b), cmp.Compare(third(a), third(b))) },
				},
				"after another": {
					s.Sort(df.Desc(third).Then(asc)),
					func(a, b int) int { return cmp.Or(cmp.Compare(third(b), third(a)), up(a, b)) },
				},
			} {
				want := dftest.SortedBy(rows, v.compare)
				dftest.EachDeployment(verb+", "+shape, func(what string, o df.Option) {
					sameRows(t, what, dftest.Collect(t, v.sorted, o), want)
				})
			}
		}
	}
}

func mappedRows[T, R any](rows []T, f func(T) R) []R {
	out := make([]R, len(rows))
	for i, v := range rows {
		out[i] = f(v)
	}
	return out
}

// drawKeys draws keys, each of which comes a few times.
func drawKeys[K any](draw func(r *rand.Rand) K) []K {
	r := rand.New(rand.NewPCG(5, 8))
	pool := make([]K, 500)
	for i := range pool {
		pool[i] = draw(r)
	}
	keys := make([]K, 1500)
	for i := range keys {
		keys[i] = pool[r.IntN(len(pool))]
	}
	return keys
}

// whole draws integers of any size, and those at the ends.
func whole[K ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr](r *rand.Rand) K {
	switch r.IntN(8) {
	case 0:
		return K(r.IntN(3)) - 1
	case 1:
		return K(1) << (8*uint(reflect.TypeFor[K]().Size()) - 1) // the least of the signed ones
	case 2:
		return K(1)<<(8*uint(reflect.TypeFor[K]().Size())-1) - 1
	}
	return K(r.Uint64() >> r.IntN(64))
}

func sortsWhole[K ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr]() func(*testing.T) {
	return sortsKeys(drawKeys(whole[K]), cmp.Compare[K])
}

var nastyFloats = []float64{
	math.NaN(), math.Float64frombits(0xFFF8000000000001), math.Float64frombits(0x7FFFFFFFFFFFFFFF), 0, math.Copysign(0, -1),
	math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 1, -1,
}

func nastyFloat(r *rand.Rand) float64 {
	if r.IntN(2) == 0 {
		return nastyFloats[r.IntN(len(nastyFloats))]
	}
	return math.Float64frombits(r.Uint64())
}

// nastyText draws text in which much is the beginning of other text.
func nastyText(r *rand.Rand) string {
	if r.IntN(4) == 0 {
		return fmt.Sprintf("a beginning that many share, %d", r.IntN(10_000))
	}
	b := make([]byte, r.IntN(12))
	for i := range b {
		b[i] = []byte{0, 0, 1, 'a', 'b', 0x7f, 0x80, 0xfe, 0xff}[r.IntN(9)]
	}
	return string(b)
}

var (
	east = time.FixedZone("sort test east", 3600)
	west = time.FixedZone("sort test west", -5*3600)
)

func nastyTime(r *rand.Rand) time.Time {
	switch r.IntN(6) {
	case 0:
		return time.Time{}
	case 1:
		return time.Unix(r.Int64N(3)-1, r.Int64N(3)).UTC()
	case 2:
		return time.Unix(1e9, r.Int64N(2)).In([]*time.Location{time.UTC, east, west}[r.IntN(3)])
	case 3:
		return time.Date(-5000+r.IntN(20_000), 1, 1, 0, 0, 0, 0, east)
	}
	return time.Unix(r.Int64N(4e9)-2e9, r.Int64N(1e9)).UTC()
}

// TestSortKeys sorts by keys of every kind.
func TestSortKeys(t *testing.T) {
	type celsius float64
	type level int8
	type name string
	type digest []byte
	for kind, run := range map[string]func(*testing.T){
		"int": sortsWhole[int](), "int8": sortsWhole[int8](), "int16": sortsWhole[int16](), "int32": sortsWhole[int32](), "int64": sortsWhole[int64](),
		"uint": sortsWhole[uint](), "uint8": sortsWhole[uint8](), "uint16": sortsWhole[uint16](), "uint32": sortsWhole[uint32](),
		"uint64": sortsWhole[uint64](), "uintptr": sortsWhole[uintptr](), "level": sortsWhole[level](),
		"float64": sortsKeys(drawKeys(nastyFloat), cmp.Compare[float64]),
		"float32": sortsKeys(drawKeys(func(r *rand.Rand) float32 { return float32(nastyFloat(r)) }), cmp.Compare[float32]),
		"celsius": sortsKeys(drawKeys(func(r *rand.Rand) celsius { return celsius(r.NormFloat64()) }), cmp.Compare[celsius]),
		"string":  sortsKeys(drawKeys(nastyText), strings.Compare),
		"name":    sortsKeys(drawKeys(func(r *rand.Rand) name { return name(nastyText(r)) }), cmp.Compare[name]),
		"bytes":   sortsKeys(drawKeys(func(r *rand.Rand) []byte { return []byte(nastyText(r)) }), bytes.Compare),
		"digest":  sortsKeys(drawKeys(func(r *rand.Rand) digest { return digest(nastyText(r)) }), func(a, b digest) int { return bytes.Compare(a, b) }),
		"time":    sortsKeys(drawKeys(nastyTime), time.Time.Compare),
	} {
		t.Run(kind, run)
	}
}

// TestSortSeveralKeys sorts by up to four keys, up and down.
func TestSortSeveralKeys(t *testing.T) {
	type row struct {
		Text  string
		Num   int16
		Float float64
		At    time.Time
		N     int
	}
	r := rand.New(rand.NewPCG(3, 9))
	rows := make([]row, 3000)
	for i := range rows {
		rows[i] = row{[]string{"", "\x00", "\x00\x00", "\x00\xff", "a", "a\x00", "a\x00b", "ab", "b"}[r.IntN(9)],
			int16(r.IntN(4) - 2), float64(r.IntN(3)-1) / 2, time.Unix(r.Int64N(2), r.Int64N(2)).UTC(), i}
	}
	type column struct {
		asc, desc df.Order[row]
		compare   func(a, b row) int
	}
	columns := []column{
		{df.Asc(func(r row) string { return r.Text }), df.Desc(func(r row) string { return r.Text }), func(a, b row) int { return strings.Compare(a.Text, b.Text) }},
		{df.Asc(func(r row) int16 { return r.Num }), df.Desc(func(r row) int16 { return r.Num }), func(a, b row) int { return cmp.Compare(a.Num, b.Num) }},
		{df.Asc(func(r row) float64 { return r.Float }), df.Desc(func(r row) float64 { return r.Float }), func(a, b row) int { return cmp.Compare(a.Float, b.Float) }},
		{df.Asc(func(r row) time.Time { return r.At }), df.Desc(func(r row) time.Time { return r.At }), func(a, b row) int { return a.At.Compare(b.At) }},
		{df.Asc(func(r row) []byte { return []byte(r.Text) }), df.Desc(func(r row) []byte { return []byte(r.Text) }), func(a, b row) int { return strings.Compare(a.Text, b.Text) }},
	}
	for range 25 {
		var order df.Order[row]
		var compares []func(a, b row) int
		what := ""
		for range 1 + r.IntN(4) {
			i := r.IntN(len(columns))
			next, compare := columns[i].asc, columns[i].compare
			if r.IntN(2) == 0 {
				up := compare
				next, compare = columns[i].desc, func(a, b row) int { return up(b, a) }
				what += "-"
			}
			if what += fmt.Sprint(i, " "); order.IsZero() {
				order = next
			} else {
				order = order.Then(next)
			}
			compares = append(compares, compare)
		}
		both := func(a, b row) int {
			for _, c := range compares {
				if n := c(a, b); n != 0 {
					return n
				}
			}
			return 0
		}
		want := dftest.SortedBy(rows, both)
		dftest.EachDeployment(what, func(what string, o df.Option) {
			sameRows(t, what, dftest.Collect(t, df.Sort(df.FromSlice(rows), order), o), want)
			sameRows(t, what+", by Compare", dftest.Collect(t, df.SortFunc(df.FromSlice(rows), order.Compare), o), want)
		})
	}
}

// A parcel has a part of every kind that can be written.
type parcel struct {
	ID     int64
	Name   string
	Tags   []string
	Counts map[string]int
	Inner  *parcel
	at     time.Time
	note   []byte
	pair   [2]float32
	_      struct{}
	label  *string
	nested [][]int8
	flag   bool
}

func parcels(n int) []parcel {
	r := rand.New(rand.NewPCG(12, 21))
	rows := make([]parcel, n)
	for i := range rows {
		rows[i] = newParcel(r, 2)
		rows[i].ID = int64(i)
	}
	return rows
}

func newParcel(r *rand.Rand, depth int) parcel {
	p := parcel{Name: nastyText(r), at: nastyTime(r), pair: [2]float32{float32(r.IntN(3)), -0.5}, flag: r.IntN(2) == 0}
	if r.IntN(2) == 0 {
		p.Tags = []string{}
		for range r.IntN(4) {
			p.Tags = append(p.Tags, nastyText(r))
		}
	}
	if r.IntN(2) == 0 {
		p.Counts = map[string]int{}
		for range r.IntN(4) {
			p.Counts[nastyText(r)] = r.IntN(100) - 50
		}
	}
	if depth > 0 && r.IntN(2) == 0 {
		in := newParcel(r, depth-1)
		p.Inner = &in
	}
	if r.IntN(2) == 0 {
		p.note = []byte(nastyText(r))
	}
	if r.IntN(2) == 0 {
		s := nastyText(r)
		p.label = &s
	}
	for range r.IntN(3) {
		p.nested = append(p.nested, make([]int8, r.IntN(3)))
	}
	return p
}

// TestSortWholeRows: rows come out as they went in, whatever is in them.
func TestSortWholeRows(t *testing.T) {
	rows := parcels(4000)
	compare := func(a, b parcel) int { return cmp.Or(strings.Compare(a.Name, b.Name), a.at.Compare(b.at)) }
	want := dftest.SortedBy(rows, compare)
	name, at := func(p parcel) string { return p.Name }, func(p parcel) time.Time { return p.at }
	dftest.EachDeployment("parcels", func(what string, o df.Option) {
		dftest.Same(t, what, dftest.Collect(t, df.Sort(df.FromSlice(rows), df.Asc(name).Then(df.Asc(at))), o), want)
		dftest.Same(t, what+", by comparison", dftest.Collect(t, df.SortFunc(df.FromSlice(rows), compare), o), want)
	})
	dftest.Same(t, "the input after it was sorted", rows, parcels(4000))
}

// TestSortedRowsAreApart: what one row holds can be changed without changing
// another row.
func TestSortedRowsAreApart(t *testing.T) {
	rows := make([]parcel, 5000)
	for i := range rows {
		rows[i] = parcel{note: fmt.Append(nil, "note ", dftest.Scramble(int64(i))), nested: [][]int8{{1, 2}, {3}}, Tags: []string{fmt.Sprint(i), "b"}}
	}
	change := func(p *parcel) {
		p.note, p.nested[0], p.Tags = append(p.note, "and more"...), append(p.nested[0], -1, -1, -1), append(p.Tags, "c", "d")
		p.note[0], p.nested[0][0], p.Tags[0] = 'N', -1, "A"
	}
	want := dftest.SortedBy(rows, func(a, b parcel) int { return bytes.Compare(a.note, b.note) })
	for i, p := range want {
		want[i] = parcel{note: slices.Clone(p.note), nested: [][]int8{slices.Clone(p.nested[0]), {3}}, Tags: slices.Clone(p.Tags)}
		change(&want[i])
	}
	s := df.SortBy(df.FromSlice(rows), func(p parcel) []byte { return p.note }).Update(change)
	dftest.EachDeployment("rows that are changed", func(what string, o df.Option) { dftest.Same(t, what, dftest.Collect(t, s, o), want) })
}

// TestSortViews sorts rows that point into buffers which are soon used again.
func TestSortViews(t *testing.T) {
	text := dftest.RandomText(7, 1<<20, 30)
	lines := dftest.NaiveLines(text)
	views := df.LineViews(dftest.TextFile(t, "a", text), dftest.TextFile(t, "b", text))
	lines = slices.Concat(lines, lines)
	start := func(v string) string { return v[:min(2, len(v))] }
	type numberedView struct {
		Rest df.View
		Len  int
	}
	type numberedText struct {
		Rest string
		Len  int
	}
	cut := df.Map(views, func(v df.View) numberedView { return numberedView{v[len(v)/2:], len(v)} })
	cuts := mappedRows(lines, func(s string) numberedText { return numberedText{s[len(s)/2:], len(s)} })
	byLen := func(a, b numberedText) int { return cmp.Compare(b.Len, a.Len) }
	byRest := func(a, b numberedText) int { return strings.Compare(a.Rest, b.Rest) }
	back := func(v numberedView) numberedText { return numberedText{string(v.Rest), v.Len} }
	dftest.EachDeployment("views", func(what string, o df.Option) {
		dftest.Same(t, what, mappedRows(dftest.Collect(t, df.SortBy(views, df.Self[df.View]), o), df.View.Clone), dftest.SortedBy(lines, strings.Compare))
		prefix := df.Desc(func(v df.View) df.View { return v[:min(2, len(v))] })
		dftest.Same(t, what+", by their beginnings", mappedRows(dftest.Collect(t, views.Sort(prefix), o), df.View.Clone),
			dftest.SortedBy(lines, func(a, b string) int { return strings.Compare(start(b), start(a)) }))
		sameRows(t, what+" in structs", mappedRows(dftest.Collect(t, df.SortBy(cut, func(v numberedView) df.View { return v.Rest }), o), back), dftest.SortedBy(cuts, byRest))
		sameRows(t, what+" in structs, by length", mappedRows(dftest.Collect(t, cut.Sort(df.Desc(func(v numberedView) int { return v.Len })), o), back), dftest.SortedBy(cuts, byLen))
		sameRows(t, what+" in structs, by comparison", mappedRows(dftest.Collect(t, df.SortFunc(cut, func(a, b numberedView) int { return cmp.Compare(b.Len, a.Len) }), o), back), dftest.SortedBy(cuts, byLen))
	})
}

// TestSortOfNothing sorts rows that take no memory.
func TestSortOfNothing(t *testing.T) {
	for _, n := range []int{0, 1, dftest.ManyRows} {
		nothing := df.Map(df.Range(0, n), func(int) struct{} { return struct{}{} })
		dftest.EachDeployment(fmt.Sprint(n, " rows"), func(what string, o df.Option) {
			dftest.Same(t, what, dftest.Collect(t, df.SortBy(nothing, func(struct{}) int { return 1 }), o), make([]struct{}, n))
			dftest.Same(t, what+", by text", dftest.Collect(t, nothing.Sort(df.Desc(func(struct{}) string { return "" })), o), make([]struct{}, n))
			dftest.Same(t, what+", by comparison", dftest.Collect(t, nothing.SortFunc(func(a, b struct{}) int { return 0 }), o), make([]struct{}, n))
		})
	}
}

// TestSortIsStable sorts rows by something that says little, from every kind of
// source.
func TestSortIsStable(t *testing.T) {
	some, others := dftest.ZipfTexts(1, dftest.ManyRows), dftest.ZipfTexts(2, 3000)
	one, two := dftest.TextFile(t, "1.txt", []byte(dftest.Joined(some))), dftest.TextFile(t, "2.txt", []byte(dftest.Joined(others)))
	both := slices.Concat(some, others)
	files := filepath.Join(t.TempDir(), "*.txt")
	for i, part := range slices.Collect(slices.Chunk(both, 900)) {
		if err := os.WriteFile(strings.Replace(files, "*", fmt.Sprintf("%03d", i), 1), []byte(dftest.Joined(part)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	twice := func(dst []string, s string) []string { return append(dst, s+"!", s) }
	var doubled []string
	for _, s := range both {
		doubled = twice(doubled, s)
	}
	parts := slices.Collect(slices.Chunk(both, 800))
	in := df.FromSlice(both)
	for name, source := range map[string]struct {
		s    df.Stream[string]
		rows []string
	}{
		"FromSlice":             {in, both},
		"Lines of two files":    {df.Lines(one, two), both},
		"Lines of many files":   {df.Lines(files), both},
		"FromSeq":               {df.FromSeq(slices.Values(both)), both},
		"Concat":                {df.FromSlice(some).Concat(df.Lines(two)), both},
		"Concat of one":         {in.Concat(in), slices.Concat(both, both)},
		"Concat of sorted ones": {df.Concat(df.SortBy(in, textSize), df.SortBy(in, textSize)), slices.Concat(dftest.SortedBy(both, bySize), dftest.SortedBy(both, bySize))},
		"Expand":                {df.Expand(in, twice), doubled},
		"MapConcurrent":         {df.MapConcurrent(in, 3, func(_ context.Context, s string) (string, error) { return s, nil }), both},
		"Source": {df.Source(parts, func(_ context.Context, part []string) iter.Seq2[string, error] {
			return func(yield func(string, error) bool) {
				for _, s := range part {
					if !yield(s, nil) {
						return
					}
				}
			}
		}), both},
		"Zip": {df.Zip(in, df.FromSlice(both), func(a, _ string) string { return a }), both},
	} {
		t.Run(name, func(t *testing.T) {
			want := dftest.SortedBy(source.rows, bySize)
			wantDown := dftest.SortedBy(source.rows, func(a, b string) int { return bySize(b, a) })
			dftest.EachDeployment(name, func(what string, o df.Option) {
				dftest.Same(t, what, dftest.Collect(t, df.SortBy(source.s, textSize), o), want)
				dftest.Same(t, what+", down", dftest.Collect(t, source.s.Sort(df.Desc(textSize)), o), wantDown)
				dftest.Same(t, what+", by comparison", dftest.Collect(t, source.s.SortFunc(bySize), o), want)
			})
		})
	}
}

func textSize(s string) int                   { return len(s) }
func bySize(a, b string) int                  { return cmp.Compare(len(a), len(b)) }
func byValue(a, b int64) int                  { return cmp.Compare(a, b) }
func byModulus(a, b int64) int                { return cmp.Compare(dftest.Mod10(a), dftest.Mod10(b)) }
func upwards(s dftest.Stream) dftest.Stream   { return df.SortBy(s, df.Self[int64]) }
func downwards(s dftest.Stream) dftest.Stream { return df.Sort(s, df.Desc(df.Self[int64])) }
func numbersUp(r []int64) []int64             { return dftest.SortedBy(r, byValue) }

// TestSortVerbs sorts inputs of every shape, alone and with other verbs before
// and after it.
func TestSortVerbs(t *testing.T) {
	all := dftest.Inputs(t)
	byMod := df.Asc(dftest.Mod10)
	odd := func(_ int, v int64) bool { return dftest.IsOdd(v) }
	for _, c := range []dftest.VerbCase{
		dftest.Ordered("Sort", func(s dftest.Stream) dftest.Stream { return df.Sort(s, df.Asc(df.Self[int64])) }, numbersUp),
		dftest.Ordered("Sort, ties in order", func(s dftest.Stream) dftest.Stream { return s.Sort(byMod) }, func(rows []int64) []int64 { return dftest.SortedBy(rows, byModulus) }),
		dftest.Ordered("SortBy text", func(s dftest.Stream) df.Stream[string] { return df.SortBy(df.Map(s, dftest.Text), df.Self[string]) },
			func(rows []int64) []string { return dftest.SortedBy(dftest.Mapped(dftest.Text)(rows), strings.Compare) }),
		dftest.Ordered("SortFunc", func(s dftest.Stream) dftest.Stream { return s.SortFunc(byModulus) }, func(rows []int64) []int64 { return dftest.SortedBy(rows, byModulus) }),
		dftest.Ordered("Sort of what Filter left", func(s dftest.Stream) dftest.Stream { return upwards(s.Filter(dftest.IsOdd)) }, func(rows []int64) []int64 { return numbersUp(dftest.Kept(odd)(rows)) }),
		dftest.Ordered("Sort of more", func(s dftest.Stream) dftest.Stream { return upwards(df.Expand(s, dftest.Copies)) }, func(rows []int64) []int64 { return numbersUp(dftest.Expanded(rows)) }),
		dftest.Ordered("Sort of a Sort", func(s dftest.Stream) dftest.Stream { return upwards(s).Sort(byMod) }, func(rows []int64) []int64 { return dftest.SortedBy(numbersUp(rows), byModulus) }),
		dftest.Ordered("Sort of a Sort down", func(s dftest.Stream) dftest.Stream { return upwards(downwards(s)) }, numbersUp),
		dftest.Ordered("Sort of groups", func(s dftest.Stream) dftest.Stream { return upwards(df.DistinctBy(s, df.Self[int64])) }, func(rows []int64) []int64 { return slices.Compact(numbersUp(rows)) }),
		dftest.Ordered("Sort, Compact", func(s dftest.Stream) dftest.Stream { return df.Compact(upwards(s)) }, func(rows []int64) []int64 { return slices.Compact(numbersUp(rows)) }),
		dftest.Ordered("Sort, Take", func(s dftest.Stream) dftest.Stream { return upwards(s).Take(2500) }, func(rows []int64) []int64 { return numbersUp(rows)[:min(2500, len(rows))] }),
		dftest.Ordered("Sort, Take 0", func(s dftest.Stream) dftest.Stream { return upwards(s).Take(0) }, func([]int64) []int64 { return nil }),
		dftest.Ordered("Take, Sort", func(s dftest.Stream) dftest.Stream { return upwards(s.Take(2500)) }, func(rows []int64) []int64 { return numbersUp(rows[:min(2500, len(rows))]) }),
		dftest.Ordered("Sort, Skip", func(s dftest.Stream) dftest.Stream { return upwards(s).Skip(1500) }, func(rows []int64) []int64 { return numbersUp(rows)[min(1500, len(rows)):] }),
		dftest.Ordered("Sort, Enumerate", func(s dftest.Stream) df.Stream[[2]int64] { return df.Enumerate(upwards(s), dftest.Pair) }, func(rows []int64) (out [][2]int64) {
			for i, v := range numbersUp(rows) {
				out = append(out, dftest.Pair(int64(i), v))
			}
			return out
		}),
		dftest.Ordered("Sort, Chunk", func(s dftest.Stream) df.Stream[[]int64] { return df.Chunk(upwards(s), 700, slices.Clone[[]int64]) },
			func(rows []int64) [][]int64 { return dftest.Chunks(700)(numbersUp(rows)) }),
		dftest.Ordered("Sort, Reduce", func(s dftest.Stream) df.Stream[dftest.Affine] {
			return df.Reduce(df.Map(upwards(s), dftest.AffineOf), dftest.Compose)
		}, dftest.Single(true, func(rows []int64) dftest.Affine {
			rows = numbersUp(rows)
			a := dftest.AffineOf(rows[0])
			for _, v := range rows[1:] {
				a = dftest.Compose(a, dftest.AffineOf(v))
			}
			return a
		})),
		dftest.Ordered("sorted and itself", func(s dftest.Stream) dftest.Stream { u := upwards(s); return u.Concat(u, downwards(u)) }, func(rows []int64) []int64 {
			up := numbersUp(rows)
			return slices.Concat(up, up, dftest.SortedBy(up, func(a, b int64) int { return byValue(b, a) }))
		}),
		dftest.Ordered("sorted up and down side by side", func(s dftest.Stream) dftest.Stream { return df.Zip(upwards(s), downwards(s), dftest.Plus) }, func(rows []int64) []int64 {
			return dftest.Zipped(numbersUp(rows), dftest.SortedBy(rows, func(a, b int64) int { return byValue(b, a) }))
		}),
		dftest.Ordered("sorted beside its mean", func(s dftest.Stream) dftest.Stream {
			u := upwards(s)
			return dftest.EveryRow(u, dftest.MeanOf(u)).Take(dftest.ManyRows)
		}, func(rows []int64) []int64 {
			up := numbersUp(rows)
			if len(up) == 0 {
				return nil
			}
			return dftest.Zipped(up, slices.Repeat(dftest.MeanRows(up), dftest.ManyRows))
		}),
	} {
		t.Run(c.Name, func(t *testing.T) {
			for _, in := range all {
				c.Check(t, in)
			}
		})
	}
}

// TestSortIntoSeveral gives sorted rows to several consumers in one run.
func TestSortIntoSeveral(t *testing.T) {
	rows := dftest.ZipfRows(8, 3*dftest.ManyRows)
	up := numbersUp(rows)
	dftest.EachDeployment("tee", func(what string, o df.Option) {
		var calls atomic.Int64
		s := df.SortBy(df.FromSlice(rows), func(v int64) int64 { calls.Add(1); return v })
		path := filepath.Join(t.TempDir(), "out")
		var all, few, odd, counts, again []int64
		err := df.Run(context.Background(), df.Outputs(
			df.Into(s, &all), df.Into(s.Take(10), &few), df.Into(s.Filter(dftest.IsOdd), &odd), df.Into(s.Count(), &counts),
			df.Into(upwards(s), &again), df.WriteLines(df.Map(s, dftest.Text), path)), o)
		if err != nil {
			t.Fatal(err)
		}
		dftest.Same(t, what, all, up)
		dftest.Same(t, what+", the first", few, up[:10])
		dftest.Same(t, what+", the odd ones", odd, dftest.Kept(func(_ int, v int64) bool { return dftest.IsOdd(v) })(up))
		dftest.Same(t, what+", their number", counts, []int64{int64(len(rows))})
		dftest.Same(t, what+", sorted again", again, up)
		dftest.Same(t, what+", written", dftest.NaiveLines([]byte(dftest.Unpack(t, path))), dftest.Mapped(dftest.Text)(up))
		if n := calls.Load(); n != int64(len(rows)) && !strings.HasSuffix(what, "peers") { // these sort, and merge
			t.Errorf("%s: the key function was called %d times for %d rows", what, n, len(rows))
		}
	})
}

// TestSortStopsEarly: what follows a sort ends it when it has enough.
func TestSortStopsEarly(t *testing.T) {
	const n = 200_000
	rows := dftest.Scrambled(n)
	up := numbersUp(rows)
	dftest.EachWorkers("the first rows", func(what string, o df.Option) {
		var seen atomic.Int64
		s := df.Inspect(upwards(df.FromSlice(rows)), func(int64) { seen.Add(1) })
		dftest.Same(t, what, dftest.Collect(t, s.Take(10), o), up[:10])
		if seen.Load() == n {
			t.Errorf("%s: all rows were given out for the first 10", what)
		}
		seen.Store(0)
		if v, ok, err := df.First(context.Background(), s, o); v != up[0] || !ok || err != nil {
			t.Errorf("%s: First gave %d, %v, %v", what, v, ok, err)
		}
		i := 0
		for v, err := range df.All(context.Background(), s, o) {
			if err != nil || v != up[i] {
				t.Fatalf("%s: row %d is %d, want %d; error %v", what, i, v, up[i], err)
			}
			if i++; i == 3000 {
				break
			}
		}
		dftest.NoneLeft(t)
	})
}

// A large row has keys of several kinds, and a place.
type large struct {
	Key  string
	N    int
	Part int8
}

func largeRows(n int) []large {
	rows := make([]large, n)
	for i := range rows {
		rows[i] = large{fmt.Sprintf("%x", uint64(dftest.Scramble(int64(i%(n/3+1))))), i, int8(i % 5)}
	}
	return rows
}

// largeCost is about how many bytes such a row takes that is sorted.
const largeCost = 70

// TestSortBeyondMemory sorts rows of every kind in the least memory.
func TestSortBeyondMemory(t *testing.T) {
	key, part, place := func(r large) string { return r.Key }, func(r large) int8 { return r.Part }, func(r large) int { return r.N }
	byKey := func(a, b large) int { return strings.Compare(a.Key, b.Key) }
	byPart := func(a, b large) int { return cmp.Compare(a.Part, b.Part) }
	dir := t.TempDir()
	dftest.AtTheFloor("rows", func(what string, room int, o ...df.Option) {
		rows := largeRows(room * 3 / 2 / largeCost)
		in := df.FromSlice(rows)
		o = append(o, df.TempDir(dir))
		mustSpill(t, what, df.SortBy(in, part), o...)
		check := func(verb string, s df.Stream[large], want []large) {
			t.Helper()
			sameRows(t, what+", "+verb, dftest.Collect(t, s, o...), want)
		}
		parts := dftest.SortedBy(rows, byPart)
		check("few numbers", df.SortBy(in, part), parts)
		check("two keys", in.Sort(df.Desc(part).Then(df.Asc(key))), dftest.SortedBy(rows, func(a, b large) int { return cmp.Or(byPart(b, a), byKey(a, b)) }))
		if room <= 20<<20 {
			check("text", in.Sort(df.Desc(key)), dftest.SortedBy(rows, func(a, b large) int { return byKey(b, a) }))
			check("in order", df.SortBy(in, place), rows)
			check("a comparison", in.SortFunc(byPart), parts)
			text := dftest.Collect(t, df.SortBy(df.Map(in, key), df.Self[string]), o...)
			dftest.Same(t, what+", text alone", text, dftest.SortedBy(mappedRows(rows, key), strings.Compare))
		}
		dftest.Same(t, "files left", dftest.FilesIn(t, dir), nil)
	})
	dftest.NoneLeft(t)
}

// TestSortKeysOncePerRow: the key functions are called once for each row, and
// those before the second too.
func TestSortKeysOncePerRow(t *testing.T) {
	dftest.AtTheFloor("numbers", func(what string, room int, o ...df.Option) {
		n := room * 5 / 4 / numberCost
		var first, second atomic.Int64
		s := df.Map(df.Range[int64](0, int64(n)), dftest.Scramble)
		by := df.Asc(func(v int64) int64 { first.Add(1); return v >> 40 }).Then(df.Asc(func(v int64) int64 { second.Add(1); return v }))
		sameRows(t, what, dftest.Collect(t, s.Sort(by), o...), numbersUp(dftest.Scrambled(n)))
		if first.Load() != int64(n) || second.Load() != int64(n) {
			t.Errorf("%s: the functions were called %d and %d times for %d rows", what, first.Load(), second.Load(), n)
		}
	})
}

// sortFailures are plans with sorts that fail in the middle of something. n is
// so many rows that they are written to disk.
func sortFailures(n int64) map[string]struct {
	op   string
	plan func(then func() error) df.Output
} {
	in := df.Map(df.Range[int64](0, n), dftest.Scramble)
	late := func(then func() error) func(v int64) (int64, error) {
		var seen atomic.Int64
		return func(v int64) (int64, error) {
			if seen.Add(1) == n*7/8 {
				return v, then()
			}
			return v, nil
		}
	}
	must := func(f func(int64) (int64, error)) func(int64) int64 {
		return func(v int64) int64 {
			v, err := f(v)
			if err != nil {
				panic(err)
			}
			return v
		}
	}
	return map[string]struct {
		op   string
		plan func(then func() error) df.Output
	}{
		"before a sort": {"map", func(then func() error) df.Output { return upwards(df.MapErr(in, late(then))) }},
		"after a sort":  {"map", func(then func() error) df.Output { return df.MapErr(upwards(in), late(then)) }},
		"between two sorts": {"map", func(then func() error) df.Output {
			return upwards(df.MapErr(downwards(in), late(then)))
		}},
		"after a sort by comparison": {"map", func(then func() error) df.Output { return df.MapErr(in.SortFunc(byValue), late(then)) }},
		"after one of two outputs": {"map", func(then func() error) df.Output {
			s := upwards(in)
			return df.Outputs(df.MapErr(s, late(then)), s.Count(), downwards(s))
		}},
		"in a key": {"sort by", func(then func() error) df.Output { return df.SortBy(in, must(late(then))) }},
		"in a second key": {"sort", func(then func() error) df.Output {
			return in.Sort(df.Desc(dftest.Mod10).Then(df.Asc(must(late(then)))))
		}},
		"in a comparison": {"sort func", func(then func() error) df.Output {
			f := must(late(then))
			return in.SortFunc(func(a, b int64) int { return byValue(f(a), b) })
		}},
		"in a late comparison": {"sort func", func(then func() error) df.Output {
			var given atomic.Bool
			s := in.SortFunc(func(a, b int64) int {
				if given.Load() {
					if err := then(); err != nil {
						panic(err)
					}
				}
				return byValue(a, b)
			})
			return s.Inspect(func(int64) { given.Store(true) })
		}},
	}
}

// TestSortFails ends runs with sorts in every way, in memory and beyond it.
func TestSortFails(t *testing.T) {
	dir := t.TempDir()
	try := func(workers int, n int64, beyond bool) {
		for name, f := range sortFailures(n) {
			if !beyond && name == "in a late comparison" { // in memory, all are early
				continue
			}
			what := fmt.Sprintf("%s, %d rows, %d workers", name, n, workers)
			o := []df.Option{df.Workers(workers), df.Memory(dftest.LeastMemory(workers)), df.TempDir(dir)}
			err := df.Run(context.Background(), f.plan(func() error { return dftest.ErrBoom }), o...)
			var e *df.Error
			if !errors.Is(err, dftest.ErrBoom) || !errors.As(err, &e) || e.Op != f.op || !strings.HasSuffix(e.Site.File, "sort_test.go") {
				t.Errorf("%s: error %.200v, want that of %s", what, err, f.op)
			}
			dftest.NoneLeft(t)

			ctx, cancel := context.WithCancelCause(context.Background())
			began := time.Now()
			var once sync.Once
			stop := func() error { once.Do(func() { began = time.Now(); cancel(dftest.ErrBoom) }); return nil }
			if err := df.Run(ctx, f.plan(stop), o...); err != dftest.ErrBoom {
				t.Errorf("%s: cancelled: error %v", what, err)
			}
			dftest.Prompt(t, began, what)
			dftest.NoneLeft(t)

			if !beyond {
				err = df.Run(context.Background(), f.plan(func() error { panic(dftest.ErrBoom) }), o...)
				if p := (*df.PanicError)(nil); !errors.Is(err, dftest.ErrBoom) || !errors.As(err, &e) || e.Op != f.op || !errors.As(err, &p) {
					t.Errorf("%s: panic: error %.200v, want that of %s", what, err, f.op)
				}
				dftest.NoneLeft(t)
			}
			dftest.Same(t, what+": files left", dftest.FilesIn(t, dir), nil)
		}
	}
	for _, workers := range dftest.WorkerCounts() {
		try(workers, 20_000, false)
	}
	try(2, dftest.LeastMemory(2)*9/10/numberCost, true)
}

// TestSortOfEndless is cancelled while it fills disks.
func TestSortOfEndless(t *testing.T) {
	dir := t.TempDir()
	for _, workers := range dftest.WorkerCounts() {
		var seen atomic.Int64
		ctx, cancel := context.WithCancelCause(context.Background())
		s := df.Inspect(df.Map(dftest.Endless(), dftest.Scramble), func(int64) {
			if seen.Add(1) == dftest.LeastMemory(workers)/numberCost {
				cancel(dftest.ErrBoom)
			}
		})
		if err := df.Run(ctx, upwards(s), df.Workers(workers), df.Memory(dftest.LeastMemory(workers)), df.TempDir(dir)); err != dftest.ErrBoom {
			t.Errorf("%d workers: error %v", workers, err)
		}
		dftest.NoneLeft(t)
		dftest.Same(t, "files left", dftest.FilesIn(t, dir), nil)
	}
}

// TestTempDirOfSort: temporary files are where they are asked to be.
func TestTempDirOfSort(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("open files are seen on Linux alone")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	here := func() (n int) {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip(err)
		}
		for _, e := range entries {
			if to, err := os.Readlink(filepath.Join("/proc/self/fd", e.Name())); err == nil && strings.HasPrefix(to, dir) {
				n++
			}
		}
		return n
	}
	var open atomic.Int64
	n := dftest.LeastMemory(2) / numberCost
	s := df.Inspect(upwards(df.Map(df.Range(0, n), dftest.Scramble)), func(int64) {
		if open.Load() == 0 {
			open.Store(int64(here()))
		}
	})
	if err := df.Run(context.Background(), s, df.Workers(2), df.Memory(dftest.LeastMemory(2)), df.TempDir(dir)); err != nil {
		t.Fatal(err)
	}
	if open.Load() == 0 || here() > 0 {
		t.Errorf("%d files were open in the directory while rows were merged, and %d are after the run", open.Load(), here())
	}
	dftest.Same(t, "files left", dftest.FilesIn(t, dir), nil)
}

// TestDisk: a run that may not write as much as it must fails, and says which
// operator it was.
func TestDisk(t *testing.T) {
	dir := t.TempDir()
	dftest.AtTheFloor("numbers", func(what string, room int, o ...df.Option) {
		n := room * 3 / 2 / numberCost
		in := df.Map(df.Range[int64](0, int64(n)), dftest.Scramble)
		o = append(o, df.TempDir(dir))
		for _, bytes := range []int64{1, 1 << 20, int64(n)} {
			err := df.Run(context.Background(), upwards(in).Named("prices"), append(o, df.Disk(bytes))...)
			var e *df.Error
			if !errors.Is(err, df.ErrDiskFull) || !errors.As(err, &e) || e.Op != "sort by" || e.Label != "prices" || !strings.HasSuffix(e.Site.File, "sort_test.go") {
				t.Errorf("%s, %d bytes of disk: error %v", what, bytes, err)
			}
			dftest.NoneLeft(t)
		}
		sameRows(t, what, dftest.Collect(t, upwards(in), append(o, df.Disk(int64(n)*100))...), numbersUp(dftest.Scrambled(n)))
		few := upwards(in.Take(int64(room / 3 / numberCost)))
		if err := df.Run(context.Background(), few, append(o, df.Disk(1))...); err != nil {
			t.Errorf("%s: rows that fit in memory: %v", what, err)
		}
		dftest.Same(t, "files left", dftest.FilesIn(t, dir), nil)
	})
}

// TestRowTooLarge sorts rows near the size of the budget.
func TestRowTooLarge(t *testing.T) {
	type row = dftest.Tagged[string]
	text := strings.Repeat("0123456789abcdef", 3<<20)
	row1 := func(n int) []row { return []row{{Key: "b", N: 2}, {Key: text[:n], N: 1}, {}} }
	key, at := func(r row) int { return r.N }, keyOf[string]
	workers := dftest.WorkerCounts()[0]
	o := []df.Option{df.Workers(workers), df.Memory(dftest.LeastMemory(workers))}
	for name, sort := range map[string]func(df.Stream[row]) df.Stream[row]{
		"by number": func(s df.Stream[row]) df.Stream[row] { return df.SortBy(s, key).Named("rows") },
		"by comparison": func(s df.Stream[row]) df.Stream[row] {
			return df.SortFunc(s, func(a, b row) int { return a.N - b.N }).Named("rows")
		},
		"by itself": func(s df.Stream[row]) df.Stream[row] { return df.SortBy(s, at).Named("rows") },
	} {
		for _, n := range []int{int(dftest.LeastMemory(workers)), 2 * int(dftest.LeastMemory(workers))} {
			err := df.Run(context.Background(), sort(df.FromSlice(row1(n))), o...)
			var e *df.Error
			if !errors.Is(err, df.ErrTooLarge) || !errors.As(err, &e) || e.Label != "rows" || !strings.Contains(err.Error(), "sort_test.go:") {
				t.Errorf("%s: a row of %d bytes: error %.300v", name, n, err)
			}
		}
		got := dftest.Collect(t, sort(df.FromSlice(row1(int(dftest.LeastMemory(workers)/4)))), o...)
		want := row1(int(dftest.LeastMemory(workers) / 4))
		slices.SortStableFunc(want, func(a, b row) int {
			if name == "by itself" {
				return strings.Compare(a.Key, b.Key)
			}
			return a.N - b.N
		})
		if !slices.Equal(got, want) {
			t.Errorf("%s: large rows come out differently", name)
		}
	}
}

// TestExplainSorted: plans say which streams are in order.
func TestExplainSorted(t *testing.T) {
	in := df.FromSlice([]int64{3, 1, 2})
	o := df.Asc(df.Self[int64])
	s := df.Sort(in, o)
	for want, plans := range map[string][]df.Output{
		"sorted": {
			s, s.Named("x"), df.SortBy(in, df.Self[int64]), df.SortFunc(in, byValue), df.MergeSorted(o, in, in),
			df.Compact(s), s.Filter(dftest.IsOdd), s.Take(3), df.Concat(s),
		},
		"input": {df.Compact(in), s.Save("x"), df.Concat(s, s), df.Load[int64]("x"), df.WriteLines(df.Map(s, dftest.Text), "x-%d")},
		"none":  {df.Compact(df.DistinctBy(s, df.Self[int64]))},
	} {
		for _, p := range plans {
			line, _, _ := strings.Cut(df.Explain(p).String(), "\n")
			if !strings.Contains(line, " "+want+" ") || !strings.Contains(line, "sort_test.go:") {
				t.Errorf("not %s: %s", want, line)
			}
		}
	}
}
