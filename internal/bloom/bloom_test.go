package bloom

import (
	"math/rand/v2"
	"sync"
	"testing"
)

func hashes(n int, seed uint64) []uint64 {
	r := rand.New(rand.NewPCG(seed, 1))
	hs := make([]uint64, n)
	for i := range hs {
		hs[i] = r.Uint64() | 1 // as those of hash tables are
	}
	return hs
}

func passed(f *Filter, hs []uint64) (n int) {
	in := make([]uint8, len(hs))
	for i := range in {
		in[i] = 7
	}
	f.Has(hs, in)
	for _, b := range in {
		n += int(b)
	}
	return n
}

// TestFilter passes all keys that were added, and few others.
func TestFilter(t *testing.T) {
	for _, keys := range []int{0, 1, 1000, 100_000} {
		for bitsPerKey, most := range map[int]float64{4: 0.30, 8: 0.08, 16: 0.015, 32: 0.004} {
			f := New(int64(keys * bitsPerKey / 8))
			added := hashes(keys, 1)
			f.Add(added)
			if n := passed(f, added); n != keys {
				t.Errorf("%d bits: %d of %d keys pass", bitsPerKey, n, keys)
			}
			const others = 100_000
			rate := float64(passed(f, hashes(others, 2))) / others
			if rate > most && keys > 1 || keys == 0 && rate > 0 {
				t.Errorf("%d keys of %d bits: %.4f of the others pass", keys, bitsPerKey, rate)
			}
			if f.Full() {
				t.Errorf("%d keys of %d bits are too many", keys, bitsPerKey)
			}
		}
	}
}

// TestFull tells when there are too many keys, however often each of them comes.
func TestFull(t *testing.T) {
	f := New(1000)
	few := hashes(1000, 1)
	for range 100 {
		f.Add(few)
	}
	if f.Full() {
		t.Error("a thousand keys are too many")
	}
	f.Add(hashes(10_000, 2))
	if !f.Full() {
		t.Error("10,000 keys are not too many")
	}
}

// TestAddAtOnce adds keys from several goroutines.
func TestAddAtOnce(t *testing.T) {
	f := New(4000)
	all := hashes(4000, 1)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := w; i+10 <= len(all); i++ {
				f.Add(all[i : i+10])
			}
		})
	}
	wg.Wait()
	if n := passed(f, all); n != len(all) {
		t.Errorf("%d of %d keys pass", n, len(all))
	}
}

func BenchmarkFilter(b *testing.B) {
	const batch = 1024
	for name, bytes := range map[string]int64{"64K": 64 << 10, "8M": 8 << 20} {
		f := New(bytes)
		hs := hashes(int(bytes), 1)
		in := make([]uint8, batch)
		b.Run("add/"+name, func(b *testing.B) {
			for i := 0; b.Loop(); i += batch {
				f.Add(hs[i%len(hs):][:batch])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batch, "ns/key")
		})
		b.Run("has/"+name, func(b *testing.B) {
			for i := 0; b.Loop(); i += batch {
				f.Has(hs[i%len(hs):][:batch], in)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batch, "ns/key")
		})
	}
}
