package hashtable

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"sort"
	"sync"
	"testing"
	"time"

	"anabranch.dev/internal/stamp"
)

// Benchmarks report ns/row, and the time of all cores as cpu-ns/row, which says
// more on a machine that does other work. Each has the built-in map beside it,
// and a hand-written loop where one shows the limit.

const benchBatch = 1024

// runLocals groups rows once on each number of workers in turn, with Merge of
// all partitions.
func runLocals[T any, K comparable, A any](b *testing.B, spec Spec[T, K, A], src source[T], workers int) {
	spec.Front = 16 << 20 // as with the default budget
	g, err := New(spec)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	cpu := cpuTime()
	for b.Loop() {
		locals := make([]Local[T, K, A], workers)
		var wg sync.WaitGroup
		for w := range workers {
			locals[w] = g.Local()
			wg.Go(func() {
				src.each(src.n*w/workers, src.n*(w+1)/workers, func(rows []T) {
					if err := locals[w].Add(rows, stamp.Stamp{}); err != nil {
						b.Error(err)
					}
				})
				locals[w].Seal()
			})
		}
		wg.Wait()
		groups := make([]int, workers)
		for w := range workers {
			wg.Go(func() {
				for p := w; p < Partitions; p += workers {
					m := g.Merge(p, locals)
					m.Each(func(K, *A) bool { groups[w]++; return true })
				}
			})
		}
		wg.Wait()
	}
	perRow(b, cpu, src.n)
}

// source makes rows batch by batch from memory without pointers, so that the
// collector does not spend its time on the input.
type source[T any] struct {
	n   int
	row func(i int) T
}

func (s source[T]) each(lo, hi int, f func(rows []T)) {
	buf := make([]T, benchBatch)
	for lo < hi {
		n := min(benchBatch, hi-lo)
		for i := range n {
			buf[i] = s.row(lo + i)
		}
		f(buf[:n])
		lo += n
	}
}

func perRow(b *testing.B, cpu time.Duration, rows int) {
	b.ReportMetric(float64((cpuTime()-cpu).Nanoseconds())/float64(b.N)/float64(rows), "cpu-ns/row")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
}

func addInt(a *int64, v int64) { *a += v }
func mergeInt(dst, src *int64) { *dst += *src }
func itself(v int64) int64     { return v }
func sumSpec() Spec[int64, int64, int64] {
	return Spec[int64, int64, int64]{Key: itself, Add: addInt, Merge: mergeInt}
}

func uniform(rows, keys int) []int64 {
	rng := rand.New(rand.NewPCG(1, uint64(keys)))
	out := make([]int64, rows)
	for i := range out {
		out[i] = int64(uint64(rng.IntN(keys)) * 0x9E3779B97F4A7C15)
	}
	return out
}

func BenchmarkInt64(b *testing.B) {
	for _, keys := range []int{100, 10_000, 100_000, 1_000_000, 10_000_000} {
		rows := uniform(20_000_000, keys)
		ints := source[int64]{len(rows), func(i int) int64 { return rows[i] }}
		b.Run(fmt.Sprintf("keys=%d", keys), func(b *testing.B) {
			b.Run("workers=1", func(b *testing.B) { runLocals(b, sumSpec(), ints, 1) })
			b.Run("workers=2", func(b *testing.B) { runLocals(b, sumSpec(), ints, 2) })
			b.Run("map", func(b *testing.B) {
				cpu := cpuTime()
				for b.Loop() {
					m := map[int64]int64{}
					for _, v := range rows {
						m[v] += v
					}
				}
				perRow(b, cpu, len(rows))
			})
			b.Run("hand", func(b *testing.B) {
				cpu := cpuTime()
				for b.Loop() {
					handInt64(rows, keys)
				}
				perRow(b, cpu, len(rows))
			})
		})
	}
}

// handInt64 is one table of the right size.
func handInt64(rows []int64, keys int) int {
	type slot struct{ k, a, used int64 }
	lg := bits.Len(uint(2 * keys))
	slots := make([]slot, 1<<lg)
	for _, v := range rows {
		for j := uint64(v) * mulB >> (64 - lg); ; j++ {
			s := &slots[j&uint64(len(slots)-1)]
			if s.k == v && s.used != 0 {
				s.a += v
				break
			}
			if s.used == 0 {
				*s = slot{v, v, 1}
				break
			}
		}
	}
	return len(slots)
}

type wordView string

func wordItself(v wordView) wordView { return v }

// zipf returns rows of words drawn with weight 1/rank, in one buffer.
func zipf(rows, words int, exponent float64) source[wordView] {
	cum := make([]float64, words)
	total := 0.0
	for i := range cum {
		total += 1 / math.Pow(float64(i)+2.7, exponent)
		cum[i] = total
	}
	rng := rand.New(rand.NewPCG(3, 4))
	text := make([]byte, 0, 12*words)
	dict := make([]wordView, words)
	for i := range dict {
		n := 2 + rng.IntN(5) + bits.Len(uint(i))/5
		at := len(text)
		for range n {
			text = append(text, byte('a'+rng.IntN(26)))
		}
		dict[i] = wordView(text[at:])
	}
	var c corpus
	for range rows {
		c.add(string(dict[sort.SearchFloat64s(cum, rng.Float64()*total)%words]))
	}
	return c.source()
}

