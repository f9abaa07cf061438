package agg_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"anabranch.dev/df/agg"
	"anabranch.dev/df/agg/aggtest"
)

func TestCountDistinct(t *testing.T) {
	type name string
	type pair struct{ a, b int }
	rows := sales(60)
	check(t, "CountDistinct", rows, agg.CountDistinct(sale.Name), is(int64(9)))
	check(t, "CountDistinct", rows, agg.CountDistinct(func(s sale) name { return name(s.name) }), is(int64(9)))
	check(t, "CountDistinct", rows, agg.CountDistinct(sale.ID), is(int64(60)))
	check(t, "CountDistinct", rows, agg.CountDistinct(func(s sale) pair { return pair{s.id % 3, s.id % 5} }), is(int64(15)))
	check(t, "CountDistinct", rows[:0], agg.CountDistinct(sale.ID), is(int64(0)))

	nan, other := math.NaN(), math.Float64frombits(0x7ff8000000000099)
	odd := []float64{0, nan, math.Copysign(0, -1), other, 1, nan}
	check(t, "CountDistinct", odd, agg.CountDistinct(same), is(int64(3)))
	check(t, "CountDistinct", []string{"", "", "a"}, agg.CountDistinct(func(s string) string { return s }), is(int64(2)))
}

func TestCountDistinctSize(t *testing.T) {
	d := agg.CountDistinct(func(s string) string { return s })()
	var a agg.Distinct[string]
	if got := d.Size(&a); got != 0 {
		t.Errorf("empty: size is %d", got)
	}
	for i := range 100 {
		d.Add(&a, fmt.Sprintf("%0100d", i))
	}
	if got := d.Size(&a); got < 100*(100+16) || got > 3*100*(100+16) {
		t.Errorf("100 keys of 100 bytes: size is %d", got)
	}
}

func TestApproxCountDistinct(t *testing.T) {
	identity := func(i int) int { return i }
	text := func(i int) string { return fmt.Sprint("user-", i, "@example.com") }
	for _, precision := range []int{4, 10, 14, 18} {
		deviation := 1.04 / math.Sqrt(math.Ldexp(1, precision))
		for _, n := range []int{0, 1, 2, 60, 1000, 100_000} {
			rows := make([]int, n)
			for i := range rows {
				rows[i] = i
			}
			for what, got := range map[string]int64{
				"numbers": agg.Over(rows, agg.ApproxCountDistinct(identity, precision)),
				"text":    agg.Over(rows, agg.ApproxCountDistinct(text, precision)),
				"floats":  agg.Over(rows, agg.ApproxCountDistinct(func(i int) float64 { return float64(i) / 3 }, precision)),
			} {
				off := math.Abs(float64(got)-float64(n)) / float64(max(n, 1))
				if off > 3.5*deviation || n <= 1<<precision/64 && off != 0 {
					t.Errorf("precision %d, %d %s: %d, off by %.2f deviations", precision, n, what, got, off/deviation)
				}
			}
		}
	}
}

func TestApproxCountDistinctMerges(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	rows := make([]int, 120)
	for i := range rows {
		rows[i] = r.IntN(90)
	}
	for _, precision := range []int{4, 8, 10, 12} { // from registers at once to none
		aggtest.Run(t, agg.ApproxCountDistinct(func(i int) int { return i }, precision), rows)
	}
}
