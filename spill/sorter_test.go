package spill

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"anabranch.dev/internal/vfs"
	gocmp "github.com/google/go-cmp/cmp"
)

// setting is one way to run a sorter that must give the same rows as all others.
type setting struct {
	name    string
	config  Config
	workers int
}

// settings are all of them, and a third in the short form.
func settings() []setting {
	var list []setting
	workerCounts := []int{1, 2, 7}
	if testing.Short() {
		workerCounts = []int{2}
	}
	for _, workers := range workerCounts {
		list = append(list,
			setting{"memory", Config{}, workers},
			setting{"small buckets", Config{bucketRows: 20}, workers},
			setting{"spilling", Config{Memory: 96 << 10, Compression: None}, workers},
			setting{"compressed", Config{Memory: 160 << 10, Compression: S2}, workers},
			setting{"many passes", Config{Memory: 64 << 10, FanIn: 3, bucketRows: 30}, workers},
		)
	}
	return list
}

// sortAll sorts rows with Add and All.
func sortAll[T any](t *testing.T, order Order[T], c Config, rows []T) []T {
	t.Helper()
	mem := vfs.NewMem()
	c.FS, c.TempDir = mem, "."
	s, err := NewSorter(order, c)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := s.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	var got []T
	for v, err := range s.All() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, v)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if mem.Open() > 0 || len(mem.Names()) > 0 {
		t.Errorf("left behind: %d open files, %q", mem.Open(), mem.Names())
	}
	if held := s.core.mem.held; held != 0 {
		t.Errorf("%d bytes of memory are held after the end", held)
	}
	return got
}

// numbered is a row that knows its place, so that stability shows.
type numbered[K any] struct {
	Key K
	N   int
}

func keyOf[K any](r numbered[K]) K { return r.Key }

func number[K any](keys []K) []numbered[K] {
	rows := make([]numbered[K], len(keys))
	for i, k := range keys {
		rows[i] = numbered[K]{k, i}
	}
	return rows
}

// check sorts rows in all settings and holds the result against the standard
// library's.
func check[T any](t *testing.T, name string, order Order[T], compare func(a, b T) int, rows []T) {
	t.Helper()
	want := slices.Clone(rows)
	slices.SortStableFunc(want, compare)
	for _, s := range settings() {
		s.config.Workers = s.workers
		got := sortAll(t, order, s.config, rows)
		if !reflect.DeepEqual(got, want) && len(rows) > 0 {
			i := 0
			for i < min(len(got), len(want)) && reflect.DeepEqual(got[i], want[i]) {
				i++
			}
			part := func(s []T) []T { return s[min(i, len(s)):min(i+5, len(s))] }
			t.Errorf("%s, %s, %d workers: %d rows, want %d; from %d on (-want +got):\n%s",
				name, s.name, s.workers, len(got), len(want), i, gocmp.Diff(fmt.Sprintf("%.300v", part(want)), fmt.Sprintf("%.300v", part(got))))
			return
		}
	}
}

func randomly[K any](n int, key func(r *rand.Rand, i int) K) []K {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	keys := make([]K, n)
	for i := range keys {
		keys[i] = key(r, i)
	}
	return keys
}

