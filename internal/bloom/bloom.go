// Package bloom tells keys that are not in a set from those that may be, in a few bits
// a key: a Bloom filter, of which a key's bits all lie in one word, so that to add a key
// or to look for it costs one access to memory.
//
// Keys are known by hashes, whose bits must be spread evenly. With eight bits a key, about
// one in twenty keys that were not added passes; with sixteen, one in a hundred.
package bloom

import (
	"math/bits"
	"sync/atomic"

	"anabranch.dev/internal/hugepage"
)

// A Filter is a set of keys, and some more that were not added.
type Filter struct {
	words []uint64
	keys  atomic.Int64 // that have set bits
}

// fewest is how many bits a key needs for the filter to tell something.
const fewest = 3

// New returns an empty filter of so many bytes.
func New(bytes int64) *Filter {
	f := &Filter{words: make([]uint64, max(bytes/8, 1))}
	hugepage.Advise(f.words)
	return f
}

// Bytes is how much memory the filter takes.
func (f *Filter) Bytes() int64 { return int64(8 * len(f.words)) }

// Full reports whether there are so many keys that most others pass, too.
func (f *Filter) Full() bool { return f.keys.Load() > int64(len(f.words))*64/fewest }

// word is where the bits of a key are. It goes by all bits of the hash, and those that
// it goes by most are not the ones that say which bits.
func word(h uint64, n uint64) uint64 {
	hi, _ := bits.Mul64(h*0x9FB21C651E98DF25, n)
	return hi
}

// mask is the bits of a key: four, some of which may be the same.
func mask(h uint64) uint64 {
	return 1<<(h>>8&63) | 1<<(h>>14&63) | 1<<(h>>20&63) | 1<<(h>>26&63)
}

// Add adds keys with the hashes. It may be called from any goroutine.
func (f *Filter) Add(hs []uint64) {
	words := f.words
	n := uint64(len(words))
	added := int64(0)
	for _, h := range hs {
		w, m := &words[word(h, n)], mask(h)
		if atomic.LoadUint64(w)&m != m {
			atomic.OrUint64(w, m)
			added++
		}
	}
	f.keys.Add(added)
}

// Has sets in[i] to 1 where a key with hash hs[i] may have been added, and to 0 where none
// was. It may be called from any goroutine when all keys are there.
func (f *Filter) Has(hs []uint64, in []uint8) {
	words := f.words
	n := uint64(len(words))
	in = in[:len(hs)]
	for i, h := range hs {
		m := mask(h)
		missing := m &^ words[word(h, n)]
		in[i] = uint8(1 - (missing|-missing)>>63)
	}
}
