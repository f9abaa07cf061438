package agg_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"anabranch.dev/df/agg"
	"anabranch.dev/df/agg/aggtest"
)

// check runs the conformance test and compares the result with want.
func check[T, A, R any](t *testing.T, what string, rows []T, f agg.Func[T, A, R], equal func(got R) bool) {
	t.Helper()
	aggtest.Run(t, f, rows)
	if got := agg.Over(rows, f); !equal(got) {
		t.Errorf("%s of %d rows is %v", what, len(rows), got)
	}
}

func is[R comparable](want R) func(R) bool { return func(got R) bool { return got == want } }
func are[E comparable](want []E) func([]E) bool {
	return func(got []E) bool { return slices.Equal(got, want) }
}

func TestCountAndReduce(t *testing.T) {
	for _, n := range []int{0, 1, 60} {
		rows := sales(n)
		check(t, "Count", rows, agg.Count, is(int64(n)))
		or := 0
		for _, s := range rows {
			or |= s.id
		}
		check(t, "Reduce", rows, agg.Of(sale.ID, agg.Reduce(func(a, b int) int { return a | b })), is(or))
	}
}

func TestMinMax(t *testing.T) {
	for name, xs := range floatSets() {
		least, greatest := 0.0, 0.0
		if len(xs) > 0 {
			least, greatest = xs[0], xs[0]
			for _, x := range xs {
				least, greatest = min(least, x), max(greatest, x)
			}
		}
		bits := func(want float64) func(float64) bool { return func(got float64) bool { return sameBits(got, want) } }
		check(t, name+": Min", xs, agg.Min(same), bits(least))
		check(t, name+": Max", xs, agg.Max(same), bits(greatest))
		check(t, name+": MinMax", xs, agg.MinMax(same), func(got agg.Range[float64]) bool {
			return sameBits(got.Min, least) && sameBits(got.Max, greatest)
		})
	}
	rows := sales(60)
	check(t, "Min", rows, agg.Min(sale.Name), is("a"))
	check(t, "Max", rows, agg.Max(sale.Name), is("i"))
}

func TestMinByMaxBy(t *testing.T) {
	for _, n := range []int{0, 1, 60} {
		rows := sales(n)
		for i := range rows { // many equal
			rows[i].price = math.Trunc(math.Mod(rows[i].price, 4))
		}
		var least, greatest sale
		if n > 0 {
			least = slices.MinFunc(rows, func(a, b sale) int { return cmp.Compare(a.price, b.price) })
			greatest = slices.MaxFunc(rows, func(a, b sale) int { return cmp.Compare(a.price, b.price) })
		}
		check(t, "MinBy", rows, agg.MinBy(sale.Price), is(least))
		check(t, "MaxBy", rows, agg.MaxBy(sale.Price), is(greatest))
		if n == 60 {
			rows[17].price, rows[31].price = math.NaN(), math.NaN()
			isNaN := func(got sale) bool { return got.id == 17 }
			check(t, "MinBy with NaN", rows, agg.MinBy(sale.Price), isNaN)
			check(t, "MaxBy with NaN", rows, agg.MaxBy(sale.Price), isNaN)
		}
	}
}

func TestFirstLastCollect(t *testing.T) {
	for _, n := range []int{0, 1, 60} {
		rows := sales(n)
		var first, last sale
		if n > 0 {
			first, last = rows[0], rows[n-1]
		}
		check(t, "First", rows, agg.First, is(first))
		check(t, "Last", rows, agg.Last, is(last))
		check(t, "Collect", rows, agg.Collect, are(rows))
	}
}

func TestTop(t *testing.T) {
	byName := func(a, b sale) int { return strings.Compare(a.name, b.name) }
	for _, size := range []int{0, 1, 10, 60} {
		for _, n := range []int{0, 1, 2, 7, 60, 100} {
			rows := sales(size)
			sorted := slices.Clone(rows)
			slices.SortStableFunc(sorted, byName)
			check(t, "Top", rows, agg.Top(n, byName), are(sorted[:min(n, size)]))
		}
	}
}

func TestQuantiles(t *testing.T) {
	qs := []float64{0.5, 0, 1, 0.25, 0.9, 1. / 3}
	// The values are those of NumPy's default method.
	check(t, "Quantiles", []int{7, 1, 4, 2}, agg.Quantiles(func(x int) int { return x }, qs...),
		func(got []float64) bool {
			for i, want := range []float64{3, 1, 7, 1.75, 6.1, 2} {
				if math.Abs(got[i]-want) > 1e-12 {
					return false
				}
			}
			return true
		})
	for name, xs := range floatSets() {
		sorted := slices.Sorted(slices.Values(xs))
		want := func(q float64) float64 {
			if len(xs) == 0 || math.IsNaN(sorted[0]) {
				return math.NaN()
			}
			at := q * float64(len(xs)-1)
			low, high := sorted[int(at)], sorted[int(math.Ceil(at))]
			if low == high {
				return low
			}
			return low*(1-(at-math.Floor(at))) + high*(at-math.Floor(at))
		}
		check(t, name+": Quantiles", xs, agg.Quantiles(same, qs...), func(got []float64) bool {
			for i, q := range qs {
				if w := want(q); got[i] != w && got[i] == got[i] && math.Abs(got[i]-w) > 1e-12*math.Abs(w) {
					return false
				}
			}
			return len(got) == len(qs)
		})
		m := want(0.5)
		check(t, name+": Median", xs, agg.Median(same), func(got float64) bool { return got == m || got != got })
	}
}

