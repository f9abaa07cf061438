package held

import (
	"strings"
	"testing"
	"unsafe"
)

type list struct {
	next *list
	text string
}

type mixed struct {
	n     int
	name  string
	tags  []string
	pairs [2][]int16
	more  map[string]int32
	any   any
	to    *mixed
}

func check[T any](t *testing.T, what string, v T, want int) {
	t.Helper()
	of := Of[T]()
	if of == nil {
		if want >= 0 {
			t.Errorf("%s: nothing, want %d", what, want)
		}
		return
	}
	if got := of(&v); got != want {
		t.Errorf("%s: %d, want %d", what, got, want)
	}
}

func TestOf(t *testing.T) {
	check(t, "int", 1, -1)
	check(t, "plain struct", struct {
		a int
		b [3]float64
	}{}, -1)
	check(t, "function", func() {}, -1)
	check(t, "string", "hello", 5)
	check(t, "array of strings", [2]string{"a", "bc"}, 3)
	check(t, "numbers", make([]int32, 3, 10), 40)
	check(t, "strings", []string{"abc", ""}, 2*16+3)
	check(t, "nil", (*int)(nil), 0)
	check(t, "pointer", new(int), 8)
	check(t, "map", map[int64]int64{1: 1, 2: 2, 3: 3}, 3*17*8/7)
	check(t, "map of strings", map[string]bool{"abc": true}, (16+1+1)*8/7+3)
	check(t, "interface", any("abc"), 16+3)
	check(t, "no interface", any(nil), 0)
	check(t, "mixed", mixed{n: 1, more: map[string]int32{}, name: "n", tags: []string{"ab"}, pairs: [2][]int16{1: {1, 2}}, any: int8(1), to: &mixed{}},
		1+16+2+4+1+int(unsafe.Sizeof(mixed{})))
	ring := &list{text: strings.Repeat("x", 10)}
	ring.next = ring
	of := Of[*list]()
	if n := of(&ring); n < 34 || n > 100*34 {
		t.Errorf("a ring: %d", n)
	}
}
