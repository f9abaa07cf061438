package hashtable

import (
	"math"
	"testing"
)

type planned struct {
	a int32
	s string
	_ int8
	b uint16
}

func checkHashes[K comparable](t *testing.T, name string, ks ...K) {
	t.Helper()
	hs := make([]uint64, len(ks))
	if i, err := Hasher[K]()(ks, hs); i >= 0 || err != nil {
		t.Fatal(name, i, err)
	}
	one, equal := HashOne[K](), Equal[K]()
	for i := range ks {
		if h, err := one(ks[i]); h != hs[i] || err != nil || h == 0 {
			t.Errorf("%s: key %v has hash %x, and alone %x, %v", name, ks[i], hs[i], h, err)
		}
		for j := range ks {
			if e := equal(&ks[i], &ks[j]); e != (hs[i] == hs[j]) || e && PlaceOf(hs[i]) != PlaceOf(hs[j]) {
				t.Errorf("%s: %v and %v: equal %v, hashes %x and %x", name, ks[i], ks[j], e, hs[i], hs[j])
			}
		}
	}
}

func TestHashers(t *testing.T) {
	checkHashes(t, "int8", int8(-1), 0, 1, 127)
	checkHashes(t, "uint16", uint16(0), 1, 1<<15)
	checkHashes(t, "int32", int32(math.MinInt32), -1, 0, 1)
	checkHashes(t, "int", 0, 1, -1, math.MaxInt)
	checkHashes(t, "bool", false, true)
	checkHashes(t, "strings", "", "\x00", "a", "0123456789abcdef", "0123456789abcdef0", "0123456789abcdef1")
	checkHashes(t, "struct", planned{}, planned{a: 1}, planned{s: "a"}, planned{b: 1})
	checkHashes(t, "array", [3]int64{}, [3]int64{1}, [3]int64{0, 1})
	checkHashes(t, "float64", 0, math.Copysign(0, -1), 1, math.NaN(), math.Float64frombits(math.Float64bits(math.NaN())^1), math.Inf(1))
	checkHashes(t, "float32", float32(0), float32(math.Copysign(0, -1)), 1, float32(math.NaN()))
	checkHashes(t, "complex128", 0, 1i, complex(math.NaN(), 0), complex(math.NaN(), math.Copysign(0, -1)))
	checkHashes[any](t, "interface", 1, int64(1), "1", nil, 1.5, math.NaN(), math.NaN())
	if _, err := HashOne[any]()([]int{1}); err == nil {
		t.Error("a slice has a hash")
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = oneText("some key") }); n > 0 {
		t.Errorf("%v allocations for a key", n)
	}
}

var oneText = HashOne[string]()
