package exec

import (
	"math/rand/v2"
	"testing"
)

func keyHashes(n int, seed uint64) []uint64 {
	r := rand.New(rand.NewPCG(seed, 3))
	hs := make([]uint64, n)
	for i := range hs {
		hs[i] = r.Uint64() | 1
	}
	return hs
}

// TestKeyFilter leaves rows out while that is of use, and holds memory while it is
// there.
func TestKeyFilter(t *testing.T) {
	budget, err := newBudget(64<<20, 1)
	if err != nil {
		t.Fatal(err)
	}
	r := &Run{memory: budget, running: &running{workers: 1}}
	f := newKeyFilter(r)
	rights, others := keyHashes(100_000, 1), keyHashes(100_000, 2)
	f.add(rights)
	if used := budget.used.Load(); used != f.held() || used == 0 || used > budget.limit/filterShare {
		t.Errorf("%d bytes are used, and %d held", used, f.held())
	}
	passes := func(w *tester, hs []uint64) (n, tested int) {
		for len(hs) >= 1000 {
			in, ok := w.test(hs[:1000])
			hs = hs[1000:]
			if !ok {
				n += 1000
				continue
			}
			tested += 1000
			for _, one := range in {
				n += int(one)
			}
		}
		return n, tested
	}
	w := f.tester()
	if n, tested := passes(&w, others); tested != len(others) || n > 1000 {
		t.Errorf("of %d rows without a match %d were tested, and %d pass", len(others), tested, n)
	}
	if n, tested := passes(&w, rights); n != len(rights) || tested > 2*testRows {
		t.Errorf("of %d rows with a match %d were tested, and %d pass", len(rights), tested, n)
	}
	if n, tested := passes(&w, append(keyHashes(skipRows, 4), others...)); tested == 0 || tested > 2*len(others) || n < skipRows/2 {
		t.Errorf("%d rows were tested again, and %d pass", tested, n)
	}
	budget.relieve(1)
	if n, tested := passes(&w, others); n != len(others) || tested > 0 || f.held() != 0 || budget.used.Load() != 0 {
		t.Errorf("without memory %d rows were tested, %d pass, and %d bytes are used", tested, n, budget.used.Load())
	}
	f.add(rights)
	f.end()
	f.end()
	if used := budget.used.Load(); used != 0 {
		t.Errorf("%d bytes are used at the end", used)
	}
	var none *keyFilter
	none.add(rights)
	none.end()
	w = none.tester()
	if _, ok := w.test(rights); ok {
		t.Error("rows are tested by no filter")
	}
}

// TestKeyFilterFull does without a filter that too many keys were added to.
func TestKeyFilterFull(t *testing.T) {
	budget, err := newBudget(24<<20, 1)
	if err != nil {
		t.Fatal(err)
	}
	f := newKeyFilter(&Run{memory: budget, running: &running{workers: 1}})
	for seed := range uint64(100) {
		f.add(keyHashes(100_000, seed))
	}
	if f.held() != 0 || budget.used.Load() != 0 {
		t.Errorf("%d bytes are held of a filter that tells nothing", budget.used.Load())
	}
}

func TestPassKernel(t *testing.T) {
	rows, hs, in := []int{1, 2, 3, 4, 5}, []uint64{11, 12, 13, 14, 15}, []uint8{0, 1, 1, 0, 1}
	dst := make([]int, 5)
	if n := passKernel(dst, rows, hs, in); n != 3 || dst[0] != 2 || dst[1] != 3 || dst[2] != 5 || hs[0] != 12 || hs[2] != 15 || rows[0] != 1 {
		t.Errorf("%d rows: %v of hashes %v", n, dst, hs)
	}
}
