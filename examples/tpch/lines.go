package main

import (
	"math"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
)

// pricingSummary is question 1: amounts of all lines that were shipped by a day, by
// return flag and status.
func pricingSummary(t tables) df.Stream[string] {
	shipped := t.lineItems().Filter(func(l lineItem) bool { return l.shipped <= 1998_09_02 })
	groups := df.AggregateBy(shipped, lineItem.State, summarize)
	byFlag := df.Asc(func(g df.KV[state, summary]) byte { return g.Key.flag })
	byStatus := df.Asc(func(g df.KV[state, summary]) byte { return g.Key.status })
	return df.Map(df.Sort(groups, byFlag.Then(byStatus)), func(g df.KV[state, summary]) string {
		v := g.Value
		return line(string(g.Key.flag), string(g.Key.status),
			decimal(v.quantity*100, 2), decimal(v.price, 2), decimal(v.revenue, 4), decimal(v.charge, 6),
			mean(v.quantity*100, v.count), mean(v.price, v.count), mean(v.discount, v.count), v.count)
	})
}

type state struct{ flag, status byte }

func (l lineItem) State() state { return state{l.flag, l.status} }

// summary is both the accumulator and the result of question 1. It could be a Combine of
// five Sums and a Count, but one struct that is added to reads better and is faster.
type summary struct{ quantity, price, revenue, charge, discount, count int64 }

func summarize() agg.Def[lineItem, summary, summary] {
	return agg.Def[lineItem, summary, summary]{
		Add: func(s *summary, l lineItem) {
			s.quantity += int64(l.quantity)
			s.price += l.price
			s.revenue += l.Revenue()
			s.charge += l.Revenue() * int64(100+l.tax)
			s.discount += int64(l.discount)
			s.count++
		},
		Merge: func(dst, src *summary) {
			dst.quantity += src.quantity
			dst.price += src.price
			dst.revenue += src.revenue
			dst.charge += src.charge
			dst.discount += src.discount
			dst.count += src.count
		},
		Result: func(s *summary) summary { return *s },
	}
}

// mean writes the mean of n amounts that add up to sum hundredths, with six decimals.
func mean(sum, n int64) string {
	return decimal(int64(math.Round(float64(sum)/float64(n)*1e4)), 6)
}

// forecast is question 6: what would have been earned without some discounts.
func forecast(t tables) df.Stream[string] {
	discounted := t.lineItems().Filter(func(l lineItem) bool {
		return l.shipped.Year() == 1994 && l.discount >= 5 && l.discount <= 7 && l.quantity < 24
	})
	lost := df.Aggregate(discounted, agg.Sum(lineItem.Discounted))
	return df.Map(lost, func(sum int64) string { return line(decimal(sum, 4)) })
}

// Discounted is the discount as an amount, in ten-thousandths.
func (l lineItem) Discounted() int64 { return l.price * int64(l.discount) }
