package draw

import (
	"encoding/xml"
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

var awkward = []string{
	`say "hi" & <b>bye</b> 'now'`, "two\nlines\r\nand a\ttab", `back\slash \N \" \`, "a`tick` ```x```", "[x] (y) {z} |w| ;#34; &lt; #quot;",
	"1. first\n- second\n+ third\n# fourth\n2) fifth", "日本語 😀 e\u0301 שלום \u202eright to left", "bad \xff\xfe bytes \x00\x1b[31m \ufffe \u2028", "]]> --> <!-- %% end", "", " ", "***", "-->", `"`, `\`,
}

func FuzzEscape(f *testing.F) {
	for _, s := range awkward {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		g := &Graph{
			Title: s, Text: s, Caption: []string{s, "x"},
			Groups: []Group{{Name: s, Note: s, Tooltip: s}, {Name: "empty"}},
			Nodes: []Node{
				{Kind: Source, Group: 1, Title: s, Aside: s, Label: s, Lines: []string{s}, Bar: s, Share: 2, Tooltip: s},
				{Kind: Sink, Title: "end", Share: -1, Bar: "x"},
			},
			Edges: []Edge{{From: 0, To: 1, Via: 2, Label: s, Boundary: true, Tooltip: s}},
		}
		p := lookAt(t, g.SVG())
		checkPlaces(t, g, p)
		checkTexts(t, p)
		checkEdges(t, g, p)
		var parsed struct {
			Title string `xml:"title"`
			Desc  string `xml:"desc"`
		}
		if err := xml.Unmarshal([]byte(g.SVG()), &parsed); err != nil || parsed.Title != clean(s) || parsed.Desc != clean(s) {
			t.Errorf("%q was read back as %q and %q: %v", s, parsed.Title, parsed.Desc, err)
		}
		checkDOT(t, g.DOT(), s)
		checkMermaid(t, g.Mermaid(), s)
	})
}

// TestClean holds what has to be replaced.
func TestClean(t *testing.T) {
	for s, want := range map[string]string{
		"a\r\nb\tc": "a\nb\tc", "\x00\xff\u202e\ufffe": "\ufffd\ufffd\ufffd\ufffd", "é😀": "é😀",
	} {
		if got := clean(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
	if got := line(" a\nb\t\x01"); got != " a b \ufffd" {
		t.Errorf("%q", got)
	}
}

var dotString = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// checkDOT holds that text is in strings, and that these mean what they should.
func checkDOT(t *testing.T, dot, s string) {
	t.Helper()
	if !utf8.ValidString(dot) {
		t.Errorf("%q is not UTF-8", dot)
	}
	if rest := dotString.ReplaceAllString(dot, ""); !regexp.MustCompile(`^[\w\s{}\[\]=,.>-]*$`).MatchString(rest) {
		t.Errorf("%q leaves its string in\n%s", s, dot)
	}
	want := "label=" + dotText(s)
	if s != "" && !strings.Contains(dot, want) {
		t.Errorf("no %s in\n%s", want, dot)
	}
	text := dotText(s)
	back := regexp.MustCompile(`\\.`).ReplaceAllStringFunc(text[1:len(text)-1], func(e string) string {
		switch e {
		case `\n`:
			return "\n"
		case `\\`, `\"`:
			return e[1:]
		}
		t.Errorf("%s has the escape %s", text, e)
		return e
	})
	if html.UnescapeString(back) != clean(s) {
		t.Errorf("%q is shown as %q", s, html.UnescapeString(back))
	}
}

var (
	mermaidString = regexp.MustCompile(`"[^"]*"`)
	mermaidNumber = regexp.MustCompile(`#(\d+);`)
)

func checkMermaid(t *testing.T, mermaid, s string) {
	t.Helper()
	head, body, ok := strings.Cut(mermaid, "\n---\nflowchart TB\n")
	if !ok || strings.Count(head, "\n") != 1 {
		t.Fatalf("%q breaks the head of\n%s", s, mermaid)
	}
	title := strings.TrimSuffix(strings.TrimPrefix(head, "---\ntitle: \""), "\"")
	if title = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(title); title != line(s)+", x" {
		t.Errorf("the title of %q is %q", s, title)
	}
	if rest := mermaidString.ReplaceAllString(body, ""); !regexp.MustCompile(`^[\w\s\[\](){}|:#,./>-]*$`).MatchString(rest) {
		t.Errorf("%q leaves its string in\n%s", s, body)
	}
	text := strings.ReplaceAll(mermaidText(s), "#92;#8203;", "#92;")
	text = strings.ReplaceAll(text[1:len(text)-1], "<br/>", "\n")
	plain := mermaidNumber.ReplaceAllString(text, "")
	if strings.ContainsAny(plain, "\"#<>&`*_~;{}|\\$%") {
		t.Errorf("%q has punctuation that means something: %q", s, plain)
	}
	if m := regexp.MustCompile(`(?m)^ *(\d+[.)]|[-+*])( |$)`).FindString(text); m != "" {
		t.Errorf("%q begins a list: %q", s, text)
	}
	back := mermaidNumber.ReplaceAllStringFunc(text, func(e string) string {
		n, _ := strconv.Atoi(e[1 : len(e)-1])
		return string(rune(n))
	})
	if want := strings.ReplaceAll(clean(s), "\t", " "); back != want {
		t.Errorf("%q is shown as %q", want, back)
	}
}
