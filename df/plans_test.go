package df_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	"anabranch.dev/df/internal/dftest"
)

var (
	plansFlag = flag.Int("plans", 150, "number of random plans that TestRandomPlans runs")
	seedFlag  = flag.Uint64("planseed", 0, "run the random plan of this seed alone")
)

// TestRandomPlans builds plans at random, each beside the rows that it must
// give, and runs them with several numbers of workers and beside themselves.
func TestRandomPlans(t *testing.T) {
	lines := linesFile(t, zipfRows(11, 6000))
	if *seedFlag != 0 {
		runRandomPlan(t, lines, *seedFlag)
		return
	}
	for seed := uint64(1); seed <= uint64(*plansFlag) && !t.Failed(); seed++ {
		runRandomPlan(t, lines, seed)
	}
}

func runRandomPlan(t *testing.T, lines string, seed uint64) {
	p := newRandomPlan(lines, seed)
	p.grow()
	fail := func(format string, args ...any) {
		t.Errorf("plan of -planseed %d:\n%s\n%s", seed, strings.Join(p.steps, "\n"), fmt.Sprintf(format, args...))
	}
	outs := p.pickOutputs()
	run := func(what string, o df.Option) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		var list []df.Output
		var checks []func() string
		for _, make := range outs {
			out, check := make()
			list, checks = append(list, out), append(checks, check)
		}
		if err := df.Run(ctx, df.Outputs(list...), o); err != nil {
			fail("%s: %v\n%s", what, err, df.Explain(df.Outputs(list...)))
			return
		}
		for _, check := range checks {
			if diff := check(); diff != "" {
				fail("%s: %s\n%s", what, diff, df.Explain(df.Outputs(list...)))
			}
		}
	}
	eachDeployment("alone", run)
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() { run("beside itself", df.Workers(i+1)) })
	}
	wg.Wait()
}

// drawn is a stream that was made at random, and the rows that it must have.
type drawn[T cmp.Ordered] struct {
	id      int
	s       df.Stream[T]
	rows    []T
	ordered bool // else the rows come in any order
}

// randomPlan is a pool of streams; each step makes a new one of old ones, which
// are thus often used several times.
type randomPlan struct {
	*rand.Rand
	lines string
	ints  []drawn[int64]
	texts []drawn[string]
	steps []string
}

func newRandomPlan(lines string, seed uint64) *randomPlan {
	return &randomPlan{Rand: rand.New(rand.NewPCG(seed, 77)), lines: lines}
}

func (p *randomPlan) grow() {
	p.source()
	verbs := []func(*randomPlan){
		(*randomPlan).source, (*randomPlan).narrowVerb, (*randomPlan).narrowVerb, (*randomPlan).placeVerb, (*randomPlan).placeVerb,
		(*randomPlan).wholeVerb, (*randomPlan).keyedVerb, (*randomPlan).joinVerb, (*randomPlan).joinVerb, (*randomPlan).textVerb,
	}
	for range 1 + p.IntN(14) {
		verbs[p.IntN(len(verbs))](p)
	}
}

// mostRows is how many rows a stream may have before it is left alone.
const mostRows = 15_000

// add puts a stream into the pool of its kind.
func add[T cmp.Ordered](p *randomPlan, pool *[]drawn[T], s df.Stream[T], rows []T, ordered bool, format string, args ...any) {
	id := len(p.steps)
	label := fmt.Sprintf("s%d", id)
	p.steps = append(p.steps, fmt.Sprintf("%s = %s: %d rows", label, fmt.Sprintf(format, args...), len(rows)))
	if len(rows) > mostRows {
		return
	}
	*pool = append(*pool, drawn[T]{id, s.Named(label), rows, ordered})
}

func (p *randomPlan) addInts(s dftest.Stream, rows []int64, ordered bool, format string, args ...any) {
	add(p, &p.ints, s, rows, ordered, format, args...)
}

// pick chooses a stream, more often a late one.
func pick[T cmp.Ordered](p *randomPlan, pool []drawn[T]) drawn[T] {
	return pool[max(p.IntN(len(pool)), p.IntN(len(pool)))]
}

// pickOrdered chooses one whose rows have an order; the first source has.
func (p *randomPlan) pickOrdered() drawn[int64] {
	for {
		if d := pick(p, p.ints); d.ordered {
			return d
		}
	}
}

