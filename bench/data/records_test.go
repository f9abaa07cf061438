package data_test

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"anabranch.dev/bench/data"
)

// lines returns the lines of k with their newlines, and checks their number and lengths.
func lines(t *testing.T, k data.Records, size int) []string {
	t.Helper()
	got := slices.Collect(strings.Lines(text(t, k)))
	if int64(len(got)) != k.Rows {
		t.Fatalf("%s: %d lines", k.Name(), len(got))
	}
	for _, line := range got {
		if len(line) != size || !strings.HasSuffix(line, "\n") {
			t.Fatalf("%s: the line %q has %d bytes, want %d with a newline", k.Name(), line, len(line), size)
		}
	}
	return got
}

func TestRecords(t *testing.T) {
	looksAtText(t)
	got := lines(t, data.Records{Rows: 50_000, Seed: 1}, 100)
	form := regexp.MustCompile(`^[ -~]{10}  [0-9A-F]{32}  [0-9A-F]{53}\n$`)
	first, last, start := map[byte]int{}, map[byte]int{}, map[string]bool{}
	for i, line := range got {
		if want := fmt.Sprintf("  %032X  ", i); line[10:46] != want || !form.MatchString(line) {
			t.Fatalf("line %d is %q", i, line)
		}
		for f := 46; f < 98; f += 4 {
			if line[f:f+3] != line[f+1:f+4] {
				t.Fatalf("line %d: %q is not one digit", i, line[f:f+4])
			}
		}
		first[line[0]]++
		last[line[9]]++
		start[line[:5]] = true
	}
	for _, count := range []map[byte]int{first, last} {
		if d := deviation(count); len(count) != 95 || d > 150 {
			t.Errorf("%d different characters at one place, not uniform: %.0f", len(count), d)
		}
	}
	if n := len(start); n < len(got)-10 { // 95^5 is far above the square of the rows
		t.Errorf("%d different starts of %d keys", n, len(got))
	}
}

// deviation returns the sum of squared deviations from uniform counts, each over the count that was expected: about
// as many as there are counts.
func deviation(count map[byte]int) (sum float64) {
	total := 0
	for _, n := range count {
		total += n
	}
	want := float64(total) / float64(len(count))
	for _, n := range count {
		sum += (float64(n) - want) * (float64(n) - want) / want
	}
	return sum
}

// TestRecordsInOrder looks at whole lines, of keys that are nearly all different and of keys with many equal ones.
func TestRecordsInOrder(t *testing.T) {
	looksAtText(t)
	for _, shape := range []data.Records{
		{Rows: 50_000, KeyBytes: 10, Bytes: 100},
		{Rows: 50_000, KeyBytes: 2, Bytes: 60},
		{Rows: 50_000, KeyBytes: 30, Bytes: 31}, // nothing but a key
		{Rows: 1000, KeyBytes: 10, Bytes: 2000},
		{Rows: 1, KeyBytes: 1, Bytes: 2},
	} {
		in := func(o data.Order) []string {
			k := shape
			k.Order, k.Seed = o, 5
			return lines(t, k, k.Bytes)
		}
		presorted, reversed := in(data.Presorted), in(data.Reversed)
		if !slices.IsSorted(presorted) {
			t.Errorf("%+v: presorted lines are not sorted", shape)
		}
		if slices.Reverse(reversed); !slices.Equal(reversed, presorted) {
			t.Errorf("%+v: the reversed lines are not those of presorted backwards", shape)
		}
		if n := distinct(in(data.Equal)); n != 1 {
			t.Errorf("%+v: %d different lines among equal ones", shape, n)
		}
		if shape.Rows == 1 {
			continue
		}
		if n := distinct(in(data.Few)); n != 100 {
			t.Errorf("%+v: %d different lines among few", shape, n)
		}
		random := in(data.Random)
		if n := distinct(random); int64(n) != shape.Rows || slices.IsSorted(random) {
			t.Errorf("%+v: %d different random lines, sorted %v", shape, n, slices.IsSorted(random))
		}
	}
	if s := text(t, data.Records{}); s != "" {
		t.Errorf("no records are %q", s)
	}
}

