package main

import (
	"fmt"
	"math/big"
	"testing"
)

// TestMean holds the mean against the definition of Java's Math.round, for
// every sum and count of a few measurements.
func TestMean(t *testing.T) {
	half := big.NewRat(1, 2)
	for count := int64(1); count <= 60; count++ {
		for sum := int64(-1500); sum <= 1500; sum++ {
			mean := float64(sum) / 10 / float64(count)
			r := new(big.Rat).SetFloat64(mean * 10)
			r.Add(r, half)
			want := new(big.Int).Div(r.Num(), r.Denom()).Int64() // floor: Denom is positive
			if got := (stats{sum: sum, count: count}).mean(); got != want {
				t.Fatalf("the mean of %d measurements that add up to %d tenths is %d, want %d", count, sum, got, want)
			}
		}
	}
}

func TestRound(t *testing.T) {
	tests := []struct {
		x    float64
		want int64
	}{
		{0, 0}, {0.5, 1}, {-0.5, 0}, {1.5, 2}, {-1.5, -1}, {2.5, 3}, {-2.5, -2},
		{0.49999999999999994, 0}, {-0.5000000000000001, -1}, {0.4, 0}, {-0.4, 0}, {-0.6, -1}, {999, 999}, {-999, -999},
	}
	for _, test := range tests {
		if got := round(test.x); got != test.want {
			t.Errorf("round(%v) = %d, want %d", test.x, got, test.want)
		}
	}
}

func TestStatsString(t *testing.T) {
	a := stats{min: -5, max: 1234, sum: -5 + 1234, count: 2}
	if got, want := fmt.Sprint(a), "-0.5/61.5/123.4"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
