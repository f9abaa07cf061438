package hashtable

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"anabranch.dev/internal/groups"
	"anabranch.dev/internal/stamp"
)

// trace is an accumulator that shows everything that was done to it: the sum
// of the rows, their number, the first of them, and whether Init was called
// once before all else.
type trace struct {
	sum, count int64
	first      stamp.Stamp
	ready      bool
	spill      []byte // held beyond the size of trace
}

func (a *trace) init() {
	if a.ready || a.count != 0 {
		panic("Init on a used accumulator")
	}
	a.ready = true
}

func (a *trace) addAt(v int64, at stamp.Stamp) {
	if !a.ready {
		panic("Add before Init")
	}
	if a.count == 0 || at.Before(a.first) {
		a.first = at
	}
	a.sum += v
	a.count++
}

func (a *trace) merge(b *trace) {
	if b.first.Before(a.first) {
		a.first = b.first
	}
	a.sum += b.sum
	a.count += b.count
}

var tunings = map[string]tuning{
	"default": {},
	"tiny":    {batch: 4, small: 16, buffered: 8, bypass: 64},
	"small":   {batch: 32, small: 256, buffered: 64, bypass: 1000},
	"bypass":  {batch: 16, small: 64, buffered: 1 << 30, bypass: 1 << 30},
}

// checkModel groups random rows whose keys come from pool, by several locals
// that compact at random, and compares with what a map says. Keys of equal
// name are equal keys. build makes a key in buf, which is overwritten later.
func checkModel[K comparable](t *testing.T, pool []string, build func(i int, buf *[]byte) K, name func(K) string) {
	t.Helper()
	for tn, tune := range tunings {
		for _, form := range []string{"Add", "AddAt", "AddBatch", "AddBatch without Size"} {
			for seed := range uint64(2) {
				t.Run(fmt.Sprintf("%s/%s/%d", tn, form, seed), func(t *testing.T) {
					checkOnce(t, pool, build, name, tune, form, seed)
				})
			}
		}
	}
}

func checkOnce[K comparable](t *testing.T, pool []string, build func(i int, buf *[]byte) K, name func(K) string, tune tuning, form string, seed uint64) {
	placed := form == "AddAt"
	rng := rand.New(rand.NewPCG(seed, 7))
	type row struct {
		k K
		v int64
	}
	spec := Spec[row, K, trace]{
		Key:   func(r row) K { return r.k },
		Init:  (*trace).init,
		Merge: (*trace).merge,
		Size:  func(a *trace) int { return len(a.spill) },
	}
	if placed {
		spec.AddAt = func(a *trace, r row, at stamp.Stamp) { a.addAt(r.v, at) }
	} else {
		spec.Add = func(a *trace, r row) { a.addAt(r.v, stamp.Stamp{}) }
	}
	if form == "AddBatch without Size" { // so that rows that stay alone are batches, too
		spec.Size = nil
	}
	if strings.HasPrefix(form, "AddBatch") {
		spec.AddBatch = func(to groups.Of[trace], rows []row) {
			if to.Len() != len(rows) {
				t.Fatalf("%d groups of %d rows", to.Len(), len(rows))
			}
			for i := range rows {
				spec.Add(to.At(i), rows[i])
			}
		}
	}
	g, err := newGrouping(spec, tune)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]trace{}
	locals := make([]Local[row, K, trace], 1+rng.IntN(3))
	for i := range locals {
		locals[i] = g.Local()
	}
	for m := range uint64(60) {
		l := locals[rng.IntN(len(locals))]
		rows := make([]row, rng.IntN(300))
		var buf []byte
		hot := rng.IntN(2) == 0
		for i := range rows {
			k := rng.IntN(len(pool))
			if hot {
				k %= 5
			}
			rows[i] = row{build(k, &buf), rng.Int64N(1000)}
			at := stamp.Stamp{}
			if placed {
				at = stamp.Stamp{Morsel: m, Row: uint64(10 + i)}
			}
			w, ok := want[pool[k]]
			w.ready = true
			if !ok {
				w.first = at
			}
			w.addAt(rows[i].v, at)
			want[pool[k]] = w
		}
		if err := l.Add(rows, stamp.Stamp{Morsel: m, Row: 10}); err != nil {
			t.Fatal(err)
		}
		for i := range buf {
			buf[i] = '#'
		}
		if rng.IntN(10) == 0 {
			l.Compact()
		}
		if l.Bytes() <= 0 {
			t.Fatal("Bytes is not positive")
		}
	}
	for _, l := range locals {
		l.Seal()
	}
	got := map[string]trace{}
	for p := range Partitions {
		m := g.Merge(p, locals)
		n := 0
		m.Each(func(k K, a *trace) bool {
			if _, dup := got[name(k)]; dup {
				t.Errorf("group %q was given out twice", name(k))
			}
			got[name(k)] = *a
			n++
			return true
		})
		if n != m.Len() {
			t.Errorf("partition %d: Len is %d, Each yields %d", p, m.Len(), n)
		}
		if n > 0 && m.Bytes() <= 0 {
			t.Errorf("partition %d: Bytes is not positive", p)
		}
	}
	if !reflect.DeepEqual(got, want) {
		for k, w := range want {
			if got[k].count != w.count || got[k].first != w.first || got[k].sum != w.sum {
				t.Errorf("group %q: %+v, want %+v", k, got[k], w)
			}
		}
		t.Fatalf("%d groups, want %d", len(got), len(want))
	}
}

