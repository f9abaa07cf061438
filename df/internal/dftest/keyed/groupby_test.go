package keyed_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
)

// group makes one text of a group.
func group(dst []string, key int64, rows iter.Seq[string]) []string {
	s := fmt.Sprint(key)
	for r := range rows {
		s += " " + front(r)
	}
	return append(dst, s)
}

func TestGroupBy(t *testing.T) {
	rows := df.Map(df.Range[int64](0, 20_000), longText)
	keyOf := func(s string) int64 { return int64(len(front(s))) * int64(s[0]) }
	groups := map[int64]string{}
	for i := range int64(20_000) {
		k := keyOf(longText(i))
		groups[k] += fmt.Sprint(" ", i)
	}
	var want, firsts []string
	for k, s := range groups {
		want = append(want, fmt.Sprint(k, s))
		firsts = append(firsts, strings.Fields(s)[0])
	}
	var late iter.Seq[string]
	first := func(dst []string, _ int64, rows iter.Seq[string]) []string {
		for r := range rows {
			dst = append(dst, front(r))
			break
		}
		late = rows
		return dst
	}
	none := func(dst []string, k int64, _ iter.Seq[string]) []string { return append(dst, fmt.Sprint(k)) }
	dftest.EachDeployment("GroupBy", func(what string, o df.Option) {
		dftest.SameSet(t, what, dftest.Collect(t, df.GroupBy(rows, keyOf, group), o), want)
		got := dftest.Collect(t, df.GroupBy(rows, keyOf, none), o)
		if len(got) != len(want) {
			t.Errorf("%s: %d groups of which nothing is read, want %d", what, len(got), len(want))
		}
		if got := dftest.Collect(t, df.GroupBy(rows.Take(0), keyOf, group), o); len(got) > 0 {
			t.Errorf("%s: groups of nothing: %q", what, got)
		}
	})
	dftest.SameSet(t, "first of each", dftest.Collect(t, df.GroupBy(rows, keyOf, first), df.Workers(1)), firsts)
	for r := range late {
		t.Errorf("a group that is over has row %q", r)
		break
	}
	dftest.NoneLeft(t)
}

func TestGroupByBeyondMemory(t *testing.T) {
	texts := df.Map(df.Range[int64](0, beyondRows), longText)
	key := func(s string) int64 { return beyondKey(number(s)) }
	want := beyondGroups(func(key int64, rows []int64) string {
		return strings.Trim(strings.ReplaceAll(fmt.Sprint(key, rows), "[", " "), "]")
	})
	for i := range want {
		want[i] = strings.Join(strings.Fields(want[i]), " ")
	}
	atFloors(t, df.GroupBy(texts, key, group), want)
}

func TestGroupByFails(t *testing.T) {
	rows := df.Map(df.Range[int64](0, 5000), longText)
	byLength := func(s string) any { return len(front(s)) }
	fails := func([]string, any, iter.Seq[string]) []string { panic(dftest.ErrBoom) }
	bad := func(s string) any { return []byte(s) }
	use := func(dst []string, _ any, _ iter.Seq[string]) []string { return dst }
	dftest.EachWorkers("GroupBy", func(what string, o df.Option) {
		err := df.Run(context.Background(), df.GroupBy(rows, byLength, fails), o)
		var e *df.Error
		if !errors.Is(err, dftest.ErrBoom) || !errors.As(err, &e) || e.Op != "group by" {
			t.Errorf("%s: error %v", what, err)
		}
		err = df.Run(context.Background(), df.GroupBy(rows, bad, use), o)
		if !errors.As(err, &e) || e.Op != "group by" || !strings.Contains(err.Error(), "[]uint8") {
			t.Errorf("%s: error %v", what, err)
		}
		if _, _, err := df.First(context.Background(), df.GroupBy(rows, byLength, func(dst []string, _ any, rows iter.Seq[string]) []string {
			return slices.AppendSeq(dst, rows)
		}), o); err != nil {
			t.Errorf("%s: first: %v", what, err)
		}
	})
	dftest.NoneLeft(t)
}

