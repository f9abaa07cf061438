package text

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

// plainLower is Lower rune by rune.
func plainLower(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b.WriteByte(s[i])
		} else {
			b.WriteRune(unicode.ToLower(r))
		}
		i += size
	}
	return b.String()
}

func checkLower(t *testing.T, s string) {
	t.Helper()
	want := plainLower(s)
	if utf8.ValidString(s) && want != strings.ToLower(s) {
		t.Fatalf("%q: the oracle is not strings.ToLower", s)
	}
	if got := Lower(s); got != want {
		t.Errorf("Lower(%q) = %q, want %q", s, got, want)
	}
	in := []byte(s)
	if got := Lower(in); string(got) != want || string(in) != s {
		t.Errorf("Lower([]byte %q) = %q, want %q", s, got, want)
	}
	if got := AppendLower([]byte("kept"), s); string(got) != "kept"+want {
		t.Errorf("AppendLower(%q) = %q, want %q", s, got, want)
	}
	words := strings.Fields(s)
	for i, w := range words {
		words[i] = plainLower(w)
	}
	twice := append(slices.Clone(words), words...)
	sameParts(t, s, twice,
		func(dst []string, s string) []string { return LowerFields(dst, []string{s, s}) },
		func(dst [][]byte, s []byte) [][]byte { return LowerFields(dst, [][]byte{s, s}) })
	sameParts(t, s, []string{want, want},
		func(dst []string, s string) []string { return LowerAll(dst, []string{s, s}) },
		func(dst [][]byte, s []byte) [][]byte { return LowerAll(dst, [][]byte{s, s}) })
}

func TestLower(t *testing.T) {
	for _, s := range texts() {
		checkLower(t, s)
	}
	for r := range rune(unicode.MaxRune + 1) {
		s := string(r)
		if got := Lower(s); got != strings.ToLower(s) {
			t.Errorf("Lower(%q) = %q", s, got)
		}
	}
}

func FuzzLower(f *testing.F) {
	f.Add("ABC def\xff É Ⱥ")
	f.Add(strings.Repeat("Word ÄÖ ", 13) + "\u2003X")
	f.Fuzz(func(t *testing.T, s string) { checkLower(t, s) })
}

// TestLowerKept keeps all results of many calls: no later call may write to them.
func TestLowerKept(t *testing.T) {
	var lines, want []string
	for i := range 5000 {
		words := strings.Repeat("Aß Long", i%9+1) + strings.Repeat("Ⱥ", i%50) + " " + strings.Repeat("Xy", i%6000)
		lines = append(lines, words)
		want = append(want, strings.Fields(strings.ToLower(words))...)
	}
	var got []string
	for i := range lines {
		got = LowerFields(got, lines[i:i+1])
	}
	if !slices.Equal(got, want) {
		t.Error("a result was overwritten or is wrong")
	}
}

func TestLowerBytesHaveNoRoom(t *testing.T) {
	got := LowerAll(nil, [][]byte{[]byte("AB"), []byte("CD")})
	_ = append(got[0], "xxxx"...)
	if string(got[1]) != "cd" {
		t.Errorf("append to one result changed the next: %q", got[1])
	}
}

func TestLowerAlias(t *testing.T) {
	s := "nothing to do, señor"
	if got := Lower(s); unsafe.StringData(got) != unsafe.StringData(s) {
		t.Error("unchanged string was copied")
	}
	words := LowerFields(nil, []string{s})
	if unsafe.StringData(words[0]) != unsafe.StringData(s) {
		t.Error("unchanged word was copied")
	}
}
