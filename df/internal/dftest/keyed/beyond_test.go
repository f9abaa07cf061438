package keyed_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	"anabranch.dev/df/internal/dftest"
	"anabranch.dev/exec"
	"anabranch.dev/internal/vfs"
)

// beyondRows are rows whose groups, with keys or values of some hundred bytes, are
// more than the least memory has room for.
const beyondRows = 120_000

// beyondKey is the key of row i: most have two rows, and one has a tenth of all.
func beyondKey(i int64) int64 {
	if i%10 == 3 {
		return 0
	}
	return 1 + i*7919%(beyondRows*3/4)
}

// beyondGroups are the rows of each key, in input order, as text makes one text of
// them.
func beyondGroups(text func(key int64, rows []int64) string) []string {
	groups := map[int64][]int64{}
	for i := range int64(beyondRows) {
		groups[beyondKey(i)] = append(groups[beyondKey(i)], i)
	}
	var all []string
	for key, rows := range groups {
		all = append(all, text(key, rows))
	}
	slices.Sort(all)
	return all
}

var padding = strings.Repeat(" padding", 60)

// longText has v in front, and is long.
func longText(v int64) string { return strconv.FormatInt(v, 10) + padding }

// number is what longText has in front.
func number(s string) int64 {
	v, err := strconv.ParseInt(front(s), 10, 64)
	if err != nil {
		panic(err)
	}
	return v
}

func front(s string) string { return s[:strings.IndexByte(s, ' ')] }

// atFloors runs a plan with enough memory and with the least that each number of
// workers accepts, and wants the same rows each time, in any order, and files where
// the memory is little.
func atFloors(t *testing.T, s df.Stream[string], want []string) {
	t.Helper()
	slices.Sort(want)
	atBudget(t, s, want, 2, 1<<30, false)
	belowNeed(t, s, want)
}

// belowNeed wants sorted rows of runs with the least memory.
func belowNeed(t *testing.T, s df.Stream[string], want []string) {
	t.Helper()
	counts := dftest.WorkerCounts()
	if testing.Short() {
		counts = []int{2}
	}
	for _, workers := range counts {
		atBudget(t, s, want, workers, exec.Floor(workers), true)
	}
}

// atBudget wants sorted rows of a run, and files or none.
func atBudget(t *testing.T, s df.Stream[string], want []string, workers int, memory int64, files bool) {
	t.Helper()
	disk := vfs.NewFaulty(vfs.OS, vfs.Fault{At: 1 << 60})
	got := dftest.Collect(t, s, df.Workers(workers), df.Memory(memory), df.TempDir(t.TempDir()), dftest.OnDisk(disk))
	slices.Sort(got)
	what := fmt.Sprintf("%d workers, %d MiB", workers, memory>>20)
	dftest.Same(t, what, got, want)
	if spilled := strings.Contains(disk.Log(), "anabranch-"); spilled != files {
		t.Errorf("%s: spilled: %v", what, spilled)
	}
	dftest.NoneLeft(t)
}

