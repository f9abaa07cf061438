package keyed_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
	"anabranch.dev/exec"
)

// joinKinds are the joins of rows that are texts with a key in front, and what
// nested loops make of them.
type joinKind struct {
	name string
	join func(l, r df.Stream[string], key func(string) string) df.Stream[string]
	want func(l, r []string, key func(string) string) []string
}

// nested joins in loops. lone says what becomes of rows without a match, none where
// that is nil.
func nested(pair func(l, r string) string, loneLeft, loneRight func(string) string) func(l, r []string, key func(string) string) []string {
	return func(ls, rs []string, key func(string) string) (out []string) {
		byKey := map[string][]int{}
		for i, r := range rs {
			byKey[key(r)] = append(byKey[key(r)], i)
		}
		matched := make([]bool, len(rs))
		for _, l := range ls {
			at := byKey[key(l)]
			for _, i := range at {
				matched[i] = true
				if pair != nil {
					out = append(out, pair(l, rs[i]))
				}
			}
			if len(at) == 0 && loneLeft != nil {
				out = append(out, loneLeft(l))
			}
		}
		for i, r := range rs {
			if !matched[i] && loneRight != nil {
				out = append(out, loneRight(r))
			}
		}
		return out
	}
}

func joinKinds() []joinKind {
	short := func(s string) string { return s[:min(len(s), 24)] }
	pair := func(l, r string) string { return short(l) + "+" + short(r) }
	left := func(l string) string { return short(l) + "+" }
	right := func(r string) string { return "+" + short(r) }
	either := func(l string, hasL bool, r string, hasR bool) string {
		switch {
		case hasL && hasR:
			return pair(l, r)
		case hasL && r == "":
			return left(l)
		case hasR && l == "":
			return right(r)
		}
		return "wrong"
	}
	type s = df.Stream[string]
	type key = func(string) string
	wide := func(k key) key { // so that keys alone do not fit, either
		return func(s string) string { return k(s) + strings.Repeat(".", 700) }
	}
	return []joinKind{
		{"join", func(l, r s, k key) s { return df.Join(l, r, k, k, pair) }, nested(pair, nil, nil)},
		{"left join", func(l, r s, k key) s {
			return df.LeftJoin(l, r, k, k, func(l, r string, ok bool) string { return either(l, true, r, ok) })
		}, nested(pair, left, nil)},
		{"right join", func(l, r s, k key) s {
			return df.RightJoin(l, r, k, k, func(l string, ok bool, r string) string { return either(l, ok, r, true) })
		}, nested(pair, nil, right)},
		{"full join", func(l, r s, k key) s { return df.FullJoin(l, r, k, k, either) }, nested(pair, left, right)},
		{"semi join", func(l, r s, k key) s { return df.Map(df.SemiJoin(l, r, wide(k), wide(k)), short) }, func(l, r []string, k func(string) string) (out []string) {
			anti := nested(nil, func(l string) string { return l }, nil)(l, r, k)
			for _, v := range l {
				if !slices.Contains(anti, v) {
					out = append(out, short(v))
				}
			}
			return out
		}},
		{"anti join", func(l, r s, k key) s { return df.Map(df.AntiJoin(l, r, wide(k), wide(k)), short) }, nested(nil, short, nil)},
	}
}

// numbered are texts of n rows with the key that key gives, and their number.
func numberedTexts(n int, key func(i int) int, pad int) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf("%d %d%s", key(i), i, strings.Repeat(" ", pad))
	}
	return rows
}

func TestJoins(t *testing.T) {
	key := func(s string) string { return front(s) }
	shapes := map[string][2][]string{
		"both empty":        {nil, nil},
		"left empty":        {nil, numberedTexts(100, func(i int) int { return i }, 0)},
		"right empty":       {numberedTexts(100, func(i int) int { return i }, 0), nil},
		"one to one":        {numberedTexts(3000, func(i int) int { return i * 2 }, 0), numberedTexts(3000, func(i int) int { return i * 3 }, 0)},
		"many to many":      {numberedTexts(900, func(i int) int { return i % 70 }, 0), numberedTexts(500, func(i int) int { return i % 50 }, 0)},
		"one key":           {numberedTexts(80, func(int) int { return 1 }, 0), numberedTexts(90, func(int) int { return 1 }, 0)},
		"one key and other": {numberedTexts(3000, func(i int) int { return i % 2 * i }, 0), numberedTexts(40, func(i int) int { return i }, 0)},
		"nothing in common": {numberedTexts(2000, func(i int) int { return 2 * i }, 0), numberedTexts(2000, func(i int) int { return 2*i + 1 }, 0)},
	}
	for _, kind := range joinKinds() {
		for name, rows := range shapes {
			want := kind.want(rows[0], rows[1], key)
			s := kind.join(df.FromSlice(rows[0]), df.FromSlice(rows[1]), key)
			dftest.EachDeployment(kind.name+", "+name, func(what string, o df.Option) {
				dftest.SameSet(t, what, dftest.Collect(t, s, o), want)
			})
		}
	}
	dftest.NoneLeft(t)
}

