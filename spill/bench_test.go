package spill

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"anabranch.dev/internal/vfs"
)

const sorterRows = 1_000_000

// BenchmarkSorter sorts a million rows, with Add and All: in memory, and in an
// eighth of what they take there, and beside that the standard library's sort of a
// slice, which is the limit.
func BenchmarkSorter(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	ints := make([]int64, sorterRows)
	words := make([]string, sorterRows)
	records := make([]string, sorterRows)
	for i := range sorterRows {
		ints[i] = int64(r.Uint64())
		words[i] = letters(r, 4+r.IntN(13), "abcdefghijklmnopqrstuvwxyz")
		records[i] = letters(r, 10, "abcdefghijklmnopqrstuvwxyz0123456789") + strings.Repeat(" ", 90)
	}
	key := func(s string) string { return s[:10] }
	b.Run("rows=int64", func(b *testing.B) {
		benchSorter(b, ints, 8, Asc(func(v int64) int64 { return v }), slices.Sort)
	})
	b.Run("rows=words", func(b *testing.B) {
		benchSorter(b, words, 10, Asc(func(s string) string { return s }), slices.Sort)
	})
	b.Run("rows=records", func(b *testing.B) {
		benchSorter(b, records, 100, Asc(key), func(rows []string) {
			slices.SortFunc(rows, func(a, b string) int { return cmp.Compare(key(a), key(b)) })
		})
	})
}

// benchSorter sorts rows of so many bytes.
func benchSorter[T any](b *testing.B, rows []T, bytes int64, order Order[T], sort func([]T)) {
	per := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/row")
	}
	whole := int64(len(rows)) * (bytes + 40)
	for _, size := range []struct {
		name   string
		memory int64
	}{{"memory", 4 * whole}, {"eighth", whole / 8}} {
		b.Run(size.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(rows)) * bytes)
			c := Config{Memory: size.memory, TempDir: b.TempDir()}
			var stats Stats
			for b.Loop() {
				stats = benchSort(b, rows, order, c)
			}
			per(b)
			b.ReportMetric(float64(stats.Runs), "runs")
		})
	}
	b.Run("limit", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(rows)) * bytes)
		own := make([]T, len(rows))
		for b.Loop() {
			copy(own, rows)
			sort(own)
		}
		per(b)
	})
}

func benchSort[T any](b *testing.B, rows []T, order Order[T], c Config) Stats {
	s, err := NewSorter(order, c)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Add(rows...); err != nil {
		b.Fatal(err)
	}
	n := 0
	for _, err := range s.All() {
		if err != nil {
			b.Fatal(err)
		}
		n++
	}
	if err := s.Close(); err != nil || n != len(rows) {
		b.Fatalf("%d rows, %v", n, err)
	}
	return s.Stats()
}

// BenchmarkMerge merges runs whose records lie in the cache, all of them together
// 16 Ki: what one record costs in the heap. The limit is a merge of bare numbers.
func BenchmarkMerge(b *testing.B) {
	const records = 16 << 10
	r := rand.New(rand.NewPCG(3, 4))
	numbers := make([]uint64, records)
	texts := make([]string, records)
	for i := range numbers {
		numbers[i] = r.Uint64()
		texts[i] = "/shared/by/all/" + letters(r, 4+r.IntN(13), "abcdefgh")
	}
	for _, k := range []int{4, 16, 64, 256} {
		b.Run(fmt.Sprintf("keys=number/k=%d", k), func(b *testing.B) {
			benchMerge(b, k, numbers, Asc(func(v uint64) uint64 { return v }))
		})
		b.Run(fmt.Sprintf("keys=text/k=%d", k), func(b *testing.B) {
			benchMerge(b, k, texts, Asc(func(s string) string { return s }))
		})
		b.Run(fmt.Sprintf("limit/k=%d", k), func(b *testing.B) { benchMergeNumbers(b, k, numbers) })
	}
}

func perRecord(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/record")
}

func benchMerge[T any](b *testing.B, k int, rows []T, order Order[T]) {
	s, err := NewSorter(order, Config{FS: vfs.NewMem(), TempDir: "."})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var runs []*run
	for part := range slices.Chunk(rows, len(rows)/k) {
		f := s.Filler()
		if err := f.Add(0, part); err != nil {
			b.Fatal(err)
		}
		if err := f.f.spill(); err != nil {
			b.Fatal(err)
		}
		runs = append(runs, f.f.runs...)
	}
	s.core.shareOf(runs)
	for _, r := range runs { // all blocks are read, and stay
		for i := range r.blocks {
			r.hold(i)
			if _, err := r.get(&s.core, i); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		m := s.core.whole(runs)
		if err := m.start(nil); err != nil {
			b.Fatal(err)
		}
		n := 0
		for len(m.heap.Nodes) > 0 {
			n++
			if err := m.advance(); err != nil {
				b.Fatal(err)
			}
		}
		m.close()
		if n != len(rows) {
			b.Fatalf("%d records", n)
		}
	}
	perRecord(b, len(rows))
}

// benchMergeNumbers merges slices of numbers with a binary heap.
func benchMergeNumbers(b *testing.B, k int, numbers []uint64) {
	var runs [][]uint64
	for part := range slices.Chunk(numbers, len(numbers)/k) {
		runs = append(runs, slices.Sorted(slices.Values(part)))
	}
	heap := make([][]uint64, len(runs))
	down := func(i int) {
		for {
			least := i
			for c := 2*i + 1; c < min(2*i+3, len(heap)); c++ {
				if heap[c][0] < heap[least][0] {
					least = c
				}
			}
			if least == i {
				return
			}
			heap[i], heap[least] = heap[least], heap[i]
			i = least
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		heap = heap[:len(runs)]
		copy(heap, runs)
		for i := len(heap) - 1; i >= 0; i-- {
			down(i)
		}
		n := 0
		for len(heap) > 0 {
			n++
			if heap[0] = heap[0][1:]; len(heap[0]) == 0 {
				heap[0] = heap[len(heap)-1]
				heap = heap[:len(heap)-1]
			}
			if len(heap) > 0 {
				down(0)
			}
		}
		if n != len(numbers) {
			b.Fatalf("%d numbers", n)
		}
	}
	perRecord(b, len(numbers))
}