func distinct[T comparable](rows []T) int {
	set := map[T]bool{}
	for _, row := range rows {
		set[row] = true
	}
	return len(set)
}

func TestTera(t *testing.T) {
	looksAtText(t)
	const rows = 50_000
	s := []byte(text(t, data.Tera{Rows: rows, Seed: 1}))
	if len(s) != rows*100 {
		t.Fatalf("%d bytes", len(s))
	}
	var counts [10]map[byte]int
	for i := range counts {
		counts[i] = map[byte]int{}
	}
	for row := range rows {
		record := s[row*100:][:100]
		for i := range counts {
			counts[i][record[i]]++
		}
		head, middle, tail := record[10:12], record[44:48], record[96:]
		if string(head) != "\x00\x11" || string(middle) != "\x88\x99\xaa\xbb" || string(tail) != "\xcc\xdd\xee\xff" {
			t.Fatalf("record %d: %x, %x, %x between the fields", row, head, middle, tail)
		}
		if number := string(record[12:44]); number != fmt.Sprintf("%032X", row) {
			t.Fatalf("record %d has the number %s", row, number)
		}
		for f := 48; f < 96; f += 4 {
			if !bytes.Equal(record[f:f+3], record[f+1:f+4]) {
				t.Fatalf("record %d: %q is not one digit", row, record[f:f+4])
			}
		}
	}
	for i, count := range counts {
		if d := deviation(count); len(count) != 256 || d > 350 {
			t.Errorf("%d different bytes at place %d, not uniform: %.0f", len(count), i, d)
		}
	}
}

func TestIntsIn(t *testing.T) {
	const n = 100_000
	presorted, reversed := data.IntsIn(n, data.Presorted, 3), data.IntsIn(n, data.Reversed, 3)
	if !slices.IsSorted(presorted) || distinct(presorted) != n {
		t.Errorf("presorted numbers are not sorted or %d different ones", distinct(presorted))
	}
	if first, last := presorted[0], presorted[n-1]; first > math.MinInt64/n*(n-3) || last < math.MaxInt64/n*(n-3) {
		t.Errorf("the numbers lie in %d..%d", first, last)
	}
	if slices.Reverse(reversed); !slices.Equal(reversed, presorted) {
		t.Error("the reversed numbers are not those of presorted backwards")
	}
	for order, want := range map[data.Order]int{data.Random: n, data.Equal: 1, data.Few: 100} {
		if got := distinct(data.IntsIn(n, order, 3)); got != want {
			t.Errorf("%d different %v numbers, want %d", got, order, want)
		}
	}
	top := map[byte]int{}
	for _, v := range data.IntsIn(n, data.Random, 3) {
		top[byte(v>>56)]++
	}
	if d := deviation(top); len(top) != 256 || d > 350 {
		t.Errorf("%d different top bytes of random numbers, not uniform: %.0f", len(top), d)
	}
	if got := data.IntsIn(0, data.Presorted, 3); len(got) != 0 {
		t.Errorf("no numbers are %v", got)
	}
}

func TestShortStrings(t *testing.T) {
	looksAtText(t)
	form := regexp.MustCompile(`^[a-z]{4,16}$`)
	lengths := map[byte]int{}
	texts := data.ShortStrings(100_000, 3)
	for _, s := range texts {
		if !form.MatchString(s) {
			t.Fatalf("a strange string %q", s)
		}
		lengths[byte(len(s))]++
	}
	if d := deviation(lengths); len(lengths) != 13 || d > 40 {
		t.Errorf("%d different lengths, not uniform: %.0f", len(lengths), d)
	}
	if n := distinct(texts); n < 99_000 {
		t.Errorf("%d different strings", n)
	}
	if !slices.Equal(texts, data.ShortStrings(100_000, 3)) {
		t.Error("other strings the second time")
	}
}

func TestOrderNames(t *testing.T) {
	for _, want := range []data.Order{data.Random, data.Presorted, data.Reversed, data.Equal, data.Few} {
		name, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got data.Order
		if err := got.UnmarshalText(name); err != nil || got != want {
			t.Errorf("%s is %v, %v", name, got, err)
		}
	}
	var o data.Order
	if err := o.UnmarshalText([]byte("upwards")); err == nil {
		t.Error("there is no order upwards")
	}
}
