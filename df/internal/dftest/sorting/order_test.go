package sorting_test

import (
	"fmt"
	"testing"
	"time"

	"anabranch.dev/df"
)

// TestOrdersOfEveryKind compares keys of every kind that rows can be sorted by.
func TestOrdersOfEveryKind(t *testing.T) {
	type (
		userID    int32
		degrees   float64
		userName  string
		bytesName []byte
	)
	for name, order := range map[string]df.Order[int64]{
		"int8":   df.Asc(func(v int64) int8 { return int8(v) }),
		"int16":  df.Asc(func(v int64) int16 { return int16(v) }),
		"int32":  df.Asc(func(v int64) userID { return userID(v) }),
		"int":    df.Asc(func(v int64) int { return int(v) }),
		"uint8":  df.Asc(func(v int64) uint8 { return uint8(v + 100) }),
		"uint16": df.Asc(func(v int64) uint16 { return uint16(v + 100) }),
		"uint32": df.Asc(func(v int64) uint32 { return uint32(v + 100) }),
		"uint":   df.Asc(func(v int64) uint { return uint(v + 100) }),
		"ptr":    df.Asc(func(v int64) uintptr { return uintptr(v + 100) }),
		"float":  df.Asc(func(v int64) float32 { return float32(v) }),
		"named":  df.Asc(func(v int64) degrees { return degrees(v) }),
		"string": df.Asc(func(v int64) userName { return userName(fmt.Sprintf("%04d", v+100)) }),
		"bytes":  df.Asc(func(v int64) bytesName { return fmt.Appendf(nil, "%04d", v+100) }),
		"time":   df.Asc(func(v int64) time.Time { return time.Unix(v, 0) }),
		"desc":   df.Desc(func(v int64) int64 { return -v }),
		"then":   df.Asc(func(v int64) int64 { return v / 10 }).Then(df.Asc(df.Self[int64])),
	} {
		for _, pair := range [][2]int64{{-9, 9}, {3, 4}, {-5, -4}, {7, 7}} {
			a, b := pair[0], pair[1]
			if got := order.Compare(a, b); (got < 0) != (a < b) || (got == 0) != (a == b) {
				t.Errorf("%s: Compare(%d, %d) = %d", name, a, b, got)
			}
			if got := order.Compare(b, a); (got > 0) != (a < b) {
				t.Errorf("%s: Compare(%d, %d) = %d", name, b, a, got)
			}
		}
	}
}
