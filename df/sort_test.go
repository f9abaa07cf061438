package df_test

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
)

// A tagged row has a key, and its place in the input: whole results then show
// whether rows of equal keys have kept their order.
type tagged[K any] struct {
	Key K
	N   int
}

func tag[K any](keys []K) []tagged[K] {
	rows := make([]tagged[K], len(keys))
	for i, k := range keys {
		rows[i] = tagged[K]{k, i}
	}
	return rows
}

func keyOf[K any](r tagged[K]) K { return r.Key }

// sortedBy is the oracle.
func sortedBy[T any](rows []T, compare func(a, b T) int) []T {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, compare)
	return rows
}

// sameRows is same for rows with ==, of which there may be a million.
func sameRows[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		same(t, what, got, want)
	}
}

// leastMemory is the least budget that so many workers accept.
func leastMemory(workers int) int64 { return 16<<20 + int64(workers)*4<<20 }

// atTheFloor is eachDeployment with the least memory that each accepts. room is
// how many bytes sorts have then.
func atTheFloor(what string, check func(what string, room int, o ...df.Option)) {
	counts := workerCounts
	if testing.Short() {
		counts = []int{2}
	}
	for _, n := range counts {
		least := leastMemory(n)
		check(fmt.Sprintf("%s, %d workers with %d MiB", what, n, least>>20), int(least/4*3), df.Workers(n), df.Memory(least))
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

// scramble is a permutation of all numbers.
func scramble(v int64) int64 { return int64(bitsOf(uint64(v)*0x9E3779B97F4A7C15) * 0xD6E8FEB86659FD93) }

func bitsOf(v uint64) uint64 { return v ^ v>>32 }

func scrambled(n int) []int64 {
	rows := make([]int64, n)
	for i := range rows {
		rows[i] = scramble(int64(i))
	}
	return rows
}

// numberCost is about how many bytes an int64 takes that is sorted by itself.
const numberCost = 56

// sortsKeys sorts by keys in every shape, by every verb. Rows are places in a
// slice of keys: with rows of a type for each kind of key, compiling this took
// minutes.
func sortsKeys[K df.Sortable](keys []K, compare func(a, b K) int) func(*testing.T) {
	sorted := sortedBy(keys, compare)
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
				want := sortedBy(rows, v.compare)
				eachDeployment(verb+", "+shape, func(what string, o df.Option) {
					sameRows(t, what, collect(t, v.sorted, o), want)
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
		want := sortedBy(rows, both)
		eachDeployment(what, func(what string, o df.Option) {
			sameRows(t, what, collect(t, df.Sort(df.FromSlice(rows), order), o), want)
			sameRows(t, what+", by Compare", collect(t, df.SortFunc(df.FromSlice(rows), order.Compare), o), want)
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
	want := sortedBy(rows, compare)
	name, at := func(p parcel) string { return p.Name }, func(p parcel) time.Time { return p.at }
	eachDeployment("parcels", func(what string, o df.Option) {
		same(t, what, collect(t, df.Sort(df.FromSlice(rows), df.Asc(name).Then(df.Asc(at))), o), want)
		same(t, what+", by comparison", collect(t, df.SortFunc(df.FromSlice(rows), compare), o), want)
	})
	same(t, "the input after it was sorted", rows, parcels(4000))
}

// TestSortedRowsAreApart: what one row holds can be changed without changing
// another row.
func TestSortedRowsAreApart(t *testing.T) {
	rows := make([]parcel, 5000)
	for i := range rows {
		rows[i] = parcel{note: fmt.Append(nil, "note ", scramble(int64(i))), nested: [][]int8{{1, 2}, {3}}, Tags: []string{fmt.Sprint(i), "b"}}
	}
	change := func(p *parcel) {
		p.note, p.nested[0], p.Tags = append(p.note, "and more"...), append(p.nested[0], -1, -1, -1), append(p.Tags, "c", "d")
		p.note[0], p.nested[0][0], p.Tags[0] = 'N', -1, "A"
	}
	want := sortedBy(rows, func(a, b parcel) int { return bytes.Compare(a.note, b.note) })
	for i, p := range want {
		want[i] = parcel{note: slices.Clone(p.note), nested: [][]int8{slices.Clone(p.nested[0]), {3}}, Tags: slices.Clone(p.Tags)}
		change(&want[i])
	}
	s := df.SortBy(df.FromSlice(rows), func(p parcel) []byte { return p.note }).Update(change)
	eachDeployment("rows that are changed", func(what string, o df.Option) { same(t, what, collect(t, s, o), want) })
}

// TestSortViews sorts rows that point into buffers which are soon used again.
func TestSortViews(t *testing.T) {
	text := randomText(7, 1<<20, 30)
	lines := naiveLines(text)
	views := df.LineViews(textFile(t, "a", text), textFile(t, "b", text))
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
	eachDeployment("views", func(what string, o df.Option) {
		same(t, what, mappedRows(collect(t, df.SortBy(views, df.Self[df.View]), o), df.View.Clone), sortedBy(lines, strings.Compare))
		prefix := df.Desc(func(v df.View) df.View { return v[:min(2, len(v))] })
		same(t, what+", by their beginnings", mappedRows(collect(t, views.Sort(prefix), o), df.View.Clone),
			sortedBy(lines, func(a, b string) int { return strings.Compare(start(b), start(a)) }))
		sameRows(t, what+" in structs", mappedRows(collect(t, df.SortBy(cut, func(v numberedView) df.View { return v.Rest }), o), back), sortedBy(cuts, byRest))
		sameRows(t, what+" in structs, by length", mappedRows(collect(t, cut.Sort(df.Desc(func(v numberedView) int { return v.Len })), o), back), sortedBy(cuts, byLen))
		sameRows(t, what+" in structs, by comparison", mappedRows(collect(t, df.SortFunc(cut, func(a, b numberedView) int { return cmp.Compare(b.Len, a.Len) }), o), back), sortedBy(cuts, byLen))
	})
}

// TestSortOfNothing sorts rows that take no memory.
func TestSortOfNothing(t *testing.T) {
	for _, n := range []int{0, 1, manyRows} {
		nothing := df.Map(df.Range(0, n), func(int) struct{} { return struct{}{} })
		eachDeployment(fmt.Sprint(n, " rows"), func(what string, o df.Option) {
			same(t, what, collect(t, df.SortBy(nothing, func(struct{}) int { return 1 }), o), make([]struct{}, n))
			same(t, what+", by text", collect(t, nothing.Sort(df.Desc(func(struct{}) string { return "" })), o), make([]struct{}, n))
			same(t, what+", by comparison", collect(t, nothing.SortFunc(func(a, b struct{}) int { return 0 }), o), make([]struct{}, n))
		})
	}
}

// TestSortIsStable sorts rows by something that says little, from every kind of
// source.
func TestSortIsStable(t *testing.T) {
	some, others := zipfTexts(1, manyRows), zipfTexts(2, 3000)
	one, two := textFile(t, "1.txt", []byte(joined(some))), textFile(t, "2.txt", []byte(joined(others)))
	both := slices.Concat(some, others)
	files := filepath.Join(t.TempDir(), "*.txt")
	for i, part := range slices.Collect(slices.Chunk(both, 900)) {
		if err := os.WriteFile(strings.Replace(files, "*", fmt.Sprintf("%03d", i), 1), []byte(joined(part)), 0o666); err != nil {
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
		"Concat of sorted ones": {df.Concat(df.SortBy(in, textSize), df.SortBy(in, textSize)), slices.Concat(sortedBy(both, bySize), sortedBy(both, bySize))},
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
			want := sortedBy(source.rows, bySize)
			wantDown := sortedBy(source.rows, func(a, b string) int { return bySize(b, a) })
			eachDeployment(name, func(what string, o df.Option) {
				same(t, what, collect(t, df.SortBy(source.s, textSize), o), want)
				same(t, what+", down", collect(t, source.s.Sort(df.Desc(textSize)), o), wantDown)
				same(t, what+", by comparison", collect(t, source.s.SortFunc(bySize), o), want)
			})
		})
	}
}

func textSize(s string) int       { return len(s) }
func bySize(a, b string) int      { return cmp.Compare(len(a), len(b)) }
func byValue(a, b int64) int      { return cmp.Compare(a, b) }
func byModulus(a, b int64) int    { return cmp.Compare(mod10(a), mod10(b)) }
func upwards(s stream) stream     { return df.SortBy(s, df.Self[int64]) }
func downwards(s stream) stream   { return df.Sort(s, df.Desc(df.Self[int64])) }
func numbersUp(r []int64) []int64 { return sortedBy(r, byValue) }

func zipfTexts(seed uint64, n int) []string { return mapped(text)(zipfRows(seed, n)) }

// TestSortVerbs sorts inputs of every shape, alone and with other verbs before
// and after it.
func TestSortVerbs(t *testing.T) {
	all := inputs(t)
	byMod := df.Asc(mod10)
	odd := func(_ int, v int64) bool { return isOdd(v) }
	for _, c := range []verbCase{
		ordered("Sort", func(s stream) stream { return df.Sort(s, df.Asc(df.Self[int64])) }, numbersUp),
		ordered("Sort, ties in order", func(s stream) stream { return s.Sort(byMod) }, func(rows []int64) []int64 { return sortedBy(rows, byModulus) }),
		ordered("SortBy text", func(s stream) df.Stream[string] { return df.SortBy(df.Map(s, text), df.Self[string]) },
			func(rows []int64) []string { return sortedBy(mapped(text)(rows), strings.Compare) }),
		ordered("SortFunc", func(s stream) stream { return s.SortFunc(byModulus) }, func(rows []int64) []int64 { return sortedBy(rows, byModulus) }),
		ordered("Sort of what Filter left", func(s stream) stream { return upwards(s.Filter(isOdd)) }, func(rows []int64) []int64 { return numbersUp(kept(odd)(rows)) }),
		ordered("Sort of more", func(s stream) stream { return upwards(df.Expand(s, copies)) }, func(rows []int64) []int64 { return numbersUp(expanded(rows)) }),
		ordered("Sort of a Sort", func(s stream) stream { return upwards(s).Sort(byMod) }, func(rows []int64) []int64 { return sortedBy(numbersUp(rows), byModulus) }),
		ordered("Sort of a Sort down", func(s stream) stream { return upwards(downwards(s)) }, numbersUp),
		ordered("Sort of groups", func(s stream) stream { return upwards(df.DistinctBy(s, df.Self[int64])) }, func(rows []int64) []int64 { return slices.Compact(numbersUp(rows)) }),
		ordered("Sort, Compact", func(s stream) stream { return df.Compact(upwards(s)) }, func(rows []int64) []int64 { return slices.Compact(numbersUp(rows)) }),
		ordered("Sort, Take", func(s stream) stream { return upwards(s).Take(2500) }, func(rows []int64) []int64 { return numbersUp(rows)[:min(2500, len(rows))] }),
		ordered("Sort, Take 0", func(s stream) stream { return upwards(s).Take(0) }, func([]int64) []int64 { return nil }),
		ordered("Take, Sort", func(s stream) stream { return upwards(s.Take(2500)) }, func(rows []int64) []int64 { return numbersUp(rows[:min(2500, len(rows))]) }),
		ordered("Sort, Skip", func(s stream) stream { return upwards(s).Skip(1500) }, func(rows []int64) []int64 { return numbersUp(rows)[min(1500, len(rows)):] }),
		ordered("Sort, Enumerate", func(s stream) df.Stream[[2]int64] { return df.Enumerate(upwards(s), pair) }, func(rows []int64) (out [][2]int64) {
			for i, v := range numbersUp(rows) {
				out = append(out, pair(int64(i), v))
			}
			return out
		}),
		ordered("Sort, Chunk", func(s stream) df.Stream[[]int64] { return df.Chunk(upwards(s), 700, slices.Clone[[]int64]) },
			func(rows []int64) [][]int64 { return chunks(700)(numbersUp(rows)) }),
		ordered("Sort, Reduce", func(s stream) df.Stream[affine] { return df.Reduce(df.Map(upwards(s), affineOf), compose) }, single(true, func(rows []int64) affine {
			rows = numbersUp(rows)
			a := affineOf(rows[0])
			for _, v := range rows[1:] {
				a = compose(a, affineOf(v))
			}
			return a
		})),
		ordered("sorted and itself", func(s stream) stream { u := upwards(s); return u.Concat(u, downwards(u)) }, func(rows []int64) []int64 {
			up := numbersUp(rows)
			return slices.Concat(up, up, sortedBy(up, func(a, b int64) int { return byValue(b, a) }))
		}),
		ordered("sorted up and down side by side", func(s stream) stream { return df.Zip(upwards(s), downwards(s), plus) }, func(rows []int64) []int64 {
			return zipped(numbersUp(rows), sortedBy(rows, func(a, b int64) int { return byValue(b, a) }))
		}),
		ordered("sorted beside its mean", func(s stream) stream { u := upwards(s); return everyRow(u, meanOf(u)).Take(manyRows) }, func(rows []int64) []int64 {
			up := numbersUp(rows)
			if len(up) == 0 {
				return nil
			}
			return zipped(up, slices.Repeat(meanRows(up), manyRows))
		}),
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, in := range all {
				c.check(t, in)
			}
		})
	}
}

// TestSortIntoSeveral gives sorted rows to several consumers in one run.
func TestSortIntoSeveral(t *testing.T) {
	rows := zipfRows(8, 3*manyRows)
	up := numbersUp(rows)
	eachDeployment("tee", func(what string, o df.Option) {
		var calls atomic.Int64
		s := df.SortBy(df.FromSlice(rows), func(v int64) int64 { calls.Add(1); return v })
		path := filepath.Join(t.TempDir(), "out")
		var all, few, odd, counts, again []int64
		err := df.Run(context.Background(), df.Outputs(
			df.Into(s, &all), df.Into(s.Take(10), &few), df.Into(s.Filter(isOdd), &odd), df.Into(s.Count(), &counts),
			df.Into(upwards(s), &again), df.WriteLines(df.Map(s, text), path)), o)
		if err != nil {
			t.Fatal(err)
		}
		same(t, what, all, up)
		same(t, what+", the first", few, up[:10])
		same(t, what+", the odd ones", odd, kept(func(_ int, v int64) bool { return isOdd(v) })(up))
		same(t, what+", their number", counts, []int64{int64(len(rows))})
		same(t, what+", sorted again", again, up)
		same(t, what+", written", naiveLines([]byte(unpack(t, path))), mapped(text)(up))
		if n := calls.Load(); n != int64(len(rows)) {
			t.Errorf("%s: the key function was called %d times for %d rows", what, n, len(rows))
		}
	})
}

// TestSortStopsEarly: what follows a sort ends it when it has enough.
func TestSortStopsEarly(t *testing.T) {
	const n = 200_000
	rows := scrambled(n)
	up := numbersUp(rows)
	eachDeployment("the first rows", func(what string, o df.Option) {
		var seen atomic.Int64
		s := df.Inspect(upwards(df.FromSlice(rows)), func(int64) { seen.Add(1) })
		same(t, what, collect(t, s.Take(10), o), up[:10])
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
		noneLeft(t)
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
		rows[i] = large{fmt.Sprintf("%x", uint64(scramble(int64(i%(n/3+1))))), i, int8(i % 5)}
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
	atTheFloor("rows", func(what string, room int, o ...df.Option) {
		rows := largeRows(room * 3 / 2 / largeCost)
		in := df.FromSlice(rows)
		o = append(o, df.TempDir(dir))
		mustSpill(t, what, df.SortBy(in, part), o...)
		check := func(verb string, s df.Stream[large], want []large) {
			t.Helper()
			sameRows(t, what+", "+verb, collect(t, s, o...), want)
		}
		parts := sortedBy(rows, byPart)
		check("few numbers", df.SortBy(in, part), parts)
		check("two keys", in.Sort(df.Desc(part).Then(df.Asc(key))), sortedBy(rows, func(a, b large) int { return cmp.Or(byPart(b, a), byKey(a, b)) }))
		if room <= 20<<20 {
			check("text", in.Sort(df.Desc(key)), sortedBy(rows, func(a, b large) int { return byKey(b, a) }))
			check("in order", df.SortBy(in, place), rows)
			check("a comparison", in.SortFunc(byPart), parts)
			text := collect(t, df.SortBy(df.Map(in, key), df.Self[string]), o...)
			same(t, what+", text alone", text, sortedBy(mappedRows(rows, key), strings.Compare))
		}
		same(t, "files left", filesIn(t, dir), nil)
	})
	noneLeft(t)
}

// TestSortKeysOncePerRow: the key functions are called once for each row, and
// those before the second too.
func TestSortKeysOncePerRow(t *testing.T) {
	atTheFloor("numbers", func(what string, room int, o ...df.Option) {
		n := room * 5 / 4 / numberCost
		var first, second atomic.Int64
		s := df.Map(df.Range[int64](0, int64(n)), scramble)
		by := df.Asc(func(v int64) int64 { first.Add(1); return v >> 40 }).Then(df.Asc(func(v int64) int64 { second.Add(1); return v }))
		sameRows(t, what, collect(t, s.Sort(by), o...), numbersUp(scrambled(n)))
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
	in := df.Map(df.Range[int64](0, n), scramble)
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
			return in.Sort(df.Desc(mod10).Then(df.Asc(must(late(then)))))
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
			o := []df.Option{df.Workers(workers), df.Memory(leastMemory(workers)), df.TempDir(dir)}
			err := df.Run(context.Background(), f.plan(func() error { return errBoom }), o...)
			var e *df.Error
			if !errors.Is(err, errBoom) || !errors.As(err, &e) || e.Op != f.op || !strings.HasSuffix(e.Site.File, "sort_test.go") {
				t.Errorf("%s: error %.200v, want that of %s", what, err, f.op)
			}
			noneLeft(t)

			ctx, cancel := context.WithCancelCause(context.Background())
			began := time.Now()
			var once sync.Once
			stop := func() error { once.Do(func() { began = time.Now(); cancel(errBoom) }); return nil }
			if err := df.Run(ctx, f.plan(stop), o...); err != errBoom {
				t.Errorf("%s: cancelled: error %v", what, err)
			}
			prompt(t, began, what)
			noneLeft(t)

			if !beyond {
				err = df.Run(context.Background(), f.plan(func() error { panic(errBoom) }), o...)
				if p := (*df.PanicError)(nil); !errors.Is(err, errBoom) || !errors.As(err, &e) || e.Op != f.op || !errors.As(err, &p) {
					t.Errorf("%s: panic: error %.200v, want that of %s", what, err, f.op)
				}
				noneLeft(t)
			}
			same(t, what+": files left", filesIn(t, dir), nil)
		}
	}
	for _, workers := range workerCounts {
		try(workers, 20_000, false)
	}
	try(2, leastMemory(2)*9/10/numberCost, true)
}

// TestSortOfEndless is cancelled while it fills disks.
func TestSortOfEndless(t *testing.T) {
	dir := t.TempDir()
	for _, workers := range workerCounts {
		var seen atomic.Int64
		ctx, cancel := context.WithCancelCause(context.Background())
		s := df.Inspect(df.Map(endless(), scramble), func(int64) {
			if seen.Add(1) == leastMemory(workers)/numberCost {
				cancel(errBoom)
			}
		})
		if err := df.Run(ctx, upwards(s), df.Workers(workers), df.Memory(leastMemory(workers)), df.TempDir(dir)); err != errBoom {
			t.Errorf("%d workers: error %v", workers, err)
		}
		noneLeft(t)
		same(t, "files left", filesIn(t, dir), nil)
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
	n := leastMemory(2) / numberCost
	s := df.Inspect(upwards(df.Map(df.Range(0, n), scramble)), func(int64) {
		if open.Load() == 0 {
			open.Store(int64(here()))
		}
	})
	if err := df.Run(context.Background(), s, df.Workers(2), df.Memory(leastMemory(2)), df.TempDir(dir)); err != nil {
		t.Fatal(err)
	}
	if open.Load() == 0 || here() > 0 {
		t.Errorf("%d files were open in the directory while rows were merged, and %d are after the run", open.Load(), here())
	}
	same(t, "files left", filesIn(t, dir), nil)
}

// TestDisk: a run that may not write as much as it must fails, and says which
// operator it was.
func TestDisk(t *testing.T) {
	dir := t.TempDir()
	atTheFloor("numbers", func(what string, room int, o ...df.Option) {
		n := room * 3 / 2 / numberCost
		in := df.Map(df.Range[int64](0, int64(n)), scramble)
		o = append(o, df.TempDir(dir))
		for _, bytes := range []int64{1, 1 << 20, int64(n)} {
			err := df.Run(context.Background(), upwards(in).Named("prices"), append(o, df.Disk(bytes))...)
			var e *df.Error
			if !errors.Is(err, df.ErrDiskFull) || !errors.As(err, &e) || e.Op != "sort by" || e.Label != "prices" || !strings.HasSuffix(e.Site.File, "sort_test.go") {
				t.Errorf("%s, %d bytes of disk: error %v", what, bytes, err)
			}
			noneLeft(t)
		}
		sameRows(t, what, collect(t, upwards(in), append(o, df.Disk(int64(n)*100))...), numbersUp(scrambled(n)))
		few := upwards(in.Take(int64(room / 3 / numberCost)))
		if err := df.Run(context.Background(), few, append(o, df.Disk(1))...); err != nil {
			t.Errorf("%s: rows that fit in memory: %v", what, err)
		}
		same(t, "files left", filesIn(t, dir), nil)
	})
}

// TestRowTooLarge sorts rows near the size of the budget.
func TestRowTooLarge(t *testing.T) {
	type row = tagged[string]
	text := strings.Repeat("0123456789abcdef", 3<<20)
	row1 := func(n int) []row { return []row{{"b", 2}, {text[:n], 1}, {"", 0}} }
	key, at := func(r row) int { return r.N }, keyOf[string]
	workers := workerCounts[0]
	o := []df.Option{df.Workers(workers), df.Memory(leastMemory(workers))}
	for name, sort := range map[string]func(df.Stream[row]) df.Stream[row]{
		"by number": func(s df.Stream[row]) df.Stream[row] { return df.SortBy(s, key).Named("rows") },
		"by comparison": func(s df.Stream[row]) df.Stream[row] {
			return df.SortFunc(s, func(a, b row) int { return a.N - b.N }).Named("rows")
		},
		"by itself": func(s df.Stream[row]) df.Stream[row] { return df.SortBy(s, at).Named("rows") },
	} {
		for _, n := range []int{int(leastMemory(workers)), 2 * int(leastMemory(workers))} {
			err := df.Run(context.Background(), sort(df.FromSlice(row1(n))), o...)
			var e *df.Error
			if !errors.Is(err, df.ErrTooLarge) || !errors.As(err, &e) || e.Label != "rows" || !strings.Contains(err.Error(), "sort_test.go:") {
				t.Errorf("%s: a row of %d bytes: error %.300v", name, n, err)
			}
		}
		got := collect(t, sort(df.FromSlice(row1(int(leastMemory(workers)/4)))), o...)
		want := row1(int(leastMemory(workers) / 4))
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
			df.Compact(s), s.Filter(isOdd), s.Take(3), df.Concat(s),
		},
		"input": {df.Compact(in), s.Save("x"), df.Concat(s, s), df.Load[int64]("x"), df.WriteLines(df.Map(s, text), "x-%d")},
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
