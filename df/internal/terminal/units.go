package terminal

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// about is a time to come: its two largest units.
func about(d time.Duration) string {
	s := int64(d.Round(time.Second) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	}
	return fmt.Sprintf("%dh%02dm", s/3600, s/60%60)
}

// percent is a share, and 100 % only of all.
func percent(share float64) string {
	return fmt.Sprintf("%d%%", int(100*min(max(share, 0), 1)))
}

// clean replaces what a terminal might obey, or a reader not see.
func clean(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if !unicode.IsPrint(r) {
			r = utf8.RuneError
		}
		out = append(out, r)
	}
	return string(out)
}

// wide are the runes that take two cells.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1}, {Lo: 0x231a, Hi: 0x231b, Stride: 1}, {Lo: 0x23e9, Hi: 0x23f3, Stride: 1},
		{Lo: 0x25fd, Hi: 0x25fe, Stride: 1}, {Lo: 0x2614, Hi: 0x27bf, Stride: 1}, {Lo: 0x2b1b, Hi: 0x2b55, Stride: 1},
		{Lo: 0x2e80, Hi: 0x303e, Stride: 1}, {Lo: 0x3041, Hi: 0xa4cf, Stride: 1}, {Lo: 0xa960, Hi: 0xa97f, Stride: 1},
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1}, {Lo: 0xf900, Hi: 0xfaff, Stride: 1}, {Lo: 0xfe10, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1}, {Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x16fe0, Hi: 0x18dff, Stride: 1}, {Lo: 0x1b000, Hi: 0x1b2ff, Stride: 1}, {Lo: 0x1f000, Hi: 0x1faff, Stride: 1},
		{Lo: 0x20000, Hi: 0x3fffd, Stride: 1},
	},
}

// cells is how many columns of a terminal a text takes, at most: a mark that is drawn upon
// the rune before it counts too, and in doubt a rune is wide.
func cells(s string) (n int) {
	for _, r := range s {
		n += cellsOf(r)
	}
	return n
}

func cellsOf(r rune) int {
	if r >= 0x1100 && unicode.Is(wide, r) {
		return 2
	}
	return 1
}

// cut shortens a text to at most n cells.
func cut(s string, n int) string {
	switch {
	case cells(s) <= n:
		return s
	case n < 1:
		return ""
	}
	for i, r := range s {
		if n -= cellsOf(r); n < 1 { // the last cell is for the dots
			return s[:i] + "…"
		}
	}
	return s
}

// wrap breaks a list that is too long for one line at its commas.
func wrap(s string, width int) (lines []string) {
	text := ""
	for i, part := range strings.Split(s, ", ") {
		switch {
		case i == 0:
			text = part
		case cells(text)+len(", ,")+cells(part) > width:
			lines = append(lines, cut(text+",", width))
			text = "  " + part
		default:
			text += ", " + part
		}
	}
	return append(lines, cut(text, width))
}
