package text

import (
	"math/bits"
	"slices"
)

// Fields appends the words of s to dst: the parts between runs of white space, as [strings.Fields]
// and [bytes.Fields] return them. White space is that of [unicode.IsSpace]; bytes that are not UTF-8
// belong to words. The words alias s.
//
// The words are found 64 bytes at a time, without a branch per byte or per word.
func Fields[S ~string | ~[]byte](dst []S, s S) []S {
	var word, spill, open uint64 // open is 1 while a word reaches into the next block
	start := 0
	for i := 0; i < len(s); i += block {
		word, spill = wordMask(s, i, spill)
		after := word<<1 | open // the bytes that follow a byte of a word
		n, k := len(dst), bits.OnesCount64(after&^word)
		dst = slices.Grow(dst, k)[:n+k]
		start = cutWords(dst[n:], s, start, i, word^after, open)
		open = word >> 63
	}
	if open != 0 {
		dst = append(dst, s[start:])
	}
	return dst
}

// cutWords fills out with the words that end in the block at s[i:]. A bit of edges stands where a word
// starts or ends, in turn; if open, the first word starts at start, before the block. It returns
// where the word starts that reaches beyond the block, if there is one.
//
// It is not inlined because its loop needs the registers.
//
//go:noinline
func cutWords[S ~string | ~[]byte](out []S, s S, start, i int, edges, open uint64) int {
	if open == 0 && edges != 0 {
		start = i + bits.TrailingZeros64(edges)
		edges &= edges - 1
	}
	for j := 0; j < len(out) && edges != 0; j++ {
		out[j] = s[start : i+bits.TrailingZeros64(edges)]
		edges &= edges - 1
		if edges == 0 {
			break
		}
		start = i + bits.TrailingZeros64(edges)
		edges &= edges - 1
	}
	return start
}
