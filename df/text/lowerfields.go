package text

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// LowerFields appends the words of all lines to dst, as Fields finds them and Lower makes them, in
// order. Words without upper case alias the lines. The others are written to fresh memory in chunks of
// 32 KiB that is never written again, so that they may be kept; keeping one keeps its chunk.
func LowerFields[S ~string | ~[]byte](dst []S, lines []S) []S {
	a := arenas.Get().(*arena)
	for _, s := range lines {
		dst = lowerFields(dst, s, a)
	}
	arenas.Put(a)
	return dst
}

// lowerFields is Fields, with each word that has a cased byte then replaced.
func lowerFields[S ~string | ~[]byte](dst []S, s S, a *arena) []S {
	var word, cased, spill, open uint64 // open is 1 while a word reaches into the next block
	var carry uint64                    // carry is 1 if that word has a cased byte already
	start := 0
	for i := 0; i < len(s); i += block {
		word, cased, spill = casedMask(s, i, spill)
		after := word<<1 | open // the bytes that follow a byte of a word
		ends := after &^ word
		n, k := len(dst), bits.OnesCount64(ends)
		dst = slices.Grow(dst, k)[:n+k]
		out := dst[n:]
		start = cutWords(out, s, start, i, word^after, open)
		open = word >> 63

		cased |= carry // bit 0 is of the first word, even if that ends there
		carry = 0
		for cased != 0 {
			before := cased&-cased - 1 // the bits below the first cased byte
			later := ends &^ before
			if later == 0 {
				carry = 1
				break
			}
			j := bits.OnesCount64(ends & before)
			out[j] = lowerWord(a, s, out[j], i+bits.TrailingZeros64(later))
			cased &^= later&-later - 1
			cased &^= later & -later
		}
	}
	if open != 0 {
		last := s[start:]
		if carry != 0 {
			last = lowerTo(a, last)
		}
		dst = append(dst, last)
	}
	return dst
}

// lowerWord is lowerTo for a word of s that ends at end and has a cased byte. Most are ASCII of at most
// 16 bytes and not at the end of s: those take no branch on their length.
func lowerWord[S ~string | ~[]byte](a *arena, s, word S, end int) S {
	n := len(word)
	start := end - n
	if n > 16 || start+16 > len(s) {
		return lowerTo(a, word)
	}
	v, w := load8(s, start), load8(s, start+8)
	if (v|w)&high != 0 {
		return lowerTo(a, word)
	}
	free := a.reserve(16)
	binary.LittleEndian.PutUint64(free, lower8(v))
	binary.LittleEndian.PutUint64(free[8:], lower8(w))
	return own[S](a.take(n))
}