// corpus is words in one buffer, each followed by a blank.
type corpus struct {
	text []byte
	at   []uint32
}

func (c *corpus) add(w string) {
	c.at = append(c.at, uint32(len(c.text)))
	c.text = append(append(c.text, w...), ' ')
}

func (c *corpus) source() source[wordView] {
	c.at = append(c.at, uint32(len(c.text)))
	return source[wordView]{len(c.at) - 1, func(i int) wordView {
		return wordView(asView(c.text[c.at[i] : c.at[i+1]-1]))
	}}
}

func BenchmarkWords(b *testing.B) {
	for _, words := range []int{10_000, 570_000, 5_000_000} {
		rows := zipf(10_000_000, words, 1)
		b.Run(fmt.Sprintf("words=%d", words), func(b *testing.B) {
			spec := Spec[wordView, wordView, int64]{Key: wordItself, Count: true}
			b.Run("workers=1", func(b *testing.B) { runLocals(b, spec, rows, 1) })
			b.Run("workers=2", func(b *testing.B) { runLocals(b, spec, rows, 2) })
			b.Run("map", func(b *testing.B) { mapStrings(b, rows) })
			b.Run("hand", func(b *testing.B) {
				cpu := cpuTime()
				for b.Loop() {
					handWords(rows)
				}
				perRow(b, cpu, rows.n)
			})
		})
	}
}

func mapStrings(b *testing.B, src source[wordView]) {
	cpu := cpuTime()
	for b.Loop() {
		m := map[wordView]*int64{}
		src.each(0, src.n, func(rows []wordView) {
			for _, w := range rows {
				c := m[w]
				if c == nil {
					c = new(int64)
					m[w] = c
				}
				*c++
			}
		})
	}
	perRow(b, cpu, src.n)
}

// handWords is one growing table with the first 16 bytes inline, probed in
// batches.
func handWords(src source[wordView]) int {
	t := newStrTable[int64](1<<17, nil)
	toks := make([]token, benchBatch)
	long := make([]string, benchBatch)
	src.each(0, src.n, func(rows []wordView) {
		for i, w := range rows {
			k := &toks[i]
			k.w0, k.w1 = words16(string(w[:min(len(w), 16)]))
			k.n = uint32(len(w)) + 1
			k.h = hashWords(k.w0, k.w1, k.n)
		}
		if t.n > len(t.slots)/2 {
			t.grow(2)
		}
		countStrings(t, toks[:len(rows)], long)
	})
	return t.n
}

func BenchmarkString12(b *testing.B) {
	for _, keys := range []int{100, 100_000} {
		rng := rand.New(rand.NewPCG(1, uint64(keys)))
		var c corpus
		for range 10_000_000 {
			c.add(fmt.Sprintf("key-%08d", rng.IntN(keys)))
		}
		rows := c.source()
		b.Run(fmt.Sprintf("keys=%d", keys), func(b *testing.B) {
			spec := Spec[wordView, wordView, int64]{Key: wordItself, Merge: mergeInt,
				Add: func(a *int64, w wordView) { *a += int64(len(w)) }}
			b.Run("workers=1", func(b *testing.B) { runLocals(b, spec, rows, 1) })
			b.Run("map", func(b *testing.B) { mapStrings(b, rows) })
		})
	}
}

type reading struct {
	station wordView
	temp    int16
}

type summary struct {
	sum, count int64
	min, max   int16
}

func stationOf(r reading) wordView { return r.station }

func addReading(a *summary, r reading) {
	a.sum += int64(r.temp)
	a.count++
	a.min = min(a.min, r.temp)
	a.max = max(a.max, r.temp)
}

func mergeSummary(dst, src *summary) {
	dst.sum += src.sum
	dst.count += src.count
	dst.min = min(dst.min, src.min)
	dst.max = max(dst.max, src.max)
}

func BenchmarkStations(b *testing.B) {
	for _, keys := range []int{413, 10_000} {
		rng := rand.New(rand.NewPCG(9, uint64(keys)))
		names := make([]string, keys)
		for i := range names {
			for range 3 + rng.IntN(12) {
				names[i] += string(rune('a' + rng.IntN(26)))
			}
		}
		var c corpus
		for range 10_000_000 {
			c.add(names[rng.IntN(keys)])
		}
		words := c.source()
		rows := source[reading]{words.n, func(i int) reading { return reading{words.row(i), int16(i*37%1998 - 999)} }}
		b.Run(fmt.Sprintf("keys=%d", keys), func(b *testing.B) {
			spec := Spec[reading, wordView, summary]{Key: stationOf, Add: addReading, Merge: mergeSummary}
			b.Run("workers=1", func(b *testing.B) { runLocals(b, spec, rows, 1) })
			b.Run("map", func(b *testing.B) {
				cpu := cpuTime()
				for b.Loop() {
					m := map[wordView]*summary{}
					rows.each(0, rows.n, func(rows []reading) {
						for _, r := range rows {
							a := m[r.station]
							if a == nil {
								a = new(summary)
								m[r.station] = a
							}
							addReading(a, r)
						}
					})
				}
				perRow(b, cpu, rows.n)
			})
		})
	}
}
