package main

import (
	"encoding/binary"
	"strings"

	"anabranch.dev/df"
)

// The key of a number is bytes in the order of numbers, of any length. That of
// zero is the byte 0x80. A number above it has, one after the other,
//
//   - how many digits are before the point: 0x81 and as many in one byte, or, from
//     126 on, 0xff and four bytes
//   - these digits, without leading zeros
//   - the digits after the point, without trailing zeros
//
// and a number below it the same with all bits turned, and 0xff at the end: of
// two numbers below zero, of which one begins with the digits of the other, the
// longer is less.
const (
	zeroKey   = 0x80
	shortKey  = 0x81
	longKey   = 0xff
	keyEnd    = 0xff
	longWhole = longKey - shortKey
)

// number is the key of the number that text begins with: white space, a minus
// sign, digits, a point and digits. What is missing is zero.
func number(text df.View) df.View {
	rest, negative := strings.CutPrefix(string(text[blanks(text):]), "-")
	whole, rest := cutDigits(strings.TrimLeft(rest, "0"))
	fraction := ""
	if after, found := strings.CutPrefix(rest, "."); found {
		fraction, _ = cutDigits(after)
		fraction = strings.TrimRight(fraction, "0")
	}
	var room [64]byte
	key := room[:0]
	switch n := len(whole); {
	case n == 0 && fraction == "":
		return df.View([]byte{zeroKey})
	case n < longWhole:
		key = append(key, shortKey+byte(n))
	default:
		key = binary.BigEndian.AppendUint32(append(key, longKey), uint32(n))
	}
	key = append(append(key, whole...), fraction...)
	if negative {
		for i := range key {
			key[i] = ^key[i]
		}
		key = append(key, keyEnd)
	}
	return df.View(key)
}

// cutDigits cuts the digits off that text begins with.
func cutDigits(text string) (digits, rest string) {
	i := 0
	for i < len(text) && text[i]-'0' <= 9 {
		i++
	}
	return text[:i], text[i:]
}