// TestJoinsBeyondMemory have sides that do not fit.
func TestJoinsBeyondMemory(t *testing.T) {
	key := func(s string) string { return front(s) }
	rights := numberedTexts(60_000, func(i int) int { return i * 7919 % 50_000 }, 700)
	lefts := numberedTexts(40_000, func(i int) int {
		if i%10 == 0 {
			return 77
		}
		return i * 7
	}, 100)
	for _, kind := range joinKinds() {
		t.Run(kind.name, func(t *testing.T) {
			var want []string
			if kind.name == "semi join" { // its loops take too long here
				anti := joinKinds()[5].want(lefts, rights, key)
				lone := map[string]bool{}
				for _, a := range anti {
					lone[a] = true
				}
				for _, l := range lefts {
					if !lone[l[:24]] {
						want = append(want, l[:24])
					}
				}
			} else {
				want = kind.want(lefts, rights, key)
			}
			l, r := lefts, rights
			if kind.name == "right join" { // whose left side is kept
				l, r = rights, lefts
				want = kind.want(l, r, key)
			}
			atFloors(t, kind.join(df.FromSlice(l), df.FromSlice(r), key), want)
		})
	}
}

func TestJoinKeys(t *testing.T) {
	odd := func(i int64) float64 {
		return []float64{math.NaN(), 0, math.Copysign(0, -1), float64(i)}[i%4]
	}
	text := func(i int64) string { return strings.ReplaceAll(fmt.Sprint(odd(i)), "-0", "0") }
	rows := df.Range[int64](0, 60)
	var want []string
	for i := range int64(60) {
		for j := range int64(60) {
			if text(i) == text(j) {
				want = append(want, fmt.Sprint(i, " ", j))
			}
		}
	}
	pair := func(i, j int64) string { return fmt.Sprint(i, " ", j) }
	dftest.EachWorkers("keys", func(what string, o df.Option) {
		dftest.SameSet(t, what+", floats", dftest.Collect(t, df.Join(rows, rows, odd, odd, pair), o), want)
		at := func(i int64) reading { return reading{odd(i), "x"} }
		dftest.SameSet(t, what+", structs", dftest.Collect(t, df.Join(rows, rows, at, at, pair), o), want)
		any1 := func(i int64) any { return odd(i) }
		dftest.SameSet(t, what+", interfaces", dftest.Collect(t, df.Join(rows, rows, any1, any1, pair), o), want)
		bad := func(i int64) any { return []int64{i} }
		if err := df.Run(context.Background(), df.Join(rows, rows, any1, bad, pair), o); err == nil || !strings.Contains(err.Error(), "[]int64") {
			t.Errorf("%s: error %v", what, err)
		}
		dftest.SameSet(t, what+", cross", dftest.Collect(t, df.CrossJoin(rows.Take(3), rows.Take(2), pair), o), []string{"0 0", "0 1", "1 0", "1 1", "2 0", "2 1"})
	})
	dftest.MustPanic(t, "*int64", func() {
		p := func(v int64) *int64 { return &v }
		df.Join(rows, rows, p, p, pair)
	})
}

// TestJoinOfOneStream uses a stream on both sides, and behind the join again.
func TestJoinOfOneStream(t *testing.T) {
	rows := numberedTexts(50_000, func(i int) int { return i }, 700)
	s := df.FromSlice(rows)
	joined := df.Join(s, s.Filter(func(v string) bool { return v[0] != '7' }), front, front, func(l, r string) string { return l })
	both := df.Concat(joined, df.Map(s, func(v string) string { return v }))
	want := slices.Clone(rows)
	for _, r := range rows {
		if r[0] != '7' {
			want = append(want, r)
		}
	}
	slices.Sort(want)
	for _, memory := range []int64{exec.Floor(2), 1 << 30} {
		got, err := df.Collect(context.Background(), both, df.Workers(2), df.Memory(memory))
		if errors.Is(err, df.ErrMemory) && memory < 1<<30 {
			continue // what is used at two times is kept in memory
		}
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%d MiB: %d rows, want %d: %v", memory>>20, len(got), len(want), err)
		}
	}
}

// TestJoinHotKey has a key with more right rows than there is memory for.
func TestJoinHotKey(t *testing.T) {
	rights := numberedTexts(60_000, func(i int) int { return 5 + i%2*i }, 700)
	lefts := numberedTexts(120, func(i int) int { return i % 12 }, 0)
	for _, kind := range joinKinds() {
		t.Run(kind.name, func(t *testing.T) {
			l, r := lefts, rights
			if kind.name == "right join" { // whose left side is kept
				l, r = rights, lefts
			}
			large := df.FromSlice(r).Filter(func(string) bool { return true }) // so that nobody knows how large
			atFloors(t, kind.join(df.FromSlice(l), large, front), kind.want(l, r, front))
		})
	}
}

// TestJoinsOfInterfacesBeyondMemory have keys of several types, which both sides meet in
// another order.
func TestJoinsOfInterfacesBeyondMemory(t *testing.T) {
	key := func(s string) any {
		if len(front(s))%2 == 0 {
			return front(s)
		}
		return len(s) + int(s[0])<<20
	}
	rights := numberedTexts(60_000, func(i int) int { return i }, 700)
	lefts := numberedTexts(3000, func(i int) int { return 59_999 - 17*i }, 699)
	byKey := map[any][]string{}
	for _, r := range rights {
		byKey[key(r)] = append(byKey[key(r)], r)
	}
	var want []string
	for _, l := range lefts {
		for _, r := range byKey[key(l)] {
			want = append(want, front(l)+" "+front(r))
		}
	}
	s := df.Join(df.FromSlice(lefts), df.FromSlice(rights).Filter(func(string) bool { return true }), key, key,
		func(l, r string) string { return front(l) + " " + front(r) })
	atFloors(t, s, want)
}
