package hashtable

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Entries whose hashes are all alike, or alike in what an index keeps of them, are
// told apart by their keys.
func TestSameEntriesOfEqualHashes(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for _, hashes := range []int{1, 2, 100} {
		for _, keys := range []int{1, 3, 700, 5000} {
			var runs [][]entry[int, int]
			want := map[int]int{}
			n := 0
			for _, size := range []int{1, 0, 300, 2, 1000, 700} {
				run := make([]entry[int, int], size)
				for i := range run {
					k := rng.IntN(keys)
					h := hashWord(uint64(k%hashes)) | 1
					run[i] = entry[int, int]{h, k, 1}
					want[k]++
				}
				runs = append(runs, run)
				n += size
			}
			got := map[int]int{}
			groups := sameEntries(runs, n, new(distinctRate), func(dst, src *int) { *dst += *src }, false)
			for _, es := range runs {
				for _, e := range es {
					if e.h == 0 {
						continue
					}
					if got[e.k] > 0 {
						t.Fatalf("%d hashes, %d keys: two entries of key %d are left", hashes, keys, e.k)
					}
					got[e.k] = e.a
				}
			}
			if groups != len(want) || len(got) != len(want) {
				t.Fatalf("%d hashes, %d keys: %d groups and %d entries, want %d", hashes, keys, groups, len(got), len(want))
			}
			for k, v := range want {
				if got[k] != v {
					t.Fatalf("%d hashes: key %d has %d, want %d", hashes, k, got[k], v)
				}
			}
		}
	}
}

func TestIndexNext(t *testing.T) {
	x := newIndex(100, new(distinctRate))
	like := uint64(7)<<32 | 9 // all have the same upper half
	if found := x.enter([]uint64{like}, 0, nil); len(found) != 0 {
		t.Fatalf("the first is said to be like %v", found)
	}
	other := uint64(7)<<32 | 10
	found := x.enter([]uint64{other, other}, 1, nil)
	if !slices.Equal(found, []match{{0, 0}, {1, 0}}) {
		t.Fatalf("found %v", found)
	}
	if at, ok := x.next(other, 1, 0); ok {
		t.Fatalf("after the only one comes %d", at)
	}
	if at, ok := x.next(other, 2, 0); !ok || at != 1 {
		t.Fatalf("after the first comes %d, %v, want what was entered", at, ok)
	}
	if x.n != 2 {
		t.Fatalf("%d are entered, want 2", x.n)
	}
}
