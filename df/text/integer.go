package text

import (
	"math"
	"strconv"
)

// Int parses s as a decimal integer: the value and the error of [strconv.ParseInt](s, 10, 64), so a
// sign is accepted and underscores are not, and an error is a [*strconv.NumError] that holds a copy of
// s. Nothing is allocated without an error.
func Int[S ~string | ~[]byte](s S) (int64, error) {
	if len(s) > 0 {
		neg := s[0] == '-'
		d := s
		if neg || s[0] == '+' {
			d = s[1:]
		}
		if v, ok := digits(d); ok && v <= math.MaxInt64 {
			if neg {
				return -int64(v), nil
			}
			return int64(v), nil
		}
	}
	return strconv.ParseInt(string(s), 10, 64)
}

// Uint parses s as a decimal integer without a sign: the value and the error of
// [strconv.ParseUint](s, 10, 64), as Int is for ParseInt.
func Uint[S ~string | ~[]byte](s S) (uint64, error) {
	if v, ok := digits(s); ok {
		return v, nil
	}
	return strconv.ParseUint(string(s), 10, 64)
}
