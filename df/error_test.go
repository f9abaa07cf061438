package df_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	"anabranch.dev/df/internal/dftest"
	"anabranch.dev/internal/sharedtest"
)

// lineNumber is the line of the file that calls the caller.
func lineNumber() int {
	_, _, line, _ := runtime.Caller(2)
	return line
}

// A failure is a plan that fails.
type failure struct {
	name string
	line int // of the operator that fails, in this file
	run  func(ctx context.Context, opts ...df.Option) error
}

// fails is a failure of an operator that is on the line of the call.
func fails(name string, o df.Output, opts ...df.Option) failure {
	return failure{name, lineNumber(), func(ctx context.Context, more ...df.Option) error {
		return df.Run(ctx, o, append(more, opts...)...)
	}}
}

// failsEach is a failure of a function that is given to ForEach.
func failsEach[T any](name string, s df.Stream[T], f func(T) error) failure {
	return failure{name, 0, func(ctx context.Context, opts ...df.Option) error { return df.ForEach(ctx, s, f, opts...) }}
}

// numbers are 0 to n-1, with an error instead of bad.
func numbers(n, bad int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if i == bad {
				yield(0, errBoom)
				return
			}
			if !yield(i, nil) {
				return
			}
		}
	}
}

// failures are plans in which a function returns an error, or that cannot run.
func failures(t *testing.T) []failure {
	t.Chdir(t.TempDir()) // paths in errors are then short
	lines := dftest.Joined(dftest.NaiveLines(dftest.RandomText(1, 200<<10, 30)))
	for name, text := range map[string]string{
		"in.txt": "1\n2\nthree\n4\n", "large.txt": lines + "bad\n" + lines, "empty.gz": "", "d/x": "x\n",
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o777), os.WriteFile(name, []byte(text), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	in, large := df.Lines("in.txt"), df.Lines("large.txt")
	saved := collect(t, df.Save(in, "saved"))
	if data, err := os.ReadFile("saved"); err != nil || os.WriteFile("cut", data[:saved[0].Bytes-10], 0o666) != nil {
		t.Fatal(err)
	}
	parseOf := func(_ context.Context, s string) (int64, error) { return parse(s) }
	split := func(_ context.Context, n int) iter.Seq2[int, error] { return numbers(n, 1500) }
	return []failure{
		fails("MapErr", df.MapErr(in, parse)),
		fails("MapErr, named", df.MapErr(in, parse).Named("parse prices")),
		fails("MapErr, of a large file", df.MapErr(large, dftest.FailAt("bad"))),
		fails("MapErr, the second of two", df.MapErr(df.MapErr(df.Filter(in, isLong), dftest.FailAt("x")), dftest.FailAt("three"))),
		fails("MapErr, of a slice", df.MapErr(df.FromSlice([]string{"1", "x"}), parse)),
		fails("MapErr, of a long range", df.MapErr(df.Range(0, 10_000), dftest.FailAt(5000))),
		fails("MapErr, of a sequence", df.MapErr(df.FromSeq2(numbers(2000, -1)), dftest.FailAt(1500))),
		fails("MapErr, of groups", df.MapErr(df.CountBy(in, df.Self), dftest.FailAt(df.KV[string, int64]{Key: "three", Value: 1}))),
		fails("MapErr, after Skip", df.MapErr(df.Skip(in, 1), parse)),
		fails("MapConcurrent", df.MapConcurrent(in, 3, parseOf)),
		fails("Lookup", df.Lookup(in, df.FromSlice([]string{"a", "b", "a"}), df.Self, df.Self, func(l, _ string, _ bool) string { return l })),
		fails("FromSeq2", df.FromSeq2(numbers(2000, 1500)).Named("numbers")),
		fails("Source", df.Source([]int{100, 2000}, split)),
		failsEach("ForEach", df.Range(0, 10), func(v int) error { _, err := dftest.FailAt(7)(v); return err }),
		failsEach("ForEach, of a large file", large, func(s string) error { _, err := dftest.FailAt("bad")(s); return err }),
		fails("Lines, missing", df.Lines("missing.txt").Named("prices")),
		fails("Lines, no match", df.Lines("*.log")),
		fails("Lines, bad pattern", df.Lines("[")),
		fails("Lines, directory", df.Lines("d")),
		fails("Lines, no gzip", df.Lines("empty.gz")),
		fails("WriteLines, no directory", df.WriteLines(in, "no/out.txt").Named("result")),
		fails("WriteLines, to a directory", df.WriteLines(in, "d")),
		fails("WriteLines, twice", df.Outputs(df.WriteLines(in, "out").Named("one"), df.WriteLines(in, "out").Named("two"))),
		fails("MergeSorted, not in order", df.MergeSorted(df.Asc(df.Self[string]), df.FromSlice([]string{"a"}), in).Named("merged")),
		fails("MergeSorted, not in order in the end", df.MergeSorted(df.Asc(df.Self[int]), df.Concat(df.Range(0, 5000), df.Range(4000, 5000)))),
		fails("Load, missing", df.Load[string]("missing.rows").Named("prices")),
		fails("Load, no match", df.Load[string]("*.rows")),
		fails("Load, text", df.Load[string]("in.txt")),
		fails("Load, directory", df.Load[string]("d")),
		fails("Load, other type", df.Load[[]int64]("saved")),
		fails("Load, cut off", df.Load[string]("cut")),
		fails("Save, no directory", df.Save(in, "no/saved").Named("result")),
		fails("Sort, a row larger than the budget", df.SortBy(df.FromSlice([]string{strings.Repeat("x", 50<<20)}), df.Self).Named("by name"), df.Memory(44<<20)),
		fails("run within a function", df.MapErr(in, func(string) (int64, error) { return inner() }).Named("outer")),
		fails("run within a sequence", df.FromSeq2(func(yield func(int64, error) bool) { yield(inner()) }).Named("outer")),
		fails("budget too small", df.Count(in), df.Memory(1<<20), df.Workers(2)),
		fails("too many workers", df.Count(in), df.Workers(1_000_000)),
		fails("no directory for temporary files", df.Count(in), df.TempDir("missing")),
		fails("budget exceeded", df.CountBy(df.Range[int64](0, 2_000_000), func(i int64) any { return i }).Named("users"), df.Memory(24<<20), df.Workers(2)),
		fails("end of a goroutine", df.Inspect(in, func(string) { runtime.Goexit() })),
	}
}

func isLong(s string) bool { return len(s) > 1 }

// inner runs a plan that fails.
func inner() (int64, error) {
	n, _, err := df.First(context.Background(), df.MapErr(df.FromSlice([]string{"x"}), parse).Named("inner"))
	return n, err
}

var (
	site = regexp.MustCompile(`errors?_test\.go:(\d+)`)
	held = regexp.MustCompile(`(elements \d+ to \d+: )?memory budget exceeded: all operators together hold \d+ of`)
	// Temporary files have names that nobody else has, and how far one came before the disk
	// was full depends on the workers.
	temporary = regexp.MustCompile(`[^ ]*anabranch-[0-9a-f-]+\.tmp|[^ ]*/\.[a-z-]+\.[0-9-]+\.tmp`)
	injected  = regexp.MustCompile(`injected fault at operation \d+: `)
	amounts   = regexp.MustCompile(`TEMPORARY: block at byte \d+|temporary files: \d+ bytes|takes \d+ of`)
	number    = regexp.MustCompile(`\d+`)
	// How a sequence is dealt to batches depends on time: the sum does not.
	inSeq = regexp.MustCompile(`row (\d+) of elements (\d+) and on`)
)

// stable takes out of an error's text what may differ between runs, or when
// this file is edited.
func stable(text string, line int) string {
	text, _, _ = strings.Cut(text, "\n") // the stack of a panic follows
	text = injected.ReplaceAllString(temporary.ReplaceAllString(text, "TEMPORARY"), "")
	if dir, err := os.Getwd(); err == nil {
		text = strings.ReplaceAll(text, dir+string(filepath.Separator), "")
	}
	text = amounts.ReplaceAllStringFunc(text, func(s string) string { return number.ReplaceAllString(s, "N") })
	text = site.ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasSuffix(s, fmt.Sprint("_test.go:", line)) {
			return "error_test.go:HERE"
		}
		return "error_test.go:ELSEWHERE"
	})
	text = inSeq.ReplaceAllStringFunc(text, func(s string) string {
		m := inSeq.FindStringSubmatch(s)
		row, _ := strconv.Atoi(m[1])
		first, _ := strconv.Atoi(m[2])
		return fmt.Sprintf("row R of elements E and on, R+E = %d", row+first)
	})
	return held.ReplaceAllString(text, "memory budget exceeded: all operators together hold N of")
}

