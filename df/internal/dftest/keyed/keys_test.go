package keyed_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
)

// Keys of every kind.
type (
	userID   int32
	userName string
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
		rows := dftest.ZipfRows(8, dftest.ManyRows)
		keyText := func(v int64) string { return strings.ReplaceAll(fmt.Sprintf("%T %v", any(key(v)), key(v)), "-0", "0") }
		want := map[string]int64{}
		for _, v := range rows {
			want[keyText(v)]++
		}
		s := df.FromSlice(rows)
		counts := df.Map(df.CountBy(s, key), func(kv df.KV[K, int64]) df.KV[string, int64] {
			return df.KV[string, int64]{Key: strings.ReplaceAll(fmt.Sprintf("%T %v", any(kv.Key), kv.Key), "-0", "0"), Value: kv.Value}
		})
		each := dftest.EachDeployment
		if reflect.TypeFor[K]().Kind() == reflect.Interface {
			each = dftest.EachWorkers // such keys are not portable
		}
		each(name, func(what string, o df.Option) {
			dftest.SameGroups(t, what+", CountBy", dftest.Collect(t, counts, o), want)
		})
	}
}

func text(v int64) string { return strconv.FormatInt(v, 36) }

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
	rows := dftest.ZipfRows(9, dftest.ManyRows)
	path := dftest.LinesFile(t, rows)
	want := map[df.View]int64{}
	for _, v := range rows {
		want[df.View(fmt.Sprintf("%027d", v))]++
	}
	dftest.EachDeployment("LineViews", func(what string, o df.Option) {
		dftest.SameGroups(t, what, dftest.Collect(t, df.CountBy(df.LineViews(path), df.Self[df.View]), o), want)
		parts := df.CountBy(df.Map(df.LineViews(path), func(v df.View) [2]df.View { return [2]df.View{v[:20], v[20:]} }), df.Self[[2]df.View])
		whole := df.Map(parts, func(kv df.KV[[2]df.View, int64]) df.KV[df.View, int64] {
			return df.KV[df.View, int64]{Key: kv.Key[0] + kv.Key[1], Value: kv.Value}
		})
		dftest.SameGroups(t, what+", in an array", dftest.Collect(t, whole, o), want)
	})
}

func TestKeysWithoutEquality(t *testing.T) {
	s := df.FromSlice(dftest.ZipfRows(8, 3000))
	key := func(v int64) any {
		if v == 5 {
			return []int64{v}
		}
		return v
	}
	dftest.EachWorkers("a slice in an interface", func(what string, o df.Option) {
		for _, plan := range []df.Output{df.CountBy(s, key), df.DistinctBy(s, key)} {
			err := df.Run(context.Background(), plan, o)
			var e *df.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), "[]int64") {
				t.Errorf("%s: error %v", what, err)
			}
		}
	})
	dftest.MustPanic(t, "*int64", func() { df.DistinctBy(s, func(v int64) *int64 { return &v }) })
}
