package text

import (
	"math/bits"
	"slices"
)

// Split appends to dst the parts of s between the bytes sep, as [strings.Split] and [bytes.Split]
// return them for a separator of one byte: one part more than there are separators, so an empty s has
// one empty part. The parts alias s.
func Split[S ~string | ~[]byte](dst []S, s S, sep byte) []S {
	pattern := uint64(sep) * ones
	start := 0
	for i := 0; i < len(s); i += block {
		seps := byteMask(s, i, pattern)
		n, k := len(dst), bits.OnesCount64(seps)
		dst = slices.Grow(dst, k)[:n+k]
		start = cutParts(dst[n:], s, start, i, seps)
	}
	return append(dst, s[start:])
}

// cutParts fills out with the parts that end in the block at s[i:], at the bits of seps. The first
// starts at start; it returns where the next does.
func cutParts[S ~string | ~[]byte](out []S, s S, start, i int, seps uint64) int {
	for j := 0; j < len(out) && seps != 0; j++ {
		end := i + bits.TrailingZeros64(seps)
		out[j] = s[start:end]
		start = end + 1
		seps &= seps - 1
	}
	return start
}

// byteMask returns which of the bytes s[i:i+64] equal the byte repeated in pattern, one bit per byte.
func byteMask[S ~string | ~[]byte](s S, i int, pattern uint64) (mask uint64) {
	s = s[i:]
	if len(s) >= block {
		mask = pack(markByte(load8(s, 0), pattern)) | pack(markByte(load8(s, 8), pattern))<<8 |
			pack(markByte(load8(s, 16), pattern))<<16 | pack(markByte(load8(s, 24), pattern))<<24
		return mask | pack(markByte(load8(s, 32), pattern))<<32 | pack(markByte(load8(s, 40), pattern))<<40 |
			pack(markByte(load8(s, 48), pattern))<<48 | pack(markByte(load8(s, 56), pattern))<<56
	}
	j := 0
	for ; j+8 <= len(s); j += 8 {
		mask |= pack(markByte(load8(s, j), pattern)) << (j & 63)
	}
	if r := len(s) - j; r > 0 {
		mask |= pack(markByte(loadTail(s, r), pattern)) << (j & 63)
	}
	return mask & (1<<(len(s)&63) - 1)
}

// Field returns part i of s, counted from 0: strings.Split(s, string(sep))[i], and whether s has so
// many. The part aliases s. It panics if i is negative. For several parts of the same s, Split is
// faster.
func Field[S ~string | ~[]byte](s S, sep byte, i int) (part S, found bool) {
	if i < 0 {
		panic("text: Field: negative index")
	}
	pattern := uint64(sep) * ones
	start := 0
	for p := 0; p < len(s); p += 8 {
		var marks uint64
		if r := len(s) - p; r >= 8 {
			marks = markByte(load8(s, p), pattern)
		} else {
			marks = markByte(loadTail(s, r), pattern) & (1<<(r*8&63) - 1)
		}
		if marks == 0 {
			continue
		}
		if n := int(marks >> 7 * ones >> 56); n <= i { // n separators, all before the part
			start = p + (71-bits.LeadingZeros64(marks))>>3
			i -= n
			continue
		}
		for ; i > 0; i-- {
			start = p + bits.TrailingZeros64(marks)>>3 + 1
			marks &= marks - 1
		}
		return s[start : p+bits.TrailingZeros64(marks)>>3], true
	}
	if i > 0 {
		return part, false
	}
	return s[start:], true
}
