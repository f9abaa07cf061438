package agg_test

import (
	"cmp"
	"fmt"
	"strings"

	"anabranch.dev/df/agg"
)

type fruit struct {
	name  string
	cents int64
	kilos float64
}

func name(f fruit) string   { return f.name }
func cents(f fruit) int64   { return f.cents }
func kilos(f fruit) float64 { return f.kilos }

var basket = []fruit{
	{"pear", 250, 0.5},
	{"fig", 900, 0.1},
	{"apple", 190, 1.5},
	{"fig", 850, 0.3},
	{"plum", 250, 0.8},
}

func Example() {
	type offer struct {
		Sorts    int64
		Cheapest fruit
	}
	f := agg.Combine(agg.CountDistinct(name), agg.MinBy(cents), func(n int64, f fruit) offer { return offer{n, f} })
	fmt.Println(agg.Over(basket, f))
	// Output: {4 {apple 190 1.5}}
}

// A Def of one's own: the longest name, ties to the first in the alphabet.
func ExampleDef() {
	better := func(a, b string) string {
		if len(a) > len(b) || len(a) == len(b) && a < b {
			return a
		}
		return b
	}
	longest := func() agg.Def[fruit, string, string] {
		return agg.Def[fruit, string, string]{
			Add:    func(a *string, f fruit) { *a = better(*a, f.name) },
			Merge:  func(dst, src *string) { *dst = better(*dst, *src) },
			Result: func(a *string) string { return *a },
		}
	}
	fmt.Println(agg.Over(basket, longest))
	// Output: apple
}

func ExampleOver() {
	fmt.Println(agg.Over([]string{"a", "b"}, agg.Count))
	// Output: 2
}

func ExampleCount() {
	fmt.Println(agg.Over(basket, agg.Count))
	// Output: 5
}

func ExampleReduce() {
	product := agg.Reduce(func(a, b int) int { return a * b })
	fmt.Println(agg.Over([]int{2, 3, 7}, product))
	// Output: 42
}

func ExampleSum() {
	fmt.Println(agg.Over(basket, agg.Sum(cents)))
	// Output: 2440
}

func ExampleSumFloat() {
	same := func(x float64) float64 { return x }
	xs := []float64{1e16, 1, 1, -1e16}
	fmt.Println(agg.Over(xs, agg.SumFloat(same)), agg.Over(xs, agg.FastSum(same)))
	// Output: 2 0
}

func ExampleFastSum() {
	fmt.Printf("%.2f\n", agg.Over(basket, agg.FastSum(kilos)))
	// Output: 3.20
}

func ExampleFastMean() {
	fmt.Printf("%.2f\n", agg.Over(basket, agg.FastMean(kilos)))
	// Output: 0.64
}

func ExampleFloatSum() {
	var s, other agg.FloatSum
	for range 10 {
		s.Add(0.1)
	}
	other.Add(-1)
	s.Merge(&other)
	fmt.Println(s.Float64()) // ten times the float nearest to 0.1 is a little more than 1
	// Output: 5.551115123125783e-17
}

func ExampleMean() {
	fmt.Println(agg.Over(basket, agg.Mean(cents)))
	// Output: 488
}

func ExampleVariance() {
	xs := []int{2, 4, 4, 4, 5, 5, 7, 9}
	same := func(x int) int { return x }
	fmt.Printf("%.3f %.3f\n", agg.Over(xs, agg.Variance(same)), agg.Over(xs, agg.StdDev(same)))
	// Output: 4.571 2.138
}

func ExamplePopVariance() {
	xs := []int{2, 4, 4, 4, 5, 5, 7, 9}
	same := func(x int) int { return x }
	fmt.Println(agg.Over(xs, agg.PopVariance(same)), agg.Over(xs, agg.PopStdDev(same)))
	// Output: 4 2
}

func ExampleStdDev() {
	fmt.Printf("%.1f\n", agg.Over(basket, agg.StdDev(cents)))
	// Output: 354.6
}

func ExamplePopStdDev() {
	fmt.Printf("%.1f\n", agg.Over(basket, agg.PopStdDev(cents)))
	// Output: 317.1
}

func ExampleCovariance() {
	fmt.Printf("%.1f\n", agg.Over(basket, agg.Covariance(cents, kilos)))
	// Output: -151.7
}

