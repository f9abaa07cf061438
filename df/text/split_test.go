package text

import (
	"strings"
	"testing"
)

func checkSplit(t *testing.T, s string, sep byte) {
	t.Helper()
	want := strings.Split(s, string([]byte{sep}))
	sameParts(t, s, want,
		func(dst []string, s string) []string { return Split(dst, s, sep) },
		func(dst [][]byte, s []byte) [][]byte { return Split(dst, s, sep) })
	for i := range len(want) + 9 {
		part, found := "", i < len(want)
		if found {
			part = want[i]
		}
		if got, ok := Field(s, sep, i); got != part || ok != found {
			t.Errorf("Field(%q, %q, %d) = %q, %v, want %q", s, sep, i, got, ok, part)
		}
		if got, ok := Field([]byte(s), sep, i); string(got) != part || ok != found {
			t.Errorf("Field([]byte %q, %q, %d) = %q, %v, want %q", s, sep, i, got, ok, part)
		}
	}
	before, after, found := strings.Cut(s, string([]byte{sep}))
	checkCut(t, s, before, after, found, func(s string) (string, string, bool) { return Cut(s, sep) },
		func(s []byte) ([]byte, []byte, bool) { return Cut(s, sep) })
	before, after, found = s, "", false
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		before, after, found = s[:i], s[i+1:], true
	}
	checkCut(t, s, before, after, found, func(s string) (string, string, bool) { return CutLast(s, sep) },
		func(s []byte) ([]byte, []byte, bool) { return CutLast(s, sep) })
}

func checkCut(t *testing.T, s, before, after string, found bool,
	str func(string) (string, string, bool), byt func([]byte) ([]byte, []byte, bool)) {
	t.Helper()
	if b, a, ok := str(s); b != before || a != after || ok != found {
		t.Errorf("cut %q: %q, %q, %v, want %q, %q", s, b, a, ok, before, after)
	}
	if b, a, ok := byt([]byte(s)); string(b) != before || string(a) != after || ok != found {
		t.Errorf("cut []byte %q: %q, %q, %v, want %q, %q", s, b, a, ok, before, after)
	}
}

func TestSplit(t *testing.T) {
	for _, s := range []string{"", ",", ",,", "a", "a,b", ",a,", "a\x00b\x00", "\x00", "Hamburg;-12.3", "a;b;c;d;e"} {
		for _, sep := range []byte{',', 0, ';', 'a', 0xff, 0x80} {
			checkSplit(t, s, sep)
		}
	}
	for n := range 140 {
		pad := strings.Repeat("-", n)
		for _, s := range []string{pad, pad + ",", "," + pad, pad + "," + pad, strings.Repeat(",", n), strings.Repeat("a,", n) + "b"} {
			checkSplit(t, s, ',')
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("one,two,,three", byte(','))
	f.Add("\x00\x01\x80\x81", byte(0x80))
	f.Fuzz(checkSplit)
}

func TestFieldPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Field("a,b", ',', -1)
}