// TestErrorTexts holds the text of every class of error in a file.
func TestErrorTexts(t *testing.T) {
	file, err := filepath.Abs(filepath.Join("testdata", "errors.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, f := range append(failures(t), furtherFailures(t)...) {
		first := ""
		for _, n := range workerCounts {
			err := f.run(context.Background(), df.Workers(n))
			if err == nil {
				t.Errorf("%s, %d workers: no error", f.name, n)
				continue
			}
			var e *df.Error
			if errors.As(err, &e) && f.line != 0 && e.Site.Line != f.line {
				t.Errorf("%s: line %d, want %d: %v", f.name, e.Site.Line, f.line, err)
			}
			got := stable(err.Error(), f.line)
			if first == "" {
				first = got
			}
			if got != first {
				t.Errorf("%s: the error depends on the number of workers:\n%s\n%s", f.name, first, got)
			}
		}
		fmt.Fprintf(&text, "%s\n\t%s\n", f.name, first)
	}
	noneLeft(t)
	sharedtest.Golden(t, file, text.String())
}

// TestErrorCauses finds causes behind the operator's name.
func TestErrorCauses(t *testing.T) {
	in := df.FromSlice([]string{"x"})
	var num *strconv.NumError
	if err := df.Run(context.Background(), df.MapErr(in, parse)); !errors.As(err, &num) || num.Num != "x" || !errors.Is(err, strconv.ErrSyntax) {
		t.Errorf("error %v", err)
	}
	err := df.Run(context.Background(), df.MapErr(in, func(string) (int64, error) { return inner() }).Named("outer"))
	var outer, within *df.Error
	if !errors.As(err, &outer) || outer.Label != "outer" || !errors.As(outer.Err, &within) || within.Label != "inner" {
		t.Errorf("error %v", err)
	}
	err = df.Run(context.Background(), df.Map(in, func(string) int64 {
		_, err := inner()
		panic(err)
	}).Named("outer"))
	var p *df.PanicError
	if !errors.As(err, &outer) || outer.Label != "outer" || !errors.As(err, &p) || !errors.Is(err, strconv.ErrSyntax) {
		t.Errorf("error %v", err)
	}
	for _, f := range []func(*df.Error) bool{
		func(e *df.Error) bool { return e.Op == "map" && e.Label == "price" },
		func(e *df.Error) bool { return e.Row == 1 && e.Input == "1 elements" },
	} {
		if err := df.Run(context.Background(), df.MapErr(in, parse).Named("price")); !errors.As(err, &outer) || !f(outer) {
			t.Errorf("error %#v", outer)
		}
	}
}

// badFunc is an aggregate that panics in one of its functions.
func badFunc(in string) agg.Func[int64, int64, int64] {
	at := func(what string) {
		if what == in {
			dftest.Boom()
		}
	}
	return func() agg.Def[int64, int64, int64] {
		return agg.Def[int64, int64, int64]{
			Init:   func(*int64) { at("init") },
			Add:    func(a *int64, v int64) { at("add"); *a += v },
			Merge:  func(dst, src *int64) { at("merge"); *dst += *src },
			Result: func(a *int64) int64 { at("result"); return *a },
			Size:   func(*int64) int { at("size"); return 8 },
		}
	}
}

// badSeq panics while it is ranged over: at its start, after some rows, or when
// it is left early.
func badSeq(in string) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		if in == "start" {
			dftest.Boom()
		}
		for i := range int64(3000) {
			if i == 2500 && in == "middle" {
				dftest.Boom()
			}
			if !yield(i) {
				if in == "leave" {
					dftest.Boom()
				}
				return
			}
		}
		if in == "end" {
			dftest.Boom()
		}
	}
}

