package radix

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// keys are the distributions that every test sorts.
var keys = map[string]func(r *rand.Rand, i, n int) uint64{
	"random":      func(r *rand.Rand, _, _ int) uint64 { return r.Uint64() },
	"few":         func(r *rand.Rand, _, _ int) uint64 { return r.Uint64N(5) },
	"equal":       func(*rand.Rand, int, int) uint64 { return 7 },
	"ascending":   func(_ *rand.Rand, i, _ int) uint64 { return uint64(i) },
	"descending":  func(_ *rand.Rand, i, n int) uint64 { return uint64(n - i) },
	"low bits":    func(r *rand.Rand, _, _ int) uint64 { return 1<<63 | r.Uint64N(1<<20) },
	"high bits":   func(r *rand.Rand, _, _ int) uint64 { return r.Uint64() >> 44 << 44 },
	"exponential": func(r *rand.Rand, _, _ int) uint64 { return r.Uint64() >> r.UintN(64) },
	"one outlier": func(r *rand.Rand, i, n int) uint64 {
		return map[bool]uint64{true: 1 << 63, false: uint64(i % 10)}[i == n/2]
	},
	"text":         func(r *rand.Rand, _, _ int) uint64 { return 0x6161616161616161 + r.Uint64N(26)<<40 + r.Uint64N(26)<<16 },
	"nearly":       func(r *rand.Rand, i, _ int) uint64 { return uint64(i) + r.Uint64N(3) },
	"both extreme": func(r *rand.Rand, _, _ int) uint64 { return -(r.Uint64() & 1) },
}

func refsOf(key func(*rand.Rand, int, int) uint64, n int, seed uint64) []Ref {
	r := rand.New(rand.NewPCG(seed, 1))
	refs := make([]Ref, n)
	for i := range refs {
		refs[i] = Ref{key(r, i, n), uint64(i)}
	}
	return refs
}

func TestSort(t *testing.T) {
	for name, key := range keys {
		for _, n := range []int{0, 1, 2, insertionMost, insertionMost + 1, 100, 1000, 40_000} {
			refs := refsOf(key, n, uint64(n))
			want := slices.Clone(refs)
			slices.SortStableFunc(want, func(a, b Ref) int { return cmp.Compare(a.Key, b.Key) })
			Sort(refs, make([]Ref, n))
			if !slices.Equal(refs, want) {
				t.Errorf("%s, %d: not sorted, or not stable", name, n)
			}
		}
	}
}

func TestSortNumbers(t *testing.T) {
	for name, key := range keys {
		for _, n := range []int{0, 1, 2, insertionMost, insertionMost + 1, 100, 1000, 40_000} {
			numbers := numbersOf(key, n)
			want := slices.Clone(numbers)
			slices.Sort(want)
			SortNumbers(numbers, make([]uint64, n))
			if !slices.Equal(numbers, want) {
				t.Errorf("%s, %d: not sorted", name, n)
			}
		}
	}
}

func numbersOf(key func(*rand.Rand, int, int) uint64, n int) []uint64 {
	numbers := make([]uint64, n)
	for i, r := range refsOf(key, n, uint64(n)) {
		numbers[i] = r.Key
	}
	return numbers
}

func BenchmarkSortNumbers(b *testing.B) {
	for _, name := range []string{"random", "low bits", "few"} {
		for _, n := range []int{100, 16 << 10, 1 << 20} {
			all := numbersOf(keys[name], n)
			numbers, scratch := make([]uint64, n), make([]uint64, n)
			per := func(b *testing.B, sort func()) {
				for b.Loop() {
					copy(numbers, all)
					sort()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n)/float64(b.N), "ns/number")
			}
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) { per(b, func() { SortNumbers(numbers, scratch) }) })
			b.Run(fmt.Sprintf("%s/%d/slices", name, n), func(b *testing.B) { per(b, func() { slices.Sort(numbers) }) })
		}
	}
}

func BenchmarkSort(b *testing.B) {
	for _, name := range []string{"random", "text", "low bits", "ascending", "descending", "few"} {
		for _, n := range []int{100, 16 << 10, 1 << 20} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				all := refsOf(keys[name], n, 1)
				refs, scratch := make([]Ref, n), make([]Ref, n)
				b.ReportAllocs()
				for b.Loop() {
					copy(refs, all)
					Sort(refs, scratch)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n)/float64(b.N), "ns/ref")
			})
			b.Run(fmt.Sprintf("%s/%d/slices", name, n), func(b *testing.B) {
				all := refsOf(keys[name], n, 1)
				refs := make([]Ref, n)
				for b.Loop() {
					copy(refs, all)
					slices.SortFunc(refs, func(x, y Ref) int { return cmp.Compare(x.Key, y.Key) })
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n)/float64(b.N), "ns/ref")
			})
		}
	}
}
