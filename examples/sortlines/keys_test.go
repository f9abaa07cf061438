package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"anabranch.dev/df"
)

func TestFieldsSet(t *testing.T) {
	tests := []struct {
		text string
		want fields // none: an error
	}{
		{"1", fields{1, 0}},
		{"2,3", fields{2, 3}},
		{"7,7", fields{7, 7}},
		{text: ""}, {text: "0"}, {text: "-1"}, {text: "1,0"}, {text: "3,2"}, {text: "1,"}, {text: ",1"}, {text: "1,2,3"}, {text: "a"}, {text: "1.2"}, {text: "2n"},
		{text: "99999999999999999999"},
	}
	for _, test := range tests {
		var f fields
		if err := f.Set(test.text); (err != nil) != (test.want == fields{}) || f != test.want {
			t.Errorf("Set(%q): %v, %v, want %v", test.text, f, err, test.want)
		}
		if got := f.String(); f != (fields{}) && got != test.text {
			t.Errorf("%q prints as %q", test.text, got)
		}
	}
}

func TestFieldsOf(t *testing.T) {
	tests := []struct {
		fields string
		line   df.View
		want   df.View
	}{
		{"1", "", ""},
		{"1", "a b", "a b"},
		{"1", "  a b ", "  a b "},
		{"1,1", "a b", "a"},
		{"1,1", " \t a b", " \t a"},
		{"2", "a b  c", " b  c"},
		{"2,2", "a b  c", " b"},
		{"2,3", "a b\t c d", " b\t c"},
		{"3", "a b", ""},
		{"3,4", "a b", ""},
		{"2,9", "a b c", " b c"},
		{"2", "a ", " "},
		{"3", "a b ", " "},
		{"2,2", "a\x00b\rc \v\fä\u00a0x y", " \v\fä\u00a0x"},
		{"1000000000000,1000000000001", "a b", ""},
	}
	for _, test := range tests {
		var f fields
		if err := f.Set(test.fields); err != nil {
			t.Fatal(err)
		}
		if got := f.of(test.line); got != test.want {
			t.Errorf("fields %s of %q: %q, want %q", test.fields, string(test.line), string(got), string(test.want))
		}
	}
}

// numbers are numbers in ascending order, each in several spellings.
var numbers = [][]string{
	{"-" + strings.Repeat("9", 300)},
	{"-1" + strings.Repeat("0", 126)},
	{"-" + strings.Repeat("9", 126)},
	{"-" + strings.Repeat("9", 125) + ".5"},
	{"-" + strings.Repeat("9", 125), " -" + strings.Repeat("9", 125) + ".0"},
	{"-123.45", "-0123.450", "\t-123.45.6", "-123.45e9"},
	{"-123.4499999999999999999999999999999999999"},
	{"-123.4", "-123.4-"},
	{"-123", "-00123.", "-123.000", "-123,5"},
	{"-100"},
	{"-99.9"},
	{"-1", "-1.0", " \t -1", "-1-1"},
	{"-0.11"},
	{"-.1", "-0.1", "-00.10"},
	{"-.01"},
	{"-." + strings.Repeat("0", 300) + "1"},
	{"0", "", "-", "-0", "-.", "-.0", ".", "0.000", "00", "+1", "x", "- 1", "--1", "\x001", "\r1", "\v1", "\u00a01", "Infinity", "٣"},
	{"." + strings.Repeat("0", 300) + "1"},
	{".01"},
	{".1", "0.10", "00.1", " .1\x00"},
	{".11"},
	{"1", "1.", "1e5", "01", "1 000", "1x", "1\x002"},
	{"1.05"},
	{"1.5"},
	{"9.99"},
	{"10"},
	{"99"},
	{"100"},
	{"100.00000000000000000000000000001"},
	{strings.Repeat("9", 124)},
	{"1" + strings.Repeat("0", 124)},
	{"1" + strings.Repeat("0", 124) + ".5"},
	{strings.Repeat("9", 125), "000" + strings.Repeat("9", 125)},
	{strings.Repeat("9", 126)},
	{"1" + strings.Repeat("0", 126)},
	{"1" + strings.Repeat("0", 126) + ".001"},
	{strings.Repeat("9", 300)},
	{"1" + strings.Repeat("0", 70_000)},
	{"1" + strings.Repeat("0", 70_000) + ".1"},
}

func TestNumber(t *testing.T) {
	for i, a := range numbers {
		for j, b := range numbers {
			for _, x := range a {
				for _, y := range b {
					if got, want := cmp.Compare(number(df.View(x)), number(df.View(y))), cmp.Compare(i, j); got != want {
						t.Errorf("%.50q and %.50q: compare as %d, want %d", x, y, got, want)
					}
				}
			}
		}
	}
}

// TestNumberRandom compares random numbers of one scale as whole numbers.
func TestNumberRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	random := func() (int64, df.View) { // thousandths
		n, sign := rnd.Int64N(2_000_000>>rnd.IntN(21)+1), int64(1)
		text := fmt.Sprintf("%d.%03d", n/1000, n%1000)
		if rnd.IntN(2) == 0 {
			sign, text = -1, "-"+text
		}
		return sign * n, df.View(text)
	}
	for range 200_000 {
		a, x := random()
		b, y := random()
		if got, want := cmp.Compare(number(x), number(y)), cmp.Compare(a, b); got != want {
			t.Fatalf("%q and %q: compare as %d, want %d", string(x), string(y), got, want)
		}
	}
}

func TestKeysEqual(t *testing.T) {
	tests := []struct {
		keys keys
		a, b df.View
		want bool
	}{
		{keys{}, "a", "a", true},
		{keys{}, "1", "1.0", false},
		{keys{numeric: true}, "1", " 01.0x", true},
		{keys{numeric: true}, "1", "2", false},
		{keys{fields: fields{2, 2}}, "a b c", "x b y", true},
		{keys{fields: fields{2, 2}}, "a b", "a  b", false},
		{keys{fields: fields{2, 2}, numeric: true}, "a 5 c", "x   5. y", true},
		{keys{fields: fields{2, 0}, reverse: true}, "a b c", "x b y", false},
	}
	for _, test := range tests {
		if got := test.keys.equal(test.a, test.b); got != test.want {
			t.Errorf("%+v: %q and %q: %v, want %v", test.keys, string(test.a), string(test.b), got, test.want)
		}
	}
}
