package dftest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"anabranch.dev/df"
)

// ManyRows are 10 morsels of a slice.
const ManyRows = 10_007

// ZipfRows are skewed: a few values make up most of the rows.
func ZipfRows(seed uint64, n int) []int64 {
	z := rand.NewZipf(rand.New(rand.NewPCG(seed, seed)), 1.1, 1, 1<<40)
	rows := make([]int64, n)
	for i := range rows {
		rows[i] = int64(z.Uint64())
	}
	return rows
}

// LinesFile writes rows as padded lines, long enough for several morsels.
func LinesFile(t *testing.T, rows []int64) string {
	t.Helper()
	var text bytes.Buffer
	for _, v := range rows {
		fmt.Fprintf(&text, "%027d\n", v)
	}
	path := filepath.Join(t.TempDir(), "rows.txt")
	if err := os.WriteFile(path, text.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// Parse reads a line of LinesFile.
func Parse(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }

// Scramble is a permutation of all numbers.
func Scramble(v int64) int64 { return int64(bitsOf(uint64(v)*0x9E3779B97F4A7C15) * 0xD6E8FEB86659FD93) }

func bitsOf(v uint64) uint64 { return v ^ v>>32 }

// Endless is a stream that has no end.
func Endless() df.Stream[int64] {
	return df.FromSeq(func(yield func(int64) bool) {
		for i := int64(0); yield(i); i++ {
		}
	})
}

// An Input is rows, and a stream of them.
type Input struct {
	Name   string
	Rows   []int64
	Stream df.Stream[int64]
}

// Inputs has every shape of rows, and every way to get at them.
func Inputs(t *testing.T) []Input {
	random := rand.New(rand.NewPCG(1, 2))
	equal := slices.Repeat([]int64{42}, ManyRows)
	distinct := make([]int64, ManyRows)
	for i := range distinct {
		distinct[i] = int64(i-5000) * 1_000_003
	}
	random.Shuffle(len(distinct), func(i, j int) { distinct[i], distinct[j] = distinct[j], distinct[i] })
	zipf := ZipfRows(3, ManyRows)
	short := zipf[:3000]
	shapes := []Input{
		{"empty", nil, df.FromSlice[int64](nil)},
		{"one row", []int64{7}, df.FromSlice([]int64{7})},
		{"equal", equal, df.FromSlice(equal)},
		{"distinct", distinct, df.FromSlice(distinct)},
		{"zipf", zipf, df.FromSlice(zipf)},
		{"empty sequence", nil, df.FromSeq(slices.Values([]int64(nil)))},
		{"sequence", short, df.FromSeq(slices.Values(short))},
		{"lines", zipf, df.MapErr(df.Lines(LinesFile(t, zipf)), Parse)},
	}
	for _, in := range shapes { // the slices are lent
		before := slices.Clone(in.Rows)
		t.Cleanup(func() {
			if !slices.Equal(in.Rows, before) {
				t.Errorf("the rows of input %q were overwritten", in.Name)
			}
		})
	}
	return shapes
}

// NumbersOf are 0 to n-1 in no order, as a stream that takes no memory.
func NumbersOf(n int) Stream { return df.Map(df.Range[int64](0, int64(n)), Scramble) }

// A tagged row has a key, and its place in the input: whole results then show
// whether rows of equal keys have kept their order.
type Tagged[K any] struct {
	Key K
	N   int
}

// Tag numbers rows by their keys.
func Tag[K any](keys []K) []Tagged[K] {
	rows := make([]Tagged[K], len(keys))
	for i, k := range keys {
		rows[i] = Tagged[K]{k, i}
	}
	return rows
}

// Scrambled are n numbers in no order.
func Scrambled(n int) []int64 {
	rows := make([]int64, n)
	for i := range rows {
		rows[i] = Scramble(int64(i))
	}
	return rows
}

// ZipfTexts are ZipfRows as text.
func ZipfTexts(seed uint64, n int) []string { return Mapped(Text)(ZipfRows(seed, n)) }
