package text

import (
	"encoding/binary"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// Lower returns s with each rune lower-cased by [unicode.ToLower], as [strings.ToLower] and
// [bytes.ToLower] do, except that bytes that are not UTF-8 stay as they are: those put U+FFFD in their
// place. Where nothing changes, the result is s itself.
//
// To lower many strings, LowerAll and LowerFields allocate less.
func Lower[S ~string | ~[]byte](s S) S {
	v := view(s)
	if firstUpper(v) == len(v) {
		return s
	}
	return own[S](appendLower(make([]byte, 0, len(v)), v))
}

// AppendLower appends Lower(s) to dst.
func AppendLower[S ~string | ~[]byte](dst []byte, s S) []byte {
	return appendLower(dst, view(s))
}

// LowerAll appends Lower(s) to dst for each s of in. What is changed goes to memory shared by many
// results, as with LowerFields.
func LowerAll[S ~string | ~[]byte](dst []S, in []S) []S {
	a := arenas.Get().(*arena)
	for _, s := range in {
		dst = append(dst, lowerTo(a, s))
	}
	arenas.Put(a)
	return dst
}

// firstUpper returns the index of the first rune of s that lower-casing changes, or len(s).
func firstUpper(s string) int {
	for i := 0; i < len(s); {
		if i+8 <= len(s) {
			marks := markCased(load8(s, i))
			if marks == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(marks) >> 3
		}
		c := s[i]
		if c < utf8.RuneSelf {
			if c-'A' < 26 {
				return i
			}
			i++
			continue
		}
		if c < 0xc2 || c >= 0xe3 && c <= 0xe9 { // inside a rune, or one of U+3000 to U+9FFF
			i++
			continue
		}
		if c < 0xe0 && i+1 < len(s) && s[i+1]&0xc0 == 0x80 {
			if r := uint(c&0x1f)<<6 | uint(s[i+1]&0x3f); upper2[r/64]>>(r%64)&1 != 0 {
				return i
			}
			i += 2
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.ToLower(r) != r {
			return i
		}
		i += size
	}
	return len(s)
}

// upper2 has a bit for each rune of at most two bytes that lower-casing changes: the alphabets of
// Europe and the Near East, where unicode.ToLower would search its tables for every letter.
var upper2 = func() (set [0x800 / 64]uint64) {
	for r := range rune(0x800) {
		if unicode.ToLower(r) != r {
			set[r/64] |= 1 << (r % 64)
		}
	}
	return set
}()

// appendLower appends the lower-cased runes of s to dst.
func appendLower(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		if i+8 <= len(s) {
			if w := load8(s, i); w&high == 0 {
				dst = binary.LittleEndian.AppendUint64(dst, lower8(w))
				i += 8
				continue
			}
		}
		c := s[i]
		if c < utf8.RuneSelf {
			if c-'A' < 26 {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if l := unicode.ToLower(r); l != r {
			dst = utf8.AppendRune(dst, l)
		} else {
			dst = append(dst, s[i:i+size]...) // also what is not UTF-8
		}
		i += size
	}
	return dst
}

// lower8 lower-cases the ASCII letters of w: a set high bit, moved down two, is 'a' - 'A'.
func lower8(w uint64) uint64 { return w + markUpper(w)>>2 }