func TestApproxQuantiles(t *testing.T) {
	sets := floatSets()
	r := rand.New(rand.NewPCG(11, 12))
	var many []float64
	for range 500 {
		many = append(many, r.ExpFloat64()*100)
	}
	sets["many"] = many
	qs := []float64{0, 0.01, 0.25, 0.5, 0.75, 0.99, 1}
	for name, xs := range sets {
		sorted := slices.Sorted(slices.Values(xs))
		for _, within := range []float64{0.5, 0.1, 0.01, 0.00001} {
			check(t, name+": ApproxQuantiles", xs, agg.ApproxQuantiles(same, within, qs...), func(got []float64) bool {
				for i, q := range qs {
					if len(xs) == 0 || math.IsNaN(sorted[0]) {
						if !math.IsNaN(got[i]) {
							return false
						}
						continue
					}
					want := sorted[int(q*float64(len(xs)-1))]
					bound := max(within*math.Abs(want), within*0x1p-1022)
					if got[i] != want && !(math.Abs(got[i]-want) <= bound) {
						t.Errorf("%s: at %g within %g: %g, want %g", name, q, within, got[i], want)
					}
				}
				return len(got) == len(qs)
			})
		}
	}
}

func TestCombinators(t *testing.T) {
	rows := sales(60)
	cheap := func(s sale) bool { return s.price < 0 }
	kept := slices.DeleteFunc(slices.Clone(rows), func(s sale) bool { return !cheap(s) })
	names := make([]string, len(rows))
	for i, s := range rows {
		names[i] = s.name
	}
	join := func(names []string) string { return strings.Join(names, "") }

	check(t, "Where of Add", rows, agg.Where(cheap, agg.Count), is(int64(len(kept))))
	check(t, "Where of AddAt", rows, agg.Where(cheap, agg.Collect), are(kept))
	check(t, "Of with AddAt", rows, agg.Of(sale.Name, agg.Collect), are(names))
	check(t, "Of with Add", rows, agg.Of(sale.Name, agg.Count), is(int64(60)))
	check(t, "Then", rows, agg.Then(agg.Of(sale.Name, agg.Collect), join), is(join(names)))

	type both struct {
		n, m int64
		last int
	}
	counts := func(n, m int64) both { return both{n, m, 0} }
	withLast := func(b both, id int) both { b.last = id; return b }
	add := agg.Combine(agg.Count, agg.Where(cheap, agg.Count), counts)
	if d := add(); d.Add == nil || d.AddAt != nil || d.Init != nil || d.Size != nil {
		t.Error("Combine of two plain aggregates is not plain")
	}
	check(t, "Combine of Adds", rows, add, is(both{60, int64(len(kept)), 0}))
	check(t, "Combine of Add and AddAt", rows,
		agg.Combine(add, agg.Of(sale.ID, agg.Last), withLast), is(both{60, int64(len(kept)), 59}))
	check(t, "Combine of AddAt and Add", rows,
		agg.Combine(agg.Of(sale.ID, agg.Last), add, func(id int, b both) both { return withLast(b, id) }),
		is(both{60, int64(len(kept)), 59}))
	check(t, "Combine of Sizes", rows,
		agg.Combine(agg.Collect, agg.CountDistinct(sale.Name), func(rows []sale, n int64) int64 { return n * int64(len(rows)) }),
		is(int64(9*60)))
}

// least has an empty accumulator that is not zero.
func least() agg.Def[sale, float64, float64] {
	return agg.Def[sale, float64, float64]{
		Init:   func(a *float64) { *a = math.Inf(1) },
		Add:    func(a *float64, s sale) { *a = min(*a, s.price) },
		Merge:  func(dst, src *float64) { *dst = min(*dst, *src) },
		Result: func(a *float64) float64 { return *a },
	}
}

func TestInit(t *testing.T) {
	rows := sales(60)
	want := agg.Over(rows, agg.Min(sale.Price))
	check(t, "own", rows, least, is(want))
	check(t, "Where of Init", rows, agg.Where(func(sale) bool { return false }, least), is(math.Inf(1)))
	check(t, "Of with Init", rows, agg.Of(func(s sale) sale { return s }, least), is(want))
	check(t, "Then with Init", rows, agg.Then(least, func(x float64) float64 { return -x }), is(-want))
	check(t, "Combine of Init", rows, agg.Combine(agg.Count, least, func(n int64, x float64) float64 { return x + float64(n) }), is(want+60))
	check(t, "Combine of Init", rows, agg.Combine(least, agg.Count, func(x float64, n int64) float64 { return x + float64(n) }), is(want+60))
}
