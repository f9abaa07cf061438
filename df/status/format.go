package status

import (
	"math"
	"strconv"
	"strings"
	"time"

	"anabranch.dev/internal/human"
)

// unknown is what stands where a number is not known.
const unknown = "–"

// count writes a number of rows in full, as in 18,220.
func count(n int64) string {
	if n < 0 {
		return unknown
	}
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// data writes a number of bytes, on one line.
func data(n int64) string {
	if n < 0 {
		return unknown
	}
	return strings.ReplaceAll(human.Bytes(n), " ", "\u00A0")
}

func duration(d time.Duration) string {
	if d < 0 {
		return unknown
	}
	return human.Duration(d)
}

// percent writes a share, which has not got to all of it before it is 1.
func percent(share float64) string {
	if share < 0 || math.IsNaN(share) {
		return unknown
	}
	if share < 1 {
		share = min(share, 0.99)
	}
	return human.Percent(share)
}
