package text

// zeros is the digit 0 in each byte.
const zeros = '0' * ones

// digits8 reads eight decimal digits whose values, not characters, are the bytes of x, the most
// significant lowest. It reports whether all are digits. Neighbours are joined three times: to two
// digits, to four, to eight.
func digits8(x uint64) (v uint64, ok bool) {
	ok = (x+(0x80-10)*ones|x)&high == 0
	x = x * (10<<8 + 1) >> 8 & 0x00ff00ff00ff00ff
	x = x * (100<<16 + 1) >> 16 & 0x0000ffff0000ffff
	return x * (10000<<32 + 1) >> 32, ok
}

// digits reads s, one to nineteen decimal digits, which always fit. Anything else is not ok.
func digits[S ~string | ~[]byte](s S) (v uint64, ok bool) {
	n := len(s)
	if n-1 < 8 {
		if n == 0 {
			return 0, false
		}
		return digits8((loadShort(s) ^ zeros) << (uint(8-n) * 8 & 63))
	}
	if n > 19 {
		return 0, false
	}
	low, ok := digits8(load8(s, n-8) ^ zeros)
	if n > 16 {
		mid, okMid := digits8(load8(s, n-16) ^ zeros)
		low, ok = low+mid*1e8, ok && okMid
		top, okTop := digits8((loadShort(s[:n-16]) ^ zeros) << (uint(24-n) * 8 & 63))
		return low + top*1e16, ok && okTop
	}
	top, okTop := digits8((loadShort(s[:n-8]) ^ zeros) << (uint(16-n) * 8 & 63))
	return low + top*1e8, ok && okTop
}