func TestSets(t *testing.T) {
	a, b := df.FromSlice(dftest.ZipfRows(1, 3000)), df.FromSlice(dftest.ZipfRows(2, 2000))
	counts := func(rows []int64) map[int64]int {
		m := map[int64]int{}
		for _, v := range rows {
			m[v]++
		}
		return m
	}
	n, m := counts(dftest.ZipfRows(1, 3000)), counts(dftest.ZipfRows(2, 2000))
	times := func(f func(n, m int) int) (rows []int64) {
		for v := range n {
			rows = append(rows, slices.Repeat([]int64{v}, max(f(n[v], m[v]), 0))...)
		}
		return rows
	}
	dftest.EachDeployment("sets", func(what string, o df.Option) {
		dftest.SameSet(t, what+", Intersect", dftest.Collect(t, df.Intersect(a, b), o), times(func(n, m int) int { return min(n, m, 1) }))
		dftest.SameSet(t, what+", IntersectAll", dftest.Collect(t, df.IntersectAll(a, b), o), times(func(n, m int) int { return min(n, m) }))
		dftest.SameSet(t, what+", SubtractAll", dftest.Collect(t, df.SubtractAll(a, b), o), times(func(n, m int) int { return n - m }))
		dftest.SameSet(t, what+", Subtract", dftest.Collect(t, df.Subtract(a, b), o), times(func(n, m int) int { return min(n, 1) - m }))
		if got := dftest.Collect(t, df.Subtract(a, a), o); len(got) > 0 {
			t.Errorf("%s: a stream without itself has %d rows", what, len(got))
		}
	})
	rows := df.Map(df.Range[int64](0, beyondRows), longText)
	odd := rows.Filter(func(s string) bool { return front(s)[len(front(s))-1]%2 == 1 })
	var want []string
	for i := range int64(beyondRows) {
		if i%2 == 0 {
			want = append(want, fmt.Sprint(i))
		}
	}
	atFloors(t, df.Map(df.Subtract(rows, odd), front), want)
}

// TestCoGroup reads the rows of two and three streams side by side.
func TestCoGroup(t *testing.T) {
	thirdKey := func(i int) int64 { return int64(i) }
	lefts := numberedTexts(30_000, func(i int) int { return i * 7919 % 20_000 }, 1300)
	rights := numberedTexts(20_000, func(i int) int { return i * 7919 % 25_000 }, 300)
	want := map[int64]*[3]string{}
	at := func(k int64) *[3]string {
		if want[k] == nil {
			want[k] = &[3]string{}
		}
		return want[k]
	}
	for i, l := range lefts {
		at(number(l))[0] += fmt.Sprint(" ", i)
	}
	for i, r := range rights {
		at(number(r))[1] += fmt.Sprint(" ", i)
	}
	for i := range 1000 {
		at(int64(i * 30))[2] += fmt.Sprint(" ", i*30)
	}
	var two, three, only []string
	for k, s := range want {
		three = append(three, fmt.Sprint(k, ":", s[0], ":", s[1], ":", s[2]))
		if s[0] != "" || s[1] != "" {
			two = append(two, fmt.Sprint(k, ":", s[0], ":", s[1]))
			only = append(only, fmt.Sprint(k, ":", s[1]))
		}
	}
	list := func(rows iter.Seq[string]) (s string) {
		for r := range rows {
			s += " " + strings.Fields(r)[1]
		}
		return s
	}
	l, r := df.FromSlice(lefts), df.FromSlice(rights)
	t.Run("two", func(t *testing.T) {
		s := df.CoGroup(l, r, number, number, func(dst []string, k int64, left, right iter.Seq[string]) []string {
			return append(dst, fmt.Sprint(k, ":", list(left), ":", list(right)))
		})
		if !testing.Short() {
			dftest.EachDeployment("CoGroup", func(what string, o df.Option) { dftest.SameSet(t, what, dftest.Collect(t, s, o), two) })
		}
		atFloors(t, s, two)
	})
	t.Run("the second of two", func(t *testing.T) {
		atFloors(t, df.CoGroup(l, r, number, number, func(dst []string, k int64, left, right iter.Seq[string]) []string {
			dst = append(dst, fmt.Sprint(k, ":", list(right)))
			for range left {
				dst = append(dst, "a row that was passed by")
			}
			return dst
		}), only)
	})
	t.Run("three", func(t *testing.T) {
		numbers := df.Map(df.Range(0, 1000), func(i int) int { return i * 30 })
		atFloors(t, df.CoGroup3(l, r, numbers, number, number, thirdKey, func(dst []string, k int64, left, right iter.Seq[string], third iter.Seq[int]) []string {
			s := fmt.Sprint(k, ":", list(left), ":", list(right), ":")
			for i := range third {
				s += fmt.Sprint(" ", i)
			}
			return append(dst, s)
		}), three)
	})
}
