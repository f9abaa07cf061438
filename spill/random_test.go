package spill

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	sortsFlag    = flag.Duration("sorts", 2*time.Second, "how long TestRandomSorts goes on")
	sortSeedFlag = flag.Uint64("sortseed", 0, "run the random sort of this seed alone")
)

// TestRandomSorts sorts rows at random, in a sorter made at random, and compares
// the result with that of the standard library.
func TestRandomSorts(t *testing.T) {
	if *sortSeedFlag != 0 {
		randomSort(t, *sortSeedFlag)
		return
	}
	first := rand.Uint64() | 1
	long := *sortsFlag
	if testing.Short() {
		long /= 4
	}
	n := uint64(0)
	for start := time.Now(); !t.Failed() && (n == 0 || time.Since(start) < long); n++ {
		randomSort(t, first+n)
	}
	t.Logf("%d sorts from -sortseed %d on", n, first)
}

// drawn is a row with a key that was drawn at random. N is its place.
type drawn[K any] struct {
	Key K
	N   int
	Pad string
}

// randomSort makes all that is drawn from one seed.
func randomSort(t *testing.T, seed uint64) {
	d := &draw{Rand: rand.New(rand.NewPCG(seed, 0)), T: t, seed: seed}
	kinds := []func(){
		func() { sortDrawn(d, func() int64 { return int64(d.number()) }, cmp.Compare[int64]) },
		func() { sortDrawn(d, func() int { return int(d.number()) }, cmp.Compare[int]) },
		func() { sortDrawn(d, func() int8 { return int8(d.number()) }, cmp.Compare[int8]) },
		func() { sortDrawn(d, func() uint16 { return uint16(d.number()) }, cmp.Compare[uint16]) },
		func() { sortDrawn(d, func() uint32 { return uint32(d.number()) }, cmp.Compare[uint32]) },
		func() { sortDrawn(d, func() uint64 { return d.number() }, cmp.Compare[uint64]) },
		func() { sortDrawn(d, d.float, cmp.Compare[float64]) },
		func() { sortDrawn(d, func() float32 { return float32(d.float()) }, cmp.Compare[float32]) },
		func() { sortDrawn(d, d.text, cmp.Compare[string]) },
		func() { sortDrawn(d, d.text, cmp.Compare[string]) },
		func() { sortDrawn(d, func() []byte { return []byte(d.text()) }, bytes.Compare) },
		func() {
			sortDrawn(d, func() time.Time { return time.Unix(int64(d.number()>>20), int64(d.IntN(3))).UTC() }, time.Time.Compare)
		},
	}
	d.keys = d.IntN(len(shapes))
	kinds[d.IntN(len(kinds))]()
}

// draw is a source of random decisions.
type draw struct {
	*rand.Rand
	*testing.T
	seed uint64

	keys  int // which shape they have
	count uint64
	steps []string
}

func (d *draw) note(format string, args ...any) {
	d.steps = append(d.steps, fmt.Sprintf(format, args...))
}

// shapes say what the keys of some rows look like together. count is how many
// there were.
var shapes = []struct {
	name string
	next func(d *draw) uint64
}{
	{"random", func(d *draw) uint64 { return d.Uint64() }},
	{"equal", func(*draw) uint64 { return 42 }},
	{"few", func(d *draw) uint64 { return d.Uint64N(7) * 0x0101010101010101 }},
	{"small", func(d *draw) uint64 { return d.Uint64N(1000) }},
	{"ascending", func(d *draw) uint64 { return d.count }},
	{"descending", func(d *draw) uint64 { return -d.count }},
	{"runs", func(d *draw) uint64 { return d.count % 1021 << 32 }},
	{"skewed", func(d *draw) uint64 { return d.Uint64() >> d.UintN(64) }},
	{"one odd", func(d *draw) uint64 {
		if d.IntN(500) == 0 {
			return d.Uint64()
		}
		return 1 << 40
	}},
	{"almost ascending", func(d *draw) uint64 {
		if d.IntN(50) == 0 {
			return d.Uint64N(d.count + 1)
		}
		return d.count
	}},
}

func (d *draw) number() uint64 {
	d.count++
	return shapes[d.keys].next(d)
}

func (d *draw) float() float64 {
	if d.IntN(20) == 0 {
		return []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 0, math.MaxFloat64}[d.IntN(6)]
	}
	return float64(int64(d.number())) / 1000
}

// text makes a text of a number: equal numbers have equal texts, and the number
// says what they have in common with others.
func (d *draw) text() string {
	v := d.number()
	switch d.seed % 5 {
	case 0:
		return fmt.Sprint(v)
	case 1:
		return fmt.Sprintf("https://www.example.com/%016x", v)
	case 2: // zeros, and texts that others begin with
		return strings.Repeat("\x00", int(v%3)) + strings.Repeat("a", int(v>>2%20)) + string(byte(v >> 8))[:v>>1%2]
	case 3:
		return strings.Repeat(string('a'+byte(v%3)), int(v>>1%40))
	}
	return string([]byte{byte(v >> 56), byte(v >> 48), byte(v >> 40), byte(v >> 32), byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}[:1+v%8])
}

// config draws how to sort rows that take about so many bytes.
func (d *draw) config(bytes int64) Config {
	c := Config{
		Workers:     1 + d.IntN(4),
		Compression: Compression(d.IntN(4)),
		FanIn:       []int{0, 0, 2, 3, 7}[d.IntN(5)],
		bucketRows:  []int{0, 0, 20, 1000}[d.IntN(4)],
	}
	if d.IntN(3) > 0 {
		c.Memory = max(48<<10, bytes/int64(1+d.IntN(12)))
	}
	return c
}

