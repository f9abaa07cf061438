//go:build go1.27

package df_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	"anabranch.dev/df/internal/dftest"
)

func ExampleStream_FlatMap() {
	count := func(kv df.KV[string, int64]) int64 { return kv.Value }
	poem := df.FromSlice([]string{"the more it snows", "the more it goes", "on snowing"})
	top := poem.FlatMap(strings.FieldsSeq).CountBy(strings.ToUpper).Top(2, df.Desc(count).Then(df.Desc(func(kv df.KV[string, int64]) string { return kv.Key })))
	for kv, err := range df.All(context.Background(), top) {
		fmt.Println(kv.Value, kv.Key, err)
	}
	// Output:
	// 2 THE <nil>
	// 2 MORE <nil>
}

// fluentCase is a plan in both spellings.
func fluentCase[R any](name string, method, function df.Stream[R]) func(*testing.T) {
	return func(t *testing.T) {
		one := df.Workers(1) // groups come in the same order too
		same(t, name, collect(t, method, one), collect(t, function, one))
	}
}

func TestMethodsDoWhatFunctionsDo(t *testing.T) {
	s := df.FromSlice(zipfRows(5, 3000))
	other := df.Range[int64](0, 500)
	byMod := func(a, b int64) int { return int(dftest.Mod10(a) - dftest.Mod10(b)) }
	batch := func(dst, rows []int64) []int64 { return append(dst, rows...) }
	for name, run := range map[string]func(*testing.T){
		"Map":                fluentCase("Map", s.Map(dftest.Text), df.Map(s, dftest.Text)),
		"MapErr":             fluentCase("MapErr", s.Map(dftest.Text).MapErr(textLength), df.MapErr(df.Map(s, dftest.Text), textLength)),
		"MapConcurrent":      fluentCase("MapConcurrent", s.MapConcurrent(3, dftest.SlowText), df.MapConcurrent(s, 3, dftest.SlowText)),
		"FlatMap":            fluentCase("FlatMap", s.FlatMap(copiesSeq), df.FlatMap(s, copiesSeq)),
		"Expand":             fluentCase("Expand", s.Expand(dftest.Copies), df.Expand(s, dftest.Copies)),
		"MapBatch":           fluentCase("MapBatch", s.MapBatch(batch), df.MapBatch(s, batch)),
		"Enumerate":          fluentCase("Enumerate", s.Enumerate(dftest.Pair), df.Enumerate(s, dftest.Pair)),
		"Chunk":              fluentCase("Chunk", s.Chunk(7, slices.Clone[[]int64]), df.Chunk(s, 7, slices.Clone[[]int64])),
		"Zip":                fluentCase("Zip", s.Zip(other, dftest.Pair), df.Zip(s, other, dftest.Pair)),
		"SortBy":             fluentCase("SortBy", s.SortBy(dftest.Mod10), df.SortBy(s, dftest.Mod10)),
		"Aggregate":          fluentCase("Aggregate", s.Aggregate(dftest.ToStats), df.Aggregate(s, dftest.ToStats)),
		"CountBy":            sameFluentGroups(s.CountBy(dftest.Mod10), df.CountBy(s, dftest.Mod10)),
		"AggregateBy":        sameFluentGroups(s.AggregateBy(dftest.Mod10, dftest.ToStats), df.AggregateBy(s, dftest.Mod10, dftest.ToStats)),
		"Aggregate uncalled": fluentCase("Aggregate", s.Aggregate(agg.Count), df.Aggregate(s, agg.Count)),
		"DistinctBy": func(t *testing.T) {
			dftest.SameSet(t, "DistinctBy", collect(t, s.DistinctBy(dftest.Mod10)), collect(t, df.DistinctBy(s, dftest.Mod10)))
		},
		"those of both Go versions": fluentCase("chain",
			s.Filter(isOdd).Update(func(v *int64) { *v++ }).Skip(5).Take(500).Sample(0.5, 1).Concat(other).Top(50, df.Asc(dftest.Mod10)),
			df.Top(df.Concat(df.Sample(df.Take(df.Skip(df.Update(df.Filter(s, isOdd), func(v *int64) { *v++ }), 5), 500), 0.5, 1), other), 50, df.Asc(dftest.Mod10))),
		"Sort, SortFunc, CompactFunc": fluentCase("chain",
			s.SortFunc(byMod).Sort(df.Desc(half)).CompactFunc(func(a, b int64) bool { return a/2 == b/2 }),
			df.CompactFunc(df.Sort(df.SortFunc(s, byMod), df.Desc(half)), func(a, b int64) bool { return a/2 == b/2 })),
		"Save": func(t *testing.T) {
			a, b := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
			collect(t, s.Save(a))
			collect(t, df.Save(s, b))
			same(t, "Save", collect(t, df.Load[int64](a)), collect(t, df.Load[int64](b)))
		},
		"Reduce, Count, Inspect": fluentCase("chain",
			s.Inspect(func(int64) {}).Reduce(func(a, b int64) int64 { return a ^ b }).Concat(s.Count()),
			df.Concat(df.Reduce(df.Inspect(s, func(int64) {}), func(a, b int64) int64 { return a ^ b }), df.Count(s))),
	} {
		t.Run(name, run)
	}
}

func textLength(s string) (int, error) { return len(s), nil }

func sameFluentGroups[V any](method, function df.Stream[df.KV[int64, V]]) func(*testing.T) {
	return func(t *testing.T) {
		want := map[int64]V{}
		for _, kv := range collect(t, function) {
			want[kv.Key] = kv.Value
		}
		dftest.SameGroups(t, "groups", collect(t, method), want)
	}
}

// TestMethodsKeepTheCallSite: the place in errors is where the method was
// called.
func TestMethodsKeepTheCallSite(t *testing.T) {
	s := df.FromSlice([]int64{1}).Map(dftest.Text)
	if plan := df.Explain(s).String(); !strings.Contains(plan, "fluent_test.go:") || strings.Contains(plan, "fluent.go:") {
		t.Errorf("the plan does not name this file:\n%s", plan)
	}
}
