package df_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
)

// TestFloatSumsAreTheSameBits: sums of floats do not depend on who adds what.
func TestFloatSumsAreTheSameBits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	rows := make([]float64, manyRows)
	for i := range rows {
		rows[i] = math.Ldexp(random.Float64()-0.5, random.IntN(200)-100)
	}
	s := df.FromSlice(rows)
	id := df.Self[float64]
	key := func(v float64) bool { return v < 0 }
	type result struct {
		Sum, Mean, Variance uint64
		Sum32               uint32
	}
	bits := math.Float64bits
	measure := func(s df.Stream[float64], o df.Option) (r result) {
		r.Sum = bits(collect(t, df.Sum(s), o)[0])
		r.Mean = bits(collect(t, df.Mean(s), o)[0])
		r.Variance = bits(collect(t, df.Aggregate(s, agg.Variance(id)), o)[0])
		r.Sum32 = math.Float32bits(collect(t, df.Sum(df.Map(s, func(v float64) float32 { return float32(v) })), o)[0])
		for _, kv := range collect(t, df.AggregateBy(s, key, agg.SumFloat(id)), o) {
			r.Sum ^= bits(kv.Value) << 1
		}
		return r
	}
	want := measure(s, df.Workers(1))
	shuffled := slices.Clone(rows)
	random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	eachDeployment("sums", func(what string, o df.Option) {
		for range 3 {
			same(t, what, []result{measure(s, o)}, []result{want})
		}
		same(t, what+", of a sequence", []result{measure(df.FromSeq(slices.Values(rows)), o)}, []result{want})
		same(t, what+", shuffled", []result{measure(df.FromSlice(shuffled), o)}, []result{want})
	})
	for _, tiny := range []df.Stream[float64]{df.FromSlice([]float64{1e300, 1, -1e300}), df.FromSlice([]float64{1, 1e100, 1, -1e100})} {
		eachDeployment("tiny", func(what string, o df.Option) {
			if m := collect(t, df.Min(tiny), o); m[0] > 1 {
				t.Errorf("%s: least %v", what, m)
			}
		})
	}
}

// TestExtremesOfFloats: NaN is below all other numbers, and the first of equal
// rows wins.
func TestExtremesOfFloats(t *testing.T) {
	negative := math.Copysign(0, -1)
	rows := append(slices.Repeat([]float64{3}, 5000), negative, 0, 7, math.Inf(1), 2)
	s := df.FromSlice(rows)
	eachDeployment("extremes", func(what string, o df.Option) {
		if m := collect(t, df.Min(s), o)[0]; !math.Signbit(m) || m != 0 {
			t.Errorf("%s: least %v", what, m)
		}
		if m := collect(t, df.Max(s), o)[0]; !math.IsInf(m, 1) {
			t.Errorf("%s: greatest %v", what, m)
		}
		withNaN := s.Concat(df.FromSlice([]float64{math.NaN()}))
		if m := collect(t, df.Min(withNaN), o)[0]; !math.IsNaN(m) {
			t.Errorf("%s: least %v", what, m)
		}
		if m := collect(t, df.Max(withNaN), o)[0]; !math.IsInf(m, 1) {
			t.Errorf("%s: greatest %v", what, m)
		}
	})
}