func TestKeyedBeyondMemory(t *testing.T) {
	rows := df.Range[int64](0, beyondRows)
	texts := df.Map(rows, longText)
	textKey := func(s string) int64 { return beyondKey(number(s)) }
	counts := beyondGroups(func(key int64, rows []int64) string { return fmt.Sprint(key, " ", len(rows)) })
	fronts := func(rows []string) string {
		s := ""
		for _, r := range rows {
			s += " " + front(r)
		}
		return s
	}
	oddFloat := func(key int64) float64 {
		return []float64{math.NaN(), 0, math.Copysign(0, -1), float64(key)}[key%4]
	}
	t.Run("CountBy, strings", func(t *testing.T) {
		s := df.CountBy(rows, func(i int64) string { return longText(beyondKey(i)) })
		atFloors(t, df.Map(s, func(kv df.KV[string, int64]) string { return fmt.Sprint(front(kv.Key), " ", kv.Value) }), counts)
	})
	t.Run("CountBy, structs with floats", func(t *testing.T) {
		s := df.CountBy(rows, func(i int64) reading { return reading{oddFloat(beyondKey(i)), longText(beyondKey(i))} })
		atFloors(t, df.Map(s, func(kv df.KV[reading, int64]) string { return fmt.Sprint(front(kv.Key.Where), " ", kv.Value) }), counts)
	})
	t.Run("DistinctBy", func(t *testing.T) {
		want := beyondGroups(func(_ int64, rows []int64) string { return fmt.Sprint(rows[0]) })
		atFloors(t, df.Map(df.DistinctBy(texts, textKey), front), want)
	})
	t.Run("TopBy", func(t *testing.T) {
		want := beyondGroups(func(key int64, rows []int64) string {
			byText := slices.Clone(rows)
			slices.SortFunc(byText, func(a, b int64) int { return strings.Compare(longText(b), longText(a)) })
			s := fmt.Sprint(key)
			for _, i := range byText[:min(2, len(byText))] {
				s += fmt.Sprint(" ", i)
			}
			return s
		})
		s := df.TopBy(texts, textKey, 2, df.Desc(df.Self[string]))
		atFloors(t, df.Map(s, func(kv df.KV[int64, []string]) string { return fmt.Sprint(kv.Key, fronts(kv.Value)) }), want)
	})
	t.Run("AggregateBy, Collect", func(t *testing.T) {
		want := beyondGroups(func(key int64, rows []int64) string { return fmt.Sprint(key, rows) })
		s := df.AggregateBy(texts, textKey, agg.Collect[string])
		atFloors(t, df.Map(s, func(kv df.KV[int64, []string]) string {
			return fmt.Sprintf("%d [%s]", kv.Key, strings.TrimPrefix(fronts(kv.Value), " "))
		}), want)
	})
	t.Run("two at a time", func(t *testing.T) { // the first has to make room for the second
		s := df.CountBy(rows, func(i int64) string { return longText(beyondKey(i)) })
		again := df.CountBy(s, func(kv df.KV[string, int64]) string { return kv.Key })
		atFloors(t, df.Map(again, func(kv df.KV[string, int64]) string { return front(kv.Key) }), beyondGroups(func(key int64, _ []int64) string { return fmt.Sprint(key) }))
	})
}

// TestKeysThatCannotSpill: interfaces are keys as long as there is memory.
func TestKeysThatCannotSpill(t *testing.T) {
	s := df.CountBy(df.Range[int64](0, beyondRows), func(i int64) any { return longText(i) })
	_, err := df.Collect(context.Background(), s, df.Workers(2), df.Memory(exec.Floor(2)))
	if !errors.Is(err, df.ErrMemory) || !strings.Contains(err.Error(), "interface") {
		t.Errorf("error %v", err)
	}
	dftest.NoneLeft(t)
}

// spilledAggregate looks whether an aggregate gives the same when its accumulators
// were on disk.
func spilledAggregate[A any](f agg.Func[int64, A, string]) func(*testing.T) {
	return func(t *testing.T) {
		rows := df.Map(df.Range[int64](0, beyondRows), func(i int64) int64 { return i * 7919 % beyondRows })
		s := df.AggregateBy(rows, func(i int64) string { return longText(beyondKey(i)) }, f)
		texts := df.Map(s, func(kv df.KV[string, string]) string { return front(kv.Key) + " " + kv.Value })
		want := dftest.Collect(t, texts, df.Workers(2), df.Memory(4<<30))
		slices.Sort(want)
		belowNeed(t, texts, want)
	}
}

// textsOf are two aggregates as one, whose result is the texts of theirs. To go to
// disk several at a time takes a fraction of the time, to compile above all.
func textsOf[A, B, R, S any](f agg.Func[int64, A, R], g agg.Func[int64, B, S]) agg.Func[int64, agg.Both[A, B], string] {
	return agg.Combine(f, g, func(r R, s S) string { return fmt.Sprint(r, ", ", s) })
}

// TestAggregatesBeyondMemory has accumulators of every kind: of one size, of
// several, and those that keep rows.
func TestAggregatesBeyondMemory(t *testing.T) {
	id := df.Self[int64]
	float := func(v int64) float64 { return float64(v) / 7 }
	for name, run := range map[string]func(*testing.T){
		"FloatSum, Moments, CoMoments": spilledAggregate(textsOf(agg.SumFloat(float), textsOf(agg.StdDev(float), agg.Correlation(id, float)))),
		"HyperLogLog, Histogram":       spilledAggregate(textsOf(agg.ApproxCountDistinct(id, 10), agg.ApproxQuantiles(float, 0.01, 0.1, 0.9))),
		"[]float64, Distinct, Extreme, Range, Drawn": spilledAggregate(textsOf(
			textsOf(agg.Median(float), agg.CountDistinct(func(v int64) string { return fmt.Sprint(v % 100) })),
			textsOf(textsOf(agg.MaxBy(float), agg.MinMax(id)), agg.Sample[int64](3, 1)))),
	} {
		t.Run(name, run)
	}
}