// sortDrawn draws the rest and checks the result.
func sortDrawn[K Sortable](d *draw, key func() K, compare func(a, b K) int) {
	n := []int{d.IntN(3), d.IntN(3000), d.IntN(3000), d.IntN(20_000)}[d.IntN(4)]
	pad := []int{0, 5, 200}[d.IntN(3)]
	rows := make([]drawn[K], n)
	for i := range rows {
		rows[i] = drawn[K]{key(), i, strings.Repeat("p", d.IntN(pad+1))}
	}
	order, after := drawOrder(d, compare)
	d.note("-sortseed %d: %d %s keys of type %v, up to %d bytes beside them", d.seed, n, shapes[d.keys].name, reflect.TypeFor[K](), pad)
	c := d.config(int64(n) * int64(60+pad/2))
	b := newBed(d.T, "", order, c)
	p := &purse{limit: cmp.Or(c.Memory, defaultMemory)}
	if d.IntN(4) == 0 {
		d.note("a budget that refuses now and then")
		b.core.cfg.Budget = moodyBudget(p, d.seed, 0.1)
	}
	d.note("%d workers, %d bytes of memory, fan-in %d, compression %d, buckets of %d", c.Workers, c.Memory, c.FanIn, c.Compression, c.bucketRows)
	got, err := runDrawn(d, b, rows)
	d.note("%+v", b.Stats())
	b.name = strings.Join(d.steps, "\n")
	if err != nil {
		d.Errorf("%s\n%v", b.name, err)
	}
	checkDrawn(d, b.name, rows, got, after)
	b.end()
	p.empty(d.T, b.name)
}

// drawOrder draws an order of rows by their key, and how else they compare.
func drawOrder[K Sortable](d *draw, compare func(a, b K) int) (Order[drawn[K]], func(a, b drawn[K]) int) {
	key := func(r drawn[K]) K { return r.Key }
	last := func(r drawn[K]) int8 { return int8(r.N % 3) }
	up := func(a, b drawn[K]) int { return compare(a.Key, b.Key) }
	down := func(a, b drawn[K]) int { return compare(b.Key, a.Key) }
	both := func(a, b func(x, y drawn[K]) int) func(x, y drawn[K]) int {
		return func(x, y drawn[K]) int { return cmp.Or(a(x, y), b(x, y)) }
	}
	lastUp := func(a, b drawn[K]) int { return cmp.Compare(last(a), last(b)) }
	lastDown := func(a, b drawn[K]) int { return lastUp(b, a) }
	orders := []struct {
		name  string
		order Order[drawn[K]]
		after func(a, b drawn[K]) int
	}{
		{"ascending", Asc(key), up},
		{"descending", Desc(key), down},
		{"ascending, then another", Asc(key).Then(Desc(last)), both(up, lastDown)},
		{"another, then descending", Asc(last).Then(Desc(key)), both(lastUp, down)},
		{"descending, then another", Desc(key).Then(Asc(last)), both(down, lastUp)},
		{"by comparison", By(up), up},
	}
	o := orders[d.IntN(len(orders))]
	d.note("%s", o.name)
	return o.order, o.after
}

// runDrawn sorts rows in one of the ways that there are.
func runDrawn[K any](d *draw, b *bed[drawn[K]], rows []drawn[K]) (got []drawn[K], err error) {
	if d.IntN(2) == 0 {
		d.note("Add and All")
		size := 1 + d.IntN(3000)
		for part := range slices.Chunk(rows, size) {
			if err := b.Add(part...); err != nil {
				return nil, err
			}
		}
		for v, err := range b.All() {
			if err != nil {
				return got, err
			}
			got = append(got, v)
		}
		return got, nil
	}
	fillers, size := 1+d.IntN(4), 1+d.IntN(3000)
	d.note("%d fillers with places of %d rows", fillers, size)
	b.fill(rows, fillers, size)
	o, err := b.Sort(nil)
	if err != nil {
		return nil, err
	}
	r := reading[drawn[K]]{readers: 1 + d.IntN(4)}
	if d.IntN(2) == 0 {
		at := d.IntN(4)
		d.note("Spill at part %d", at)
		spill := func(i int) {
			if i == at {
				if _, err := o.Spill(); err != nil {
					d.Errorf("Spill: %v", err)
				}
			}
		}
		if r.before = spill; d.IntN(2) == 0 {
			r.before, r.within = nil, spill
		}
	}
	parts, err := r.read(o)
	return slices.Concat(parts...), err
}

// checkDrawn checks that got are the rows in order.
func checkDrawn[K any](d *draw, name string, rows, got []drawn[K], after func(a, b drawn[K]) int) {
	d.Helper()
	want := slices.Clone(rows)
	slices.SortStableFunc(want, after)
	if len(got) != len(want) {
		d.Errorf("%s\n%d rows, want %d", name, len(got), len(want))
		return
	}
	for i := range got {
		if got[i].N != want[i].N || got[i].Pad != want[i].Pad || !sameKey(got[i].Key, want[i].Key) {
			to := min(i+5, len(got))
			d.Errorf("%s\nfrom %d on %.300s, want %.300s", name, i, fmt.Sprint(got[i:to]), fmt.Sprint(want[i:to]))
			return
		}
	}
}

// sameKey compares keys, NaN and zeros by what they are.
func sameKey[K any](a, b K) bool {
	switch a := any(a).(type) {
	case float64:
		return math.Float64bits(a) == math.Float64bits(any(b).(float64))
	case float32:
		return math.Float32bits(a) == math.Float32bits(any(b).(float32))
	case []byte:
		return bytes.Equal(a, any(b).([]byte))
	}
	return any(a) == any(b)
}