func (p *randomPlan) source() {
	n := []int{0, 1, 40, 1024, 1025, 3000, 6000}[p.IntN(7)]
	rows := zipfRows(p.Uint64(), n)
	if p.IntN(2) == 0 {
		rows = dftest.UpTo(int64(n))
	}
	switch p.IntN(6) {
	case 0, 1:
		p.addInts(df.FromSlice(rows), rows, true, "FromSlice")
	case 2:
		p.addInts(df.FromSeq(slices.Values(rows)), rows, true, "FromSeq")
	case 3:
		p.addInts(df.Range(0, int64(n)), dftest.UpTo(int64(n)), true, "Range")
	case 4:
		splits := slices.Collect(slices.Chunk(rows, 700))
		p.addInts(df.Source(splits, func(_ context.Context, split []int64) iter.Seq2[int64, error] {
			return func(yield func(int64, error) bool) {
				for _, v := range split {
					if !yield(v, nil) {
						return
					}
				}
			}
		}), rows, true, "Source of %d splits", len(splits))
	case 5:
		p.addInts(df.MapErr(df.LineViews(p.lines), func(v df.View) (int64, error) { return parse(string(v)) }), zipfRows(11, 6000), true, "LineViews")
	}
}

func (p *randomPlan) narrowVerb() {
	in := pick(p, p.ints)
	c := p.Int64N(50) + 2
	differs := func(v int64) bool { return v%c != 0 }
	without := func() []int64 { return dftest.Kept(func(_ int, v int64) bool { return differs(v) })(in.rows) }
	times := func(v int64) int64 { return v*c + 1 }
	few := func(dst []int64, v int64) []int64 {
		return append(dst, slices.Repeat([]int64{v + c}, int(uint64(v)%3))...)
	}
	fewOf := func() (out []int64) {
		for _, v := range in.rows {
			out = few(out, v)
		}
		return out
	}
	switch p.IntN(9) {
	case 0:
		p.addInts(df.Map(in.s, times), dftest.Mapped(times)(in.rows), in.ordered, "Map(s%d)", in.id)
	case 1, 2:
		p.addInts(in.s.Filter(differs), without(), in.ordered, "Filter(s%d)", in.id)
	case 3:
		p.addInts(in.s.Update(func(v *int64) { *v = times(*v) }), dftest.Mapped(times)(in.rows), in.ordered, "Update(s%d)", in.id)
	case 4:
		p.addInts(df.Expand(in.s, few), fewOf(), in.ordered, "Expand(s%d)", in.id)
	case 5:
		p.addInts(df.FlatMap(in.s, func(v int64) iter.Seq[int64] { return slices.Values(few(nil, v)) }), fewOf(), in.ordered, "FlatMap(s%d)", in.id)
	case 6:
		p.addInts(df.MapBatch(in.s, func(dst, rows []int64) []int64 {
			for i := range rows {
				dst = few(dst, rows[i])
				rows[i] = -1
			}
			return dst
		}), fewOf(), in.ordered, "MapBatch(s%d)", in.id)
	case 7:
		ok, failed := df.Try(in.s, func(v int64) (int64, error) {
			if !differs(v) {
				return 0, strconv.ErrRange
			}
			return v, nil
		})
		p.addInts(ok, without(), in.ordered, "ok of Try(s%d)", in.id)
		p.addInts(df.Map(failed, func(f df.Failed[int64]) int64 { return f.Row }),
			dftest.Kept(func(_ int, v int64) bool { return !differs(v) })(in.rows), in.ordered, "failed of Try(s%d)", in.id)
	case 8:
		n := 1 + p.IntN(4)
		p.addInts(df.MapConcurrent(in.s, n, func(_ context.Context, v int64) (int64, error) { return times(v), nil }),
			dftest.Mapped(times)(in.rows), in.ordered, "MapConcurrent(s%d, %d)", in.id, n)
	}
}

