package spill

import "math/bits"

// keyStats is what is known of the keys of rows in memory.
type keyStats struct {
	any      bool
	first    []byte
	shared   int    // bytes that all keys share with the first
	or, and  uint64 // of the keys' first eight bytes
	shortest int
	longest  int
}

func (k *keyStats) reset() { *k = keyStats{first: k.first[:0], and: ^uint64(0)} }

// note takes a key into account, whose first bytes are prefix.
func (k *keyStats) note(key string, prefix uint64) { noteKey(k, key, prefix) }

// noteBytes is note.
func (k *keyStats) noteBytes(key []byte, prefix uint64) { noteKey(k, key, prefix) }

func noteKey[S string | []byte](k *keyStats, key S, prefix uint64) {
	if !k.any {
		k.any = true
		k.first = append(k.first[:0], key...)
		k.shared, k.shortest, k.longest = len(key), len(key), len(key)
		k.or, k.and = prefix, prefix
		return
	}
	k.or |= prefix
	k.and &= prefix
	k.shortest = min(k.shortest, len(key))
	k.longest = max(k.longest, len(key))
	if s := k.shared; s > 0 && (len(key) < s || string(key[:s]) != string(k.first[:s])) {
		k.shared = sharedPrefix(k.first[:s], key)
	}
}

// merge makes k what is known of its keys and those of o.
func (k *keyStats) merge(o *keyStats) {
	switch {
	case !o.any:
		return
	case !k.any:
		*k = *o
		k.first = append([]byte(nil), o.first...)
		return
	}
	k.or |= o.or
	k.and &= o.and
	k.shortest = min(k.shortest, o.shortest)
	k.longest = max(k.longest, o.longest)
	k.shared = sharedPrefix(k.first[:k.shared], o.first[:o.shared])
}

// equal reports whether all keys are equal.
func (k *keyStats) equal(by kind) bool {
	if by == byNumbers {
		return k.or == k.and
	}
	return k.shared == k.longest && k.shared == k.shortest
}

// lead is how many leading bits the keys' first eight bytes share.
func (k *keyStats) lead() int { return bits.LeadingZeros64(k.or ^ k.and) }

// settled reports that the keys' first eight bytes tell their order.
func (k *keyStats) settled() bool { return k.longest <= 8 && k.shortest == k.longest }
