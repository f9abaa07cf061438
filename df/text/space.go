package text

import "math/bits"

// block is the number of bytes whose answers fit one mask: bit k speaks of byte k.
const block = 64

// wordMask returns the bytes of s[i:i+64] that belong to words, one bit per byte; none beyond the end
// of s. spill has the bits of a white space rune that reaches from the block before into this one,
// next those for the block after.
func wordMask[S ~string | ~[]byte](s S, i int, spill uint64) (mask, next uint64) {
	s = s[i:]
	var seen uint64
	if len(s) >= block {
		a, b, c, d := load8(s, 0), load8(s, 8), load8(s, 16), load8(s, 24)
		mask = pack(markWord(a)) | pack(markWord(b))<<8 | pack(markWord(c))<<16 | pack(markWord(d))<<24
		seen = a | b | c | d
		a, b, c, d = load8(s, 32), load8(s, 40), load8(s, 48), load8(s, 56)
		mask |= pack(markWord(a))<<32 | pack(markWord(b))<<40 | pack(markWord(c))<<48 | pack(markWord(d))<<56
		seen |= a | b | c | d
	} else {
		j := 0
		for ; j+8 <= len(s); j += 8 {
			w := load8(s, j)
			seen |= w
			mask |= pack(markWord(w)) << (j & 63)
		}
		if r := len(s) - j; r > 0 {
			w := loadTail(s, r)
			seen |= w
			mask |= pack(markWord(w)) << (j & 63)
		}
		mask &= 1<<(len(s)&63) - 1
	}
	mask &^= spill
	if seen&high != 0 {
		var wide uint64
		wide, next = wideSpaceMask(s)
		mask &^= wide
	}
	return mask, next
}

// casedMask is wordMask with, in addition, the bytes that lower-casing may change.
func casedMask[S ~string | ~[]byte](s S, i int, spill uint64) (mask, cased, next uint64) {
	s = s[i:]
	var seen uint64
	n := min(len(s), block)
	j := 0
	for ; j+8 <= n; j += 8 {
		w := load8(s, j)
		seen |= w
		mask |= pack(markWord(w)) << (j & 63)
		cased |= pack(markCased(w)) << (j & 63)
	}
	if r := n - j; r > 0 {
		w := loadTail(s, r)
		seen |= w
		mask |= pack(markWord(w)) << (j & 63)
		cased |= pack(markCased(w)) << (j & 63)
	}
	mask &= ^uint64(0) >> (uint(block-n) & 63) &^ spill
	if seen&high != 0 {
		var wide uint64
		wide, next = wideSpaceMask(s)
		mask &^= wide
	}
	return mask, cased & mask, next
}

// wideSpaceMask returns the bytes of s[:64] that belong to white space runes outside ASCII. Bytes that are not UTF-8 need no care:
// a byte that begins a rune is never part of another, well-formed or not.
func wideSpaceMask[S ~string | ~[]byte](s S) (mask, next uint64) {
	n := min(len(s), block)
	var leads uint64
	j := 0
	for ; j+8 <= n; j += 8 {
		leads |= pack(markSpaceLead(load8(s, j))) << (j & 63)
	}
	for ; j < n; j++ {
		if isSpaceLead(s[j]) {
			leads |= 1 << (j & 63)
		}
	}
	for ; leads != 0; leads &= leads - 1 {
		p := bits.TrailingZeros64(leads)
		if size := spaceLen(s[p:]); size > 0 {
			run := uint64(1)<<size - 1
			mask |= run << p
			next |= run >> (block - p)
		}
	}
	return mask, next
}

// markSpaceLead sets the high bit of each byte of w that may begin a white space rune.
func markSpaceLead(w uint64) uint64 {
	x := w & low7
	three := (x + (0x80-0x61)*ones) &^ (x + (0x80-0x64)*ones)
	return (three | ^(x ^ 0x42*ones + low7)) & w & high
}

// isSpaceLead is markSpaceLead for one byte: C2 begins two of the runes, E1 to E3 the others.
func isSpaceLead(b byte) bool { return b == 0xc2 || b >= 0xe1 && b <= 0xe3 }

// spaceLen returns the length of the non-ASCII white space rune that s begins with, or 0. They are
// U+0085, U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F and U+3000.
func spaceLen[S ~string | ~[]byte](s S) int {
	if len(s) >= 2 && s[0] == 0xc2 && (s[1] == 0x85 || s[1] == 0xa0) {
		return 2
	}
	if len(s) < 3 {
		return 0
	}
	c := s[2]
	switch uint16(s[0])<<8 | uint16(s[1]) {
	case 0xe280:
		if c >= 0x80 && c <= 0x8a || c == 0xa8 || c == 0xa9 || c == 0xaf {
			return 3
		}
	case 0xe281:
		if c == 0x9f {
			return 3
		}
	case 0xe19a, 0xe380:
		if c == 0x80 {
			return 3
		}
	}
	return 0
}
