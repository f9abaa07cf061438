package keyed_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	"anabranch.dev/df/internal/dftest"
)

// A tick is an event: times have ties, and are in no order.
type tick struct {
	Key int
	At  int64 // seconds
	N   int
	Pad string
}

func (e tick) key() int        { return e.Key }
func (e tick) time() time.Time { return time.Unix(e.At, 0) }

// ticks are n events of some keys; one of them has half of all.
func ticks(seed int64, n, keys, pad int) []tick {
	rows := make([]tick, n)
	for i := range rows {
		r := uint64(dftest.Scramble(int64(i) + seed*1_000_003))
		rows[i] = tick{Key: int(r>>8%uint64(keys)) * int(r>>40%2), At: int64(r>>16%uint64(n)) - int64(n/2), N: i, Pad: strings.Repeat("x", pad)}
	}
	return rows
}

// byKeyAndTime are the events of each key, in the order of their times.
func byKeyAndTime(rows []tick) map[int][]tick {
	m := map[int][]tick{}
	for _, e := range rows {
		m[e.Key] = append(m[e.Key], e)
	}
	for _, es := range m {
		slices.SortStableFunc(es, func(a, b tick) int { return cmp.Compare(a.At, b.At) })
	}
	return m
}

func windowText(w df.Windowed[int, int64]) string {
	return fmt.Sprint(w.Key, " ", w.Start.Unix(), " ", w.End.Unix(), " ", w.Value)
}

func TestWindowBy(t *testing.T) {
	sum := agg.Sum(func(e tick) int64 { return int64(e.N) })
	for _, size := range []struct{ rows, pad int }{{3000, 0}, {60_000, 700}} {
		rows := ticks(1, size.rows, 40, size.pad)
		s := df.FromSlice(rows)
		fixed := func(width, every, offset int64) []string {
			sums := map[[2]int64]int64{}
			for _, e := range rows {
				for start := int64(-1_000_000)/every*every + offset; start <= e.At; start += every {
					if e.At < start+width {
						sums[[2]int64{int64(e.Key), start}] += int64(e.N)
					}
				}
			}
			var want []string
			for k, n := range sums {
				want = append(want, fmt.Sprint(k[0], " ", k[1], " ", k[1]+width, " ", n))
			}
			return want
		}
		check := func(name string, got df.Stream[string], want []string) {
			t.Run(fmt.Sprint(name, ", ", size.rows), func(t *testing.T) {
				dftest.EachDeployment(name, func(what string, o df.Option) {
					dftest.SameSet(t, what, dftest.Collect(t, got, o, df.Memory(dftest.LeastMemory(7))), want)
				})
			})
		}
		if size.rows < 10_000 { // their loops take long
			check("tumbling", df.Map(df.WindowBy(s, tick.key, tick.time, df.Tumbling(7*time.Second), sum), windowText), fixed(7, 7, 0))
			check("offset", df.Map(df.WindowBy(s, tick.key, tick.time, df.Tumbling(7*time.Second).Offset(3*time.Second), sum), windowText), fixed(7, 7, 3))
			check("sliding", df.Map(df.WindowBy(s, tick.key, tick.time, df.Sliding(10*time.Second, 4*time.Second), sum), windowText), fixed(10, 4, 0))
			check("with holes", df.Map(df.WindowBy(s, tick.key, tick.time, df.Sliding(2*time.Second, 5*time.Second), sum), windowText), fixed(2, 5, 0))
		}
		var sessions, counts []string
		for k, es := range byKeyAndTime(rows) {
			from, n := 0, int64(0)
			for i, e := range es {
				n += int64(e.N)
				if i+1 == len(es) || es[i+1].At-e.At > 40 {
					sessions = append(sessions, fmt.Sprint(k, " ", es[from].At, " ", e.At, " ", n))
					from, n = i+1, 0
				}
			}
		}
		byKey := map[int][]tick{}
		for _, e := range rows {
			byKey[e.Key] = append(byKey[e.Key], e)
		}
		for k, es := range byKey {
			for part := range slices.Chunk(es, 9) {
				n := 0
				for _, e := range part {
					n += e.N
				}
				counts = append(counts, fmt.Sprint(k, " ", n))
			}
		}
		check("sessions", df.Map(df.WindowBy(s, tick.key, tick.time, df.Session(40*time.Second), sum), windowText), sessions)
		check("count", df.Map(df.CountWindowBy(s, tick.key, 9, sum), func(kv df.KV[int, int64]) string { return fmt.Sprint(kv.Key, " ", kv.Value) }), counts)
	}
	first := dftest.Collect(t, df.WindowBy(df.FromSlice(ticks(1, 300, 1, 0)), tick.key, tick.time, df.Session(time.Hour), agg.First[tick]))
	want := byKeyAndTime(ticks(1, 300, 1, 0))[0][0]
	if len(first) != 1 || first[0].Value != want {
		t.Errorf("the first row of a session is %v, want %v", first, want)
	}
	far := df.WindowBy(df.FromSlice(ticks(1, 3, 1, 0)), tick.key, func(tick) time.Time { return time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC) }, df.Tumbling(time.Hour), sum)
	var e *df.Error
	if err := df.Run(context.Background(), far); !errors.As(err, &e) || e.Op != "window by" || !strings.Contains(err.Error(), "3000") {
		t.Errorf("a time out of range: error %v", err)
	}
	dftest.MustPanic(t, "-1s", func() { df.Tumbling(-time.Second) })
	dftest.MustPanic(t, "zero Windows", func() { df.WindowBy(df.FromSlice(ticks(1, 3, 1, 0)), tick.key, tick.time, df.Windows{}, sum) })
	dftest.NoneLeft(t)
}

func TestTimeJoins(t *testing.T) {
	for _, size := range []struct{ n, pad int }{{800, 0}, {20_000, 1500}} {
		lefts, rights := ticks(3, size.n, 30, size.pad), ticks(4, size.n, 40, size.pad)
		var asOf, interval []string
		byKey := byKeyAndTime(rights)
		for _, l := range lefts {
			last := -1
			for _, r := range byKey[l.Key] {
				if r.At <= l.At {
					last = r.N
				}
				if r.At >= l.At-3 && r.At <= l.At+2 {
					interval = append(interval, fmt.Sprint(l.N, " ", r.N))
				}
			}
			asOf = append(asOf, fmt.Sprint(l.N, " ", last))
		}
		l, r := df.FromSlice(lefts), df.FromSlice(rights)
		pair := func(l, r tick) string { return fmt.Sprint(l.N, " ", r.N) }
		dftest.EachDeployment(fmt.Sprint(size.n, " rows"), func(what string, o df.Option) {
			memory := df.Memory(dftest.LeastMemory(7))
			dftest.SameSet(t, what+", as of", dftest.Collect(t, df.AsOfJoin(l, r, tick.key, tick.key, tick.time, tick.time, func(l, r tick, ok bool) string {
				if !ok {
					r.N = -1
				}
				return pair(l, r)
			}), o, memory), asOf)
			dftest.SameSet(t, what+", interval", dftest.Collect(t, df.IntervalJoin(l, r, tick.key, tick.key, tick.time, tick.time, -3*time.Second, 2*time.Second, pair), o, memory), interval)
		})
	}
	dftest.NoneLeft(t)
}
