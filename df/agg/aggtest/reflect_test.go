package aggtest

import (
	"math"
	"testing"
)

func TestSame(t *testing.T) {
	type pair struct {
		k string
		v map[string][]float64
	}
	deep := func(x float64) pair { return pair{"a", map[string][]float64{"x": {1, x}}} }
	zero, nan, minus := 0.0, math.NaN(), math.Copysign(0, -1)
	tests := []struct {
		a, b any
		want bool
	}{
		{1, 1, true}, {1, 2, false}, {1, int64(1), false}, {nil, nil, true}, {nil, 1, false},
		{nan, nan, true}, {0.0, 0.0, true}, {0.0, minus, false},
		{complex(nan, 1), complex(nan, 1), true}, {complex(nan, 1), complex(nan, 2), false},
		{[]int{1}, []int{1, 2}, false}, {[]int(nil), []int{}, false}, {[2]int{1, 2}, [2]int{1, 2}, true},
		{map[int]int{1: 1}, map[int]int{2: 1}, false}, {map[int]int{}, map[int]int{1: 1}, false},
		{&zero, new(float64), true}, {(*int)(nil), new(int), false},
		{deep(nan), deep(nan), true}, {deep(1), deep(2), false},
	}
	for _, test := range tests {
		if got := same(test.a, test.b); got != test.want {
			t.Errorf("%v and %v: the same: %t", test.a, test.b, got)
		}
	}
}

func TestContainerBytes(t *testing.T) {
	type acc struct {
		n    int64
		rows []int32
		keys map[uint16]int64
		in   struct{ more []byte }
	}
	a := acc{n: 1, rows: make([]int32, 2, 5), keys: map[uint16]int64{1: 1, 2: 2}}
	a.in.more = make([]byte, 7)
	if got, want := containerBytes(&a), 5*4+2*(2+8)+7; got != want {
		t.Errorf("containerBytes = %d, want %d", got, want)
	}
	if !holdsContainers[struct{ a []int }]() || holdsContainers[struct{ a string }]() {
		t.Error("holdsContainers is wrong")
	}
}
