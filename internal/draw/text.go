package draw

import (
	"strings"
	"unicode"
)

// sizes of text, in pixels.
const (
	sizeTitle = 13
	sizeText  = 12
	sizeSmall = 11
)

// widths are those of the printable characters of ASCII, in thousandths of the
// size: of Arial and DejaVu Sans, which most systems show or resemble, those of
// the wider one.
var widths = [...]int16{
	318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, // space to /
	636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 556, // 0 to ?
	1015, 684, 686, 722, 770, 667, 611, 778, 752, 295, 500, 667, 557, 863, 748, 787, // @ to O
	667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 337, 390, 838, 556, // P to _
	500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, // ` to o
	635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838, // p to ~
}

func runeWidth(r rune) int {
	switch {
	case r >= ' ' && r <= '~':
		return int(widths[r-' '])
	case r == '·':
		return 340
	case unicode.Is(unicode.Mn, r):
		return 0
	case r < 0x250:
		return 850
	case r < 0x1100:
		return 1100
	case r < 0x1f000:
		return 1050
	}
	return 1400
}

// width is how many pixels text takes at most.
func width(s string, size int) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return pixels(n, size)
}

func pixels(n, size int) int {
	if size == sizeTitle {
		n = n * 116 / 100 // it is bold
	}
	return (n*size + 999) / 1000
}

// fit cuts text to a number of pixels, with an ellipsis where something is cut.
func fit(s string, size, most int) string {
	n, end := 0, 0 // end: before the last rune that an ellipsis still fits behind
	for i, r := range s {
		if pixels(n+runeWidth('…'), size) <= most {
			end = i
		}
		if n += runeWidth(r); pixels(n, size) > most {
			return strings.TrimRight(s[:end], " ") + "…"
		}
	}
	return s
}

// line makes one line of text that can be shown: control characters and breaks are
// spaces, and what is not UTF-8 is replaced.
func line(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return shown(r)
	}, s)
}

// shown replaces what XML, DOT and Mermaid cannot hold, and what would turn the
// direction of the text around it.
func shown(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef:
		return unicode.ReplacementChar
	}
	return r
}

// clean is text of several lines that can be shown.
func clean(s string) string { return strings.Map(shown, strings.ReplaceAll(s, "\r\n", "\n")) }

var xmlEscapes = strings.NewReplacer(`&`, "&amp;", `<`, "&lt;", `>`, "&gt;", `"`, "&quot;", `'`, "&#39;", "\n", "&#10;", "\t", "&#9;")

// escape makes text fit for elements and attributes of XML.
func escape(s string) string { return xmlEscapes.Replace(clean(s)) }

// flow breaks pieces of given widths into lines.
func flow(widths []int, gap, most int) (lines [][]int) {
	used := 0
	for i, w := range widths {
		if len(lines) == 0 || used+gap+w > most {
			lines, used = append(lines, nil), -gap
		}
		last := len(lines) - 1
		lines[last] = append(lines[last], i)
		used += gap + w
	}
	return lines
}
