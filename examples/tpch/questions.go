package main

import (
	"anabranch.dev/df"
	"anabranch.dev/df/agg"
)

// A question is a plan from the tables to the lines of its answer.
type question struct {
	name string
	plan func(tables) df.Stream[string]
}

// questions are those that are answered, with the parameters that the specification has
// for validation; q18 looks for orders of more pieces than quantity.
func questions(quantity int64) []question {
	return []question{
		{"q1", pricingSummary},
		{"q3", shippingPriority},
		{"q4", orderPriority},
		{"q5", localSuppliers},
		{"q6", forecast},
		{"q9", profit},
		{"q10", returnedItems},
		{"q13", customerDistribution},
		{"q18", func(t tables) df.Stream[string] { return largeOrders(t, quantity) }},
		{"q21", waitingOrders},
	}
}

// An amount is to be added up with others of its key.
type amount[K comparable] = df.KV[K, int64]

// totals adds up amounts.
func totals[K comparable](s df.Stream[amount[K]]) df.Stream[amount[K]] {
	return df.AggregateBy(s, key, agg.Sum(value[K, int64]))
}

// key and value are the parts of a KV, as functions for verbs.

func key[K comparable, V any](kv df.KV[K, V]) K   { return kv.Key }
func value[K comparable, V any](kv df.KV[K, V]) V { return kv.Value }
