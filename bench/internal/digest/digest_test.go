package digest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func sumOf(rows ...string) string {
	var s Sum
	for _, r := range rows {
		s.AddString(r)
	}
	return s.String()
}

func TestSumIsOfAMultiset(t *testing.T) {
	if sumOf("a", "b", "b") != sumOf("b", "a", "b") {
		t.Error("the order counts")
	}
	different := [][]string{nil, {""}, {"a"}, {"a", "a"}, {"a", "b"}, {"b", "b"}, {"ab"}, {"a", "", "b"}, {"a", "a", "b", "b"}, {"a", "b", "c", "c"}}
	seen := map[string][]string{}
	for _, rows := range different {
		if other, ok := seen[sumOf(rows...)]; ok {
			t.Errorf("%q and %q have the same sum", rows, other)
		}
		seen[sumOf(rows...)] = rows
	}
	var x, y Sum
	x.AddString("a")
	y.Add([]byte("b"))
	x.Merge(y)
	if x.String() != sumOf("b", "a") || x.Rows() != 2 {
		t.Error("a merged sum differs")
	}
	var n, m Sum
	n.AddInts(1, 2)
	m.AddInts(2, 1)
	if n == m {
		t.Error("the order of columns does not count")
	}
}

func TestOrdered(t *testing.T) {
	of := func(rows ...string) string {
		var o Ordered
		for _, r := range rows {
			o.AddString(r)
		}
		return o.String()
	}
	if of("a", "b") == of("b", "a") || of("a") == of("a", "a") {
		t.Error("not a checksum of the order")
	}
	var a, b Ordered
	a.AddInt(1)
	a.AddInt(2)
	b.AddInt(2)
	b.AddInt(1)
	if a.String() == b.String() || a.Rows() != 2 {
		t.Error("the order of numbers does not count")
	}
}

func TestLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, []byte("b\n\na"), 0o666); err != nil {
		t.Fatal(err)
	}
	rows, text, err := Lines(path, false)
	if rows != 3 || text != sumOf("a", "b", "") || err != nil {
		t.Errorf("%d rows, %s, %v", rows, text, err)
	}
	rows, ordered, err := LinesOf(strings.NewReader("b\n\na\n"), true)
	_, other, _ := LinesOf(strings.NewReader("a\n\nb\n"), true)
	if rows != 3 || ordered == other || err != nil {
		t.Errorf("%d rows, %s, %s, %v", rows, ordered, other, err)
	}
	if _, _, err := LinesOf(strings.NewReader(strings.Repeat("x", 1<<20+1)), false); err == nil {
		t.Error("a line that is too long is taken")
	}
}
