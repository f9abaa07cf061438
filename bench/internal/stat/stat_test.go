package stat

import (
	"math"
	"math/rand/v2"
	"testing"
)

func upTo(n int) []float64 {
	var v []float64
	for i := range n {
		v = append(v, float64((i*7)%n+1)) // 1..n in some order, n no multiple of 7
	}
	return v
}

// TestOf has the ranks of tables of the sign test.
func TestOf(t *testing.T) {
	for _, test := range []struct {
		values            []float64
		median, low, high float64
		sure              float64
	}{
		{[]float64{3}, 3, 3, 3, 0},
		{[]float64{4, 2}, 3, 2, 4, 0.5},
		{upTo(5), 3, 1, 5, 0.9375},
		{upTo(6), 3.5, 1, 6, 0.96875},
		{upTo(10), 5.5, 2, 9, 0.978515625},
		{upTo(20), 10.5, 6, 15, 0.958610534667969},
		{upTo(100), 50.5, 40, 61, 0.9647997997822952},
	} {
		s := Of(test.values)
		if s.N != len(test.values) || s.Median != test.median || s.Low != test.low || s.High != test.high || math.Abs(s.Sure-test.sure) > 1e-12 {
			t.Errorf("%d values: %+v, want %+v", len(test.values), s, test)
		}
	}
	if s := Of(nil); s.N != 0 || !math.IsNaN(s.Median) {
		t.Errorf("no values: %+v", s)
	}
}

// TestMannWhitney has values of published tables: two-sided, by the exact distribution.
func TestMannWhitney(t *testing.T) {
	for _, test := range []struct {
		a, b []float64
		want float64
	}{
		{[]float64{1, 2, 3}, []float64{4, 5, 6}, 0.1},                      // 2 of 20 orders
		{[]float64{4, 5, 6}, []float64{1, 2, 3}, 0.1},                      // likewise
		{[]float64{1, 2, 3, 4, 5}, []float64{6, 7, 8, 9, 10}, 2.0 / 252},   //
		{[]float64{1, 2, 3, 4, 6}, []float64{5, 7, 8, 9, 10}, 4.0 / 252},   //
		{[]float64{1}, []float64{2}, 1},                                    //
		{nil, []float64{2}, 1},                                             //
		{[]float64{1, 1, 1}, []float64{1, 1, 1}, 1},                        // all tied
		{[]float64{1, 2, 2, 3, 4, 5}, []float64{2, 3, 6, 7, 8, 9}, 0.0756}, // U 6.5 of 36, 3 and 2 values tied: z = 11/sqrt(38.318)
	} {
		if got := MannWhitney(test.a, test.b); math.Abs(got-test.want) > 2e-2*test.want {
			t.Errorf("%v against %v: %v, want %v", test.a, test.b, got, test.want)
		}
	}
}

// TestMannWhitneyIsFair draws both samples from one distribution: a share of p below 0.05 of about that is found.
func TestMannWhitneyIsFair(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	found, times := 0, 2000
	for range times {
		a, b := make([]float64, 8), make([]float64, 7)
		for i := range a {
			a[i] = math.Floor(rnd.Float64() * 1e6)
		}
		for i := range b {
			b[i] = math.Floor(rnd.Float64() * 1e6)
		}
		if MannWhitney(a, b) < 0.05 {
			found++
		}
	}
	if share := float64(found) / float64(times); share < 0.03 || share > 0.06 {
		t.Errorf("%.3f of pairs of equal samples differ, with p < 0.05", share)
	}
}

func TestRatioInterval(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	inside, times := 0, 200
	for range times {
		a, b := make([]float64, 15), make([]float64, 15)
		for i := range a {
			a[i], b[i] = 2*math.Exp(0.1*rnd.NormFloat64()), math.Exp(0.1*rnd.NormFloat64())
		}
		s := RatioInterval(a, b)
		if s.Low <= 2 && 2 <= s.High {
			inside++
		}
		if s.Median < s.Low || s.Median > s.High {
			t.Fatalf("%+v", s)
		}
	}
	if share := float64(inside) / float64(times); share < 0.9 {
		t.Errorf("%.2f of the intervals hold the ratio", share)
	}
}

func TestRatiosAndMeans(t *testing.T) {
	r := Ratios([]float64{2, 9, 5}, []float64{1, 3})
	if len(r) != 2 || r[0] != 2 || r[1] != 3 {
		t.Errorf("%v", r)
	}
	if g := GeoMean([]float64{2, 8}); math.Abs(g-4) > 1e-12 {
		t.Errorf("geometric mean %v", g)
	}
	if a, b := Line([]float64{1, 2, 4}, []float64{5, 7, 11}); math.Abs(a-3) > 1e-9 || math.Abs(b-2) > 1e-9 {
		t.Errorf("line %v + %v x", a, b)
	}
}