func letters(r *rand.Rand, n int, alphabet string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

const testRows = 6_000

func TestSortTexts(t *testing.T) {
	inputs := map[string]func(r *rand.Rand, i int) string{
		"random":     func(r *rand.Rand, _ int) string { return letters(r, r.IntN(20), "abcdefghijklmnop") },
		"zeros":      func(r *rand.Rand, _ int) string { return letters(r, r.IntN(24), "\x00\x01") },
		"only zeros": func(r *rand.Rand, _ int) string { return letters(r, r.IntN(24), "\x00") },
		"high bytes": func(r *rand.Rand, _ int) string { return letters(r, r.IntN(12), "\xff\xfe\x00a") },
		"shared":     func(r *rand.Rand, _ int) string { return "https://www.example.com/" + letters(r, r.IntN(12), "ab") },
		"shared by most": func(r *rand.Rand, _ int) string {
			return []string{"https://www.example.com/", "x"}[r.IntN(20)/19] + letters(r, r.IntN(12), "ab")
		},
		"equal":      func(*rand.Rand, int) string { return strings.Repeat("equal ", 15) },
		"few":        func(r *rand.Rand, _ int) string { return strings.Repeat(string(rune('a'+r.IntN(5))), 50) },
		"ascending":  func(_ *rand.Rand, i int) string { return fmt.Sprintf("%09d", i) },
		"descending": func(_ *rand.Rand, i int) string { return fmt.Sprintf("%09d", testRows-i) },
		"prefixes":   func(_ *rand.Rand, i int) string { return strings.Repeat("a", i%300) },
		"empty":      func(*rand.Rand, int) string { return "" },
	}
	for name, key := range inputs {
		t.Run(name, func(t *testing.T) {
			keys := randomly(testRows, key)
			rows := number(keys)
			check(t, "strings", Asc(func(s string) string { return s }), cmp.Compare[string], keys)
			check(t, "desc", Desc(keyOf[string]), func(a, b numbered[string]) int { return cmp.Compare(b.Key, a.Key) }, rows)
			if testing.Short() {
				return
			}
			check(t, "strings, descending", Desc(func(s string) string { return s }), func(a, b string) int { return cmp.Compare(b, a) }, keys)
			check(t, "asc", Asc(keyOf[string]), func(a, b numbered[string]) int { return cmp.Compare(a.Key, b.Key) }, rows)
		})
	}
}

func TestSortPartsOfStrings(t *testing.T) {
	rows := randomly(testRows, func(r *rand.Rand, i int) string {
		return fmt.Sprintf("%d,%s,%s", i, letters(r, r.IntN(9), "abc"), letters(r, r.IntN(30), "xyz"))
	})
	field := func(s string) string { return strings.Split(s, ",")[1] }
	check(t, "field", Asc(field), func(a, b string) int { return cmp.Compare(field(a), field(b)) }, rows)
	check(t, "field, descending", Desc(field), func(a, b string) int { return cmp.Compare(field(b), field(a)) }, rows)
	upper := func(s string) string { return strings.ToUpper(field(s)) }
	check(t, "new strings", Asc(upper), func(a, b string) int { return cmp.Compare(upper(a), upper(b)) }, rows)
	check(t, "bytes", Asc(func(s string) []byte { return []byte(field(s)) }), func(a, b string) int { return cmp.Compare(field(a), field(b)) }, rows)
}

func checkNumbers[K cmp.Ordered](t *testing.T, name string, key func(r *rand.Rand, i int) K) {
	t.Helper()
	rows := number(randomly(testRows, key))
	up := func(a, b numbered[K]) int { return cmp.Compare(a.Key, b.Key) }
	check(t, name, Asc(keyOf[K]), up, rows)
	check(t, name+", descending", Desc(keyOf[K]), func(a, b numbered[K]) int { return up(b, a) }, rows)
}

type score float32

func TestSortNumbers(t *testing.T) {
	checkNumbers(t, "int64", func(r *rand.Rand, _ int) int64 { return int64(r.Uint64()) })
	checkNumbers(t, "few int64", func(r *rand.Rand, _ int) int64 { return r.Int64N(7) - 3 })
	checkNumbers(t, "ascending", func(_ *rand.Rand, i int) int { return i })
	checkNumbers(t, "descending", func(_ *rand.Rand, i int) int { return -i })
	checkNumbers(t, "int8", func(r *rand.Rand, _ int) int8 { return int8(r.Uint32()) })
	checkNumbers(t, "uint16", func(r *rand.Rand, _ int) uint16 { return uint16(r.Uint32()) })
	checkNumbers(t, "int32", func(r *rand.Rand, _ int) int32 { return int32(r.Uint32()) })
	checkNumbers(t, "uint64", func(r *rand.Rand, _ int) uint64 { return r.Uint64() >> r.UintN(64) })
	checkNumbers(t, "uintptr", func(r *rand.Rand, _ int) uintptr { return uintptr(r.Uint64()) })
	for name, rows := range map[string][]float64{
		"floats": {1, -1, 0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 1.5, -2.5},
	} {
		checkNumbers(t, name, func(r *rand.Rand, _ int) float64 {
			return rows[r.IntN(len(rows))] * []float64{1, r.Float64()}[r.IntN(2)]
		})
		checkNumbers(t, name+"32", func(r *rand.Rand, _ int) score { return score(rows[r.IntN(len(rows))]) })
	}
}

func TestSortNaN(t *testing.T) {
	nan := math.Float64frombits(0xfff8000000000001)
	rows := number([]float64{1, math.NaN(), math.Inf(-1), nan, -1, math.NaN()})
	got := sortAll(t, Asc(keyOf[float64]), Config{Workers: 1}, rows)
	var order []int
	for _, r := range got {
		order = append(order, r.N)
	}
	if want := []int{1, 3, 5, 2, 4, 0}; !slices.Equal(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
}

type event struct {
	At    time.Time
	Host  string
	Level int8
	Tags  []string
	n     int
}

func TestSortByColumns(t *testing.T) {
	start := time.Date(2026, 1, 31, 23, 59, 59, 0, time.UTC)
	rows := randomly(testRows, func(r *rand.Rand, i int) event {
		e := event{At: start.Add(time.Duration(r.IntN(50)-25) * time.Nanosecond * 700_000_000), Host: letters(r, r.IntN(3), "a\x00\xff"), Level: int8(r.IntN(5) - 2), n: i}
		for range r.IntN(3) {
			e.Tags = append(e.Tags, letters(r, 5, "xyz"))
		}
		return e
	})
	at := func(e event) time.Time { return e.At }
	host := func(e event) string { return e.Host }
	hostBytes := func(e event) []byte { return []byte(e.Host) }
	level := func(e event) int8 { return e.Level }
	for _, o := range []struct {
		name  string
		order Order[event]
		cmp   func(a, b event) int
	}{
		{"time", Asc(at), func(a, b event) int { return a.At.Compare(b.At) }},
		{"time, descending", Desc(at), func(a, b event) int { return b.At.Compare(a.At) }},
		{"host, level", Asc(host).Then(Asc(level)), func(a, b event) int { return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Level, b.Level)) }},
		{"host down, level", Desc(hostBytes).Then(Asc(level)), func(a, b event) int { return cmp.Or(cmp.Compare(b.Host, a.Host), cmp.Compare(a.Level, b.Level)) }},
		{"level down, host", Desc(level).Then(Asc(host)), func(a, b event) int { return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(a.Host, b.Host)) }},
		{"level, host down", Asc(level).Then(Desc(host)), func(a, b event) int { return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(b.Host, a.Host)) }},
		{"level, time, host", Asc(level).Then(Asc(at).Then(Asc(host))), func(a, b event) int {
			return cmp.Or(cmp.Compare(a.Level, b.Level), a.At.Compare(b.At), cmp.Compare(a.Host, b.Host))
		}},
		{"comparison", By(func(a, b event) int { return cmp.Compare(a.Host+"!", b.Host+"!") }), func(a, b event) int { return cmp.Compare(a.Host+"!", b.Host+"!") }},
		{"comparison, level", By(func(a, b event) int { return bytes.Compare([]byte(b.Host), []byte(a.Host)) }).Then(Asc(level)), func(a, b event) int {
			return cmp.Or(cmp.Compare(b.Host, a.Host), cmp.Compare(a.Level, b.Level))
		}},
	} {
		check(t, o.name, o.order, o.cmp, rows)
		for i := range 1000 {
			a, b := rows[i], rows[i+1]
			if got, want := o.order.Compare(a, b), o.cmp(a, b); (got < 0) != (want < 0) || (got > 0) != (want > 0) {
				t.Fatalf("%s: Compare(%v, %v) is %d, want %d", o.name, a, b, got, want)
			}
		}
	}
}

func TestSortLargeRows(t *testing.T) {
	rows := randomly(200, func(r *rand.Rand, i int) string {
		return letters(r, 1+r.IntN(3), "ab") + strings.Repeat("x", r.IntN(40_000)*(i%3)) + fmt.Sprint(i)
	})
	rows[50] = "a" + strings.Repeat("y", 2<<20)
	rows[51] = "b" + strings.Repeat("z", 1<<20)
	want := slices.Sorted(slices.Values(rows))
	for _, workers := range []int{1, 2} {
		got := sortAll(t, Asc(func(s string) string { return s }), Config{Memory: 4 << 20, Workers: workers}, rows)
		if !slices.Equal(got, want) {
			t.Errorf("%d workers: rows differ", workers)
		}
	}
	s, err := NewSorter(Asc(func(s string) string { return s }), Config{Memory: 1 << 20, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Add(rows...); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sort(nil); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a row of 2 MiB in 1 MiB: %v", err)
	}
}
