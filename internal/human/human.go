// Package human writes numbers as people read them: three digits that count, and a
// unit. Units are decimal, as those of disks and networks are: 1 kB is 1000 bytes.
package human

import (
	"math"
	"strconv"
	"time"
)

// Count writes a number of things: 999, 12.3 k, 4.56 M.
func Count(n int64) string { return scaled(float64(n), 1000, "", " k", " M", " G", " T") }

// Bytes writes a number of bytes: 999 B, 12.3 kB, 4.56 MB.
func Bytes(n int64) string { return scaled(float64(n), 1000, " B", " kB", " MB", " GB", " TB", " PB") }

// Rate writes bytes per second, over some time: 123 MB/s.
func Rate(bytes int64, in time.Duration) string {
	if in <= 0 {
		return Bytes(0) + "/s"
	}
	return Bytes(int64(float64(bytes)/in.Seconds())) + "/s"
}

// Duration writes a time: 12 µs, 3.45 ms, 1.2 s, 2m05s, 1h02m.
func Duration(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + Duration(-d)
	case d < 999500:
		return strconv.FormatFloat(math.Round(float64(d)/1000), 'f', 0, 64) + " µs"
	case d < 999500*time.Microsecond:
		return digits(d.Seconds()*1000) + " ms"
	case d < 59950*time.Millisecond:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < time.Hour-500*time.Millisecond:
		s := int64(math.Round(d.Seconds()))
		return strconv.FormatInt(s/60, 10) + "m" + two(s%60) + "s"
	}
	m := int64(math.Round(d.Minutes()))
	return strconv.FormatInt(m/60, 10) + "h" + two(m%60) + "m"
}

// Percent writes a part of a whole: 0 %, 0.4 %, 37 %.
func Percent(part float64) string {
	if p := part * 100; p > 0 && p < 0.95 {
		return strconv.FormatFloat(max(p, 0.1), 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(math.Round(part*100), 'f', 0, 64) + " %"
}

func two(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// scaled writes n in the first unit in which it has at most three digits before the
// point.
func scaled(n, step float64, units ...string) string {
	i := 0
	for math.Abs(n) >= step-0.5 && i < len(units)-1 {
		n /= step
		i++
	}
	if i == 0 {
		return strconv.FormatFloat(n, 'f', 0, 64) + units[0]
	}
	return digits(n) + units[i]
}

// digits writes three digits, and all before the point.
func digits(n float64) string {
	places := 2
	switch a := math.Abs(n); {
	case a >= 99.95:
		places = 0
	case a >= 9.995:
		places = 1
	}
	return strconv.FormatFloat(n, 'f', places, 64)
}
