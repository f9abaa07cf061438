package keyed_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
	"anabranch.dev/exec"
	"anabranch.dev/internal/vfs"
)

// TestSmallerSideBuilds joins a few rows with many that do not fit into memory: where
// it is known beforehand that the left rows are the few, they are kept, and no file is
// written.
func TestSmallerSideBuilds(t *testing.T) {
	const many = 1_000_000
	wide := func(i int64) [4]int64 { return [4]int64{i, i, i, i} }
	key := func(r [4]int64) int64 { return r[0] % 10_000 }
	few := []string{"1", "7", "7", "nothing"}
	number := func(s string) int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return -1
		}
		return n
	}
	var want []string
	for _, s := range few {
		if n := number(s); n >= 0 {
			for i := n; i < many; i += 10_000 {
				want = append(want, fmt.Sprint(s, " ", i))
			}
		}
	}
	pair := func(s string, r [4]int64) string { return fmt.Sprint(s, " ", r[3]) }
	all := df.Map(df.Range[int64](0, many), wide)
	left := df.FromSlice(few)
	for _, test := range []struct {
		name  string
		s     df.Stream[string]
		files bool
	}{
		{"few", df.Join(left, all, number, key, pair), false},
		{"few of some", df.Join(left.Filter(func(string) bool { return true }), all, number, key, pair), false},
		{"few sorted", df.Join(df.SortBy(left, df.Self), all, number, key, pair), false},
		{"maybe few on the right", df.Join(left, all.Filter(func([4]int64) bool { return true }), number, key, pair), true},
		{"who knows how many on the left", df.Join(df.Expand(left, func(dst []string, s string) []string { return append(dst, s) }), all, number, key, pair), true},
		{"turned already", df.Join(all, left, key, number, func(r [4]int64, s string) string { return pair(s, r) }), false},
		{"left join", df.LeftJoin(left, all, number, key, func(s string, r [4]int64, ok bool) string {
			if !ok {
				return "none"
			}
			return pair(s, r)
		}), true},
	} {
		for _, workers := range dftest.WorkerCounts() {
			if testing.Short() && workers != 2 {
				continue
			}
			disk := vfs.NewFaulty(vfs.OS, vfs.Fault{At: 1 << 60})
			got := dftest.Collect(t, test.s, df.Workers(workers), df.Memory(exec.Floor(workers)), df.TempDir(t.TempDir()), dftest.OnDisk(disk))
			wanted := want
			if test.name == "left join" {
				wanted = append([]string{"none"}, want...)
			}
			dftest.SameSet(t, fmt.Sprintf("%s, %d workers", test.name, workers), got, wanted)
			if files := strings.Contains(fmt.Sprint(disk.Log()), "anabranch-"); files != test.files {
				t.Errorf("%s, %d workers: files were written: %v", test.name, workers, files)
			}
		}
	}
	dftest.NoneLeft(t)
}