func (p *randomPlan) placeVerb() {
	in := p.pickOrdered()
	n := p.IntN(2*len(in.rows) + 2)
	if p.IntN(2) == 0 {
		n = p.IntN(5)
	}
	switch p.IntN(5) {
	case 0:
		p.addInts(in.s.Take(int64(n)), in.rows[:min(n, len(in.rows))], true, "Take(s%d, %d)", in.id, n)
	case 1:
		p.addInts(in.s.Skip(int64(n)), in.rows[min(n, len(in.rows)):], true, "Skip(s%d, %d)", in.id, n)
	case 2:
		number := func(i, v int64) int64 { return i*1_000_003 + v }
		var rows []int64
		for i, v := range in.rows {
			rows = append(rows, number(int64(i), v))
		}
		p.addInts(df.Enumerate(in.s, number), rows, true, "Enumerate(s%d)", in.id)
	case 3:
		n = n + 1
		var rows []int64
		for c := range slices.Chunk(in.rows, n) {
			rows = append(rows, hashOf(c))
		}
		p.addInts(df.Chunk(in.s, n, hashOf), rows, true, "Chunk(s%d, %d)", in.id, n)
	case 4:
		seed := p.Uint64()
		var rows []int64
		places, err := df.Collect(context.Background(), df.Range(0, len(in.rows)).Sample(0.5, seed), df.Workers(1))
		if err != nil {
			panic(err)
		}
		for _, i := range places {
			rows = append(rows, in.rows[i])
		}
		p.addInts(in.s.Sample(0.5, seed), rows, true, "Sample(s%d)", in.id)
	}
}

// hashOf depends on the order of the rows.
func hashOf(rows []int64) int64 {
	h := int64(17)
	for _, v := range rows {
		h = h*31 + v
	}
	return h
}

// joinVerb makes a stream of several others, or of one and itself.
func (p *randomPlan) joinVerb() {
	if p.IntN(2) == 0 {
		a, b := p.pickOrdered(), p.pickOrdered()
		mix := func(x, y int64) int64 { return x*7 - y }
		var rows []int64
		for i := range min(len(a.rows), len(b.rows)) {
			rows = append(rows, mix(a.rows[i], b.rows[i]))
		}
		p.addInts(df.Zip(a.s, b.s, mix), rows, true, "Zip(s%d, s%d)", a.id, b.id)
		return
	}
	var streams []dftest.Stream
	var rows []int64
	var ids []int
	ordered := true
	for range 2 + p.IntN(2) {
		in := pick(p, p.ints)
		streams, rows, ids = append(streams, in.s), append(rows, in.rows...), append(ids, in.id)
		ordered = ordered && in.ordered
	}
	p.addInts(df.Concat(streams...), rows, ordered, "Concat of %d", ids)
}

func (p *randomPlan) wholeVerb() {
	in := pick(p, p.ints)
	whole := func(s dftest.Stream, rows []int64, what string) { p.addInts(s, rows, true, "%s(s%d)", what, in.id) }
	switch p.IntN(7) {
	case 0:
		whole(in.s.Count(), []int64{int64(len(in.rows))}, "Count")
	case 1:
		whole(df.Sum(in.s), []int64{dftest.Total(in.rows)}, "Sum")
	case 2:
		whole(df.Min(in.s), dftest.Single(true, slices.Min[[]int64])(in.rows), "Min")
	case 3:
		whole(df.Max(in.s), dftest.Single(true, slices.Max[[]int64])(in.rows), "Max")
	case 4:
		n := p.IntN(60)
		order := df.Desc(df.Self[int64])
		if in.ordered {
			order = df.Asc(dftest.Mod10)
		}
		whole(in.s.Top(n, order), topOf(n, order)(in.rows), fmt.Sprint("Top ", n))
	case 5:
		in = p.pickOrdered()
		whole(df.Reduce(in.s, func(a, _ int64) int64 { return a }), in.rows[:min(1, len(in.rows))], "Reduce to the first")
	case 6:
		in = p.pickOrdered()
		whole(df.Aggregate(in.s, agg.Then(agg.Collect[int64], hashOf)), []int64{hashOf(in.rows)}, "Aggregate")
	}
}

func hashGroup(kv df.KV[int64, int64]) int64 { return kv.Key*1_000_003 + kv.Value }