// TestPanics lets every kind of function panic.
func TestPanics(t *testing.T) {
	rows := df.Range[int64](0, 20_000)
	one := df.FromSlice([]int64{1})
	mod := func(v int64) int64 { return v % 100 }
	compare := func(calls int64) df.Order[int64] {
		at := dftest.BoomAt(calls)
		return df.Asc(func(v int64) int64 { at(); return v })
	}
	tests := []struct {
		op string
		failure
	}{
		{"map", fails("Map", df.Map(rows, func(v int64) string { dftest.Boom(); return "" }))},
		{"map", fails("Map in place", df.Map(rows, func(v int64) int64 { dftest.Boom(); return v }))},
		{"map", fails("MapErr", df.MapErr(rows, func(int64) (int64, error) { dftest.Boom(); return 0, nil }))},
		{"map concurrent", fails("MapConcurrent", df.MapConcurrent(rows, 3, func(context.Context, int64) (int64, error) { dftest.Boom(); return 0, nil }))},
		{"try", fails("Try", first(df.Try(rows, func(int64) (int64, error) { dftest.Boom(); return 0, nil })))},
		{"filter", fails("Filter", df.Filter(rows, func(v int64) bool { dftest.Boom(); return v > 0 }))},
		{"update", fails("Update", df.Update(rows, func(*int64) { dftest.Boom() }))},
		{"inspect", fails("Inspect", df.Inspect(rows, func(v int64) { dftest.Boom() }))},
		{"expand", fails("Expand", df.Expand(rows, func([]int64, int64) []int64 { dftest.Boom(); return nil }))},
		{"map batch", fails("MapBatch", df.MapBatch(rows, func([]int64, []int64) []int64 { dftest.Boom(); return nil }))},
		{"flat map", fails("FlatMap", df.FlatMap(rows, func(int64) iter.Seq[int64] { dftest.Boom(); return nil }))},
		{"flat map", fails("FlatMap, start", df.FlatMap(one, func(int64) iter.Seq[int64] { return badSeq("start") }))},
		{"flat map", fails("FlatMap, middle", df.FlatMap(one, func(int64) iter.Seq[int64] { return badSeq("middle") }))},
		{"flat map", fails("FlatMap, end", df.FlatMap(one, func(int64) iter.Seq[int64] { return badSeq("end") }))},
		{"from seq", fails("FromSeq, start", df.FromSeq(badSeq("start")))},
		{"from seq", fails("FromSeq, middle", df.FromSeq(badSeq("middle")))},
		{"from seq", fails("FromSeq, end", df.FromSeq(badSeq("end")))},
		{"source", fails("Source", df.Source([]int64{1}, func(context.Context, int64) iter.Seq2[int64, error] { dftest.Boom(); return nil }))},
		{"enumerate", fails("Enumerate", df.Enumerate(rows, func(i, v int64) int64 { dftest.Boom(); return v }))},
		{"enumerate", fails("Enumerate, late", df.Enumerate(rows, func(i, v int64) int64 {
			if i == 15_000 {
				dftest.Boom()
			}
			return v
		}))},
		{"chunk", fails("Chunk", df.Chunk(rows, 7, func([]int64) int64 { dftest.Boom(); return 0 }))},
		{"chunk", fails("Chunk, at the end", df.Chunk(rows, 30_000, func([]int64) int64 { dftest.Boom(); return 0 }))},
		{"zip", fails("Zip", df.Zip(rows, rows, func(int64, int64) int64 { dftest.Boom(); return 0 }))},
		{"reduce", fails("Reduce", df.Reduce(rows, func(a, b int64) int64 { dftest.Boom(); return a }))},
		{"reduce", fails("Reduce, of parts", df.Reduce(rows, func(a, b int64) int64 {
			if a == 0 && b > 0 && b%1024 == 0 || a > 0 {
				dftest.Boom()
			}
			return a
		}))},
		{"aggregate", fails("Aggregate, init", df.Aggregate(rows, badFunc("init")))},
		{"aggregate", fails("Aggregate, add", df.Aggregate(rows, badFunc("add")))},
		{"aggregate", fails("Aggregate, result", df.Aggregate(rows, badFunc("result")))},
		{"aggregate", fails("Aggregate, size", df.Aggregate(rows, badFunc("size")))},
		{"count by", fails("CountBy", df.CountBy(rows, func(v int64) int64 { dftest.Boom(); return v }))},
		{"aggregate by", fails("AggregateBy, key", df.AggregateBy(rows, func(v int64) int64 { dftest.Boom(); return v }, badFunc("")))},
		{"aggregate by", fails("AggregateBy, init", df.AggregateBy(rows, mod, badFunc("init")))},
		{"aggregate by", fails("AggregateBy, add", df.AggregateBy(rows, mod, badFunc("add")))},
		{"aggregate by", fails("AggregateBy, result", df.AggregateBy(rows, mod, badFunc("result")))},
		{"reduce by", fails("ReduceBy", df.ReduceBy(rows, mod, func(a, b int64) int64 { dftest.Boom(); return a }))},
		{"distinct by", fails("DistinctBy", df.DistinctBy(rows, func(v int64) int64 { dftest.Boom(); return v }))},
		{"sort", fails("Sort", df.Sort(rows, compare(5000)))},
		{"sort", fails("Sort, second key", df.Sort(rows, df.Asc(mod).Then(compare(5000))))},
		{"sort by", fails("SortBy", df.SortBy(rows, func(v int64) string { dftest.Boom(); return "" }))},
		{"sort func", fails("SortFunc", df.SortFunc(rows, func(a, b int64) int { dftest.Boom(); return int(a - b) }))},
		{"merge sorted", fails("MergeSorted", df.MergeSorted(compare(5000), rows, rows))},
		{"compact", fails("CompactFunc", df.CompactFunc(rows, func(a, b int64) bool { dftest.Boom(); return a == b }))},
		{"top", fails("Top", df.Top(rows, 10, compare(5000)))},
		{"top by", fails("TopBy", df.TopBy(rows, mod, 10, compare(5000)))},
		{"for each", failsEach("ForEach", rows, func(int64) error { dftest.Boom(); return nil })},
	}
	for _, test := range tests {
		for _, n := range workerCounts {
			err := test.run(context.Background(), df.Workers(n))
			var e *df.Error
			var p *df.PanicError
			switch {
			case !errors.As(err, &e) || !errors.As(err, &p) || !errors.Is(err, errBoom):
				t.Errorf("%s, %d workers: error %v", test.name, n, err)
			case e.Op != test.op || test.line != 0 && e.Site.Line != test.line:
				t.Errorf("%s, %d workers: operator %q on line %d, want %q on line %d", test.name, n, e.Op, e.Site.Line, test.op, test.line)
			case !strings.Contains(string(p.Stack), "dftest.Boom(") || !strings.Contains(err.Error(), "panic: boom\n"):
				t.Errorf("%s: the stack does not show the function: %v", test.name, err)
			}
		}
	}
	noneLeft(t)
}

