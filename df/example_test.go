package df_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	textual "anabranch.dev/df/text"
)

// show prints the rows of a stream.
func show[T any](s df.Stream[T]) {
	for v, err := range df.All(context.Background(), s) {
		if err != nil {
			fmt.Println("error:", err)
			return
		}
		fmt.Println(v)
	}
}

// showGroups prints groups in the order of their keys.
func showGroups[V any](s df.Stream[df.KV[string, V]]) {
	show(df.Top(s, 100, df.Asc(func(kv df.KV[string, V]) string { return kv.Key })))
}

func firstLetter(s string) string { return s[:1] }

var fruit = df.FromSlice([]string{"apple", "banana", "avocado", "cherry", "blueberry", "apricot"})

func ExampleFromSlice() {
	show(df.FromSlice([]int{3, 1, 2}))
	// Output:
	// 3
	// 1
	// 2
}

func ExampleFromSeq() {
	show(df.FromSeq(strings.FieldsSeq("to be or")))
	// Output:
	// to
	// be
	// or
}

func ExampleFromSeq2() {
	show(df.FromSeq2(func(yield func(int, error) bool) {
		_ = yield(1, nil) && yield(2, nil)
	}))
	// Output:
	// 1
	// 2
}

func ExampleSource() {
	shards := []string{"1 2", "3"}
	show(df.Source(shards, func(_ context.Context, shard string) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for word := range strings.FieldsSeq(shard) {
				if !yield(strconv.Atoi(word)) {
					return
				}
			}
		}
	}))
	// Output:
	// 1
	// 2
	// 3
}

func ExampleRange() {
	show(df.Range(7, 10))
	// Output:
	// 7
	// 8
	// 9
}

// exampleFile writes a file for an example and gives its name.
func exampleFile(text string) (path string, remove func()) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	path = filepath.Join(dir, "poem.txt")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		panic(err)
	}
	return path, func() { os.RemoveAll(dir) }
}

func ExampleLines() {
	path, remove := exampleFile("roses are red\nviolets are blue\n")
	defer remove()
	show(df.Lines(path))
	// Output:
	// roses are red
	// violets are blue
}

func ExampleLineViews() {
	path, remove := exampleFile("roses are red\nviolets are blue\n")
	defer remove()
	words := df.Expand(df.LineViews(path), textual.Fields)
	counts := df.CountBy(words, df.Self[df.View]) // the table copies its keys
	show(counts.Top(1, df.Desc(func(kv df.KV[df.View, int64]) int64 { return kv.Value })))
	// Output:
	// {are 2}
}

func ExampleFiles() {
	path, remove := exampleFile("roses are red\n")
	defer remove()
	show(df.Map(df.Files(filepath.Join(filepath.Dir(path), "*.txt")), func(f df.File) string {
		return fmt.Sprint(filepath.Base(f.Path), " ", f.Bytes)
	}))
	// Output:
	// poem.txt 14
}

func ExampleWriteLines() {
	path, remove := exampleFile("")
	defer remove()
	err := df.Run(context.Background(), df.WriteLines(fruit.Take(2), path))
	text, _ := os.ReadFile(path)
	fmt.Printf("%q %v\n", text, err)
	// Output:
	// "apple\nbanana\n" <nil>
}

func ExampleMap() {
	show(df.Map(df.Range(1, 4), func(v int) string { return strings.Repeat("*", v) }))
	// Output:
	// *
	// **
	// ***
}

func ExampleMapErr() {
	_, err := df.Collect(context.Background(), df.MapErr(df.FromSlice([]string{"1", "two"}), strconv.Atoi))
	fmt.Println(errors.Is(err, strconv.ErrSyntax))
	// Output:
	// true
}

func ExampleMapConcurrent() {
	ask := func(_ context.Context, name string) (int, error) { return len(name), nil } // a call that waits
	show(df.MapConcurrent(fruit.Take(3), 100, ask))
	// Output:
	// 5
	// 6
	// 7
}

func ExampleTry() {
	ok, failed := df.Try(df.FromSlice([]string{"1", "two", "3"}), strconv.Atoi)
	var numbers []int
	var rejects []df.Failed[string]
	err := df.Run(context.Background(), df.Outputs(df.Into(ok, &numbers), df.Into(failed, &rejects)))
	fmt.Println(numbers, rejects[0].Row, err)
	// Output:
	// [1 3] two <nil>
}

