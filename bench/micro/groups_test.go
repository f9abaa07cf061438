package micro

import (
	"fmt"
	"strings"
	"testing"

	"anabranch.dev/bench/data"
	"anabranch.dev/df"
	"anabranch.dev/df/agg"
)

// A pair is a key of two fields.
type pair struct {
	a, b int32
}

func pairRows(n, distinct int, seed uint64) []pair {
	rows := make([]pair, n)
	for i, v := range data.Ints(n, distinct, seed) {
		rows[i] = pair{int32(v >> 32), int32(v)}
	}
	return rows
}

// What is summed of each key.

func ofInt(k int64) int64   { return k >> 48 }
func ofText(k string) int64 { return int64(k[0]) }
func ofPair(k pair) int64   { return int64(k.b) }

// groupForms count the rows of each key and sum what value makes of them. The answer is the number of groups and the
// total of all counts or sums, so that no form has to build anything of the groups.
func groupForms[K comparable](keys []K, value func(K) int64) []form[[2]int64] {
	type answer = [2]int64
	forms := []form[answer]{
		{"count/hand", func(testing.TB) answer { return totals(countByHand(keys)) }},
		{"sum/hand", func(testing.TB) answer { return totals(sumByHand(keys, value)) }},
	}
	for _, w := range workerCounts {
		forms = append(forms,
			form[answer]{"count/df/" + w.name, func(tb testing.TB) answer { return totalsOf(tb, countGroups(keys), w.option) }},
			form[answer]{"sum/df/" + w.name, func(tb testing.TB) answer { return totalsOf(tb, sumGroups(keys, value), w.option) }})
	}
	return forms
}

func countByHand[K comparable](keys []K) map[K]int64 {
	m := map[K]int64{}
	for _, k := range keys {
		m[k]++
	}
	return m
}

func sumByHand[K comparable](keys []K, value func(K) int64) map[K]int64 {
	m := map[K]int64{}
	for _, k := range keys {
		m[k] += value(k)
	}
	return m
}

func countGroups[K comparable](keys []K) df.Stream[df.KV[K, int64]] {
	return df.CountBy(df.FromSlice(keys), df.Self)
}

func sumGroups[K comparable](keys []K, value func(K) int64) df.Stream[df.KV[K, int64]] {
	return df.AggregateBy(df.FromSlice(keys), df.Self, agg.Sum(value))
}

func totals[K comparable](groups map[K]int64) (t [2]int64) {
	for _, v := range groups {
		t[0]++
		t[1] += v
	}
	return t
}

// totalsOf runs the plan, and takes the groups as they come.
func totalsOf[K comparable](tb testing.TB, groups df.Stream[df.KV[K, int64]], options ...df.Option) (t [2]int64) {
	sums := df.MapBatch(groups, func(dst [][2]int64, rows []df.KV[K, int64]) [][2]int64 {
		t := [2]int64{int64(len(rows)), 0}
		for _, kv := range rows {
			t[1] += kv.Value
		}
		return append(dst, t)
	})
	for _, part := range rowsOf(tb, sums, options...) {
		t[0] += part[0]
		t[1] += part[1]
	}
	return t
}

// keyCounts are numbers of distinct keys, and rows to go with them; at -size 1g the last is 10 million.
func keyCounts() (rows int, distinct []int) {
	rows = max(2_000_000, int(benchSize/50))
	return rows, []int{100, 100_000, rows / 2}
}

func BenchmarkGroups(b *testing.B) {
	b.Run("int64", func(b *testing.B) { benchmarkGroups(b, data.Ints, ofInt) })
	b.Run("string", func(b *testing.B) { benchmarkGroups(b, data.Strings, ofText) })
	b.Run("struct", func(b *testing.B) { benchmarkGroups(b, pairRows, ofPair) })
}

func benchmarkGroups[K comparable](b *testing.B, make func(n, distinct int, seed uint64) []K, value func(K) int64) {
	rows, counts := keyCounts()
	for _, distinct := range counts {
		b.Run(fmt.Sprintf("keys=%d", distinct), func(b *testing.B) {
			runForms(b, rows, 0, groupForms(make(rows, distinct, 1), value))
		})
	}
}

func TestGroups(t *testing.T) {
	t.Run("int64", func(t *testing.T) { testGroups(t, data.Ints, ofInt) })
	t.Run("string", func(t *testing.T) { testGroups(t, data.Strings, ofText) })
	t.Run("struct", func(t *testing.T) { testGroups(t, pairRows, ofPair) })
}

// testGroups compares whole results, which the forms only add up, and then the forms.
func testGroups[K comparable](t *testing.T, make func(n, distinct int, seed uint64) []K, value func(K) int64) {
	rows := 100_000
	if testing.Short() {
		rows = 20_000
	}
	for _, distinct := range []int{100, rows / 2} {
		keys := make(rows, distinct, 1)
		wantCounts, wantSums := countByHand(keys), sumByHand(keys, value)
		for _, w := range workerCounts {
			sameMap(t, "count, "+w.name, wantCounts, groupMap(t, countGroups(keys), w.option))
			sameMap(t, "sum, "+w.name, wantSums, groupMap(t, sumGroups(keys, value), w.option))
		}
		for _, f := range groupForms(keys, value) {
			want := totals(wantCounts)
			if strings.HasPrefix(f.name, "sum") {
				want = totals(wantSums)
			}
			if got := f.run(t); got != want {
				t.Errorf("%s: %d groups, total %d; want %d", f.name, got[0], got[1], want)
			}
		}
	}
}
