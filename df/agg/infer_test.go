package agg_test

import (
	"maps"
	"testing"

	"anabranch.dev/df/agg"
)

// The stand-ins below have the signatures of the verbs of package df; that the
// calls compile as they stand is what is tested.

type stream[T any] []T

type kv[K comparable, V any] struct {
	Key K
	Val V
}

func aggregate[T, A, R any](s stream[T], f agg.Func[T, A, R]) stream[R] {
	return stream[R]{agg.Over(s, f)}
}

func aggregateBy[T any, K comparable, A, R any](s stream[T], key func(T) K, f agg.Func[T, A, R]) stream[kv[K, R]] {
	groups := map[K][]T{}
	var keys []K
	for _, v := range s {
		k := key(v)
		if _, known := groups[k]; !known {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], v)
	}
	var out stream[kv[K, R]]
	for _, k := range keys {
		out = append(out, kv[K, R]{k, agg.Over(groups[k], f)})
	}
	return out
}

type order struct {
	who    string
	amount int64
	paid   bool
}

func customer(o order) string { return o.who }
func amount(o order) int64    { return o.amount }
func paid(o order) bool       { return o.paid }

type spend struct{ n, sum int64 }

func toSpend(n, sum int64) spend { return spend{n, sum} }

func TestTypesAreInferred(t *testing.T) {
	orders := stream[order]{{"ann", 3, true}, {"bob", 5, false}, {"ann", 4, false}}
	got := map[string]spend{}
	for _, kv := range aggregateBy(orders, customer, agg.Combine(agg.Count, agg.Sum(amount), toSpend)) {
		got[kv.Key] = kv.Val
	}
	if want := map[string]spend{"ann": {2, 7}, "bob": {1, 5}}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	var (
		_ stream[kv[string, int64]]    = aggregateBy(orders, customer, agg.Count)
		_ stream[kv[string, order]]    = aggregateBy(orders, customer, agg.First)
		_ stream[kv[string, []order]]  = aggregateBy(orders, customer, agg.Collect)
		_ stream[kv[string, int64]]    = aggregateBy(orders, customer, agg.Where(paid, agg.Count))
		_ stream[kv[string, []string]] = aggregateBy(orders, customer, agg.Of(customer, agg.Collect))
		_ stream[kv[string, int]]      = aggregateBy(orders, customer, agg.Then(agg.Collect, func(all []order) int { return len(all) }))
		_ stream[int64]                = aggregate(orders, agg.Count)
		_ stream[float64]              = aggregate(orders, agg.Mean(amount))
		_ stream[spend]                = aggregate(orders, agg.Combine(agg.Count, agg.Where(paid, agg.Sum(amount)), toSpend))
		_ stream[[]float64]            = aggregate(orders, agg.Quantiles(amount, 0.5, 0.99))
	)
}