func ExampleFilter() {
	show(df.Filter(fruit, func(s string) bool { return len(s) > 6 }))
	// Output:
	// avocado
	// blueberry
	// apricot
}

func ExampleUpdate() {
	show(df.Update(df.Range(0, 2), func(v *int) { *v += 10 }))
	// Output:
	// 10
	// 11
}

func ExampleInspect() {
	s := df.Inspect(fruit.Take(1), func(s string) { fmt.Println("saw", s) })
	show(s.Count())
	// Output:
	// saw apple
	// 1
}

func ExampleStream_Named() {
	s := df.MapErr(df.FromSlice([]string{"x"}), strconv.Atoi).Named("parse ages")
	var e *df.Error
	_, err := df.Collect(context.Background(), s)
	fmt.Println(errors.As(err, &e), e.Label, e.Row)
	// Output:
	// true parse ages 1
}

func ExampleFlatMap() {
	show(df.FlatMap(df.FromSlice([]string{"to be", "or not"}), strings.FieldsSeq))
	// Output:
	// to
	// be
	// or
	// not
}

func ExampleExpand() {
	show(df.Expand(df.FromSlice([]string{"to be", "or not"}), textual.Fields))
	// Output:
	// to
	// be
	// or
	// not
}

func ExampleMapBatch() {
	show(df.MapBatch(df.Range(0, 6), func(dst []int, rows []int) []int {
		for _, v := range rows {
			if v%2 == 0 {
				dst = append(dst, v*v)
			}
		}
		return dst
	}))
	// Output:
	// 0
	// 4
	// 16
}

func ExampleTake() {
	show(df.Take(fruit, 2))
	// Output:
	// apple
	// banana
}

func ExampleSkip() {
	show(df.Skip(fruit, 4))
	// Output:
	// blueberry
	// apricot
}

func ExampleEnumerate() {
	show(df.Enumerate(fruit.Take(2), func(i int64, s string) string { return fmt.Sprint(i, ": ", s) }))
	// Output:
	// 0: apple
	// 1: banana
}

func ExampleChunk() {
	show(df.Chunk(df.Range(0, 5), 2, slices.Clone[[]int]))
	// Output:
	// [0 1]
	// [2 3]
	// [4]
}

func ExampleSample() {
	s := df.Range(0, 1_000_000)
	a, _ := df.Collect(context.Background(), df.Sample(s, 0.01, 42), df.Workers(1))
	b, _ := df.Collect(context.Background(), df.Sample(s, 0.01, 42), df.Workers(4))
	fmt.Println(slices.Equal(a, b))
	// Output:
	// true
}

func ExampleZip() {
	show(df.Zip(fruit, df.Range(1, 3), func(s string, n int) string { return fmt.Sprint(n, " ", s) }))
	// Output:
	// 1 apple
	// 2 banana
}

func ExampleConcat() {
	show(df.Concat(df.Range(0, 2), df.Range(8, 10)))
	// Output:
	// 0
	// 1
	// 8
	// 9
}

func ExampleReduce() {
	show(df.Reduce(fruit, func(a, b string) string { return a + "," + b }))
	// Output:
	// apple,banana,avocado,cherry,blueberry,apricot
}

func ExampleAggregate() {
	show(df.Aggregate(fruit, agg.MinMax(func(s string) int { return len(s) })))
	// Output:
	// {5 9}
}

func ExampleCount() {
	show(df.Count(fruit))
	// Output:
	// 6
}

func ExampleSum() {
	show(df.Sum(df.Range(1, 101)))
	// Output:
	// 5050
}

func ExampleMean() {
	show(df.Mean(df.Range(1, 101)))
	// Output:
	// 50.5
}

func ExampleMin() {
	show(df.Min(fruit))
	// Output:
	// apple
}

func ExampleMax() {
	show(df.Max(fruit))
	// Output:
	// cherry
}

func ExampleTop() {
	byLength := df.Desc(func(s string) int { return len(s) })
	show(df.Top(fruit, 2, byLength.Then(df.Asc(df.Self[string]))))
	// Output:
	// blueberry
	// apricot
}

