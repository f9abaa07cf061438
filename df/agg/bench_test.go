package agg_test

import (
	"math/rand/v2"
	"testing"

	"anabranch.dev/df/agg"
)

// numbers makes rows of prices with cents.
func numbers() []float64 {
	r := rand.New(rand.NewPCG(15, 16))
	xs := make([]float64, 4096)
	for i := range xs {
		xs[i] = float64(r.IntN(100_000)-20_000) / 100
	}
	return xs
}

// addAll is how an engine adds a batch to one group.
func addAll[T, A any](a *A, rows []T, add func(*A, T)) {
	for _, v := range rows {
		add(a, v)
	}
}

func addAllAt[T, A any](a *A, rows []T, add func(*A, T, agg.Stamp)) {
	for i, v := range rows {
		add(a, v, agg.Stamp{Morsel: 1, Row: uint64(i)})
	}
}

// bench reports the cost of one Add.
func bench[T, A, R any](b *testing.B, name string, rows []T, f agg.Func[T, A, R]) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		d := f()
		var a A
		for b.Loop() {
			if d.Add != nil {
				addAll(&a, rows, d.Add)
			} else {
				addAllAt(&a, rows, d.AddAt)
			}
		}
		perRow(b, len(rows))
	})
}

func perRow(b *testing.B, rows int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
}

var sink float64

func BenchmarkAdd(b *testing.B) {
	xs := numbers()
	ints := make([]int64, len(xs))
	for i, x := range xs {
		ints[i] = int64(x)
	}
	wide := make([]float64, len(xs))
	r := rand.New(rand.NewPCG(17, 18))
	for i := range wide {
		wide[i] = anyFinite(r)
	}
	same64 := func(x int64) int64 { return x }

	b.Run("hand loop", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, x := range xs {
				sink += x
			}
		}
		perRow(b, len(xs))
	})
	b.Run("hand variance", func(b *testing.B) { // Welford
		b.ReportAllocs()
		var n, mean, m2 float64
		for b.Loop() {
			for _, x := range xs {
				n++
				d := x - mean
				mean += d / n
				m2 += d * (x - mean)
			}
		}
		sink = m2
		perRow(b, len(xs))
	})
	bench(b, "Count", ints, agg.Count)
	bench(b, "Sum", ints, agg.Sum(same64))
	bench(b, "FastSum", xs, agg.FastSum(same))
	bench(b, "FastMean", xs, agg.FastMean(same))
	bench(b, "SumFloat", xs, agg.SumFloat(same))
	bench(b, "SumFloat of any", wide, agg.SumFloat(same))
	bench(b, "Mean", xs, agg.Mean(same))
	bench(b, "Variance", xs, agg.Variance(same))
	bench(b, "Correlation", xs, agg.Correlation(same, same))
	bench(b, "Min", xs, agg.Min(same))
	bench(b, "MinMax", xs, agg.MinMax(same))
	bench(b, "MinBy", xs, agg.MinBy(same))
	bench(b, "Last", xs, agg.Last)
	bench(b, "Top 10", xs, agg.Top(10, func(x, y float64) int { return int(x - y) }))
	bench(b, "ApproxQuantiles", xs, agg.ApproxQuantiles(same, 0.01, 0.5))
	bench(b, "CountDistinct", ints, agg.CountDistinct(same64))
	bench(b, "ApproxCountDistinct", ints, agg.ApproxCountDistinct(same64, 14))
	bench(b, "Combine", ints, agg.Combine(agg.Count, agg.Sum(same64), func(n, sum int64) int64 { return sum / n }))
}

func BenchmarkResult(b *testing.B) {
	xs := numbers()[:10]
	each := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
	sum, mean, variance, correlation := agg.SumFloat(same)(), agg.Mean(same)(), agg.Variance(same)(), agg.Correlation(same, same)()
	var s agg.FloatSum
	var m agg.FloatMean
	var v agg.Moments
	var c agg.CoMoments
	addAll(&s, xs, sum.Add)
	addAll(&m, xs, mean.Add)
	addAll(&v, xs, variance.Add)
	addAll(&c, xs, correlation.Add)
	each("SumFloat", func() { sink = sum.Result(&s) })
	each("Mean", func() { sink = mean.Result(&m) })
	each("Variance", func() { sink = variance.Result(&v) })
	each("Correlation", func() { sink = correlation.Result(&c) })
}
