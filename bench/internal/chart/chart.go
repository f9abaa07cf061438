// Package chart draws the plots of a report as SVG: bars of times ([Bars]), ratios on a logarithmic axis ([Dots]) and
// curves ([Lines]).
//
// A plot is text that stands for itself: it has its own style, which follows whether the reader's system is light or dark,
// and needs nothing from outside, in a page as well as as a file beside a document. Things are labelled where they are,
// with numbers and units, and there are three colours: one for us, one for the limit that we measure ourselves against,
// and grey for all others.
//
// It is not a plotting library: it draws what the report asks for.
package chart

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// Width is that of all plots, in units of which a letter is about seven wide.
const Width = 760

// A Kind says whose something is, and so its colour.
type Kind string

// The kinds.
const (
	Ours  Kind = "ours"
	Limit Kind = "limit"
	Other Kind = "other"
	Third Kind = "third"
)

// style is that of all plots. Texts have a contrast of 4.5 to 1 and more against the background, in light and dark.
const style = `<style>
.chart{font:13px/1.3 system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;--ink:#1b2530;--soft:#566270;--line:#d5dbe1;--ours:#0b66c3;--limit:#b4480a;--other:#8b97a3;--third:#6a51a3;--othertext:#4f5b67;--bad:#b3261e}
@media (prefers-color-scheme:dark){.chart{--ink:#e8edf2;--soft:#a3b0bd;--line:#39434d;--ours:#62aef7;--limit:#f2995c;--other:#75818d;--third:#b7a3e8;--othertext:#b4bfca;--bad:#ff8a80}}
.chart text{fill:var(--ink)}.chart .soft{fill:var(--soft)}.chart .bad{fill:var(--bad)}.chart .strong{font-weight:600}
.chart .num{font-variant-numeric:tabular-nums}
.chart .grid{stroke:var(--line);stroke-width:1}.chart .axis{stroke:var(--soft);stroke-width:1}
.chart .f-ours{fill:var(--ours)}.chart .f-limit{fill:var(--limit)}.chart .f-other{fill:var(--other)}.chart .f-third{fill:var(--third)}
.chart .s-ours{stroke:var(--ours)}.chart .s-limit{stroke:var(--limit)}.chart .s-other{stroke:var(--other)}.chart .s-third{stroke:var(--third)}
.chart text.t-ours{fill:var(--ours)}.chart text.t-limit{fill:var(--limit)}.chart text.t-other{fill:var(--othertext)}.chart text.t-third{fill:var(--third)}
.chart .thin{stroke-width:1.5;fill:none}.chart .curve{stroke-width:2;fill:none}.chart .dash{stroke-dasharray:4 3}
</style>`

// A canvas collects elements.
type canvas struct {
	strings.Builder
	height float64
}

// svg is the whole drawing. title is for those who do not see it.
func (c *canvas) svg(title string) string {
	return fmt.Sprintf(`<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %s" width="%d" height="%s" role="img" aria-label="%s">`+"\n%s\n%s</svg>\n",
		Width, n(c.height), Width, n(c.height), html.EscapeString(title), style, c.String())
}

// n writes a coordinate.
func n(x float64) string { return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64) }

// text writes text. anchor is start, middle or end.
func (c *canvas) text(x, y float64, anchor, class, text string) {
	fmt.Fprintf(c, `<text x="%s" y="%s"`, n(x), n(y))
	if anchor != "start" {
		fmt.Fprintf(c, ` text-anchor="%s"`, anchor)
	}
	if class != "" {
		fmt.Fprintf(c, ` class="%s"`, class)
	}
	fmt.Fprintf(c, ">%s</text>\n", html.EscapeString(text))
}

func (c *canvas) line(x1, y1, x2, y2 float64, class string) {
	fmt.Fprintf(c, `<line x1="%s" y1="%s" x2="%s" y2="%s" class="%s"/>`+"\n", n(x1), n(y1), n(x2), n(y2), class)
}

func (c *canvas) rect(x, y, width, height float64, class string) {
	fmt.Fprintf(c, `<rect x="%s" y="%s" width="%s" height="%s" class="%s"/>`+"\n", n(x), n(y), n(width), n(height), class)
}

func (c *canvas) dot(x, y, r float64, class string) {
	fmt.Fprintf(c, `<circle cx="%s" cy="%s" r="%s" class="%s"/>`+"\n", n(x), n(y), n(r), class)
}

// wide is about how wide a text is.
func wide(text string) float64 { return 7 * float64(len([]rune(text))) }
