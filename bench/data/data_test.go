package data_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"anabranch.dev/bench/data"
)

func text(t testing.TB, k data.Kind) string {
	t.Helper()
	var b bytes.Buffer
	n, err := k.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("%s: WriteTo = %d, %v after %d bytes", k.Name(), n, err, b.Len())
	}
	return b.String()
}

// looksAtText skips a test, in short runs, that does nothing but look at a text which has been made: TestBytesStay
// tells whether it is still the same text, and loops over text have nothing for the race detector.
func looksAtText(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("looks at large texts")
	}
}

func TestSameBytesForAnyNumberOfCores(t *testing.T) {
	kinds := []data.Kind{
		data.Words{Bytes: 3<<20 + 5, Distinct: 1000, Capital: 0.15, Seed: 7},
		data.Stations{Rows: 150_000, Names: 413, Seed: 7},
		data.Records{Rows: 50_000, Order: data.Few, Seed: 7},
		data.Records{Rows: 20, Bytes: 500_000, Seed: 7},
		data.Tera{Rows: 50_000, Seed: 7},
		data.TPCH{Table: "orders", Scale: 0.02, Seed: 7},
		data.TPCH{Table: "lineitem", Scale: 0.01, Seed: 7},
		data.H2O{Rows: 50_000, Seed: 7},
		data.H2OJoin{Table: data.X, Rows: 50_000, Seed: 7},
		data.H2OJoin{Table: data.Big, Rows: 50_000, Seed: 7},
	}
	for _, k := range kinds {
		want := text(t, k)
		for _, cores := range []int{1, 3} {
			old := runtime.GOMAXPROCS(cores)
			got := text(t, k)
			runtime.GOMAXPROCS(old)
			if got != want {
				t.Errorf("%s: other bytes with %d cores", k.Name(), cores)
			}
		}
	}
	a, b := kinds[0].(data.Words), kinds[0].(data.Words)
	b.Seed++
	if text(t, a) == text(t, b) {
		t.Error("another seed makes the same text")
	}
}

// TestBytesStay fails when a generator makes other bytes than it did, on this machine or for good.
func TestBytesStay(t *testing.T) {
	for _, test := range []struct {
		kind data.Kind
		want string // the first bytes of the SHA-256 sum
	}{
		{data.Words{Bytes: 2e6, Distinct: 100_000, Capital: 0.15, Seed: 1}, "0bb6f63c0ecfb0d6"},
		{data.Stations{Rows: 100_000, Names: 413, Seed: 1}, "7382f80488ea692d"},
		{data.Stations{Rows: 100_000, Names: 10_000, NameBytes: 100, Seed: 2}, "9142ffc10d88439b"},
		{data.Records{Rows: 20_000, Seed: 1}, "a9d3348bd72c262c"},
		{data.Records{Rows: 20_000, Seed: 1, Order: data.Presorted}, "5eadcd4f0cb0fb65"},
		{data.Records{Rows: 20_000, Seed: 1, Order: data.Few}, "898e597d0c5d3034"},
		{data.Records{Rows: 1000, KeyBytes: 40, Bytes: 1000, Seed: 2}, "e8b3fbd4461228ac"},
		{data.Tera{Rows: 20_000, Seed: 1}, "f831cac368a50c11"},
		{data.TPCH{Table: "customer", Scale: 0.01, Seed: 1}, "73da35e13b0bc952"},
		{data.TPCH{Table: "lineitem", Scale: 0.01, Seed: 1}, "3e1611ce35bb3814"},
		{data.TPCH{Table: "nation", Scale: 1, Seed: 1}, "c395891e847a58eb"},
		{data.TPCH{Table: "orders", Scale: 0.01, Seed: 1}, "a4ec1155534da5c9"},
		{data.TPCH{Table: "part", Scale: 0.01, Seed: 1}, "73fdafd8d91ca248"},
		{data.TPCH{Table: "partsupp", Scale: 0.01, Seed: 1}, "4195056571986c94"},
		{data.TPCH{Table: "region", Scale: 1, Seed: 1}, "340b2fc7e64c5a19"},
		{data.TPCH{Table: "supplier", Scale: 0.01, Seed: 1}, "eec2f6cdba8d591b"},
		{data.H2O{Rows: 20_000, Seed: 1}, "b0173fd41c09be53"},
		{data.H2OJoin{Table: data.X, Rows: 20_000, Seed: 1}, "c2ec6f2f5e8bc82b"},
		{data.H2OJoin{Table: data.Small, Rows: 20_000, Seed: 1}, "b70c827568c27a16"},
		{data.H2OJoin{Table: data.Medium, Rows: 20_000, Seed: 1}, "a7103e823ee58085"},
		{data.H2OJoin{Table: data.Big, Rows: 20_000, Seed: 1}, "636ba9a57b3eef93"},
	} {
		if got := fmt.Sprintf("%.8x", sha256.Sum256([]byte(text(t, test.kind)))); got != test.want {
			t.Errorf("%s: sum %s, want %s; if that is meant, raise the version in data.go", test.kind.Name(), got, test.want)
		}
	}
}

