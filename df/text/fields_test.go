package text

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unsafe"
)

// texts are inputs for the splitters and for lower-casing: every length of word and gap around the
// edges of a block, all white space, and bytes that are not UTF-8.
func texts() []string {
	out := []string{
		"", " ", "a", " a b ", "The Quick\tbrown\r\nfox \v\f jumps", "Grüße aus Köln, Ünal", "Ж ж",
		"“Smart” quotes — and… dashes", "日本語　テキスト", "ᚠ ᚡ", "\x85 \xa0\xc2", "\xc2\x85\xc2\xa0x",
		"\xe2\x80", "\xe2\xe2\x80\x80", "\xf0\xe2\x80\x80A\xff", "A\xffB\xc0\x80C", "\x00A\x1f\x0e\x08",
		"ȺȾ Kelvin \u212a İstanbul Σίσυφος ΣΑΣ", "\ufffd\ufffe", "\xed\xa0\x80X",
	}
	for n := range 140 {
		pad := strings.Repeat("x", n)
		out = append(out, pad, pad+" ", " "+pad, pad+"\u2003A", pad+"\u00a0", pad+"É", pad+"Q q",
			strings.Repeat(" ", n)+"Z", strings.Repeat("a ", n), strings.Repeat("\u3000", n)+"b")
	}
	for r := range rune(0x3100) {
		if unicode.IsSpace(r) || unicode.IsSpace(r-1) || unicode.IsSpace(r+1) || unicode.IsSpace(r^0x40) {
			out = append(out, "a"+string(r)+"B", string(r), strings.Repeat("y", 62)+string(r)+"z")
		}
	}
	return out
}

// asStrings returns parts as strings.
func asStrings[S ~string | ~[]byte](parts []S) []string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = string(p)
	}
	return out
}

// sameParts reports whether a function on string and the same on []byte append want.
func sameParts(t *testing.T, s string, want []string, str func([]string, string) []string, byt func([][]byte, []byte) [][]byte) {
	t.Helper()
	want = append([]string{"kept"}, want...)
	if got := str([]string{"kept"}, s); !slices.Equal(got, want) {
		t.Errorf("%q:\n got %q\nwant %q", s, got, want)
	}
	if got := asStrings(byt([][]byte{[]byte("kept")}, []byte(s))); !slices.Equal(got, want) {
		t.Errorf("[]byte %q:\n got %q\nwant %q", s, got, want)
	}
}

func checkFields(t *testing.T, s string) {
	t.Helper()
	sameParts(t, s, strings.Fields(s), Fields, Fields)
}

func TestFields(t *testing.T) {
	for _, s := range texts() {
		checkFields(t, s)
	}
}

func TestFieldsAlias(t *testing.T) {
	s := " one \u2003two"
	for _, word := range Fields(nil, s) {
		at := strings.Index(s, word)
		if unsafe.StringData(word) != unsafe.StringData(s[at:]) {
			t.Errorf("%q was copied", word)
		}
	}
	line := strings.Repeat("some words of text ", 20)
	dst := make([]string, 0, 128)
	if n := testing.AllocsPerRun(10, func() { dst = Fields(dst[:0], line) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzFields(f *testing.F) {
	f.Add("a b\u00a0c\xe2\x80")
	f.Add(strings.Repeat("word ", 13) + "\u2003\u3000x")
	f.Fuzz(func(t *testing.T, s string) { checkFields(t, s) })
}

func TestSpaceLead(t *testing.T) {
	for b := range 256 {
		var line [8]byte
		line[3] = byte(b)
		want := uint64(0)
		if isSpaceLead(byte(b)) {
			want = 0x80 << 24
		}
		if got := markSpaceLead(load8(line[:], 0)); got != want {
			t.Errorf("%#x: %#x", b, got)
		}
	}
}
