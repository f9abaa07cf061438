package text

import (
	"errors"
	"math"
	"strconv"
)

// ErrInexact is the reason of the error of Decimal for a number with more decimal places than asked.
var ErrInexact = errors.New("too many decimal places")

// maxPlaces is the largest number of decimal places: one more and not even 10 would fit an int64.
const maxPlaces = 18

// Decimal parses s as a fixed-point number: its value times 10 to the places, so that
// Decimal("-12.3", 1) is -123 and Decimal("-12.3", 3) is -12300. s is an optional sign and decimal
// digits with at most one point before, among or after them; there is no exponent. The result is
// exact. The error is a [*strconv.NumError] with a copy of s and [strconv.ErrSyntax],
// [strconv.ErrRange] or else, where a digit other than 0 stands beyond the places, [ErrInexact].
// Nothing is allocated without an error. Decimal panics unless places is in 0..18.
//
// The fast cases are [-]d.d and [-]dd.d with one place and then any number of at most eight bytes
// that has just the places asked for.
func Decimal[S ~string | ~[]byte](s S, places int) (int64, error) {
	n := len(s)
	if places == 1 && n >= 3 && n <= 5 && s[n-2] == '.' {
		neg := 0
		if s[0] == '-' {
			neg = 1
		}
		tens, units, tenths := s[neg]-'0', s[n-3]-'0', s[n-1]-'0' // of d.d, the first two are the same
		wide := n - neg - 3                                       // 1 for dd.d, 0 for d.d
		if tens <= 9 && units <= 9 && tenths <= 9 && uint(wide) <= 1 {
			v := int64(tens)*100&-int64(wide) + int64(units)*10 + int64(tenths)
			return (v ^ -int64(neg)) + int64(neg), nil
		}
	}
	return decimal8(s, places)
}

// decimal8 is Decimal for up to eight bytes, without a branch on where the digits stand.
func decimal8[S ~string | ~[]byte](s S, places int) (int64, error) {
	n := len(s)
	point := n - 1 - places
	if n > 8 || places <= 0 || point < 0 || s[point] != '.' {
		return decimal(s, places)
	}
	w, sign := loadShort(s), uint64(0)
	if s[0] == '-' {
		sign = ^sign
	}
	w ^= sign & ('-' ^ '0')                  // the sign is a leading zero
	x := (w ^ zeros) << (uint(8-n) * 8 & 63) // the last digit is the top byte
	below := uint64(1)<<(uint(7-places)*8&63) - 1
	v, ok := digits8(x&^(below<<8|0xff) | x&below<<8) // close the gap of the point
	if !ok {
		return decimal(s, places)
	}
	return int64(v ^ sign - sign), nil
}

// decimal is Decimal one byte at a time.
func decimal[S ~string | ~[]byte](s S, places int) (int64, error) {
	if places < 0 || places > maxPlaces {
		panic("text: Decimal: places out of range")
	}
	d, neg := s, false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		d, neg = s[1:], s[0] == '-'
	}
	var v uint64
	var err error
	count, point, inexact := 0, false, false
	for i := 0; i < len(d); i++ {
		c := d[i]
		switch {
		case c == '.' && !point:
			point = true
			continue
		case c-'0' > 9:
			return 0, decimalError(s, strconv.ErrSyntax)
		}
		count++
		if point {
			places--
		}
		switch {
		case places < 0:
			inexact = inexact || c != '0'
		case err == nil: // after an error only the syntax of the rest matters
			v, err = shift10(v, uint64(c-'0'))
		}
	}
	if count == 0 {
		return 0, decimalError(s, strconv.ErrSyntax)
	}
	for ; places > 0 && err == nil; places-- {
		v, err = shift10(v, 0)
	}
	switch {
	case err == nil && v > math.MaxInt64 && !(neg && v == 1<<63):
		err = strconv.ErrRange
	case err == nil && inexact:
		err = ErrInexact
	}
	if err != nil {
		return 0, decimalError(s, err)
	}
	if neg {
		return -int64(v), nil
	}
	return int64(v), nil
}

// shift10 returns 10*v + digit, or ErrRange far beyond what an int64 holds.
func shift10(v, digit uint64) (uint64, error) {
	if v > math.MaxUint64/10-1 {
		return 0, strconv.ErrRange
	}
	return v*10 + digit, nil
}

func decimalError[S ~string | ~[]byte](s S, err error) error {
	return &strconv.NumError{Func: "Decimal", Num: string(s), Err: err}
}
