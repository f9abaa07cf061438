package main

import (
	"anabranch.dev/df"
	"anabranch.dev/df/agg"
)

// shippingPriority is question 3: of orders from builders that were not shipped by a day,
// the ten of most revenue.
func shippingPriority(t tables) df.Stream[string] {
	const day date = 1995_03_15
	builders := t.customers().Filter(func(c customer) bool { return c.segment == "BUILDING" })
	before := t.orders().Filter(func(o order) bool { return o.date < day })
	after := t.lineItems().Filter(func(l lineItem) bool { return l.shipped > day })

	// What is on the right of a join is kept in memory, so its rows are made small first.
	open := df.SemiJoin(df.Map(before, order.shipment), df.Map(builders, customer.Key), shipment.Customer, df.Self)
	sales := df.Join(after, open, lineItem.Order, shipment.Order, func(l lineItem, s shipment) amount[shipment] {
		return amount[shipment]{Key: s, Value: l.Revenue()}
	})
	byDate := df.Asc(func(a amount[shipment]) date { return a.Key.date })
	byOrder := df.Asc(func(a amount[shipment]) int64 { return a.Key.order })
	top := df.Top(totals(sales), 10, df.Desc(value[shipment, int64]).Then(byDate).Then(byOrder))
	return df.Map(top, func(a amount[shipment]) string {
		return line(a.Key.order, decimal(a.Value, 4), a.Key.date, a.Key.priority)
	})
}

// A shipment is what question 3 keeps of an order.
type shipment struct {
	order              int64
	customer, priority int32
	date               date
}

func (o order) shipment() shipment { return shipment{o.key, o.customer, o.shipPriority, o.date} }
func (s shipment) Order() int64    { return s.order }
func (s shipment) Customer() int32 { return s.customer }

// orderPriority is question 4: how many orders of a quarter had a line that was late, by
// priority.
func orderPriority(t tables) df.Stream[string] {
	quarter := t.orders().Filter(func(o order) bool { return o.date >= 1993_07_01 && o.date < 1993_10_01 })
	late := df.Map(t.lineItems().Filter(lineItem.Late), lineItem.Order)
	waited := df.SemiJoin(quarter, late, order.Key, df.Self)
	counts := df.SortBy(df.CountBy(waited, order.Priority), key)
	return df.Map(counts, func(a amount[string]) string { return line(a.Key, a.Value) })
}

// largeOrders is question 18: the hundred most expensive orders of more pieces than
// quantity.
func largeOrders(t tables, quantity int64) df.Stream[string] {
	pieces := df.AggregateBy(t.lineItems(), lineItem.Order, agg.Sum(lineItem.Quantity))
	large := pieces.Filter(func(a amount[int64]) bool { return a.Value > quantity })
	orders := df.Join(t.orders(), large, order.Key, key, func(o order, a amount[int64]) largeOrder {
		return largeOrder{order: o.key, customer: o.customer, date: o.date, total: o.total, pieces: a.Value}
	})
	named := df.Join(t.customers(), orders, customer.Key, largeOrder.Customer, func(c customer, o largeOrder) largeOrder {
		o.name = c.name
		return o
	})
	top := df.Top(named, 100, df.Desc(largeOrder.Total).Then(df.Asc(largeOrder.Date)).Then(df.Asc(largeOrder.Order)))
	return df.Map(top, func(o largeOrder) string {
		return line(o.name, o.customer, o.order, o.date, decimal(o.total, 2), decimal(o.pieces*100, 2))
	})
}

type largeOrder struct {
	order, total, pieces int64
	customer             int32
	date                 date
	name                 string // of the customer
}

func (o largeOrder) Order() int64    { return o.order }
func (o largeOrder) Total() int64    { return o.total }
func (o largeOrder) Customer() int32 { return o.customer }
func (o largeOrder) Date() date      { return o.date }
