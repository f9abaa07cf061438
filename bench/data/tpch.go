package data

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
)

// TPCH is one of the eight tables of the TPC-H benchmark (https://www.tpc.org/tpch), rows as text with a | behind each
// column. Keys, dates, prices and how they hang together follow clause 4.2 of the specification: order keys are the
// first 8 of each 32, a third of the customers has no orders, a part has four suppliers. It is not the dbgen that
// comes with the specification: random numbers and comments are others, and so are the answers to the queries.
//
// The tables of one scale and seed fit together, and [File] keeps them in one folder, as customer.tbl and so on.
type TPCH struct {
	Table string  // one of [TPCHTables]
	Scale float64 // 1 is about a gigabyte, in all tables; from 0.001
	Seed  uint64
}

// TPCHTables are the names of the tables.
var TPCHTables = []string{"customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier"}

// Name implements [Kind].
func (k TPCH) Name() string { return fmt.Sprintf("tpch-x%g-s%d/%s.tbl", k.Scale, k.Seed, k.Table) }

// TPCHFolder returns the folder of all tables of a scale and seed, and makes first those that are not there, as [File]
// does.
func TPCHFolder(scale float64, seed uint64) (string, error) {
	var folder string
	for _, table := range TPCHTables {
		path, err := File(TPCH{Table: table, Scale: scale, Seed: seed})
		if err != nil {
			return "", err
		}
		folder = filepath.Dir(path)
	}
	return folder, nil
}

// WriteTo implements [Kind].
func (k TPCH) WriteTo(w io.Writer) (int64, error) {
	if !(k.Scale >= 0.001 && k.Scale <= 1000) {
		panic("data: TPCH.Scale is outside 0.001..1000")
	}
	t := tpch{
		suppliers: k.rows(10_000),
		parts:     k.rows(200_000),
		customers: k.rows(150_000),
		orders:    k.rows(1_500_000),
		clerks:    k.rows(1_000),
	}
	switch k.Table {
	case "customer":
		return k.write(w, t.customers, t.appendCustomer)
	case "lineitem":
		return k.write(w, t.orders, t.appendLines)
	case "nation":
		return k.write(w, int64(len(nations)), appendNation)
	case "orders":
		return k.write(w, t.orders, t.appendOrder)
	case "part":
		return k.write(w, t.parts, appendPart)
	case "partsupp":
		return k.write(w, t.parts, t.appendPartSuppliers)
	case "region":
		return k.write(w, int64(len(regions)), appendRegion)
	case "supplier":
		return k.write(w, t.suppliers, appendSupplier)
	}
	panic("data: TPCH.Table is none of the tables")
}

// rows is how many rows there are of what a scale of 1 has n of.
func (k TPCH) rows(n float64) int64 { return int64(math.Round(k.Scale * n)) }

// write writes what add appends for 0..n-1. That depends on nothing but the number, the seed and the table; order and
// lineitem draw the same numbers.
func (k TPCH) write(w io.Writer, n int64, add func(dst []byte, i int64, rnd *rand.Rand) []byte) (int64, error) {
	const chunk = 1 << 13
	table := uint64(slices.Index(TPCHTables, k.Table))
	if k.Table == "lineitem" {
		table = uint64(slices.Index(TPCHTables, "orders"))
	}
	return writeChunks(w, int((n+chunk-1)/chunk), k.Seed, func(dst []byte, c int, pcg *rand.PCG) []byte {
		rnd := rand.New(pcg)
		for i := int64(c) * chunk; i < min(int64(c+1)*chunk, n); i++ {
			pcg.Seed(k.Seed, table<<56|uint64(i))
			dst = append(add(dst, i, rnd), '\n')
		}
		return dst
	})
}

// tpch is how many there are of what others refer to.
type tpch struct{ suppliers, parts, customers, orders, clerks int64 }

