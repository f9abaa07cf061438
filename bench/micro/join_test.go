package micro

import (
	"testing"

	"anabranch.dev/bench/data"
	"anabranch.dev/df"
)

// joinForms look rows up in a build side that has each key below builds once, and add up what comes of it.
func joinForms(keys []int64, builds int64) []form[int64] {
	right := make([]df.KV[int64, int64], builds)
	for i := range right {
		right[i] = df.KV[int64, int64]{Key: int64(i), Value: int64(3 * i)}
	}
	left := make([]df.KV[int64, int64], len(keys))
	for i, k := range keys {
		left[i] = df.KV[int64, int64]{Key: int64(uint64(k) % uint64(builds)), Value: int64(i)}
	}
	key := func(r df.KV[int64, int64]) int64 { return r.Key }
	forms := []form[int64]{{"hand", func(testing.TB) (sum int64) {
		table := make(map[int64]int64, len(right))
		for _, r := range right {
			table[r.Key] = r.Value
		}
		for _, l := range left {
			if v, ok := table[l.Key]; ok {
				sum += l.Value ^ v
			}
		}
		return sum
	}}}
	for _, w := range workerCounts {
		forms = append(forms, form[int64]{"df/" + w.name, func(tb testing.TB) int64 {
			pairs := df.Join(df.FromSlice(left), df.FromSlice(right), key, key, func(l, r df.KV[int64, int64]) int64 { return l.Value ^ r.Value })
			return one(tb, df.Sum(pairs), w.option)
		}})
	}
	return forms
}

// BenchmarkJoin is the probe side of a join whose build side has a tenth as many rows: ns/row counts those of the probe
// side, and so a tenth of what a row of the build side costs. For the documents it is run with -size 320m: ten million
// rows, and a million.
func BenchmarkJoin(b *testing.B) {
	n := benchSize.rows()
	runForms(b, n, 0, joinForms(data.Ints(n, n, 1), int64(n/10)))
}

func TestJoinForms(t *testing.T) {
	n := testSize.rows()
	forms := joinForms(data.Ints(n, n, 1), int64(n/10))
	want := forms[0].run(t)
	for _, f := range forms[1:] {
		if got := f.run(t); got != want {
			t.Errorf("%s: %d, by hand %d", f.name, got, want)
		}
	}
}
