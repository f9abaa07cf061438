package df_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"anabranch.dev/df"
)

// broad is a row of which not many make a large result.
type broad struct {
	n    int
	text string
	pad  [20]int64
}

// TestCollectLarge has results that are large enough to be put in their place before
// their size is known, from inputs that mislead about it.
func TestCollectLarge(t *testing.T) {
	const n = 300_000
	rows := df.Range(0, n)
	row := func(i int) broad { return broad{n: i, text: strconv.Itoa(i), pad: [20]int64{19: int64(i)}} }
	times := func(k func(i int) int) func(dst []broad, i int) []broad {
		return func(dst []broad, i int) []broad {
			for range k(i) {
				dst = append(dst, row(i))
			}
			return dst
		}
	}
	path := filepath.Join(t.TempDir(), "lines.txt")
	var lines strings.Builder
	for i := range n {
		fmt.Fprintln(&lines, i, strings.Repeat("x", i%40))
	}
	if err := os.WriteFile(path, []byte(lines.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	number := func(line string) (i int) {
		front, _, _ := strings.Cut(line, " ")
		i, _ = strconv.Atoi(front)
		return i
	}
	only := func(lo, hi int) func(int) int {
		return func(i int) int {
			if i >= lo && i < hi {
				return 1
			}
			return 0
		}
	}
	for _, test := range []struct {
		name string
		rows df.Stream[int]
		k    func(i int) int
		in   []int // where each range of k begins anew
	}{
		{"all", rows, func(int) int { return 1 }, []int{n}},
		{"nothing", rows, func(int) int { return 0 }, []int{n}},
		{"first rows", rows, only(0, n/8), []int{n}},
		{"last rows", rows, only(n/8*7, n), []int{n}},
		{"ever more", rows, func(i int) int { return i / (n / 4) }, []int{n}},
		{"ever fewer", rows, func(i int) int { return 3 - i/(n/4) }, []int{n}},
		{"two inputs", df.Concat(rows, df.Range(0, n/2)), func(int) int { return 1 }, []int{n, n / 2}},
		{"file", df.Map(df.Lines(path), number), func(i int) int { return i % 3 }, []int{n}},
		{"other goroutines", df.MapConcurrent(df.Range(0, n/8), 4, func(_ context.Context, i int) (int, error) { return i, nil }), func(int) int { return 2 }, []int{n / 8}},
		{"no size", df.FromSeq(func(yield func(int) bool) {
			for i := 0; i < n/4 && yield(i); i++ {
			}
		}), func(int) int { return 1 }, []int{n / 4}},
	} {
		var want []int
		for _, n := range test.in {
			for i := range n {
				for range test.k(i) {
					want = append(want, i)
				}
			}
		}
		for _, w := range workerCounts {
			got, err := df.Collect(t.Context(), df.Expand(test.rows, times(test.k)), df.Workers(w))
			if err != nil || got == nil {
				t.Fatal(test.name, w, err)
			}
			if !slices.EqualFunc(got, want, func(a broad, b int) bool { return a.n == b && a.text == strconv.Itoa(b) && a.pad[19] == int64(b) }) {
				t.Errorf("%s, %d workers: %d rows, want %d, or others", test.name, w, len(got), len(want))
			}
		}
	}
}

// TestFromSliceStays lends the elements of a slice to steps that overwrite batches
// and to others.
func TestFromSliceStays(t *testing.T) {
	rows := make([]int, 100_000)
	for i := range rows {
		rows[i] = i
	}
	s := df.FromSlice(rows)
	double := func(i int) int { return 2 * i }
	odd := func(i int) bool { return i%2 == 1 }
	var all, doubled []int
	var odds []int
	if err := df.Run(t.Context(), df.Outputs(df.Into(s, &all), df.Into(df.Map(s, double), &doubled), df.Into(df.Filter(s, odd), &odds))); err != nil {
		t.Fatal(err)
	}
	alone, err := df.Collect(t.Context(), df.Update(df.Filter(df.Map(s, double), odd), func(i *int) { *i = 0 }))
	if err != nil || len(alone) != 0 {
		t.Error(len(alone), err)
	}
	for i := range rows {
		if rows[i] != i || all[i] != i || doubled[i] != 2*i || odds[i/2] != i/2*2+1 {
			t.Fatal(i, rows[i], all[i], doubled[i], odds[i/2])
		}
	}
}
