package data_test

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"anabranch.dev/bench/data"
)

// tableOf is the rows of a table, cut into columns.
func tableOf(t *testing.T, name string, scale float64) (rows [][]string) {
	t.Helper()
	columns := map[string]int{"customer": 8, "lineitem": 16, "nation": 4, "orders": 9, "part": 9, "partsupp": 5, "region": 3, "supplier": 7}
	for line := range strings.Lines(text(t, data.TPCH{Table: name, Scale: scale, Seed: 3})) {
		row := strings.Split(line, "|")
		if len(row) != columns[name]+1 || row[len(row)-1] != "\n" {
			t.Fatalf("%s: a row %q", name, line)
		}
		rows = append(rows, row)
	}
	return rows
}

// number is a column without its point.
func number(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.Replace(s, ".", "", 1), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// numberedFrom holds that the first columns are from, from+1, ...
func numberedFrom(t *testing.T, from int, rows [][]string) {
	t.Helper()
	for i, row := range rows {
		if row[0] != strconv.Itoa(from+i) {
			t.Fatalf("row %d has the key %s", i, row[0])
		}
	}
}

// TestTPCHKeys holds that the tables fit together.
func TestTPCHKeys(t *testing.T) {
	looksAtText(t)
	for _, scale := range []float64{0.001, 0.003, 0.01} {
		t.Run(fmt.Sprint(scale), func(t *testing.T) {
			n := func(atOne float64) int { return int(math.Round(atOne * scale)) }
			region, nation := tableOf(t, "region", scale), tableOf(t, "nation", scale)
			supplier, customer := tableOf(t, "supplier", scale), tableOf(t, "customer", scale)
			part, offers := tableOf(t, "part", scale), tableOf(t, "partsupp", scale)
			orders, lines := tableOf(t, "orders", scale), tableOf(t, "lineitem", scale)
			if len(region) != 5 || len(nation) != 25 || len(supplier) != n(10_000) || len(customer) != n(150_000) ||
				len(part) != n(200_000) || len(offers) != n(800_000) || len(orders) != n(1_500_000) {
				t.Errorf("%d, %d, %d, %d, %d, %d and %d rows", len(region), len(nation), len(supplier), len(customer), len(part), len(offers), len(orders))
			}
			numberedFrom(t, 0, region)
			numberedFrom(t, 0, nation)
			numberedFrom(t, 1, supplier)
			numberedFrom(t, 1, customer)
			numberedFrom(t, 1, part)
			for _, row := range nation {
				if r := number(t, row[2]); r < 0 || r >= 5 {
					t.Errorf("nation %q", row)
				}
			}
			for _, row := range append(supplier, customer...) {
				if nation := number(t, row[3]); nation < 0 || nation >= 25 || !strings.HasPrefix(row[4], strconv.FormatInt(nation+10, 10)) {
					t.Errorf("nation of %q", row)
				}
			}
			offered := map[string]bool{}
			for i, row := range offers {
				if s := number(t, row[1]); number(t, row[0]) != int64(i/4+1) || s < 1 || s > int64(len(supplier)) {
					t.Fatalf("row %d of partsupp is %q", i, row)
				}
				offered[row[0]+"|"+row[1]] = true
			}
			if len(offered) != len(offers) {
				t.Errorf("%d different offers of %d", len(offered), len(offers))
			}
			for i, row := range orders {
				c := number(t, row[1])
				if number(t, row[0]) != int64(i/8*32+i%8+1) || c < 1 || c > int64(len(customer)) || c%3 == 0 {
					t.Fatalf("order %d is %q", i, row)
				}
				lines = lines[sameOrder(t, row, lines, part, offered):]
			}
			if len(lines) != 0 {
				t.Errorf("%d lines without an order", len(lines))
			}
		})
	}
}

// sameOrder holds the first lines against the order that they must belong to, and returns how many they are.
func sameOrder(t *testing.T, order []string, lines, part [][]string, offered map[string]bool) (n int) {
	t.Helper()
	var total float64
	var status string
	for n < len(lines) && lines[n][0] == order[0] {
		l := lines[n]
		n++
		quantity, price, discount, tax := number(t, l[4]), number(t, l[5]), number(t, l[6]), number(t, l[7])
		total += float64(price) * float64((100-discount)*(100+tax)) / 10_000
		status += l[9]
		retail := number(t, part[number(t, l[1])-1][7])
		flags := map[bool]string{true: "RA", false: "N"}[l[12] <= "1995-06-17"]
		open := map[bool]string{true: "O", false: "F"}[l[10] > "1995-06-17"]
		if l[3] != strconv.Itoa(n) || !offered[l[1]+"|"+l[2]] || price != quantity*retail || quantity < 1 || quantity > 50 ||
			discount > 10 || tax > 8 || !strings.Contains(flags, l[8]) || l[9] != open || !(order[4] < l[10] && l[10] < l[12] && order[4] < l[11]) {
			t.Fatalf("a line %q of order %q", l, order)
		}
	}
	want := "P"
	if strings.Trim(status, "O") == "" || strings.Trim(status, "F") == "" {
		want = status[:1]
	}
	if math.Abs(total-float64(number(t, order[3]))) > 0.51 || n < 1 || n > 7 || order[2] != want {
		t.Fatalf("%d lines, in total %.2f, with states %s, of order %q", n, total/100, status, order)
	}
	return n
}

// TestTPCHShares holds how often what the queries ask for is there.
func TestTPCHShares(t *testing.T) {
	looksAtText(t)
	const scale = 0.02
	share := func(what, table string, column int, pattern string, want, within float64) {
		t.Helper()
		match, n := regexp.MustCompile(pattern), 0
		rows := tableOf(t, table, scale)
		for _, row := range rows {
			if match.MatchString(row[column]) {
				n++
			}
		}
		if got := float64(n) / float64(len(rows)); math.Abs(got-want) > within {
			t.Errorf("%s: %.4f of the rows of %s, want %.4f", what, got, table, want)
		}
	}
	share("green", "part", 1, "green", 5./92, 0.01)
	share("five colors", "part", 1, "^([a-z]+ ){4}[a-z]+$", 1, 0)
	share("special requests", "orders", 8, "special.*requests", 0.01, 0.003)
	share("before 1995", "orders", 4, "^199[2-4]", 1096./2406, 0.02)
	share("urgent", "orders", 5, "1-URGENT", 0.2, 0.015)
	share("building", "customer", 6, "BUILDING", 0.2, 0.03)
	share("returned", "lineitem", 8, "R", 0.2466, 0.01)
	share("discount", "lineitem", 6, "0.10", 1./11, 0.005)
}

func TestTPCHFolder(t *testing.T) {
	t.Setenv("ANABRANCH_DATA", t.TempDir())
	folder, err := data.TPCHFolder(0.001, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range data.TPCHTables {
		got, err := os.ReadFile(filepath.Join(folder, table+".tbl"))
		if err != nil || string(got) != text(t, data.TPCH{Table: table, Scale: 0.001, Seed: 1}) {
			t.Errorf("%s in the folder differs from the generator (%v)", table, err)
		}
	}
	for _, k := range []data.TPCH{{Table: "part"}, {Table: "parts", Scale: 1}, {Table: "part", Scale: math.NaN()}} {
		func() {
			defer func() { recover() }()
			_, err := k.WriteTo(io.Discard)
			t.Errorf("%+v is written, %v", k, err)
		}()
	}
}

func BenchmarkTPCH(b *testing.B) {
	benchmark(b, data.TPCH{Table: "lineitem", Scale: 0.1, Seed: 1})
}
