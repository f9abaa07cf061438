package df_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
)

// Keys of every kind.
type (
	userID   int32
	userName string
	degrees  float64
	place    struct {
		Country string
		Zip     int32
		_       int16
	}
	reading struct {
		At    float64
		Where string
	}
)

// keyCase counts rows by keys of one type, against a map of Go. Keys that are
// NaN, which a map sets apart, are counted by their text.
func keyCase[K comparable](name string, key func(int64) K) func(*testing.T) {
	return func(t *testing.T) {
		rows := zipfRows(8, manyRows)
		keyText := func(v int64) string { return strings.ReplaceAll(fmt.Sprintf("%T %v", any(key(v)), key(v)), "-0", "0") }
		want := map[string]int64{}
		for _, v := range rows {
			want[keyText(v)]++
		}
		s := df.FromSlice(rows)
		counts := df.Map(df.CountBy(s, key), func(kv df.KV[K, int64]) df.KV[string, int64] {
			return df.KV[string, int64]{Key: strings.ReplaceAll(fmt.Sprintf("%T %v", any(kv.Key), kv.Key), "-0", "0"), Value: kv.Value}
		})
		eachDeployment(name, func(what string, o df.Option) {
			sameGroups(t, what+", CountBy", collect(t, counts, o), want)
		})
	}
}

func strangeFloat(v int64) float64 {
	switch v % 7 {
	case 0:
		return math.NaN()
	case 1:
		return math.Float64frombits(0x7ff8000000000000 | uint64(v)) // a NaN of other bits
	case 2:
		return math.Copysign(0, -1)
	case 3:
		return 0
	case 4:
		return math.Inf(1)
	}
	return float64(v) / 8
}

func TestKeys(t *testing.T) {
	for name, run := range map[string]func(*testing.T){
		"named int":    keyCase("named int", func(v int64) userID { return userID(v) }),
		"string":       keyCase("string", text),
		"empty string": keyCase("empty string", func(v int64) string { return strings.Repeat("x", int(uint64(v)%3)) }),
		"named string": keyCase("named string", func(v int64) userName { return userName(strings.Repeat(text(v), 20)) }),
		"struct":       keyCase("struct", func(v int64) place { return place{Country: text(v % 20), Zip: int32(v % 30)} }),
		"array":        keyCase("array", func(v int64) [3]int16 { return [3]int16{int16(v % 3), 1, int16(v % 500)} }),
		"float64":      keyCase("float64", strangeFloat),
		"float32":      keyCase("float32", func(v int64) float32 { return float32(strangeFloat(v)) }),
		"with float":   keyCase("with float", func(v int64) reading { return reading{strangeFloat(v), text(v % 3)} }),
		"interface": keyCase("interface", func(v int64) any {
			switch v % 5 {
			case 0:
				return v
			case 1:
				return int32(v)
			case 2:
				return text(v)
			case 3:
				return place{Country: text(v)}
			}
			return nil
		}),
		"interface of NaN": keyCase("interface of NaN", func(v int64) any { return strangeFloat(v) }),
	} {
		t.Run(name, run)
	}
}

// TestViewKeys: tables keep copies of keys that are valid for a call only.
func TestViewKeys(t *testing.T) {
	rows := zipfRows(9, manyRows)
	path := linesFile(t, rows)
	want := map[df.View]int64{}
	for _, v := range rows {
		want[df.View(fmt.Sprintf("%027d", v))]++
	}
	eachDeployment("LineViews", func(what string, o df.Option) {
		sameGroups(t, what, collect(t, df.CountBy(df.LineViews(path), df.Self[df.View]), o), want)
		parts := df.CountBy(df.Map(df.LineViews(path), func(v df.View) [2]df.View { return [2]df.View{v[:20], v[20:]} }), df.Self[[2]df.View])
		whole := df.Map(parts, func(kv df.KV[[2]df.View, int64]) df.KV[df.View, int64] {
			return df.KV[df.View, int64]{Key: kv.Key[0] + kv.Key[1], Value: kv.Value}
		})
		sameGroups(t, what+", in an array", collect(t, whole, o), want)
	})
}

func TestKeysWithoutEquality(t *testing.T) {
	s := df.FromSlice(zipfRows(8, 3000))
	key := func(v int64) any {
		if v == 5 {
			return []int64{v}
		}
		return v
	}
	eachDeployment("a slice in an interface", func(what string, o df.Option) {
		for _, plan := range []df.Output{df.CountBy(s, key), df.DistinctBy(s, key)} {
			err := df.Run(context.Background(), plan, o)
			var e *df.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), "[]int64") {
				t.Errorf("%s: error %v", what, err)
			}
		}
	})
	mustPanic(t, "*int64", func() { df.CountBy(s, func(v int64) *int64 { return &v }) })
	mustPanic(t, "chan int", func() { df.DistinctBy(s, func(int64) chan int { return nil }) })
	mustPanic(t, "pointer", func() { df.CountBy(s, func(v int64) struct{ P *int64 } { return struct{ P *int64 }{&v} }) })
}

// mustPanic wants wrong use to be told at once, with its place.
func mustPanic(t *testing.T, text string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		p := fmt.Sprint(recover())
		if !strings.Contains(p, text) || !strings.Contains(p, "_test.go:") {
			t.Errorf("panic %q, which does not name %q and the place", p, text)
		}
	}()
	f()
}

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

// TestOrdersOfEveryKind compares keys of every kind that rows can be sorted by.
func TestOrdersOfEveryKind(t *testing.T) {
	type bytesName []byte
	for name, order := range map[string]df.Order[int64]{
		"int8":   df.Asc(func(v int64) int8 { return int8(v) }),
		"int16":  df.Asc(func(v int64) int16 { return int16(v) }),
		"int32":  df.Asc(func(v int64) userID { return userID(v) }),
		"int":    df.Asc(func(v int64) int { return int(v) }),
		"uint8":  df.Asc(func(v int64) uint8 { return uint8(v + 100) }),
		"uint16": df.Asc(func(v int64) uint16 { return uint16(v + 100) }),
		"uint32": df.Asc(func(v int64) uint32 { return uint32(v + 100) }),
		"uint":   df.Asc(func(v int64) uint { return uint(v + 100) }),
		"ptr":    df.Asc(func(v int64) uintptr { return uintptr(v + 100) }),
		"float":  df.Asc(func(v int64) float32 { return float32(v) }),
		"named":  df.Asc(func(v int64) degrees { return degrees(v) }),
		"string": df.Asc(func(v int64) userName { return userName(fmt.Sprintf("%04d", v+100)) }),
		"bytes":  df.Asc(func(v int64) bytesName { return fmt.Appendf(nil, "%04d", v+100) }),
		"time":   df.Asc(func(v int64) time.Time { return time.Unix(v, 0) }),
		"desc":   df.Desc(func(v int64) int64 { return -v }),
		"then":   df.Asc(func(v int64) int64 { return v / 10 }).Then(df.Asc(df.Self[int64])),
	} {
		for _, pair := range [][2]int64{{-9, 9}, {3, 4}, {-5, -4}, {7, 7}} {
			a, b := pair[0], pair[1]
			if got := order.Compare(a, b); (got < 0) != (a < b) || (got == 0) != (a == b) {
				t.Errorf("%s: Compare(%d, %d) = %d", name, a, b, got)
			}
			if got := order.Compare(b, a); (got > 0) != (a < b) {
				t.Errorf("%s: Compare(%d, %d) = %d", name, b, a, got)
			}
		}
	}
}
