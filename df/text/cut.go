package text

import (
	"math/bits"
	"strings"
)

// Cut slices s around the first sep, as [strings.Cut] and [bytes.Cut] do for a separator of one byte.
// Without one it returns s, an empty S and false. The results alias s.
func Cut[S ~string | ~[]byte](s S, sep byte) (before, after S, found bool) {
	if i := strings.IndexByte(view(s), sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, after, false
}

// CutLast slices s around the last sep, which is fastest when that is among the last eight bytes of
// s, as before the number at the end of "Hamburg;-12.3". Without one it returns s, an empty S
// and false, as Cut does. The results alias s.
func CutLast[S ~string | ~[]byte](s S, sep byte) (before, after S, found bool) {
	n := len(s)
	if n >= 8 {
		if marks := markByte(load8(s, n-8), uint64(sep)*ones); marks != 0 {
			i := n - 1 - bits.LeadingZeros64(marks)>>3
			return s[:i], s[i+1:], true
		}
		n -= 8
	}
	for i := n - 1; i >= 0; i-- {
		if s[i] == sep {
			return s[:i], s[i+1:], true
		}
	}
	return s, after, false
}