func ExampleCorrelation() {
	fmt.Printf("%.2f\n", agg.Over(basket, agg.Correlation(cents, kilos)))
	// Output: -0.78
}

func ExampleFastVariance() {
	xs := []int{2, 4, 4, 4, 5, 5, 7, 9}
	fmt.Printf("%.3f\n", agg.Over(xs, agg.FastVariance(func(x int) int { return x })))
	// Output: 4.571
}

func ExampleFastStdDev() {
	fmt.Printf("%.1f\n", agg.Over(basket, agg.FastStdDev(cents)))
	// Output: 354.6
}

func ExampleFastCovariance() {
	fmt.Printf("%.1f\n", agg.Over(basket, agg.FastCovariance(cents, kilos)))
	// Output: -151.7
}

func ExampleFastCorrelation() {
	fmt.Printf("%.2f\n", agg.Over(basket, agg.FastCorrelation(cents, kilos)))
	// Output: -0.78
}

func ExampleMin() {
	fmt.Println(agg.Over(basket, agg.Min(cents)))
	// Output: 190
}

func ExampleMax() {
	fmt.Println(agg.Over(basket, agg.Max(name)))
	// Output: plum
}

func ExampleMinMax() {
	r := agg.Over(basket, agg.MinMax(cents))
	fmt.Println(r.Min, r.Max)
	// Output: 190 900
}

func ExampleMinBy() {
	fmt.Println(agg.Over(basket, agg.MinBy(kilos)))
	// Output: {fig 900 0.1}
}

func ExampleMaxBy() {
	fmt.Println(agg.Over(basket, agg.MaxBy(kilos)))
	// Output: {apple 190 1.5}
}

func ExampleFirst() {
	fmt.Println(agg.Over(basket, agg.First))
	// Output: {pear 250 0.5}
}

func ExampleLast() {
	fmt.Println(agg.Over(basket, agg.Last))
	// Output: {plum 250 0.8}
}

func ExampleCollect() {
	fmt.Println(agg.Over(basket[:2], agg.Collect))
	// Output: [{pear 250 0.5} {fig 900 0.1}]
}

func ExampleTop() {
	cheapest := agg.Top(3, func(a, b fruit) int { return cmp.Compare(a.cents, b.cents) })
	fmt.Println(agg.Over(basket, cheapest))
	// Output: [{apple 190 1.5} {pear 250 0.5} {plum 250 0.8}]
}

func ExampleQuantiles() {
	fmt.Println(agg.Over(basket, agg.Quantiles(cents, 0.5, 0.9)))
	// Output: [250 880]
}

func ExampleMedian() {
	fmt.Println(agg.Over(basket, agg.Median(cents)))
	// Output: 250
}

func ExampleApproxQuantiles() {
	within := 0.01
	fmt.Printf("%.0f\n", agg.Over(basket, agg.ApproxQuantiles(cents, within, 0, 0.8, 1)))
	// Output: [190 852 900]
}

func ExampleCountDistinct() {
	fmt.Println(agg.Over(basket, agg.CountDistinct(name)))
	// Output: 4
}

func ExampleApproxCountDistinct() {
	fmt.Println(agg.Over(basket, agg.ApproxCountDistinct(name, 14)))
	// Output: 4
}

func ExampleCombine() {
	type price struct{ N, Cents int64 }
	f := agg.Combine(agg.Count, agg.Sum(cents), func(n, sum int64) price { return price{n, sum} })
	fmt.Printf("%+v\n", agg.Over(basket, f))
	// Output: {N:5 Cents:2440}
}

func ExampleWhere() {
	dear := func(f fruit) bool { return f.cents > 300 }
	fmt.Println(agg.Over(basket, agg.Where(dear, agg.Count)))
	// Output: 2
}

func ExampleOf() {
	fmt.Println(agg.Over(basket, agg.Of(name, agg.Collect)))
	// Output: [pear fig apple fig plum]
}

func ExampleThen() {
	join := func(names []string) string { return strings.Join(names, "+") }
	fmt.Println(agg.Over(basket, agg.Then(agg.Of(name, agg.Collect), join)))
	// Output: pear+fig+apple+fig+plum
}