func (p *randomPlan) keyedVerb() {
	c := p.Int64N(200) + 1
	key := func(v int64) int64 { return v % c }
	groups := func(rows []int64) map[int64][]int64 {
		m := map[int64][]int64{}
		for _, v := range rows {
			m[key(v)] = append(m[key(v)], v)
		}
		return m
	}
	eachGroup := func(rows []int64, f func([]int64) int64) (out []int64) {
		for k, vs := range groups(rows) {
			out = append(out, hashGroup(df.KV[int64, int64]{Key: k, Value: f(vs)}))
		}
		return out
	}
	in := pick(p, p.ints)
	switch p.IntN(5) {
	case 0:
		p.addInts(df.Map(df.CountBy(in.s, key), hashGroup), eachGroup(in.rows, func(vs []int64) int64 { return int64(len(vs)) }), false, "CountBy(s%d)", in.id)
	case 1:
		p.addInts(df.Map(df.ReduceBy(in.s, key, func(a, b int64) int64 { return max(a, b) }), hashGroup), eachGroup(in.rows, slices.Max), false, "ReduceBy(s%d)", in.id)
	case 2:
		p.addInts(df.DistinctBy(in.s, df.Self[int64]), firstOf(df.Self[int64])(in.rows), false, "DistinctBy(s%d)", in.id)
	case 3:
		in = p.pickOrdered()
		p.addInts(df.DistinctBy(in.s, key), firstOf(key)(in.rows), false, "DistinctBy(s%d), the first", in.id)
	case 4:
		in = p.pickOrdered()
		p.addInts(df.Map(df.AggregateBy(in.s, key, agg.Then(agg.Collect[int64], hashOf)), hashGroup), eachGroup(in.rows, hashOf), false, "AggregateBy(s%d)", in.id)
	}
}

func (p *randomPlan) textVerb() {
	if len(p.texts) == 0 || p.IntN(3) == 0 {
		in := pick(p, p.ints)
		add(p, &p.texts, df.Map(in.s, dftest.Text), dftest.Mapped(dftest.Text)(in.rows), in.ordered, "Map(s%d) to text", in.id)
		return
	}
	in := pick(p, p.texts)
	switch p.IntN(5) {
	case 0:
		var rows []int64
		for _, s := range in.rows {
			rows = append(rows, int64(len(s)))
		}
		p.addInts(df.Map(in.s, func(s string) int64 { return int64(len(s)) }), rows, in.ordered, "Map(s%d) to lengths", in.id)
	case 1:
		add(p, &p.texts, in.s.Concat(in.s), append(slices.Clone(in.rows), in.rows...), in.ordered, "Concat of s%d and itself", in.id)
	case 2:
		rows := slices.Clone(in.rows)
		slices.Sort(rows)
		add(p, &p.texts, df.DistinctBy(in.s, df.Self[string]), slices.Compact(rows), false, "DistinctBy(s%d)", in.id)
	case 3:
		counts := map[string]int64{}
		for _, s := range in.rows {
			counts[s]++
		}
		var rows []string
		for s, n := range counts {
			rows = append(rows, fmt.Sprint(s, n))
		}
		add(p, &p.texts, df.Map(df.CountBy(in.s, df.Self[string]), func(kv df.KV[string, int64]) string { return fmt.Sprint(kv.Key, kv.Value) }), rows, false, "CountBy(s%d)", in.id)
	case 4:
		rows := slices.Clone(in.rows)
		slices.Sort(rows)
		add(p, &p.texts, in.s.Top(100, df.Asc(df.Self[string])), rows[:min(100, len(rows))], true, "Top(s%d)", in.id)
	}
}

// pickOutputs chooses what to collect in one run: makers of an output, and of a
// function that then tells what is wrong with its rows.
func (p *randomPlan) pickOutputs() (outs []func() (df.Output, func() string)) {
	last := p.ints[len(p.ints)-1]
	outs = append(outs, last.output)
	for range p.IntN(4) {
		outs = append(outs, pick(p, p.ints).output)
	}
	if len(p.texts) > 0 {
		outs = append(outs, pick(p, p.texts).output)
	}
	return outs
}

func (d drawn[T]) output() (df.Output, func() string) {
	got := new([]T)
	return df.Into(d.s, got), func() string {
		rows, want := *got, d.rows
		if !d.ordered {
			rows, want = slices.Clone(rows), slices.Clone(want)
			slices.Sort(rows)
			slices.Sort(want)
		}
		if slices.Equal(rows, want) {
			return ""
		}
		at := 0
		for at < min(len(rows), len(want)) && rows[at] == want[at] {
			at++
		}
		return fmt.Sprintf("s%d: %d rows, want %d; they differ from row %d on: %v, want %v", d.id,
			len(rows), len(want), at, rows[at:min(at+10, len(rows))], want[at:min(at+10, len(want))])
	}
}
