package data_test

import (
	"fmt"
	"strings"
	"testing"

	"anabranch.dev/bench/data"
)

func TestH2OJoin(t *testing.T) {
	looksAtText(t)
	for _, rows := range []int64{0, 1, 50, 20_000, 200_000} {
		few, more := max(int(rows/1e6), 10), max(int(rows/1e3), 100)
		x := joinTable(t, data.X, rows, int(rows), "id1,id2,id3,id4,id5,id6,v1")
		small := joinTable(t, data.Small, rows, few, "id1,id4,v2")
		medium := joinTable(t, data.Medium, rows, more, "id1,id2,id4,id5,v2")
		big := joinTable(t, data.Big, rows, int(rows), "id1,id2,id3,id4,id5,id6,v2")
		if rows < 100 {
			continue // too few for all values to occur
		}
		for i, want := range []struct {
			n      int
			rights []map[string]int
		}{
			{few, []map[string]int{small[0], medium[0], big[0]}},
			{more, []map[string]int{medium[1], big[1]}},
			{int(rows), []map[string]int{big[2]}},
		} {
			if len(x[i]) != want.n {
				t.Errorf("%d rows: id%d of x has %d values, want %d", rows, i+1, len(x[i]), want.n)
			}
			for j, right := range want.rights {
				both := 0
				for id, n := range right {
					if x[i][id] > 0 {
						both++
					}
					if j == 0 && n > 1 {
						t.Fatalf("%d rows: id%d of %s comes %d times on the right", rows, i+1, id, n)
					}
				}
				if len(right) != want.n || both != want.n*9/10 {
					t.Errorf("%d rows: id%d of table %d on the right has %d values, and %d of x", rows, i+1, j, len(right), both)
				}
			}
		}
	}
}

// joinTable checks the form of a table, and counts the values of its columns of numbers.
func joinTable(t *testing.T, table data.H2OTable, rows int64, n int, header string) (ids []map[string]int) {
	t.Helper()
	lines := strings.Split(text(t, data.H2OJoin{Table: table, Rows: rows, Seed: 5}), "\n")
	if lines[0] != header || len(lines) != n+2 {
		t.Fatalf("%v of %d rows begins with %q and has %d lines", table, rows, lines[0], len(lines))
	}
	columns := strings.Count(header, ",") / 2
	for range columns {
		ids = append(ids, map[string]int{})
	}
	inOrder := 0
	last := ""
	for _, line := range lines[1 : n+1] {
		f := strings.Split(line, ",")
		var whole, places int
		if m, err := fmt.Sscanf(f[len(f)-1], "%2d.%6d", &whole, &places); m != 2 || err != nil {
			t.Fatalf("%v: %q", table, line)
		}
		for c := range columns {
			if ids[c][f[c]]++; f[columns+c] != "id"+f[c] {
				t.Fatalf("%v: %q", table, line)
			}
		}
		if f[columns-1] > last {
			inOrder++
		}
		last = f[columns-1]
	}
	if n > 1000 && (inOrder < n*45/100 || inOrder > n*55/100) {
		t.Errorf("%v: %d of %d rows are in order", table, inOrder, n)
	}
	return ids
}

func TestH2OTableNames(t *testing.T) {
	for table := data.X; table <= data.Big; table++ {
		name, err := table.MarshalText()
		var back data.H2OTable
		if err != nil || back.UnmarshalText(name) != nil || back != table {
			t.Errorf("%v comes back as %v", table, back)
		}
	}
	if err := new(data.H2OTable).UnmarshalText([]byte("huge")); err == nil {
		t.Error("there is a table that is huge")
	}
}
