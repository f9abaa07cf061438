package text

// A machine word holds eight bytes of text, the first byte lowest. The functions here answer one
// question about all eight at once. None of them lets a carry pass from one byte into the next, so
// every byte's answer is exact.
const (
	ones = 0x0101010101010101 // times b: b in each byte
	low7 = 0x7f * ones
	high = 0x80 * ones
)

// load8 returns the eight bytes at s[i:]. The compiler makes it one load.
func load8[S ~string | ~[]byte](s S, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// load4 returns the four bytes at s[i:].
func load4[S ~string | ~[]byte](s S, i int) uint64 {
	b := s[i : i+4]
	return uint64(uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24)
}

// loadShort returns the bytes of s, at most eight, with zeros above them. It reads the two ends
// of s, which overlap: where they do, they hold the same bytes.
func loadShort[S ~string | ~[]byte](s S) uint64 {
	n := len(s)
	if n >= 4 {
		return load4(s, 0) | load4(s, n-4)<<(uint(n-4)*8&63)
	}
	if n == 0 {
		return 0
	}
	return uint64(s[0]) | uint64(s[n/2])<<(uint(n/2)*8&63) | uint64(s[n-1])<<(uint(n-1)*8&63)
}

// loadTail returns the last r bytes of s, r in 1..7, with zeros above them.
func loadTail[S ~string | ~[]byte](s S, r int) uint64 {
	if len(s) >= 8 {
		return load8(s, len(s)-8) >> (uint(8-r) * 8 & 63)
	}
	return loadShort(s[len(s)-r:])
}

// markByte sets the high bit of each byte of w that equals the byte repeated in pattern.
func markByte(w, pattern uint64) uint64 {
	x := w ^ pattern
	return ^(x&low7 + low7 | x) & high
}

// markWord sets the high bit of each byte of w that is not ASCII white space (\t \n \v \f \r ' ').
func markWord(w uint64) uint64 {
	x := w & low7
	before, after := (0x80+'\t'-1)*ones-x, x+(0x80-'\r'-1)*ones // x < '\t', x > '\r'
	return ((before|after)&(x^' '*ones+low7) | w) & high
}

// markUpper sets the high bit of each byte of w that is one of A-Z.
func markUpper(w uint64) uint64 {
	x := w & low7
	return (x + (0x80-'A')*ones) &^ (x + (0x80-'Z'-1)*ones) &^ w & high
}

// markCased sets the high bit of each byte of w that lower-casing may change: A-Z and all of
// non-ASCII.
func markCased(w uint64) uint64 {
	x := w & low7
	return ((x+(0x80-'A')*ones)&^(x+(0x80-'Z'-1)*ones) | w) & high
}

// pack gathers the high bits of the eight bytes of marks into the low eight bits: the product puts
// the mark of byte k on bit 56+k, and no two partial products meet.
func pack(marks uint64) uint64 {
	return marks * 0x0002040810204081 >> 56
}
