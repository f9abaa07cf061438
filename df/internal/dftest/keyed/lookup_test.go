package keyed_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
	"anabranch.dev/exec"
)

// looked is what a lookup makes of a row of numberedTexts.
func looked(l, r string, ok bool) string {
	if ok != (r != "") {
		return "wrong"
	}
	return strings.TrimRight(l, " ") + "=" + strings.TrimRight(r, " ")
}

func TestLookup(t *testing.T) {
	key := func(s string) string { return front(s) }
	for name, size := range map[string][3]int{ // rows, rows of the table, bytes of each beyond
		"empty table": {500, 0, 0},
		"no rows":     {0, 500, 0},
		"small":       {4000, 100, 0},
		"large":       {20_000, 60_000, 700},
	} {
		rows := numberedTexts(size[0], func(i int) int { return i * 7 % 900 }, 50)
		table := numberedTexts(size[1], func(i int) int { return 3 * i }, size[2])
		at := map[string]string{}
		for _, r := range table {
			at[key(r)] = r
		}
		want := make([]string, len(rows))
		for i, l := range rows {
			r, ok := at[key(l)]
			want[i] = looked(l, r, ok)
		}
		s := df.Lookup(df.FromSlice(rows), df.FromSlice(table), key, key, looked)
		if size[2] > 0 {
			atFloors(t, s, want)
			continue
		}
		dftest.EachDeployment(name, func(what string, o df.Option) { dftest.SameSet(t, what, dftest.Collect(t, s, o), want) })
	}
	dftest.NoneLeft(t)
}

func TestLookupOfDuplicateKeys(t *testing.T) {
	key := func(s string) string { return front(s) }
	for _, n := range []int{2, 60_000} { // in memory, and on disk
		table := numberedTexts(n, func(i int) int { return i % (n - 1) }, 700)
		s := df.Lookup(df.FromSlice([]string{"7 1"}), df.FromSlice(table), key, key, looked)
		for _, o := range []df.Option{df.Memory(64 << 20), df.Memory(exec.Floor(2))} {
			err := df.Run(context.Background(), s, o, df.Workers(2))
			if !errors.Is(err, df.ErrDuplicateKey) || !strings.Contains(fmt.Sprint(err), `the key 0`) {
				t.Errorf("%d rows: error %v", n, err)
			}
		}
	}
	dftest.NoneLeft(t)
}
