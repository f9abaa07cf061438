package exec

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// shortLines is the length of line below which newlines are found eight bytes
// at a time rather than with bytes.IndexByte, whose call costs more than the
// scan of a short line.
const shortLines = 48

// newlines appends the positions of the newlines in b. mean is about how long
// lines are; it only decides how they are looked for.
func newlines(dst []uint32, b []byte, mean int) []uint32 {
	if mean >= shortLines {
		return newlinesByIndex(dst, b)
	}
	return newlinesByWord(dst, b)
}

func newlinesByIndex(dst []uint32, b []byte) []uint32 {
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return dst
		}
		dst = append(dst, uint32(from+i))
		from += i + 1
	}
}

const (
	lows     = 0x7f7f7f7f7f7f7f7f
	newline8 = 0x0a0a0a0a0a0a0a0a
)

// newlinesByWord makes a mask of 64 bytes at a time, one bit for each newline,
// and reads the positions off it.
func newlinesByWord(dst []uint32, b []byte) []uint32 {
	i := 0
	for ; i+64 <= len(b); i += 64 {
		c := b[i : i+64 : i+64]
		var mask uint64
		for k := 0; k < 64; k += 8 {
			x := binary.LittleEndian.Uint64(c[k:]) ^ newline8
			// The high bit of each byte of z is set where that byte of x is 0;
			// the multiplication gathers the eight of them in the top byte.
			z := ^((x&lows + lows) | x | lows)
			mask |= (z >> 7) * 0x0102040810204080 >> 56 << k
		}
		for ; mask != 0; mask &= mask - 1 {
			dst = append(dst, uint32(i+bits.TrailingZeros64(mask)))
		}
	}
	for ; i < len(b); i++ {
		if b[i] == '\n' {
			dst = append(dst, uint32(i))
		}
	}
	return dst
}
