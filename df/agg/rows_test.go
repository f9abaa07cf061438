package agg_test

import (
	"math"
	"math/rand/v2"
)

// sale is the row of most tests.
type sale struct {
	id    int
	name  string
	price float64
	cents int32
}

func (s sale) ID() int        { return s.id }
func (s sale) Name() string   { return s.name }
func (s sale) Price() float64 { return s.price }
func (s sale) Cents() int32   { return s.cents }

// sales makes rows with many equal names and prices of all signs.
func sales(n int) []sale {
	r := rand.New(rand.NewPCG(1, 2))
	rows := make([]sale, n)
	for i := range rows {
		rows[i] = sale{i, string(rune('a' + r.IntN(9))), float64(r.IntN(40)-20) / 8, int32(r.Uint32())}
		if i%5 == 0 {
			rows[i].price = r.NormFloat64() * 1e6
		}
	}
	return rows
}

// floatSets are numbers to sum, by what is hard about them.
func floatSets() map[string][]float64 {
	r := rand.New(rand.NewPCG(3, 4))
	fill := func(n int, f func() float64) []float64 {
		xs := make([]float64, n)
		for i := range xs {
			xs[i] = f()
		}
		return xs
	}
	minus := math.Copysign(0, -1)
	return map[string][]float64{
		"none":         nil,
		"one":          {0.1},
		"zeros":        {0, minus, minus, 0},
		"minus zeros":  {minus, minus},
		"tenths":       fill(100, func() float64 { return float64(r.IntN(2000)-1000) / 10 }),
		"normal":       fill(100, r.NormFloat64),
		"cancel":       {1e16, 1, -1e16, 1, 0.1, -0.1, 1e-9},
		"half up":      {1, 0x1p-53, 0x1p-100},
		"tie to even":  {1, 0x1p-53},
		"half down":    {1, 0x1p-53, -0x1p-100},
		"carry":        {0x1p53 - 1, 0.5},
		"bin borders":  fill(100, func() float64 { return math.Ldexp(1-r.Float64()/4, 40-64*r.IntN(2)) }),
		"bin border -": {math.Nextafter(0x1p40, 0), 0x1p40, -0x1p-24, -math.Nextafter(0x1p-24, 0)},
		"ones":         fill(100, func() float64 { return math.Copysign(1-0x1p-53, r.Float64()-0.5) }),
		"wide":         fill(100, func() float64 { return math.Ldexp(r.NormFloat64(), r.IntN(70)) }),
		"denormal":     fill(50, func() float64 { return math.Float64frombits(r.Uint64() >> 12) }),
		"least":        {5e-324, 5e-324, -5e-324, 0x1p-1022, -5e-324},
		"greatest":     {math.MaxFloat64, math.MaxFloat64, -math.MaxFloat64},
		"too great":    {math.MaxFloat64, math.MaxFloat64},
		"just great":   {math.MaxFloat64, 0x1p969},
		"just greater": {math.MaxFloat64, 0x1p970},
		"any":          fill(100, func() float64 { return anyFinite(r) }),
		"inf":          {1, math.Inf(1), 2, math.Inf(1)},
		"minus inf":    {1, math.Inf(-1), math.MaxFloat64},
		"both inf":     {1, math.Inf(-1), math.Inf(1)},
		"nan":          {1, math.NaN(), 2, math.Inf(1)},
	}
}

// anyFinite draws from all bit patterns.
func anyFinite(r *rand.Rand) float64 {
	for {
		if x := math.Float64frombits(r.Uint64()); !math.IsNaN(x) && !math.IsInf(x, 0) {
			return x
		}
	}
}

func same(x float64) float64 { return x }

// sameBits reports whether x and y are the same, every NaN alike.
func sameBits(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}