// view makes a string of type ~string that lives in buf.
func view(s string, buf *[]byte) string {
	n := len(*buf)
	if cap(*buf)-n < len(s) {
		*buf = slices.Grow((*buf)[n:], 1<<16)[:0]
		n = 0
	}
	*buf = append(*buf, s...)
	b := (*buf)[n:]
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// hardStrings has the lengths 0 to 40, shared prefixes, and bytes of zero.
func hardStrings() []string {
	set := map[string]bool{"a": true, "a\x00": true, "\x00": true, "\x00\x00": true}
	for n := range 41 {
		set[strings.Repeat("x", n)] = true
		set[strings.Repeat("\x00", n)] = true
		set["sixteen bytes, a"+strings.Repeat("y", n)] = true
		set["sixteen bytes, a"+strings.Repeat("y", n)+"z"] = true
	}
	for i := range 3000 {
		set[fmt.Sprint(i)] = true
		set[fmt.Sprintf("a common beginning %d of strings", i)] = true
	}
	var pool []string
	for s := range set {
		pool = append(pool, s)
	}
	slices.Sort(pool)
	return pool
}

type named string

func TestStringKeys(t *testing.T) {
	pool := hardStrings()
	checkModel(t, pool,
		func(i int, buf *[]byte) named { return named(view(pool[i], buf)) },
		func(k named) string { return string(k) })
}

func numbers(n int, format string) (pool []string) {
	for i := range n {
		pool = append(pool, fmt.Sprintf(format, i))
	}
	return pool
}

type userID int64

func TestPlainKeys(t *testing.T) {
	num := numbers(5000, "%d")
	t.Run("int64", func(t *testing.T) {
		checkModel(t, num, func(i int, _ *[]byte) userID { return userID(i) }, func(k userID) string { return fmt.Sprint(k) })
	})
	t.Run("uint16", func(t *testing.T) {
		checkModel(t, num, func(i int, _ *[]byte) uint16 { return uint16(i) }, func(k uint16) string { return fmt.Sprint(k) })
	})
	t.Run("bool", func(t *testing.T) {
		checkModel(t, []string{"false", "true"}, func(i int, _ *[]byte) bool { return i == 1 }, func(k bool) string { return fmt.Sprint(k) })
	})
	t.Run("empty", func(t *testing.T) {
		checkModel(t, []string{"{}"}, func(int, *[]byte) struct{} { return struct{}{} }, func(k struct{}) string { return fmt.Sprint(k) })
	})
	type pair struct{ a, b int32 }
	t.Run("pair", func(t *testing.T) {
		checkModel(t, numbers(5000, "{%d 7}"), func(i int, _ *[]byte) pair { return pair{int32(i), 7} }, func(k pair) string { return fmt.Sprint(k) })
	})
	t.Run("array", func(t *testing.T) {
		checkModel(t, numbers(5000, "[1 2 %d]"), func(i int, _ *[]byte) [3]int16 { return [3]int16{1, 2, int16(i)} }, func(k [3]int16) string { return fmt.Sprint(k) })
	})
}

// TestPaddedKeys fills what == does not compare with noise.
func TestPaddedKeys(t *testing.T) {
	type padded struct {
		a byte
		b int64
		_ int32
		c byte
		d uint32
	}
	noise := byte(0)
	checkModel(t, numbers(4000, "%d"), func(i int, _ *[]byte) padded {
		var k padded
		mem := unsafe.Slice((*byte)(unsafe.Pointer(&k)), unsafe.Sizeof(k))
		for j := range mem {
			noise += 13
			mem[j] = noise
		}
		k.a, k.b, k.c, k.d = byte(i), int64(i), byte(i), 3
		return k
	}, func(k padded) string { return fmt.Sprint(k.b) })
}

func TestStructsOfStrings(t *testing.T) {
	type place struct {
		street named
		number int32
		tags   [2]string
	}
	pool := hardStrings()
	checkModel(t, pool, func(i int, buf *[]byte) place {
		s := view(pool[i], buf)
		return place{named(s), int32(i), [2]string{s[:len(s)/2], s[len(s)/2:]}}
	}, func(k place) string {
		if string(k.street) != k.tags[0]+k.tags[1] {
			return fmt.Sprintf("broken key %+v", k)
		}
		return string(k.street)
	})
}

// floats are pairs of equal keys in different forms.
var floats = []float64{0, math.Copysign(0, -1), 1, 1, math.NaN(), math.Float64frombits(0x7ff8000000000099),
	math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1), -1.5, -1.5}

