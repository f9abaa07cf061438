package spill_test

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"anabranch.dev/spill"
	"anabranch.dev/spill/codectest"
)

// TestCodecConformance runs the test for codecs of users on derived ones.
func TestCodecConformance(t *testing.T) {
	type tree struct {
		Name string
		Kids []*tree
	}
	type pair struct {
		A int8
		B map[string][]time.Time
	}
	conforms(t, 0, 1, math.MinInt)
	conforms(t, "", "a", "a longer string")
	conforms(t, [3]bool{true}, [3]bool{})
	conforms(t, []float64{1, 2}, nil)
	conforms(t, tree{}, tree{"a", []*tree{nil, {"b", nil}}})
	conforms(t, pair{1, map[string][]time.Time{"a": {time.Unix(1, 2), time.Unix(3, 4).UTC()}, "b": nil}}, pair{})
	conforms(t, netip.MustParseAddr("::1"), netip.Addr{})
	conforms(t, map[[2]int16]string{{1, 2}: "a", {3, 4}: ""}, nil)
	conforms(t, struct{}{})
	conforms[Shape](t, Square{1}, Rect{2, 3})
}

func conforms[T any](t *testing.T, values ...T) {
	t.Helper()
	c, err := spill.CodecFor[T]()
	if err != nil {
		t.Fatal(err)
	}
	codectest.Run(t, c, values...)
}