// supplier is the i-th of the four suppliers of a part, i from 0. They differ, since three steps are less than all
// suppliers; at a scale of 0.024 and more the step is that of the specification.
func (t tpch) supplier(part, i int64) int64 {
	step := t.suppliers/4 + (part-1)/t.suppliers%max(t.suppliers/12, 1)
	return (part+i*step)%t.suppliers + 1
}

// retail is the price of a part in cents.
func retail(part int64) int64 { return 90_000 + part/10%20_001 + 100*(part%1_000) }

func appendRegion(dst []byte, i int64, rnd *rand.Rand) []byte {
	dst = appendInt(dst, i)
	dst = appendColumn(dst, regions[i])
	return appendComment(dst, rnd, 31, 115)
}

func appendNation(dst []byte, i int64, rnd *rand.Rand) []byte {
	dst = appendInt(dst, i)
	dst = appendColumn(dst, nations[i].name)
	dst = appendInt(dst, nations[i].region)
	return appendComment(dst, rnd, 31, 114)
}

func appendSupplier(dst []byte, i int64, rnd *rand.Rand) []byte {
	nation := rnd.Int64N(int64(len(nations)))
	dst = appendInt(dst, i+1)
	dst = appendNumbered(dst, "Supplier#", i+1)
	dst = appendAddress(dst, rnd)
	dst = appendInt(dst, nation)
	dst = appendPhone(dst, nation, rnd)
	dst = appendCents(dst, between(rnd, -99_999, 999_999))
	return appendComment(dst, rnd, 25, 100)
}

func (t tpch) appendCustomer(dst []byte, i int64, rnd *rand.Rand) []byte {
	nation := rnd.Int64N(int64(len(nations)))
	dst = appendInt(dst, i+1)
	dst = appendNumbered(dst, "Customer#", i+1)
	dst = appendAddress(dst, rnd)
	dst = appendInt(dst, nation)
	dst = appendPhone(dst, nation, rnd)
	dst = appendCents(dst, between(rnd, -99_999, 999_999))
	dst = appendColumn(dst, one(rnd, segments))
	return appendComment(dst, rnd, 29, 116)
}

func appendPart(dst []byte, i int64, rnd *rand.Rand) []byte {
	dst = appendInt(dst, i+1)
	dst = appendPartName(dst, rnd)
	maker := between(rnd, 1, 5)
	dst = strconv.AppendInt(append(dst, "Manufacturer#"...), maker, 10)
	dst = strconv.AppendInt(append(dst, "|Brand#"...), 10*maker+between(rnd, 1, 5), 10)
	dst = append(append(append(dst, '|'), one(rnd, typeSizes)...), ' ')
	dst = append(append(dst, one(rnd, typeFinishes)...), ' ')
	dst = appendColumn(dst, one(rnd, typeMetals))
	dst = appendInt(dst, between(rnd, 1, 50))
	dst = append(append(dst, one(rnd, containerSizes)...), ' ')
	dst = appendColumn(dst, one(rnd, containers))
	dst = appendCents(dst, retail(i+1))
	return appendComment(dst, rnd, 5, 22)
}

// appendPartSuppliers appends the four rows of a part.
func (t tpch) appendPartSuppliers(dst []byte, i int64, rnd *rand.Rand) []byte {
	for s := range int64(4) {
		if s > 0 {
			dst = append(dst, '\n')
		}
		dst = appendInt(dst, i+1)
		dst = appendInt(dst, t.supplier(i+1, s))
		dst = appendInt(dst, between(rnd, 1, 9_999))
		dst = appendCents(dst, between(rnd, 100, 100_000))
		dst = appendComment(dst, rnd, 49, 198)
	}
	return dst
}

// between draws a number from least to most.
func between(rnd *rand.Rand, least, most int64) int64 { return least + rnd.Int64N(most-least+1) }

// one draws one of a list.
func one(rnd *rand.Rand, list []string) string { return list[rnd.Int64N(int64(len(list)))] }
