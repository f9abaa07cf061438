package hashtable

import "math/bits"

// The constants are odd, of balanced bits, and fixed: equal input gives the
// same tables in every run. Keys chosen by an adversary can therefore collide.
const (
	mulA = 0x9E3779B97F4A7C15
	mulB = 0xC2B2AE3D27D4EB4F
	mulC = 0xD6E8FEB86659FD93
	mulD = 0xA0761D6478BD642F

	// mergeMix is what a hash is multiplied by before an index is looked into. A
	// front table is indexed by the top bits of the hash itself, and its entries
	// leave it in that order: in an index of the same order, while it is still
	// small, they would all want its first slots, and that takes quadratic time.
	mergeMix = mulC
)

// fold multiplies to 128 bits and folds them to 64.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hashWord hashes a key of up to 8 bytes.
func hashWord(x uint64) uint64 { return fold(x^mulA, mulB) }

// hashWords hashes the entry words of a string.
func hashWords(w0, w1 uint64, n uint32) uint64 {
	return fold(w0^mulA, w1^mulB^uint64(n)<<32) * mulD
}

// partitionOf takes bits that no table indexes by: not the lowest, which marks
// a slot as used, and not the top ones.
func partitionOf(h uint64) uint64 { return h >> 1 % Partitions }

// hashTail hashes a long string.
func hashTail(s string) uint64 {
	h := uint64(len(s)) ^ mulC
	for len(s) >= 16 {
		h = fold(word(s)^h, word(s[8:])^mulD)
		s = s[16:]
	}
	w0, w1 := words16(s)
	return fold(w0^h, w1^mulB)
}

func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// words16 returns the up to 16 bytes of s as two little-endian words, padded
// with zeros.
func words16(s string) (w0, w1 uint64) {
	if readable16(s) {
		return load16(s)
	}
	return words16Safe(s)
}

// words16Safe is words16 without reading past s.
func words16Safe(s string) (w0, w1 uint64) {
	if len(s) >= 8 {
		w0 = word(s)
		s = s[8:]
		if len(s) == 8 {
			return w0, word(s)
		}
		for i := range len(s) {
			w1 |= uint64(s[i]) << (8 * i)
		}
		return w0, w1
	}
	for i := range len(s) {
		w0 |= uint64(s[i]) << (8 * i)
	}
	return w0, 0
}
