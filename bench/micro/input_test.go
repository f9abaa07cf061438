package micro

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"anabranch.dev/bench/data"
)

// size is the size of the text inputs in bytes, a decimal number with k, m or g behind it.
type size int64

func (s *size) String() string { return strconv.FormatInt(int64(*s), 10) }

func (s *size) Set(text string) error {
	unit := int64(1)
	switch text = strings.ToLower(text); {
	case strings.HasSuffix(text, "k"):
		unit = 1e3
	case strings.HasSuffix(text, "m"):
		unit = 1e6
	case strings.HasSuffix(text, "g"):
		unit = 1e9
	}
	n, err := strconv.ParseInt(strings.TrimRight(text, "kmg"), 10, 64)
	if err != nil || n < 1 || n > 1e12/unit {
		return fmt.Errorf("%q is not a size: 64m, 1g", text)
	}
	*s = size(n * unit)
	return nil
}

// benchSize is the flag -size.
var benchSize = size(64e6)

func init() {
	flag.Var(&benchSize, "size", "benchmarks: `bytes` of the text inputs, as in 64m or 1g; rows and keys grow with it")
}

// testSize is the size of inputs in tests: small, but of several pieces.
const testSize = size(1e6)

// distinct is the number of distinct words in a text, of which a gigabyte has n: each comes equally often in texts
// of all sizes.
func (s size) distinct(n float64) int { return max(1, int(n*float64(s)/1e9)) }

// words is a text of which a gigabyte has n distinct words, with a capital in front of a share of them.
func (s size) words(tb testing.TB, n, capital float64) string {
	return file(tb, data.Words{Bytes: int64(s), Distinct: s.distinct(n), Capital: capital, Seed: 1})
}

// stations is a file of measurements, 100 million rows for a gigabyte of words.
func (s size) stations(tb testing.TB, names, nameBytes int) string {
	return file(tb, data.Stations{Rows: int64(s) / 10, Names: names, NameBytes: nameBytes, Seed: 1})
}

// rows is a number of rows in memory.
func (s size) rows() int { return max(1000, int(s/32)) }

// file makes the file of k, or a temporary one for a test.
func file(tb testing.TB, k data.Kind) string {
	tb.Helper()
	if _, ok := tb.(*testing.T); ok {
		tb.Setenv("ANABRANCH_DATA", tb.TempDir())
	}
	path, err := data.File(k)
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

func TestSize(t *testing.T) {
	for text, want := range map[string]size{"1": 1, "3k": 3e3, "64m": 64e6, "64M": 64e6, "1g": 1e9, "": 0, "0": 0, "-1": 0, "1x": 0, "kk": 0, "9999999g": 0} {
		var got size
		if err := got.Set(text); got != want || (err != nil) != (want == 0) {
			t.Errorf("Set(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
}