// nameFloat shows the bits, so that -0 is not taken for 0.
func nameFloat(f float64) string { return fmt.Sprintf("%x", math.Float64bits(f)) }

func floatPool(format string) (pool []string) {
	for i := range floats {
		f := floats[i&^1]
		pool = append(pool, fmt.Sprintf(format, math.Float64bits(f)))
	}
	return pool
}

func TestFloatKeys(t *testing.T) {
	type celsius float64
	t.Run("float64", func(t *testing.T) {
		checkModel(t, floatPool("%x"), func(i int, _ *[]byte) celsius { return celsius(floats[i]) },
			func(k celsius) string { return nameFloat(float64(k)) })
	})
	t.Run("float32", func(t *testing.T) {
		checkModel(t, floatPool("%x"), func(i int, _ *[]byte) float32 { return float32(floats[i]) },
			func(k float32) string { return fmt.Sprintf("%x", canonical(float64(k))|math.Float64bits(float64(k))) })
	})
	type point struct {
		x    float64
		name string
		_    int32
	}
	t.Run("struct", func(t *testing.T) {
		checkModel(t, floatPool("p%x"), func(i int, buf *[]byte) point { return point{x: floats[i], name: view("p", buf)} },
			func(k point) string { return k.name + nameFloat(k.x) })
	})
	t.Run("complex", func(t *testing.T) {
		checkModel(t, floatPool("%x 0"), func(i int, _ *[]byte) complex128 { return complex(floats[i], floats[i%2]) },
			func(k complex128) string { return nameFloat(real(k)) + " " + nameFloat(imag(k)) })
	})
}

func TestInterfaceKeys(t *testing.T) {
	type inner struct {
		s string
		f float32
	}
	type outer struct {
		v any
		n int8
	}
	kinds := []func(i int, buf *[]byte) any{
		func(i int, _ *[]byte) any { return i },
		func(i int, _ *[]byte) any { return int8(i) },
		func(i int, _ *[]byte) any { return uint64(i) },
		func(i int, buf *[]byte) any { return view(fmt.Sprint(i), buf) },
		func(i int, buf *[]byte) any { return named(view(fmt.Sprint(i), buf)) },
		func(i int, buf *[]byte) any { return inner{view(fmt.Sprint(i), buf), float32(i)} },
		func(int, *[]byte) any { return nil },
		func(i int, _ *[]byte) any { return i%2 == 0 },
		func(i int, _ *[]byte) any { return outer{v: float64(i)} },
	}
	pick := func(i int, buf *[]byte) any { return kinds[i%len(kinds)](i/len(kinds)%100, buf) }
	name := func(k any) string { return fmt.Sprintf("%T %+v", k, k) }
	var pool []string
	for i := range 1000 {
		pool = append(pool, name(pick(i, new([]byte))))
	}
	t.Run("any", func(t *testing.T) { checkModel(t, pool, pick, name) })
	t.Run("struct", func(t *testing.T) {
		checkModel(t, pool,
			func(i int, buf *[]byte) outer { return outer{v: pick(i, buf), n: 3} },
			func(k outer) string { return name(k.v) })
	})
}

func TestCount(t *testing.T) {
	for tn, tune := range tunings {
		t.Run(tn, func(t *testing.T) {
			t.Run("string", func(t *testing.T) {
				checkCount(t, tune, func(i int) string { return strings.Repeat("ab", i%20) + fmt.Sprint(i) })
			})
			t.Run("int", func(t *testing.T) { checkCount(t, tune, func(i int) int { return i }) })
			t.Run("float", func(t *testing.T) { checkCount(t, tune, func(i int) float64 { return float64(i) }) })
			t.Run("any", func(t *testing.T) { checkCount(t, tune, func(i int) any { return i }) })
		})
	}
}

func checkCount[K comparable](t *testing.T, tune tuning, key func(i int) K) {
	g, err := newGrouping(Spec[int, K, int64]{Key: key, Count: true}, tune)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	want, got := map[K]int64{}, map[K]int64{}
	rows := make([]int, 40000)
	for i := range rows {
		rows[i] = rng.IntN(3000)
		if i < 10000 {
			rows[i] = i // poor at first, then repetitive
		}
		want[key(rows[i])]++
	}
	locals := []Local[int, K, int64]{g.Local(), g.Local()}
	locals[0].Add(rows[:25000], stamp.Stamp{})
	locals[1].Add(rows[25000:], stamp.Stamp{Morsel: 1})
	for _, l := range locals {
		l.Seal()
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for p := range Partitions {
		wg.Go(func() {
			m := g.Merge(p, locals)
			mu.Lock()
			defer mu.Unlock()
			m.Each(func(k K, n *int64) bool { got[k] += *n; return true })
		})
	}
	wg.Wait()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%d groups, want %d, or counts differ", len(got), len(want))
	}
}
