package agg

import (
	"cmp"
	"math"
	"math/bits"
)

// ApproxCountDistinct estimates the number of distinct keys in about
// 2^precision bytes; precision is from 4 to 18. The standard error is
// 1.04/sqrt(2^precision): 14 gives 0.8 % in 16 KiB. Up to 2^precision/64 keys
// are counted exactly, in a table that grows with them. The answer is the same
// for every order of rows, on every machine and in every process.
//
// It is the HyperLogLog sketch of Flajolet and others (2007) with 64-bit hashes,
// read by the estimator of Ertl ("New cardinality estimation algorithms for
// HyperLogLog sketches", arXiv:1702.01284), which needs no correction tables.
// Keys of other types are written as a string first.
func ApproxCountDistinct[T any, K cmp.Ordered](key func(T) K, precision int) Func[T, HyperLogLog, int64] {
	mustFunc(key == nil, "ApproxCountDistinct")
	if precision < 4 || precision > 18 {
		misuse("ApproxCountDistinct", "precision is not from 4 to 18")
	}
	return func() Def[T, HyperLogLog, int64] {
		return Def[T, HyperLogLog, int64]{
			Add:    func(a *HyperLogLog, v T) { a.add(hashKey(key(v)), precision) },
			Merge:  func(dst, src *HyperLogLog) { dst.merge(src, precision) },
			Result: (*HyperLogLog).estimate,
			Size:   func(a *HyperLogLog) int { return sliceSize(&a.few.slots) + sliceSize(&a.registers) },
		}
	}
}

// HyperLogLog is the accumulator of [ApproxCountDistinct]. While there are few
// keys it keeps their hashes; registers take over when there are more, which
// depends on the set of keys alone and not on how it came together.
type HyperLogLog struct {
	few       tally   // hashes, until there are registers
	registers []uint8 // per leading bits of the hash: most zeros after them, and one
}

func (a *HyperLogLog) add(h uint64, precision int) {
	if a.registers != nil {
		a.register(h, precision)
		return
	}
	a.few.add(h, 1)
	if a.few.used <= 1<<precision/64 {
		return
	}
	a.registers = make([]uint8, 1<<precision)
	for _, c := range a.few.slots {
		if c.n != 0 {
			a.register(c.key, precision)
		}
	}
	a.few = tally{}
}

func (a *HyperLogLog) register(h uint64, precision int) {
	r := &a.registers[h>>(64-precision)]
	rest := h<<precision | 1<<(precision-1)
	*r = max(*r, uint8(bits.LeadingZeros64(rest)+1))
}

func (a *HyperLogLog) merge(src *HyperLogLog, precision int) {
	if a.registers == nil && (src.registers != nil || a.few.used < src.few.used) {
		*a, *src = *src, *a
	}
	for _, c := range src.few.slots {
		if c.n != 0 {
			a.add(c.key, precision)
		}
	}
	for i, r := range src.registers {
		a.registers[i] = max(a.registers[i], r)
	}
}

func (a *HyperLogLog) estimate() int64 {
	if a.registers == nil {
		return int64(a.few.used)
	}
	m := float64(len(a.registers))
	var have [66]float64 // registers per value
	for _, r := range a.registers {
		have[r]++
	}
	last := 64 - bits.Len(uint(len(a.registers)-1)) + 1
	// The conversions keep products apart from sums, so that processors with a
	// fused multiply-add give the same bits.
	z := float64(m * tau(1-have[last]/m))
	for k := last - 1; k >= 1; k-- {
		z = 0.5 * (z + have[k])
	}
	z += float64(m * sigma(have[0]/m))
	return int64(math.Round(m * m / (2 * math.Ln2 * z)))
}

// sigma is x + sum of x^(2^k) * 2^(k-1) over k = 1, 2, ...: what empty registers
// say. It is below 1 here, since a register is taken.
func sigma(x float64) float64 {
	z, y := x, 1.0
	for last := math.NaN(); z != last; y *= 2 {
		last = z
		x *= x
		z += float64(x * y)
	}
	return z
}

// tau is what full registers say: (1 - x - sum of (1-x^(2^-k))^2 * 2^-k) / 3 over
// k = 1, 2, ...
func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	z, y := 1-x, 1.0
	for last := math.NaN(); z != last; {
		last = z
		x = math.Sqrt(x)
		y /= 2
		z -= float64((1 - x) * (1 - x) * y)
	}
	return z / 3
}
