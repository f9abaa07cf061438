package text

import (
	"math/bits"
	"strconv"
)

// pow10 holds the powers of ten that a float64 holds exactly.
var pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// Float parses s as a floating-point number: the value, bit for bit, and the error of
// [strconv.ParseFloat](s, 64), with all the forms that it accepts.
//
// The fast case is Clinger's: where both the digits (up to 2^53) and the power of ten (up to 22) are
// exact as float64, one multiplication or division rounds once, and so correctly. Anything
// else is left to strconv.
func Float[S ~string | ~[]byte](s S) (float64, error) {
	f, ok := shortFloat(s)
	if !ok {
		f, ok = exactFloat(s)
	}
	if !ok {
		return strconv.ParseFloat(string(s), 64)
	}
	return f, nil
}

// shortFloat reads [-]digits[.digits] in at most eight bytes.
func shortFloat[S ~string | ~[]byte](s S) (f float64, ok bool) {
	n := len(s)
	if n == 0 || n > 8 {
		return 0, false
	}
	w := loadShort(s)
	marks := markByte(w, '.'*ones)
	count, places := n, 0 // of digits
	neg := s[0] == '-'
	if neg {
		w ^= '-' ^ '0' // the sign is a leading zero
		count--
	}
	x := (w ^ zeros) << (uint(8-n) * 8 & 63)
	if marks != 0 {
		count--
		places = n - 1 - bits.TrailingZeros64(marks)>>3
		below := uint64(1)<<(uint(7-places)*8&63) - 1
		x = x&^(below<<8|0xff) | x&below<<8 // close the gap of the point
	}
	v, ok := digits8(x)
	if !ok || count == 0 {
		return 0, false
	}
	f = float64(int64(v)) / pow10[places]
	if neg {
		f = -f
	}
	return f, true
}

// exactFloat reads any decimal number within Clinger's case, of at most 19 digits.
func exactFloat[S ~string | ~[]byte](s S) (f float64, ok bool) {
	i, neg := 0, false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		i, neg = 1, s[0] == '-'
	}
	var v uint64
	first := i
	for ; i < len(s) && s[i]-'0' <= 9; i++ {
		v = v*10 + uint64(s[i]-'0')
	}
	count, exp := i-first, 0
	if i < len(s) && s[i] == '.' {
		i++
		first = i
		for ; i < len(s) && s[i]-'0' <= 9; i++ {
			v = v*10 + uint64(s[i]-'0')
		}
		count += i - first
		exp = first - i
	}
	if count == 0 || count > 19 || v > 1<<53 {
		return 0, false
	}
	if i < len(s) {
		e, ok := exponent(s[i:])
		if !ok {
			return 0, false
		}
		exp += e
	}
	f = float64(int64(v))
	switch {
	case exp < -22 || exp > 22:
		return 0, false
	case exp < 0:
		f /= pow10[-exp]
	default:
		f *= pow10[exp]
	}
	if neg {
		f = -f
	}
	return f, true
}

// exponent reads e, an optional sign and one to three digits.
func exponent[S ~string | ~[]byte](s S) (e int, ok bool) {
	if s[0]|0x20 != 'e' {
		return 0, false
	}
	i, neg := 1, false
	if len(s) > 1 && (s[1] == '-' || s[1] == '+') {
		i, neg = 2, s[1] == '-'
	}
	if len(s) == i || len(s) > i+3 {
		return 0, false
	}
	for ; i < len(s); i++ {
		if s[i]-'0' > 9 {
			return 0, false
		}
		e = e*10 + int(s[i]-'0')
	}
	if neg {
		e = -e
	}
	return e, true
}
