// Gen makes one input of the benchmarks in the cache of package data, unless it is there already, and prints its
// path. For the tables of tpch that is the path of their folder.
//
//	go run ./bench/data/gen -kind words -bytes 1e9 -distinct 570000
//	go run ./bench/data/gen -kind words -bytes 1e9 -distinct 570000 -capital 0.15
//	go run ./bench/data/gen -kind stations -rows 1e8 -names 413
//	go run ./bench/data/gen -kind stations -rows 1e8 -names 10000 -name-bytes 100
//	go run ./bench/data/gen -kind records -rows 1e7 -order random
//	go run ./bench/data/gen -kind records -rows 1e6 -key-bytes 40 -record-bytes 1000 -order few
//	go run ./bench/data/gen -kind tera -rows 1e7
//	go run ./bench/data/gen -kind h2o -rows 1e7 -groups 100
//	go run ./bench/data/gen -kind tpch -scale 1
//	go run ./bench/data/gen -kind h2ojoin -rows 1e7 -table medium
package main

import (
	"flag"
	"fmt"
	"os"

	"anabranch.dev/bench/data"
)

func main() {
	kind := flag.String("kind", "words", "words, stations, records, tera, h2o, h2ojoin or tpch")
	bytes := flag.Float64("bytes", 1e8, "words: size in bytes")
	distinct := flag.Float64("distinct", 570_000, "words: different words")
	capital := flag.Float64("capital", 0, "words: share of words with a capital first letter, 0 to 1")
	rows := flag.Float64("rows", 1e7, "stations, records, tera, h2o: number of rows; h2ojoin: of x")
	groups := flag.Int64("groups", 100, "h2o: different values of the columns that have few")
	names := flag.Int("names", 413, "stations: different names")
	nameBytes := flag.Int("name-bytes", 26, "stations: length of the longest name")
	keyBytes := flag.Int("key-bytes", 10, "records: length of the key")
	recordBytes := flag.Int("record-bytes", 100, "records: length of a line with its newline")
	scale := flag.Float64("scale", 0.01, "tpch: 1 is about a gigabyte, from 0.001")
	var table data.H2OTable
	flag.TextVar(&table, "table", data.X, "h2ojoin: x, small, medium or big")
	var order data.Order
	flag.TextVar(&order, "order", data.Random, "records: random, presorted, reversed, equal or few")
	seed := flag.Uint64("seed", 1, "seed of the random numbers")
	flag.Parse()

	var k data.Kind
	switch *kind {
	case "words":
		k = data.Words{Bytes: int64(*bytes), Distinct: int(*distinct), Capital: *capital, Seed: *seed}
	case "stations":
		k = data.Stations{Rows: int64(*rows), Names: *names, NameBytes: *nameBytes, Seed: *seed}
	case "records":
		k = data.Records{Rows: int64(*rows), KeyBytes: *keyBytes, Bytes: *recordBytes, Seed: *seed, Order: order}
	case "tera":
		k = data.Tera{Rows: int64(*rows), Seed: *seed}
	case "h2o":
		k = data.H2O{Rows: int64(*rows), Groups: *groups, Seed: *seed}
	case "tpch":
		report(data.TPCHFolder(*scale, *seed))
		return
	case "h2ojoin":
		k = data.H2OJoin{Table: table, Rows: int64(*rows), Seed: *seed}
	default:
		fmt.Fprintf(os.Stderr, "gen: no kind %q; there are words, stations, records, tera, h2o, h2ojoin and tpch\n", *kind)
		os.Exit(2)
	}
	report(data.File(k))
}

func report(path string, err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
	fmt.Println(path)
}
