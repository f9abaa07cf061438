package main

import (
	"strings"

	"anabranch.dev/df"
)

// returnedItems is question 10: the twenty customers that sent back most, in revenue, of
// what they ordered in a quarter.
func returnedItems(t tables) df.Stream[string] {
	returned := t.lineItems().Filter(func(l lineItem) bool { return l.flag == 'R' })
	quarter := t.orders().Filter(func(o order) bool { return o.date >= 1993_10_01 && o.date < 1994_01_01 })
	lost := df.Join(returned, df.Map(quarter, order.shipment), lineItem.Order, shipment.Order, func(l lineItem, s shipment) amount[int32] {
		return amount[int32]{Key: s.customer, Value: l.Revenue()}
	})
	customers := df.Join(t.customers(), totals(lost), customer.Key, key, func(c customer, a amount[int32]) returner {
		return returner{customer: c, lost: a.Value}
	})
	named := df.Join(customers, t.nations(), returner.Nation, nation.Key, func(r returner, n nation) returner {
		r.nationName = n.name
		return r
	})
	top := df.Top(named, 20, df.Desc(returner.Lost).Then(df.Asc(returner.Key)))
	return df.Map(top, func(r returner) string {
		return line(r.key, r.name, decimal(r.lost, 4), decimal(r.balance, 2), r.nationName, r.address, r.phone, r.comment)
	})
}

// A returner is a customer that sent something back.
type returner struct {
	customer
	nationName string
	lost       int64
}

func (r returner) Lost() int64 { return r.lost }

// customerDistribution is question 13: how many customers have how many orders, leaving
// out special requests.
func customerDistribution(t tables) df.Stream[string] {
	ordinary := t.orders().Filter(func(o order) bool {
		_, after, found := strings.Cut(o.comment, "special")
		return !found || !strings.Contains(after, "requests")
	})
	orders := df.CountBy(ordinary, order.Customer)
	perCustomer := df.LeftJoin(t.customers(), orders, customer.Key, key, func(_ customer, orders amount[int32], _ bool) int64 {
		return orders.Value // 0 when there are none
	})
	customers := df.CountBy(perCustomer, df.Self)
	inOrder := df.Sort(customers, df.Desc(value[int64, int64]).Then(df.Desc(key[int64, int64])))
	return df.Map(inOrder, func(a amount[int64]) string { return line(a.Key, a.Value) })
}
