package spill

import (
	"encoding/binary"
	"math"
	"reflect"
	"time"
)

// Keys are sorted as bytes. What is said here of one column holds for a
// sequence of them: the bytes of the columns, one after the other, are in the
// order of the rows. This is how databases do it too, under the name of
// normalised keys.
//
//   - an integer is its bytes, the greatest first, with the sign bit turned;
//   - a float likewise, all bits turned when it is negative; NaN is zero and so
//     comes first; -0 is 0;
//   - a string before another column is its bytes, each zero byte followed by
//     0xFF, and two zero bytes at the end; the last column is its bytes alone;
//   - a point in time is its seconds and its nanoseconds;
//   - of a descending column all bits are turned.

// numberKind says how the bits of a number are made a key.
type numberKind uint8

const (
	unsigned numberKind = iota
	signed
	float32s
	float64s
)

// columnOf returns the forms of a key.
func columnOf[T any, K Sortable](key func(T) K) column[T] {
	t := reflect.TypeFor[K]()
	switch t.Kind() {
	case reflect.String, reflect.Slice:
		return textColumn(key)
	case reflect.Struct:
		at := keyAs[T, K, time.Time](key)
		return column[T]{append: func(dst []byte, v T, _ bool) []byte {
			t := at(v)
			dst = binary.BigEndian.AppendUint64(dst, uint64(t.Unix())^1<<63)
			return binary.BigEndian.AppendUint32(dst, uint32(t.Nanosecond()))
		}}
	}
	kind, width := kindOf(t), int(t.Size())
	return column[T]{
		columnForm: columnForm{form: numeric, width: width, kind: kind},
		bits: func(rows []T, out []uint64) {
			keyBits(rows, out, key)
			normalise(out[:len(rows)], kind, width)
		},
		append: func(dst []byte, v T, _ bool) []byte {
			var bits [1]uint64
			rows := [1]T{v}
			keyBits(rows[:], bits[:], key)
			normalise(bits[:], kind, width)
			return appendBits(dst, bits[0], width)
		},
	}
}

func kindOf(t reflect.Type) numberKind {
	switch {
	case t.Kind() == reflect.Float32:
		return float32s
	case t.Kind() == reflect.Float64:
		return float64s
	case t.Kind() <= reflect.Int64: // the signed ones come first
		return signed
	}
	return unsigned
}

// normalise makes keys of the bits of numbers.
func normalise(bits []uint64, kind numberKind, width int) {
	switch kind {
	case signed:
		sign := uint64(1) << (8*width - 1)
		for i := range bits {
			bits[i] ^= sign
		}
	case float32s:
		for i := range bits {
			f := math.Float32frombits(uint32(bits[i]))
			bits[i] = floatKey(float64(f), bits[i], 1<<31, 1<<32-1)
		}
	case float64s:
		for i := range bits {
			bits[i] = floatKey(math.Float64frombits(bits[i]), bits[i], 1<<63, 1<<64-1)
		}
	}
}

// floatKey is the key of f, whose bits are b, of which sign is the first and
// all are all.
func floatKey(f float64, b, sign, all uint64) uint64 {
	switch {
	case f != f:
		return 0
	case f == 0:
		return sign
	case b&sign != 0:
		return b ^ all
	}
	return b | sign
}

// appendBits appends the low width bytes, the greatest first.
func appendBits(dst []byte, bits uint64, width int) []byte {
	for shift := 8 * (width - 1); shift >= 0; shift -= 8 {
		dst = append(dst, byte(bits>>shift))
	}
	return dst
}

func textColumn[T any, K Sortable](key func(T) K) column[T] {
	return column[T]{
		columnForm: columnForm{form: textual},
		text:       func(rows []T, out []string) { keyTexts(rows, out, key) },
		append: func(dst []byte, v T, last bool) []byte {
			var text [1]string
			rows := [1]T{v}
			keyTexts(rows[:], text[:], key)
			if last {
				return append(dst, text[0]...)
			}
			return appendEscaped(dst, text[0])
		},
	}
}

func appendEscaped(dst []byte, s string) []byte {
	for i := range len(s) {
		dst = append(dst, s[i])
		if s[i] == 0 {
			dst = append(dst, 0xFF)
		}
	}
	return append(dst, 0, 0)
}

// appendKeys appends the keys of rows, and to ends where each of them ends.
func appendKeys[T any](dst []byte, ends []int, rows []T, columns []column[T]) ([]byte, []int) {
	for i := range rows {
		dst = appendKey(dst, rows[i], columns)
		ends = append(ends, len(dst))
	}
	return dst, ends
}

// appendKey appends the key of a row by several columns, or by one that is
// neither a number nor text.
func appendKey[T any](dst []byte, v T, columns []column[T]) []byte {
	for i := range columns {
		from := len(dst)
		c := &columns[i]
		dst = c.append(dst, v, i == len(columns)-1 && !c.desc)
		if c.desc {
			for j := from; j < len(dst); j++ {
				dst[j] = ^dst[j]
			}
		}
	}
	return dst
}
