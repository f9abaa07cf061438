package spill_test

import (
	"cmp"
	"math"
	"testing"
	"time"

	"anabranch.dev/spill"
)

func TestPrefixes(t *testing.T) {
	type row struct {
		n int16
		f float64
		s string
		t time.Time
	}
	var rows []row
	for i, f := range []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(-1), -1.5, 2, 1e300} {
		for _, s := range []string{"", "a", "a\x00", "abcdefgh", "abcdefghi", "\xff"} {
			rows = append(rows, row{int16(i*7919 - 20000), f, s, time.Unix(int64(i)*1e9-3e9, int64(len(s)))})
		}
	}
	number, float := spill.Asc(func(r row) int16 { return r.n }), spill.Desc(func(r row) float64 { return r.f })
	text, point := spill.Asc(func(r row) string { return r.s }), spill.Desc(func(r row) time.Time { return r.t })
	for name, o := range map[string]spill.Order[row]{
		"number": number, "float": float, "text": text, "time": point,
		"descending text":  spill.Desc(func(r row) []byte { return []byte(r.s) }),
		"two":              text.Then(number),
		"by a comparison":  spill.By(func(a, b row) int { return cmp.Compare(a.n, b.n) }),
		"comparison later": number.Then(spill.By(func(a, b row) int { return cmp.Compare(a.s, b.s) })),
	} {
		out := make([]uint64, len(rows))
		o.Prefixes(rows, out)
		for i := range rows {
			for j := range rows {
				if c := cmp.Compare(out[i], out[j]); c != 0 && c != cmp.Compare(o.Compare(rows[i], rows[j]), 0) {
					t.Fatalf("%s: %v and %v have the prefixes %x and %x", name, rows[i], rows[j], out[i], out[j])
				}
			}
		}
	}
}