func first[A, B any](a A, _ B) A { return a }

// TestPanicOfMerge needs two workers that both have rows.
func TestPanicOfMerge(t *testing.T) {
	for op, o := range map[string]func() df.Output{
		"aggregate": func() df.Output { return df.Aggregate(meeting(), badFunc("merge")) },
		"aggregate by": func() df.Output {
			return df.AggregateBy(meeting(), func(int64) int64 { return 1 }, badFunc("merge"))
		},
	} {
		err := df.Run(context.Background(), o(), df.Workers(2))
		var e *df.Error
		if !errors.As(err, &e) || e.Op != op || !errors.Is(err, errBoom) {
			t.Errorf("%s: error %v", op, err)
		}
	}
	noneLeft(t)
}

// meeting is rows that two workers have some of each: they wait for each other.
func meeting() df.Stream[int64] {
	var both sync.WaitGroup
	both.Add(2)
	return df.Source([]int64{1, 2}, func(_ context.Context, n int64) iter.Seq2[int64, error] {
		return func(yield func(int64, error) bool) {
			both.Done()
			both.Wait()
			yield(n, nil)
		}
	})
}

// TestPanicOnTheWayOut lets functions panic that run when a run is over.
func TestPanicOnTheWayOut(t *testing.T) {
	_, _, err := df.First(context.Background(), df.FromSeq(badSeq("leave")))
	if !errors.Is(err, errBoom) {
		t.Errorf("a sequence that is left: error %v", err)
	}
	err = df.Run(context.Background(), df.Range(0, 10), df.Watch(func(df.Progress) { dftest.Boom() }))
	var e *df.Error
	if !errors.Is(err, errBoom) || !errors.As(err, &e) || e.Op != "watch" {
		t.Errorf("a watcher: error %v", err)
	}
	noneLeft(t)
}

