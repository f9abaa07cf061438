package main

import (
	"strings"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
)

// localSuppliers is question 5: revenue of a year with suppliers in the nation of the
// customer, by nations of one region.
func localSuppliers(t tables) df.Stream[string] {
	asia := t.regions().Filter(func(r region) bool { return r.name == "ASIA" })
	nations := df.SemiJoin(t.nations(), asia, nation.Region, region.Key) // used twice, read once
	customers := df.SemiJoin(df.Map(t.customers(), customer.home), nations, home.Nation, nation.Key)
	suppliers := df.Join(t.suppliers(), nations, supplier.Nation, nation.Key, func(s supplier, n nation) localSupplier {
		return localSupplier{home{s.key, s.nation}, n.name}
	})
	year := t.orders().Filter(func(o order) bool { return o.date.Year() == 1994 })
	orders := df.Join(year, customers, order.Customer, home.Key, func(o order, c home) orderFrom {
		return orderFrom{o.key, c.nation}
	})
	lines := df.Join(t.lineItems(), orders, lineItem.Order, orderFrom.Order, func(l lineItem, o orderFrom) amount[home] {
		return amount[home]{Key: home{l.supplier, o.nation}, Value: l.Revenue()}
	})
	local := df.Join(lines, suppliers, key, localSupplier.Home, func(a amount[home], s localSupplier) amount[string] {
		return amount[string]{Key: s.nationName, Value: a.Value}
	})
	inOrder := df.Sort(totals(local), df.Desc(value[string, int64]).Then(df.Asc(key[string, int64])))
	return df.Map(inOrder, func(a amount[string]) string { return line(a.Key, decimal(a.Value, 4)) })
}

type (
	// A home is the nation of a customer or a supplier.
	home          struct{ key, nation int32 }
	localSupplier struct {
		home
		nationName string
	}
	orderFrom struct {
		order  int64
		nation int32
	}
)

func (c customer) home() home      { return home{c.key, c.nation} }
func (h home) Key() int32          { return h.key }
func (h home) Nation() int32       { return h.nation }
func (s localSupplier) Home() home { return s.home }
func (o orderFrom) Order() int64   { return o.order }

// profit is question 9: profit with parts of a color, by nation of the supplier and year.
func profit(t tables) df.Stream[string] {
	green := df.Map(t.parts().Filter(func(p part) bool { return strings.Contains(p.name, "green") }), part.Key)
	lines := df.SemiJoin(t.lineItems(), green, lineItem.Part, df.Self)
	offers := df.SemiJoin(t.offers(), green, offer.Part, df.Self)
	suppliers := df.Join(t.suppliers(), t.nations(), supplier.Nation, nation.Key, func(s supplier, n nation) supplier {
		s.name = n.name
		return s
	})
	earned := df.Join(lines, offers, lineItem.PartSupplier, offer.PartSupplier, func(l lineItem, o offer) earning {
		return earning{order: l.order, supplier: l.supplier, profit: l.Revenue() - o.cost*int64(l.quantity)*100}
	})
	placed := df.Join(earned, suppliers, earning.Supplier, supplier.Key, func(e earning, s supplier) earning {
		e.nation = s.name
		return e
	})
	dated := df.Join(t.orders(), placed, order.Key, earning.Order, func(o order, e earning) amount[nationYear] {
		return amount[nationYear]{Key: nationYear{e.nation, o.date.Year()}, Value: e.profit}
	})
	byNation := df.Asc(func(a amount[nationYear]) string { return a.Key.nation })
	byYear := df.Desc(func(a amount[nationYear]) int32 { return a.Key.year })
	inOrder := df.Sort(totals(dated), byNation.Then(byYear))
	return df.Map(inOrder, func(a amount[nationYear]) string {
		return line(a.Key.nation, a.Key.year, decimal(a.Value, 4))
	})
}

type (
	earning struct {
		order, profit int64 // profit in ten-thousandths
		supplier      int32
		nation        string
	}
	nationYear struct {
		nation string
		year   int32
	}
)

func (e earning) Order() int64    { return e.order }
func (e earning) Supplier() int32 { return e.supplier }

// waitingOrders is question 21: suppliers of a nation who, alone of several, were late, by
// the number of lines of such orders.
func waitingOrders(t tables) df.Stream[string] {
	saudi := t.nations().Filter(func(n nation) bool { return n.name == "SAUDI ARABIA" })
	suppliers := df.SemiJoin(t.suppliers(), saudi, supplier.Nation, nation.Key)
	closed := df.Map(t.orders().Filter(func(o order) bool { return o.status == 'F' }), order.Key)

	// In SQL this looks for other lines of an order twice. Here one look at all of them does.
	verdicts := df.AggregateBy(t.lineItems(), lineItem.Order, findGuilty)
	waits := df.Join(verdicts, suppliers, guilty, supplier.Key, func(v df.KV[int64, verdict], s supplier) wait {
		return wait{order: v.Key, lines: v.Value.lines, supplier: s.name}
	})
	certain := df.Join(closed, waits, df.Self, wait.Order, func(_ int64, w wait) amount[string] {
		return amount[string]{Key: w.supplier, Value: w.lines}
	})
	top := df.Top(totals(certain), 100, df.Desc(value[string, int64]).Then(df.Asc(key[string, int64])))
	return df.Map(top, func(a amount[string]) string { return line(a.Key, a.Value) })
}

type (
	// A verdict is the supplier, if any, who alone was late, and with how many lines.
	verdict struct {
		supplier int32
		lines    int64
	}
	// A wait is an order that waited for a supplier.
	wait struct {
		order, lines int64
		supplier     string
	}
)

func guilty(v df.KV[int64, verdict]) int32 { return v.Value.supplier }
func (w wait) Order() int64                { return w.order }

// findGuilty gives the verdict on the lines of an order.
func findGuilty() agg.Def[lineItem, trial, verdict] {
	return agg.Def[lineItem, trial, verdict]{
		Add: func(t *trial, l lineItem) {
			t.all.add(l.supplier)
			if l.Late() {
				t.late.add(l.supplier)
				t.lines++
			}
		},
		Merge: func(dst, src *trial) {
			dst.all.merge(src.all)
			dst.late.merge(src.late)
			dst.lines += src.lines
		},
		Result: func(t *trial) (v verdict) {
			if t.all.others && !t.late.others {
				v = verdict{t.late.one, t.lines}
			}
			return v
		},
	}
}

// A trial is what is known of an order's suppliers.
type trial struct {
	all, late group
	lines     int64 // that were late
}

// A group is one of some suppliers, 0 when there is none, and whether there are others.
type group struct {
	one    int32
	others bool
}

func (g *group) add(supplier int32) {
	if g.one == 0 {
		g.one = supplier
	}
	g.others = g.others || g.one != supplier
}

func (g *group) merge(src group) {
	if src.one != 0 {
		g.add(src.one)
		g.others = g.others || src.others
	}
}
