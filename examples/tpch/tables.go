package main

import (
	"path/filepath"

	"anabranch.dev/df"
)

// tables gives the rows of the tables in a folder, with those columns that the questions
// need. Amounts are whole numbers of hundredths, so that sums are exact.
type tables struct{ dir string }

type (
	region struct {
		key  int32
		name string
	}
	nation struct {
		key, region int32
		name        string
	}
	supplier struct {
		key, nation int32
		name        string
	}
	customer struct {
		key, nation                            int32
		balance                                int64
		name, address, phone, segment, comment string
	}
	part struct {
		key  int32
		name string
	}
	// An offer is a row of partsupp.
	offer struct {
		partSupplier
		cost int64
	}
	order struct {
		key               int64
		customer          int32
		date              date
		total             int64
		shipPriority      int32
		status            byte
		priority, comment string
	}
	lineItem struct {
		order int64
		partSupplier
		price                        int64
		quantity, discount, tax      int32 // discount and tax in hundredths
		shipped, committed, received date
		flag, status                 byte
	}
	partSupplier struct{ part, supplier int32 }
)

// Each method makes a stream of its own, which reads the file anew. Rows that hold no text
// are read from views.

func (t tables) regions() df.Stream[region] {
	return df.MapErr(df.Lines(t.path("region")), parseRegion).Named("parse region")
}

func (t tables) nations() df.Stream[nation] {
	return df.MapErr(df.Lines(t.path("nation")), parseNation).Named("parse nation")
}

func (t tables) suppliers() df.Stream[supplier] {
	return df.MapErr(df.Lines(t.path("supplier")), parseSupplier).Named("parse supplier")
}

func (t tables) customers() df.Stream[customer] {
	return df.MapErr(df.Lines(t.path("customer")), parseCustomer).Named("parse customer")
}

func (t tables) parts() df.Stream[part] {
	return df.MapErr(df.Lines(t.path("part")), parsePart).Named("parse part")
}

func (t tables) offers() df.Stream[offer] {
	return df.MapErr(df.LineViews(t.path("partsupp")), parseOffer).Named("parse partsupp")
}

func (t tables) orders() df.Stream[order] {
	return df.MapErr(df.Lines(t.path("orders")), parseOrder).Named("parse orders")
}

func (t tables) lineItems() df.Stream[lineItem] {
	return df.MapErr(df.LineViews(t.path("lineitem")), parseLineItem).Named("parse lineitem")
}

func (t tables) path(name string) string { return filepath.Join(t.dir, name+".tbl") }

func parseRegion(line string) (r region, err error) {
	c := columns[string]{rest: line}
	r.key = c.small()
	r.name = c.text()
	return r, c.err
}

func parseNation(line string) (n nation, err error) {
	c := columns[string]{rest: line}
	n.key = c.small()
	n.name = c.text()
	n.region = c.small()
	return n, c.err
}

func parseSupplier(line string) (s supplier, err error) {
	c := columns[string]{rest: line}
	s.key = c.small()
	s.name = c.text()
	c.skip()
	s.nation = c.small()
	return s, c.err
}

func parseCustomer(line string) (r customer, err error) {
	c := columns[string]{rest: line}
	r.key = c.small()
	r.name = c.text()
	r.address = c.text()
	r.nation = c.small()
	r.phone = c.text()
	r.balance = c.cents()
	r.segment = c.text()
	r.comment = c.text()
	return r, c.err
}

func parsePart(line string) (p part, err error) {
	c := columns[string]{rest: line}
	p.key = c.small()
	p.name = c.text()
	return p, c.err
}

func parseOffer(line df.View) (o offer, err error) {
	c := columns[df.View]{rest: line}
	o.part = c.small()
	o.supplier = c.small()
	c.skip()
	o.cost = c.cents()
	return o, c.err
}

func parseOrder(line string) (o order, err error) {
	c := columns[string]{rest: line}
	o.key = c.integer()
	o.customer = c.small()
	o.status = c.letter()
	o.total = c.cents()
	o.date = c.date()
	o.priority = c.text()
	c.skip()
	o.shipPriority = c.small()
	o.comment = c.text()
	return o, c.err
}

func parseLineItem(line df.View) (l lineItem, err error) {
	c := columns[df.View]{rest: line}
	l.order = c.integer()
	l.part = c.small()
	l.supplier = c.small()
	c.skip()
	l.quantity = c.small()
	l.price = c.cents()
	l.discount = int32(c.cents())
	l.tax = int32(c.cents())
	l.flag = c.letter()
	l.status = c.letter()
	l.shipped = c.date()
	l.committed = c.date()
	l.received = c.date()
	return l, c.err
}

// Keys and values of rows.

func (r region) Key() int32                       { return r.key }
func (n nation) Key() int32                       { return n.key }
func (n nation) Region() int32                    { return n.region }
func (s supplier) Key() int32                     { return s.key }
func (s supplier) Nation() int32                  { return s.nation }
func (c customer) Key() int32                     { return c.key }
func (c customer) Nation() int32                  { return c.nation }
func (p part) Key() int32                         { return p.key }
func (p partSupplier) Part() int32                { return p.part }
func (p partSupplier) PartSupplier() partSupplier { return p }
func (o order) Key() int64                        { return o.key }
func (o order) Customer() int32                   { return o.customer }
func (o order) Priority() string                  { return o.priority }
func (l lineItem) Order() int64                   { return l.order }
func (l lineItem) Quantity() int64                { return int64(l.quantity) }

// Revenue is the price less the discount, in ten-thousandths.
func (l lineItem) Revenue() int64 { return l.price * int64(100-l.discount) }

// Late tells whether the line came later than was promised.
func (l lineItem) Late() bool { return l.received > l.committed }