// TestGoexit ends the goroutine of a function, as the Fatal of a test does.
func TestGoexit(t *testing.T) {
	rows := df.Range(0, 20_000)
	for name, o := range map[string]df.Output{
		"map":            df.Take(df.Map(rows, func(v int) int { runtime.Goexit(); return v }), 10_000),
		"map concurrent": df.Take(df.MapConcurrent(rows, 3, func(_ context.Context, v int) (int, error) { runtime.Goexit(); return v, nil }), 10_000),
		"inspect":        df.Inspect(df.MapConcurrent(rows, 3, func(_ context.Context, v int) (int, error) { return v, nil }), func(int) { runtime.Goexit() }),
	} {
		for _, n := range workerCounts {
			err := df.Run(context.Background(), o, df.Workers(n))
			var e *df.Error
			if !errors.As(err, &e) || e.Op != name || !strings.Contains(err.Error(), "Goexit") {
				t.Errorf("%s, %d workers: error %v", name, n, err)
			}
		}
	}
	noneLeft(t)
}

// An unwritten row has a part that cannot be written to disk.
type unwritten struct {
	Name  string
	Steps []struct{ Done chan bool }
}

// TestMisuse holds that wrong use panics where the user did it.
func TestMisuse(t *testing.T) {
	s := df.FromSlice([]int64{1})
	var zero df.Stream[int64]
	var noOrder df.Order[int64]
	self := df.Self[int64]
	asc := df.Asc(self)
	ctx := context.Background()
	type pointers struct{ P *int64 }
	when := func(int64) time.Time { return time.Time{} }
	tests := []struct {
		says string
		f    func()
	}{
		{"df.Map (HERE): nil function", func() { df.Map[int64, int64](s, nil) }},
		{"df.MapErr (HERE): nil function", func() { df.MapErr[int64, int64](s, nil) }},
		{"df.MapConcurrent (HERE): nil function", func() { df.MapConcurrent[int64, int64](s, 1, nil) }},
		{"df.MapConcurrent (HERE): 0 calls", func() {
			df.MapConcurrent(s, 0, func(_ context.Context, v int64) (int64, error) { return v, nil })
		}},
		{"df.Try (HERE): nil function", func() { df.Try[int64, int64](s, nil) }},
		{"df.Filter (HERE): nil function", func() { df.Filter(s, nil) }},
		{"df.Filter (HERE): nil function", func() { s.Filter(nil) }},
		{"df.Update (HERE): nil function", func() { df.Update(s, nil) }},
		{"df.Inspect (HERE): nil function", func() { df.Inspect(s, nil) }},
		{"df.FlatMap (HERE): nil function", func() { df.FlatMap[int64, int64](s, nil) }},
		{"df.Expand (HERE): nil function", func() { df.Expand[int64, int64](s, nil) }},
		{"df.MapBatch (HERE): nil function", func() { df.MapBatch[int64, int64](s, nil) }},
		{"df.Enumerate (HERE): nil function", func() { df.Enumerate[int64, int64](s, nil) }},
		{"df.Chunk (HERE): nil function", func() { df.Chunk[int64, int64](s, 1, nil) }},
		{"df.Chunk (HERE): chunks of -1 rows", func() { df.Chunk(s, -1, func([]int64) int64 { return 0 }) }},
		{"df.Zip (HERE): nil function", func() { df.Zip[int64, int64, int64](s, s, nil) }},
		{"df.FromSeq (HERE): nil function", func() { df.FromSeq[int64](nil) }},
		{"df.FromSeq2 (HERE): nil function", func() { df.FromSeq2[int64](nil) }},
		{"df.Source (HERE): nil function", func() { df.Source[int64, int64](nil, nil) }},
		{"df.Reduce (HERE): nil function", func() { df.Reduce(s, nil) }},
		{"df.Aggregate (HERE): nil function", func() { df.Aggregate[int64, int64, int64](s, nil) }},
		{"df.Aggregate (HERE): the aggregate has AddBatch and no Add", func() {
			df.Aggregate(s, func() agg.Def[int64, int64, int64] {
				d := agg.Count[int64]()
				d.Add, d.AddAt = nil, func(*int64, int64, agg.Stamp) {}
				return d
			})
		}},
		{"df.CountBy (HERE): nil function", func() { df.CountBy[int64, int64](s, nil) }},
		{"df.AggregateBy (HERE): nil function", func() { df.AggregateBy[int64, int64](s, nil, agg.Count[int64]) }},
		{"df.ReduceBy (HERE): nil function", func() { df.ReduceBy(s, self, nil) }},
		{"df.DistinctBy (HERE): nil function", func() { df.DistinctBy[int64, int64](s, nil) }},
		{"df.TopBy (HERE): nil function", func() { df.TopBy[int64, int64](s, nil, 1, asc) }},
		{"df.ForEach (HERE): nil function", func() { _ = df.ForEach(ctx, s, nil) }},
		{"df.Asc (HERE): nil function", func() { df.Asc[int64, int64](nil) }},
		{"df.Desc (HERE): nil function", func() { df.Desc[int64, int64](nil) }},
		{"df.Watch (HERE): nil function", func() { df.Watch(nil) }},
		{"df.WatchTerminal (HERE): nil writer", func() { df.WatchTerminal(nil) }},
		{"df.SortBy (HERE): nil function", func() { df.SortBy[int64, int64](s, nil) }},
		{"df.GroupBy (HERE): nil function", func() { df.GroupBy[int64, int64, int64](s, self, nil) }},
		{"df.Join (HERE): nil function", func() { df.Join[int64, int64, int64, int64](s, s, self, nil, nil) }},
		{"df.LeftJoin (HERE): nil function", func() { df.LeftJoin[int64, int64, int64, int64](s, s, self, self, nil) }},
		{"df.Lookup (HERE): nil function", func() { df.Lookup[int64, int64, int64, int64](s, s, self, self, nil) }},
		{"df.SemiJoin (HERE): nil function", func() { df.SemiJoin(s, s, self, nil) }},
		{"df.CrossJoin (HERE): nil function", func() { df.CrossJoin[int64, int64, int64](s, s, nil) }},
		{"df.CoGroup (HERE): nil function", func() { df.CoGroup[int64, int64, int64, int64](s, s, self, self, nil) }},
		{"df.AsOfJoin (HERE): nil function", func() { df.AsOfJoin[int64, int64, int64, int64](s, s, self, self, when, nil, nil) }},
		{"df.IntervalJoin (HERE): nil function", func() { df.IntervalJoin[int64, int64, int64, int64](s, s, self, self, when, when, 0, 1, nil) }},
		{"df.IntervalJoin (HERE): the interval ends 1s before", func() {
			df.IntervalJoin(s, s, self, self, when, when, time.Second, 0, func(a, b int64) int64 { return a })
		}},
		{"df.WindowBy (HERE): nil function", func() { df.WindowBy(s, self, nil, df.Tumbling(1), agg.Count[int64]) }},
		{"df.WindowBy (HERE): the zero Windows has none; make some", func() { df.WindowBy(s, self, when, df.Windows{}, agg.Count[int64]) }},
		{"df.CountWindowBy (HERE): 0 rows in a window", func() { df.CountWindowBy(s, self, 0, agg.Count[int64]) }},
		{"df.Tumbling (HERE): windows of 0s: the size must be positive", func() { df.Tumbling(0) }},
		{"df.Sliding (HERE): windows of 1s every 0s: both must be", func() { df.Sliding(time.Second, 0) }},
		{"df.Session (HERE): a gap of -1s: it must be positive", func() { df.Session(-time.Second) }},
		{"df.SortFunc (HERE): nil function", func() { df.SortFunc(s, nil) }},
		{"df.SortFunc (HERE): nil function", func() { s.SortFunc(nil) }},
		{"df.CompactFunc (HERE): nil function", func() { df.CompactFunc(s, nil) }},
		{"df.CompactFunc (HERE): nil function", func() { s.CompactFunc(nil) }},

		{"df.Take (HERE): -1 rows", func() { df.Take(s, -1) }},
		{"df.Skip (HERE): -1 rows", func() { df.Skip(s, -1) }},
		{"df.Sample (HERE): probability 1.5", func() { df.Sample(s, 1.5, 0) }},
		{"df.Top (HERE): -1 rows", func() { df.Top(s, -1, asc) }},
		{"df.TopBy (HERE): 0 rows", func() { df.TopBy(s, self, 0, asc) }},
		{"df.Workers (HERE): 0 workers", func() { df.Workers(0) }},
		{"df.Workers (HERE): -1 workers", func() { df.Workers(-1) }},
		{"df.Memory (HERE): 0 bytes", func() { df.Memory(0) }},
		{"df.TempDir (HERE): the name is empty", func() { df.TempDir("") }},
		{"df.Disk (HERE): 0 bytes", func() { df.Disk(0) }},
		{"df.Disk (HERE): -1 bytes", func() { df.Disk(-1) }},
		{"df.PartBytes (HERE): 0 bytes", func() { df.PartBytes(0) }},
		{"df.WriteLines (HERE): nil option", func() { df.WriteLines(df.Lines("a"), "b", nil) }},
		{"df.Save (HERE): the path is empty", func() { df.Save(s, "") }},
		{"df.Save (HERE): the path is empty", func() { s.Save("") }},
		{"df.Load (HERE): no file", func() { df.Load[int64]() }},
		{"df.MergeSorted (HERE): no streams", func() { df.MergeSorted(asc) }},
		{"df.Lines (HERE): no file", func() { df.Lines() }},
		{"df.LineViews (HERE): no file", func() { df.LineViews() }},
		{"df.Files (HERE): no file", func() { df.Files() }},
		{"df.WriteLines (HERE): the path is empty", func() { df.WriteLines(df.Lines("a"), "") }},
		{"df.Concat (HERE): no streams", func() { df.Concat[int64]() }},
		{"df.Into (HERE): nil destination", func() { df.Into(s, nil) }},
		{"df.Outputs (HERE): nil output", func() { df.Outputs(nil) }},
		{"df.Run (HERE): nil output", func() { _ = df.Run(ctx, nil) }},
		{"df.Analyze (HERE): nil output", func() { _, _ = df.Analyze(ctx, nil) }},
		{"df.Explain (HERE): nil output", func() { df.Explain(nil) }},
		{"df.Run (HERE): nil option", func() { _ = df.Run(ctx, s, nil) }},
		{"(HERE): nil option", func() { df.All(ctx, s, nil) }},

		{"df.Map (HERE): the zero Stream", func() { df.Map(zero, self) }},
		{"df.Named (HERE): the zero Stream", func() { zero.Named("x") }},
		{"df.Concat (HERE): the zero Stream", func() { s.Concat(zero) }},
		{"df.Zip (HERE): the zero Stream", func() { df.Zip(s, zero, func(a, b int64) int64 { return a }) }},
		{"df.Count (HERE): the zero Stream", func() { zero.Count() }},
		{"df.Run (HERE): the zero Stream", func() { _ = df.Run(ctx, zero) }},
		{"df.Into (HERE): the zero Stream", func() { _, _ = df.Collect(ctx, zero) }},
		{"df.All (HERE): the zero Stream", func() { df.All(ctx, zero) }},
		{"df.Top (HERE): the zero Order", func() { df.Top(s, 1, noOrder) }},
		{"df.TopBy (HERE): the zero Order", func() { df.TopBy(s, self, 1, noOrder) }},
		{"df.Sort (HERE): the zero Order", func() { df.Sort(s, noOrder) }},
		{"df.Sort (HERE): the zero Order", func() { s.Sort(noOrder) }},
		{"df.MergeSorted (HERE): the zero Order", func() { df.MergeSorted(noOrder, s) }},
		{"df.Sort (HERE): the zero Stream", func() { df.Sort(zero, asc) }},
		{"df.SortBy (HERE): the zero Stream", func() { df.SortBy(zero, self) }},
		{"df.SortFunc (HERE): the zero Stream", func() { zero.SortFunc(asc.Compare) }},
		{"df.MergeSorted (HERE): the zero Stream", func() { df.MergeSorted(asc, s, zero) }},
		{"df.Compact (HERE): the zero Stream", func() { df.Compact(zero) }},
		{"df.CompactFunc (HERE): the zero Stream", func() { zero.CompactFunc(func(a, b int64) bool { return a == b }) }},
		{"df.Save (HERE): the zero Stream", func() { zero.Save("a") }},

		{"df.Sort (HERE): df_test.unwritten.Steps[].Done:", func() { df.Sort(df.FromSlice([]unwritten{}), df.Asc(func(unwritten) int64 { return 0 })) }},
		{"df.SortBy (HERE): df_test.unwritten.Steps[].Done:", func() { df.SortBy(df.FromSlice([]unwritten{}), func(unwritten) int64 { return 0 }) }},
		{"df.SortFunc (HERE): df_test.unwritten.Steps[].Done:", func() { df.SortFunc(df.FromSlice([]unwritten{}), func(a, b unwritten) int { return 0 }) }},
		{"df.MergeSorted (HERE): error:", func() { df.MergeSorted(df.Asc(error.Error), df.FromSlice([]error{})) }},
		{"df.Save (HERE): error:", func() { df.FromSlice([]error{}).Save("a") }},
		{"df.Load (HERE): df_test.unwritten.Steps[].Done:", func() { df.Load[unwritten]("a") }},

		{"df.CountBy (HERE): a key of type df_test.pointers holds a pointer, which is equal to itself only", func() { df.CountBy(s, func(int64) pointers { return pointers{} }) }},
		{"df.Take (HERE): the rows hold Views", func() { df.Take(df.LineViews("a"), 1) }},
		{"df.Into (HERE): the rows hold Views", func() { _, _ = df.Collect(ctx, df.LineViews("a")) }},
		{"df.Compact (HERE): the rows hold Views", func() { df.Compact(df.LineViews("a")) }},
		{"df.MergeSorted (HERE): the rows hold Views", func() { df.MergeSorted(df.Asc(df.Self[df.View]), df.LineViews("a")) }},
	}
	here := regexp.MustCompile(`error_test\.go:(\d+)`)
	for i, test := range tests {
		got := dftest.PanicText(test.f)
		// The function is on the line of its row: the name of the closure says
		// which row, runtime which line.
		file, line := runtime.FuncForPC(reflect.ValueOf(test.f).Pointer()).FileLine(reflect.ValueOf(test.f).Pointer())
		if filepath.Base(file) != "error_test.go" {
			t.Fatal(file)
		}
		m := here.FindStringSubmatch(got)
		if m == nil {
			t.Errorf("row %d, line %d: %q, want %q", i, line, got, test.says)
			continue
		}
		at, _ := strconv.Atoi(m[1])
		if at != line && at != line+1 { // some functions are written over two lines
			t.Errorf("line %d: the text says line %d: %s", line, at, got)
		}
		if got = strings.Replace(got, m[0], "HERE", 1); !strings.Contains(got, test.says) {
			t.Errorf("line %d: %q, want %q", line, got, test.says)
		}
	}
}
