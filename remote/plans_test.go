package remote_test

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
)

// The plans that tests run on peers which are lost. Lines of their input are a word, and
// two numbers: one that repeats, and one that does not.

// twoFiles is the argument of a plan that reads two files.
type twoFiles struct{ Left, Right string }

var (
	upperSorted = df.Func("sort, then map", func(path string) df.Stream[string] {
		return df.Map(df.SortBy(df.Lines(path), df.Self), strings.ToUpper)
	})
	joined = df.Func("join", func(files twoFiles) df.Stream[string] {
		return df.Join(df.Lines(files.Left), df.Lines(files.Right), firstField, firstField, func(l, r string) string { return l + "|" + r })
	})
	grouped = df.Func("group", func(path string) df.Stream[string] {
		return df.GroupBy(df.Lines(path), firstField, func(dst []string, k string, rows iter.Seq[string]) []string {
			n, sum := 0, 0
			for line := range rows {
				n++
				sum += len(line)
			}
			return append(dst, fmt.Sprint(k, " ", n, " ", sum))
		})
	})
	firstAndLast = df.Func("first and last", func(path string) df.Stream[df.KV[string, string]] {
		return df.AggregateBy(df.Lines(path), firstField, agg.Combine(agg.First[string], agg.Last[string], func(first, last string) string { return first + "|" + last }))
	})
)

func firstField(line string) string {
	word, _, _ := strings.Cut(line, " ")
	return word
}

// testInput is a file, another one that it can be joined with, and what plans make of them.
type testInput struct {
	path, other string
	lines       []string
}

func newInput(t testing.TB, lines int) *testInput {
	t.Helper()
	in := &testInput{path: filepath.Join(t.TempDir(), "in.txt"), other: filepath.Join(t.TempDir(), "other.txt")}
	random := rand.New(rand.NewPCG(7, 7))
	var b strings.Builder
	for i := range lines {
		line := fmt.Sprintf("w%d n%d the line number %d, and some more of it", random.IntN(1000), random.IntN(50), i)
		in.lines = append(in.lines, line)
		b.WriteString(line + "\n")
	}
	var other strings.Builder
	for i := 0; i < 1000; i += 3 {
		fmt.Fprintf(&other, "w%d third\n", i)
	}
	for path, text := range map[string]string{in.path: b.String(), in.other: other.String()} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return in
}

// A planCase is a plan, and the rows that it gives.
type planCase struct {
	name    string
	ordered bool
	run     func(ctx context.Context, o ...df.Option) ([]string, error)
	want    []string
}

// cases are the plans on an input.
func (in *testInput) cases() []planCase {
	var words, groups, ends, pairs []string
	count, number, size := map[string]int{}, map[string]int{}, map[string]int{}
	first, last := map[string]string{}, map[string]string{}
	for _, line := range in.lines {
		for word := range strings.FieldsSeq(line) {
			count[word]++
		}
		k := firstField(line)
		number[k]++
		size[k] += len(line)
		if first[k] == "" {
			first[k] = line
		}
		last[k] = line
		if i, _ := strconv.Atoi(k[1:]); i%3 == 0 {
			pairs = append(pairs, line+"|"+k+" third")
		}
	}
	for word, n := range count {
		words = append(words, fmt.Sprint(word, " ", n))
	}
	for k := range maps.Keys(number) {
		groups = append(groups, fmt.Sprint(k, " ", number[k], " ", size[k]))
		ends = append(ends, k+" "+first[k]+"|"+last[k])
	}
	sorted := slices.Sorted(slices.Values(in.lines))
	upper := make([]string, len(sorted))
	for i, line := range sorted {
		upper[i] = strings.ToUpper(line)
	}
	all := []planCase{
		{"word count", false, func(ctx context.Context, o ...df.Option) ([]string, error) {
			return texts(df.Collect(ctx, wordCount(in.path), o...))
		}, words},
		{"sort", true, func(ctx context.Context, o ...df.Option) ([]string, error) {
			return df.Collect(ctx, sortLines(in.path), o...)
		}, sorted},
		{"sort, then map", true, func(ctx context.Context, o ...df.Option) ([]string, error) {
			return df.Collect(ctx, upperSorted(in.path), o...)
		}, upper},
		{"join", false, func(ctx context.Context, o ...df.Option) ([]string, error) {
			return df.Collect(ctx, joined(twoFiles{in.path, in.other}), o...)
		}, pairs},
		{"group", false, func(ctx context.Context, o ...df.Option) ([]string, error) {
			return df.Collect(ctx, grouped(in.path), o...)
		}, groups},
		{"first and last", false, func(ctx context.Context, o ...df.Option) ([]string, error) {
			return texts(df.Collect(ctx, firstAndLast(in.path), o...))
		}, ends},
		{"several outputs", false, func(ctx context.Context, o ...df.Option) ([]string, error) {
			var counts []df.KV[string, int64]
			var lines, groups []string
			err := df.Run(ctx, df.Outputs(df.Into(wordCount(in.path), &counts), df.Into(upperSorted(in.path), &lines), df.Into(grouped(in.path), &groups)), o...)
			more, err := texts(counts, err)
			return slices.Concat(more, lines, groups), err
		}, slices.Concat(words, upper, groups)},
	}
	for _, c := range all {
		if !c.ordered {
			slices.Sort(c.want)
		}
	}
	return all
}

// texts are rows as lines.
func texts[K cmp.Ordered, V any](rows []df.KV[K, V], err error) (list []string, _ error) {
	for _, kv := range rows {
		list = append(list, fmt.Sprint(kv.Key, " ", kv.Value))
	}
	return list, err
}

// check fails the test when rows are not those of the plan.
func (c planCase) check(t testing.TB, got []string) {
	t.Helper()
	if !c.ordered {
		slices.Sort(got)
	}
	if slices.Equal(got, c.want) {
		return
	}
	for i := range min(len(got), len(c.want)) {
		if got[i] != c.want[i] {
			t.Errorf("%s: %d rows, not %d; row %d is %q, not %q", c.name, len(got), len(c.want), i, got[i], c.want[i])
			return
		}
	}
	t.Errorf("%s: %d rows, not %d", c.name, len(got), len(c.want))
}
