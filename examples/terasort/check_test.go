package main

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestThen puts summaries together in all the ways that parts can be cut.
func TestThen(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		list := make([]summary, 1+rnd.IntN(8))
		for i := range list {
			list[i] = one(record(strings.Repeat("k", keyBytes-1) + string(rune('0'+i/3-rnd.IntN(2)*rnd.IntN(2)+1)) + strings.Repeat("v", 90)))
			list[i].low, list[i].high = rnd.Uint64(), rnd.Uint64N(4)
		}
		want := list[0]
		for _, s := range list[1:] {
			want = want.then(s)
		}
		for len(list) > 1 {
			i := rnd.IntN(len(list) - 1)
			list[i] = list[i].then(list[i+1])
			list = append(list[:i+1], list[i+2:]...)
		}
		if list[0] != want {
			t.Fatalf("%+v, want %+v", list[0], want)
		}
	}
}

func TestSummaryString(t *testing.T) {
	zeros := one(record(strings.Repeat("\x00", recordBytes)))
	full := zeros
	full.low = math.MaxUint64
	tests := []struct {
		s    summary
		want string
	}{
		{summary{}, "records         0\nduplicate keys  0\nchecksum        0\n"},
		{summary{records: 12, duplicates: 3, low: 0x1abc}, "records         12\nduplicate keys  3\nchecksum        1abc\n"},
		{summary{high: 0xf, low: 0x1abc}, "records         0\nduplicate keys  0\nchecksum        f0000000000001abc\n"},
		{zeros, "records         1\nduplicate keys  0\nchecksum        9988c6ca\n"},
		{full.then(zeros), "records         2\nduplicate keys  1\nchecksum        1000000009988c6c9\n"},
	}
	for _, test := range tests {
		if got := test.s.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