func TestWords(t *testing.T) {
	looksAtText(t)
	for _, k := range []data.Words{
		{Bytes: 2 << 20, Distinct: 2000, Seed: 1},
		{Bytes: 2 << 20, Distinct: 2000, Seed: 1, Capital: 0.15},
		{Bytes: 10, Distinct: 1, Seed: 1},
		{Bytes: 0, Distinct: 1, Seed: 1},
	} {
		t.Run(k.Name(), func(t *testing.T) {
			s := text(t, k)
			if k.Bytes == 0 && s != "" {
				t.Fatalf("a text of no bytes is %q", s)
			}
			if n := int64(len(s)); n < k.Bytes || n > k.Bytes+3*100 {
				t.Errorf("%d bytes, want %d or up to a line for each MiB more", n, k.Bytes)
			}
			lines := strings.SplitAfter(s, "\n")
			if last := lines[len(lines)-1]; last != "" {
				t.Errorf("the last line %q has no newline", last)
			}
			word := regexp.MustCompile(`^[A-Za-z][a-z]{2,11}$`)
			count, capital, total := map[string]int{}, 0, 0
			for _, line := range lines[:len(lines)-1] {
				if len(line) < 71 || len(line) > 84 {
					t.Fatalf("a line of %d bytes: %q", len(line), line)
				}
				for w := range strings.SplitSeq(strings.TrimSuffix(line, "\n"), " ") {
					if count[w] == 0 && !word.MatchString(w) {
						t.Fatalf("a strange word %q in %q", w, line)
					}
					count[w]++
					total++
					if w[0] < 'a' {
						capital++
					}
				}
			}
			if k.Distinct < 2000 {
				return
			}
			lower, most := map[string]bool{}, 0
			for w, n := range count {
				lower[strings.ToLower(w)] = true
				most = max(most, n)
			}
			if n := len(lower); n > k.Distinct || n < k.Distinct*999/1000 {
				t.Errorf("%d distinct words, want nearly %d", n, k.Distinct)
			}
			if k.Capital == 0 {
				if capital > 0 {
					t.Errorf("%d capitals", capital)
				}
				// The first of 2000 ranks: log(2) / log(2001).
				if got, want := float64(most)/float64(total), math.Ln2/math.Log(2001); math.Abs(got-want) > 0.1*want {
					t.Errorf("the first word is %.4f of the text, want %.4f", got, want)
				}
			}
			if got := float64(capital) / float64(total); math.Abs(got-k.Capital) > 0.005 {
				t.Errorf("%.4f of the words have a capital, want %.4f", got, k.Capital)
			}
			mean := float64(len(s)) / float64(total)
			if line := float64(len(s)) / float64(len(lines)-1); mean < 5 || mean > 9 || line < 72 || line > 76 {
				t.Errorf("%.2f bytes a word and %.2f a line", mean, line)
			}
		})
	}
}

