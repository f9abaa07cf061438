package examples_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// countWords is the answer that wordcount must give, found by plain loops.
func countWords(text string) string {
	counts, asWritten := map[string]int{}, map[string]int{}
	for word := range strings.FieldsSeq(text) {
		asWritten[word]++
	}
	for word, n := range asWritten {
		counts[lower(word)] += n
	}
	return format(counts)
}

// format is how wordcount prints counts.
func format(counts map[string]int) string {
	var words []string
	for word := range counts {
		words = append(words, word)
	}
	slices.SortFunc(words, func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	var b strings.Builder
	for _, word := range words {
		fmt.Fprintf(&b, "%d\t%s\n", counts[word], word)
	}
	return b.String()
}

func lower(word string) (low string) {
	if isASCII(word) {
		return strings.ToLower(word)
	}
	for i := 0; i < len(word); {
		r, n := utf8.DecodeRuneInString(word[i:])
		if r == utf8.RuneError && n == 1 {
			low += word[i : i+1]
		} else {
			low += string(unicode.ToLower(r))
		}
		i += n
	}
	return low
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// ascii is text of n bytes: lines with words of a small alphabet, some with
// capitals, white space of all kinds.
func ascii(n int) string {
	rnd := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for b.Len() < n {
		for range 1 + rnd.IntN(4) {
			b.WriteByte("abcdeABCDE.,-'"[rnd.IntN(14)])
		}
		b.WriteByte("        \t\v\f\r\n\n"[rnd.IntN(14)])
	}
	return b.String()
}

// garbage is n random bytes.
func garbage(n int) string {
	b := make([]byte, n)
	rnd := rand.New(rand.NewPCG(3, 4))
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return string(b)
}

const unicodeText = "Ωμέγα ΩΜΈΓΑ ωμέγα\u00a0Straße STRASSE straße\u3000ΣΊΣΥΦΟΣ σίσυφος\u2028İstanbul istanbul ISTANBUL\u0085ǅ ǆ Ǆ\r\n" +
	"日本語 日本語\u2003Ελλάδα\xffÀ\xc3 \xc0\x80 À\xe2\x82 \xed\xa0\x80 K k \u212a \ufffd \ufeffword word\u200bjoined Éa E\u0301a\n"

func TestWordcount(t *testing.T) {
	words := ascii(2 << 20)
	tests := []struct{ name, text string }{
		{"empty", ""},
		{"only white space", " \n\r\n\t\u3000\n"},
		{"one word", "Word"},
		{"no final newline", "a b\nB c"},
		{"windows line ends", "a b\r\nB c\r\n\r\n"},
		{"ascii", words},
		{"unicode", strings.Repeat(unicodeText, 10_000)},
		{"binary garbage", garbage(512 << 10)},
		{"line of 10 MiB", "first\n" + strings.ReplaceAll(words+words+words+words+words+words, "\n", " ")[:10<<20] + "\nlast"},
		{"word of 10 MiB", "first " + strings.Repeat("Xy", 5<<20) + " last\nFIRST\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if testing.Short() && strings.HasSuffix(test.name, "10 MiB") {
				t.Skip("10 MiB, several times")
			}
			path := file(t, test.text)
			want := countWords(test.text)
			for _, n := range workers {
				if got := run(t, "wordcount", "-top", "0", "-workers", n, path); got != want {
					t.Errorf("%s workers: %s", n, difference(got, want))
				}
			}
		})
	}
}

// difference is the first line in which two texts differ, cut short.
func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			return fmt.Sprintf("line %d is %.200q, want %.200q", i+1, a, b)
		}
	}
	return "no difference"
}

func TestWordcountTop(t *testing.T) {
	text := ascii(100_000)
	path := file(t, text)
	all := strings.SplitAfter(countWords(text), "\n")
	tests := []struct {
		args []string
		n    int
	}{
		{nil, 10},
		{[]string{"-top", "1"}, 1},
		{[]string{"-top", "25", "-memory", "64MiB"}, 25},
		{[]string{"-top", "18446744073709551615"}, len(all)},
	}
	for _, test := range tests {
		got := run(t, "wordcount", append(test.args, path)...)
		if want := strings.Join(all[:test.n], ""); got != want {
			t.Errorf("%q: %s", test.args, difference(got, want))
		}
	}
}

// TestWordcountInputs counts two files, a pattern and standard input.
func TestWordcountInputs(t *testing.T) {
	a, b := file(t, "a b\nc"), file(t, "A\n")
	want := "2\ta\n1\tb\n1\tc\n"
	if got := run(t, "wordcount", a, b); got != want {
		t.Errorf("two files: %q, want %q", got, want)
	}
	if got := run(t, "wordcount", filepath.Join(filepath.Dir(filepath.Dir(a)), "**", "*.txt")); got != want {
		t.Errorf("pattern: %q, want %q", got, want)
	}
	_, end := start(t, strings.NewReader("a b\nc\nA"), "wordcount", "-")
	if r := end(); r.out != want || r.code != 0 {
		t.Errorf("standard input: %+v, want %q", r, want)
	}
}

func TestWordcountExplain(t *testing.T) {
	got := run(t, "wordcount", "-explain", "missing.txt")
	for _, part := range []string{"top 10 ", "count by ", "map batch ", "line views missing.txt ", "main.go:"} {
		if !strings.Contains(got, part) {
			t.Errorf("no %q in\n%s", part, got)
		}
	}
}

// TestWordcountAgainstTools holds wordcount against what the tools of the system
// make of the same text.
func TestWordcountAgainstTools(t *testing.T) {
	for _, tool := range []string{"sh", "tr", "grep", "sort", "uniq", "awk"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	path := file(t, ascii(1<<20))
	const script = `tr -s ' \t\v\f\r' '\n' <"$1" | tr A-Z a-z | grep -v '^$' | sort | uniq -c | awk '{print $1 "\t" $2}' | sort -k1,1nr -k2`
	tools := exec.Command("sh", "-c", script, "sh", path)
	tools.Env = append(tools.Environ(), "LC_ALL=C")
	want, err := tools.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := run(t, "wordcount", "-top", "0", path); got != string(want) {
		t.Error(difference(got, string(want)))
	}
}

// TestWordcountOfStandardLibrary runs the main job of the README, and counts the
// words that it prints in a plain loop.
func TestWordcountOfStandardLibrary(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 100 MB in a plain loop")
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	got := run(t, "wordcount")
	counts := map[string]int{}
	for line := range strings.Lines(got) {
		_, word, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		counts[word] = 0
	}
	if len(counts) != 10 {
		t.Fatalf("not ten words:\n%s", got)
	}
	err = filepath.WalkDir(filepath.Join(strings.TrimSpace(string(goroot)), "src"), func(path string, d fs.DirEntry, err error) error {
		switch hidden := strings.HasPrefix(d.Name(), "."); {
		case err != nil:
			return err
		case d.IsDir() && hidden:
			return fs.SkipDir
		case d.IsDir() || hidden || filepath.Ext(path) != ".go":
			return nil
		}
		source, err := os.ReadFile(path)
		for word := range strings.FieldsSeq(string(source)) {
			if len(word) < 16 { // no longer ones are among the ten
				word = lower(word)
			}
			if n, ok := counts[word]; ok {
				counts[word] = n + 1
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := format(counts); got != want {
		t.Error(difference(got, want))
	}
}
