package data

import (
	"math/rand/v2"
	"time"
)

// Days are counted from the first that an order may have.
const (
	lastOrderDay = 2405 // 151 days before the end of 1998, so that all lines arrive in that year
	today        = 1263 // of 1995-06-17: what arrived by then may have been sent back
)

// days are the days as text.
var days = func() (texts [lastOrderDay + 152]string) {
	first := time.Date(1992, time.January, 1, 0, 0, 0, 0, time.UTC)
	for i := range texts {
		texts[i] = first.AddDate(0, 0, i).Format(time.DateOnly)
	}
	return texts
}()

// tpchOrder is an order with its lines.
type tpchOrder struct {
	key, customer, day int64
	lines              []tpchLine // 1 to 7
}

type tpchLine struct {
	part, supplier               int64
	quantity, discount, tax      int64 // discount and tax in hundredths
	shipped, committed, received int64 // days
	returned                     bool
}

// cents is the price before discount and tax.
func (l tpchLine) cents() int64 { return l.quantity * retail(l.part) }

// flag and status tell whether a line was sent back, and whether it was shipped.
func (l tpchLine) flag() string {
	switch {
	case l.received > today:
		return "N"
	case l.returned:
		return "R"
	}
	return "A"
}

func (l tpchLine) status() string {
	if l.shipped > today {
		return "O"
	}
	return "F"
}

// order draws order number i, from 0, with its lines in room.
func (t tpch) order(i int64, rnd *rand.Rand, room *[7]tpchLine) (o tpchOrder) {
	o.key = i/8*32 + i%8 + 1
	c := rnd.Int64N(t.customers - t.customers/3)
	o.customer = c/2*3 + c%2 + 1 // not every third one
	o.day = rnd.Int64N(lastOrderDay + 1)
	o.lines = room[:1+rnd.Int64N(7)]
	for n := range o.lines {
		l := &o.lines[n]
		l.part = between(rnd, 1, t.parts)
		l.supplier = t.supplier(l.part, rnd.Int64N(4))
		l.quantity = between(rnd, 1, 50)
		l.discount = rnd.Int64N(11)
		l.tax = rnd.Int64N(9)
		l.shipped = o.day + between(rnd, 1, 121)
		l.committed = o.day + between(rnd, 30, 90)
		l.received = l.shipped + between(rnd, 1, 30)
		l.returned = rnd.Int64N(2) == 0
	}
	return o
}

func (t tpch) appendOrder(dst []byte, i int64, rnd *rand.Rand) []byte {
	o := t.order(i, rnd, new([7]tpchLine))
	total, status := int64(0), o.lines[0].status() // total in millionths
	for _, l := range o.lines {
		total += l.cents() * (100 - l.discount) * (100 + l.tax)
		if l.status() != status {
			status = "P"
		}
	}
	dst = appendInt(dst, o.key)
	dst = appendInt(dst, o.customer)
	dst = appendColumn(dst, status)
	dst = appendCents(dst, (total+5_000)/10_000)
	dst = appendColumn(dst, days[o.day])
	dst = appendColumn(dst, one(rnd, priorities))
	dst = appendNumbered(dst, "Clerk#", between(rnd, 1, t.clerks))
	dst = appendInt(dst, 0) // all ship alike
	return appendComment(dst, rnd, 19, 78)
}

// appendLines appends the lines of an order.
func (t tpch) appendLines(dst []byte, i int64, rnd *rand.Rand) []byte {
	o := t.order(i, rnd, new([7]tpchLine))
	for n, l := range o.lines {
		if n > 0 {
			dst = append(dst, '\n')
		}
		dst = appendInt(dst, o.key)
		dst = appendInt(dst, l.part)
		dst = appendInt(dst, l.supplier)
		dst = appendInt(dst, int64(n+1))
		dst = appendInt(dst, l.quantity)
		dst = appendCents(dst, l.cents())
		dst = appendCents(dst, l.discount)
		dst = appendCents(dst, l.tax)
		dst = appendColumn(dst, l.flag())
		dst = appendColumn(dst, l.status())
		dst = appendColumn(dst, days[l.shipped])
		dst = appendColumn(dst, days[l.committed])
		dst = appendColumn(dst, days[l.received])
		dst = appendColumn(dst, one(rnd, instructions))
		dst = appendColumn(dst, one(rnd, shipModes))
		dst = appendComment(dst, rnd, 10, 43)
	}
	return dst
}