func TestStations(t *testing.T) {
	looksAtText(t)
	row := regexp.MustCompile(`^[^;\n]+;-?\d{1,2}\.\d$`)
	for _, k := range []data.Stations{
		{Rows: 100_000, Names: 413, Seed: 1},
		{Rows: 200_000, Names: 10_000, NameBytes: 100, Seed: 1},
	} {
		t.Run(k.Name(), func(t *testing.T) {
			longest := k.NameBytes
			if longest == 0 {
				longest = 26
			}
			type stat struct{ n, sum, sum2 float64 }
			stats := map[string]*stat{}
			rows, shortest, long, multi := int64(0), 1000, 0, 0
			for line := range strings.Lines(text(t, k)) {
				rows++
				line = strings.TrimSuffix(line, "\n")
				if !row.MatchString(line) || strings.HasSuffix(line, ";-0.0") {
					t.Fatalf("a strange row %q", line)
				}
				name, value, _ := strings.Cut(line, ";")
				v, err := strconv.ParseFloat(value, 64)
				if err != nil {
					t.Fatal(err)
				}
				s := stats[name]
				if s == nil {
					s = new(stat)
					stats[name] = s
					shortest, long = min(shortest, len(name)), max(long, len(name))
					if !utf8.ValidString(name) {
						t.Errorf("the name %q is not UTF-8", name)
					}
					if utf8.RuneCountInString(name) < len(name) {
						multi++
					}
				}
				s.n, s.sum, s.sum2 = s.n+1, s.sum+v, s.sum2+v*v
			}
			if rows != k.Rows || len(stats) != k.Names || shortest != 3 || long != longest || multi < k.Names/10 {
				t.Errorf("%d rows, %d names of %d to %d bytes, %d with marked letters; want %d, %d, 3, %d, at least a tenth",
					rows, len(stats), shortest, long, multi, k.Rows, k.Names, longest)
			}
			var deviation float64
			for _, s := range stats {
				deviation += math.Sqrt(max(0, s.sum2/s.n-s.sum/s.n*s.sum/s.n))
			}
			if deviation /= float64(len(stats)); deviation < 9 || deviation > 11 {
				t.Errorf("the mean deviation is %.2f degrees, want about 10", deviation)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	const n, distinct = 100_000, 50_000
	ints, texts := data.Ints(n, distinct, 3), data.Strings(n, distinct, 3)
	intSet, textSet := map[int64]bool{}, map[string]bool{}
	for i := range n {
		intSet[ints[i]] = true
		textSet[texts[i]] = true
		if len(texts[i]) != 12 {
			t.Fatalf("key %q is not 12 bytes", texts[i])
		}
	}
	want := distinct * (1 - math.Exp(-float64(n)/distinct))
	for _, got := range []int{len(intSet), len(textSet)} {
		if math.Abs(float64(got)-want) > 0.01*want {
			t.Errorf("%d distinct keys, want about %.0f", got, want)
		}
	}
	again := data.Ints(n, distinct, 3)
	for i := range again {
		if again[i] != ints[i] {
			t.Fatalf("key %d is %d and then %d", i, ints[i], again[i])
		}
	}
	if one := data.Strings(2, 1, 0); one[0] != one[1] {
		t.Errorf("two keys %q from one", one)
	}
}

func TestFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	t.Setenv("ANABRANCH_DATA", dir)
	k := data.Words{Bytes: 1000, Distinct: 10, Seed: 1}
	path, err := data.File(k)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != text(t, k) {
		t.Fatalf("the cached file differs from the generator (%v)", err)
	}
	if err := os.WriteFile(path, []byte("kept"), 0o666); err != nil {
		t.Fatal(err)
	}
	if again, err := data.File(k); err != nil || again != path {
		t.Fatalf("File = %q, %v; want %q again", again, err, path)
	}
	if got, _ := os.ReadFile(path); string(got) != "kept" {
		t.Error("a file that is there was made again")
	}
}

// failing is a writer with room for n chunks.
type failing struct{ n int }

var errFull = errors.New("disk full")

func (f *failing) Write(p []byte) (int, error) {
	if f.n--; f.n < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteErrorEnds(t *testing.T) {
	k := data.Words{Bytes: 6 << 20, Distinct: 10, Seed: 1}
	before := runtime.NumGoroutine()
	for n := range 6 {
		if _, err := k.WriteTo(&failing{n: n}); !errors.Is(err, errFull) {
			t.Errorf("the writer failed at chunk %d and WriteTo returned %v", n, err)
		}
	}
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) { // those that end take a moment for it
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		}
	}
}

// halfWritten is a kind whose generator fails half way.
type halfWritten struct{}

func (halfWritten) Name() string { return "half.txt" }

func (halfWritten) WriteTo(w io.Writer) (int64, error) {
	n, _ := io.WriteString(w, "half")
	return int64(n), errFull
}

func TestFailureLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ANABRANCH_DATA", dir)
	for _, k := range []data.Kind{halfWritten{}, data.Words{Bytes: -1, Distinct: 1}, data.Records{Rows: 1, Bytes: 10}} {
		func() {
			defer func() { recover() }()
			if path, err := data.File(k); err == nil {
				t.Errorf("File = %q", path)
			}
		}()
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func BenchmarkWords(b *testing.B) {
	benchmark(b, data.Words{Bytes: 64 << 20, Distinct: 570_000, Seed: 1})
}

func BenchmarkStations(b *testing.B) {
	benchmark(b, data.Stations{Rows: 4_000_000, Names: 413, Seed: 1})
}

func BenchmarkRecords(b *testing.B) {
	benchmark(b, data.Records{Rows: 1_000_000, Seed: 1})
}

func BenchmarkTera(b *testing.B) {
	benchmark(b, data.Tera{Rows: 1_000_000, Seed: 1})
}

func benchmark(b *testing.B, k data.Kind) {
	b.ReportAllocs()
	for b.Loop() {
		n, err := k.WriteTo(&failing{n: math.MaxInt})
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(n)
	}
}