func ExampleCountBy() {
	showGroups(df.CountBy(fruit, firstLetter))
	// Output:
	// {a 3}
	// {b 2}
	// {c 1}
}

func ExampleReduceBy() {
	longer := func(a, b string) string {
		if len(b) > len(a) || len(b) == len(a) && b < a {
			return b
		}
		return a
	}
	showGroups(df.ReduceBy(fruit, firstLetter, longer))
	// Output:
	// {a apricot}
	// {b blueberry}
	// {c cherry}
}

func ExampleAggregateBy() {
	showGroups(df.AggregateBy(fruit, firstLetter, agg.Collect))
	// Output:
	// {a [apple avocado apricot]}
	// {b [banana blueberry]}
	// {c [cherry]}
}

// An aggregate of one's own that takes many rows at a time, too.
func ExampleAggregateBy_batches() {
	type size struct{ words, letters int }
	add := func(s *size, word string) {
		s.words++
		s.letters += len(word)
	}
	sizes := func() agg.Def[string, size, size] {
		return agg.Def[string, size, size]{
			Add: add,
			AddBatch: func(to agg.Groups[size], rows []string) {
				for i := range rows {
					add(to.At(i), rows[i])
				}
			},
			Merge: func(dst, src *size) {
				dst.words += src.words
				dst.letters += src.letters
			},
			Result: func(s *size) size { return *s },
		}
	}
	showGroups(df.AggregateBy(fruit, firstLetter, sizes))
	// Output:
	// {a {3 19}}
	// {b {2 15}}
	// {c {1 6}}
}

func ExampleDistinctBy() {
	show(df.DistinctBy(fruit, firstLetter).Top(10, df.Asc(df.Self[string])))
	// Output:
	// apple
	// banana
	// cherry
}

func ExampleTopBy() {
	showGroups(df.TopBy(fruit, firstLetter, 1, df.Desc(df.Self[string])))
	// Output:
	// {a [avocado]}
	// {b [blueberry]}
	// {c [cherry]}
}

func ExampleAll() {
	for v, err := range df.All(context.Background(), fruit) {
		if err != nil || v == "avocado" {
			break // ends the run
		}
		fmt.Println(v)
	}
	// Output:
	// apple
	// banana
}

func ExampleCollect() {
	fmt.Println(df.Collect(context.Background(), df.Range(0, 3)))
	// Output:
	// [0 1 2] <nil>
}

func ExampleForEach() {
	err := df.ForEach(context.Background(), fruit.Take(2), func(s string) error {
		fmt.Println(s)
		return nil
	})
	fmt.Println(err)
	// Output:
	// apple
	// banana
	// <nil>
}

func ExampleFirst() {
	fmt.Println(df.First(context.Background(), fruit))
	// Output:
	// apple true <nil>
}

func ExampleRun() {
	var rows []int
	fmt.Println(df.Run(context.Background(), df.Into(df.Range(0, 3), &rows)), rows)
	// Output:
	// <nil> [0 1 2]
}

func ExampleOutputs() {
	var counts []int64
	var longest []string
	err := df.Run(context.Background(), df.Outputs( // one pass over the fruit
		df.Into(fruit.Count(), &counts),
		df.Into(fruit.Top(1, df.Desc(func(s string) int { return len(s) })), &longest)))
	fmt.Println(counts, longest, err)
	// Output:
	// [6] [blueberry] <nil>
}

func ExampleExplain() {
	plan := df.Explain(df.CountBy(fruit, firstLetter))
	for _, o := range plan.Operators {
		fmt.Printf("%s: %s rows, %s\n", o.Op, o.Rows, o.Role)
	}
	// Output:
	// from slice: string rows, source
	// count by: df.KV[string,int64] rows, breaker
}

func ExampleWorkers() {
	fmt.Println(df.Collect(context.Background(), fruit.Count(), df.Workers(2), df.Memory(1<<30), df.TempDir(os.TempDir())))
	// Output:
	// [6] <nil>
}

func ExampleWatch() {
	_, err := df.Collect(context.Background(), fruit, df.NoMetrics(), df.Watch(func(p df.Progress) {
		if p.Done {
			fmt.Println(p.Operators[0].Op, p.Operators[0].RowsOut)
		}
	}))
	fmt.Println(err)
	// Output:
	// from slice 6
	// <nil>
}
