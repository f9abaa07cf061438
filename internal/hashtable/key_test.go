package hashtable

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"anabranch.dev/internal/groups"
	"anabranch.dev/internal/stamp"
)

func TestCheckKey(t *testing.T) {
	type holder struct{ P [2]*int }
	for _, c := range []struct {
		key  reflect.Type
		want string // part of the error; empty for none
	}{
		{reflect.TypeFor[int](), ""},
		{reflect.TypeFor[any](), ""},
		{reflect.TypeFor[struct {
			s string
			f float64
		}](), ""},
		{reflect.TypeFor[*int](), "holds a pointer"},
		{reflect.TypeFor[holder](), "hashtable.holder holds a pointer"},
		{reflect.TypeFor[[1]chan int](), "holds a channel"},
		{reflect.TypeFor[unsafe.Pointer](), "holds a pointer"},
		{reflect.TypeFor[[]int](), "[]int cannot be compared"},
		{reflect.TypeFor[func()](), "cannot be compared"},
	} {
		err := CheckKey(c.key)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("CheckKey(%v) = %v, want %q", c.key, err, c.want)
		}
	}
	if _, err := New(Spec[int, *int, int64]{Key: func(int) *int { return nil }, Count: true}); err == nil {
		t.Error("New took a pointer key")
	}
}

func TestDynamicKeyErrors(t *testing.T) {
	for _, c := range []struct {
		key  any
		want string
	}{
		{[]int{1}, "[]int cannot be compared"},
		{map[int]int{}, "map[int]int cannot be compared"},
		{new(int), "*int holds a pointer"},
		{[1]any{[]string{}}, "[]string cannot be compared"},
	} {
		g, err := New(Spec[any, any, int64]{Key: func(v any) any { return v }, Count: true})
		if err != nil {
			t.Fatal(err)
		}
		err = g.Local().Add([]any{1, c.key}, stamp.Stamp{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Add(%#v): %v, want %q", c.key, err, c.want)
		}
	}
}

func TestWrongSpec(t *testing.T) {
	key := func(v int) int { return v }
	add := func(*int64, int) {}
	merge := func(dst, src *int64) {}
	for name, spec := range map[string]Spec[int, int, int64]{
		"no key":   {Count: true},
		"no add":   {Key: key, Merge: merge},
		"two":      {Key: key, Merge: merge, Add: add, Count: true},
		"no merge": {Key: key, Add: add},
		"batches":  {Key: key, Merge: merge, AddAt: func(*int64, int, stamp.Stamp) {}, AddBatch: func(groups.Of[int64], []int) {}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			New(spec)
		}()
	}
}

// TestWords16 compares the two ways to load a string at every place of a page.
func TestWords16(t *testing.T) {
	page := make([]byte, 3*4096)
	for i := range page {
		page[i] = byte(i*7 + 1)
	}
	for n := range 17 {
		for at := range 2 * 4096 {
			s := string(page[at : at+n])
			if at%64 > 40 || at%4096 < 64 || at%4096 > 4000 {
				s = asView(page[at : at+n])
			}
			a0, a1 := words16(s)
			b0, b1 := words16Safe(s)
			if a0 != b0 || a1 != b1 {
				t.Fatalf("%q at %d: %x %x, want %x %x", s, at, a0, a1, b0, b1)
			}
		}
	}
}

// TestNotQuadratic compacts and merges partitions again and again: entries that
// lie in the order of one table go into another that is still small.
func TestNotQuadratic(t *testing.T) {
	start := time.Now()
	tune := tuning{buffered: 512}
	strs, _ := newGrouping(Spec[int, string, int64]{Key: func(v int) string {
		var b [8]byte
		for i := range b {
			b[i] = byte('a' + v>>(4*i)&15)
		}
		return string(b[:])
	}, Count: true}, tune)
	ints, _ := newGrouping(Spec[int, int, int64]{Key: func(v int) int { return v }, Count: true}, tune)
	if n := churn(strs); n != 400_000 {
		t.Errorf("%d strings", n)
	}
	if n := churn(ints); n != 400_000 {
		t.Errorf("%d ints", n)
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("took %v", d)
	}
}

func churn[K comparable](g Grouping[int, K, int64]) (groups int) {
	locals := []Local[int, K, int64]{g.Local(), g.Local()}
	rows := make([]int, 100_000)
	for i := range 8 {
		for j := range rows {
			rows[j] = i/2*len(rows) + j
		}
		rand.New(rand.NewPCG(1, uint64(i))).Shuffle(len(rows), func(a, b int) { rows[a], rows[b] = rows[b], rows[a] })
		l := locals[i%2]
		l.Add(rows, stamp.Stamp{})
		l.Compact()
	}
	for _, l := range locals {
		l.Seal()
		l.Compact()
	}
	for p := range Partitions {
		groups += g.Merge(p, locals).Len()
	}
	return groups
}

func TestNoAllocationPerRow(t *testing.T) {
	g, _ := New(Spec[int64, int64, int64]{Key: itself, Add: addInt, Merge: mergeInt})
	l := g.Local()
	rows := uniform(10_000, 100)
	l.Add(rows, stamp.Stamp{})
	if n := testing.AllocsPerRun(10, func() { l.Add(rows, stamp.Stamp{}) }); n > 0 {
		t.Errorf("%v allocations per 10,000 rows", n)
	}
}

// TestMemoryFollowsGroups adds rows many times as many as groups.
func TestMemoryFollowsGroups(t *testing.T) {
	const groups = 50_000
	for _, wide := range []int{1 << 10, 0} {
		g, _ := newGrouping(sumSpec(), tuning{small: 1 << 10, wide: wide, buffered: 1 << 10})
		l := g.Local()
		rows := uniform(3_000_000, groups)
		worst := int64(0)
		for len(rows) > 0 {
			n := min(4096, len(rows))
			l.Add(rows[:n], stamp.Stamp{})
			rows = rows[n:]
			worst = max(worst, l.Bytes())
		}
		if limit := int64(groups * 24 * 10); worst > limit {
			t.Errorf("wide=%d: %d bytes, want at most %d", wide, worst, limit)
		}
		before := l.Bytes()
		l.Compact()
		if after := l.Bytes(); after > before || after > groups*24*4 {
			t.Errorf("wide=%d: Compact leaves %d of %d bytes", wide, after, before)
		}
	}
}

// TestBytesSeesAccumulators has one group that holds most of the memory.
func TestBytesSeesAccumulators(t *testing.T) {
	g, _ := New(Spec[int, int, []int]{
		Key:   func(v int) int { return v % 3000 },
		Add:   func(a *[]int, v int) { *a = append(*a, v) },
		Merge: func(dst, src *[]int) { *dst = append(*dst, *src...) },
		Size:  func(a *[]int) int { return 8 * cap(*a) },
	})
	l := g.Local()
	rows := make([]int, 100_000)
	for i := range rows {
		rows[i] = i % 30000 / 10
	}
	l.Add(rows, stamp.Stamp{})
	var n int64
	for range 20 {
		n = l.Bytes()
	}
	if n < 800_000 {
		t.Errorf("%d bytes, want at least those of the rows", n)
	}
	l.Seal()
	if n := l.Bytes(); n < 800_000 {
		t.Errorf("sealed: %d bytes, want at least those of the rows", n)
	}
}
