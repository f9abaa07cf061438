package chart

import "math"

// A Bar is one program's time.
type Bar struct {
	Name    string
	Kind    Kind
	Seconds float64 // 0: there is none
	Low     float64 // of the interval in which the median lies
	High    float64
	Label   string // the number, with its unit
	Note    string // what is said behind it
	Bad     bool   // the note says that something is wrong
}

const (
	barNames  = 100 // width of the names
	barLabels = 250 // and of what stands behind a bar
	barHeight = 14
	barStep   = 22
)

// longest is how many times our time the longest bar is that is drawn to scale.
const longest = 6

// Bars draws times from zero, with a line through all of them at the time of the limit, if there is one. A bar that
// would make all others short is broken: its number tells.
func Bars(title string, bars []Bar) string {
	c := &canvas{height: float64(len(bars))*barStep + 6}
	most, limit := 0.0, 0.0
	for _, b := range bars {
		most = max(most, b.Seconds, b.High)
		if b.Kind == Limit {
			limit = b.Seconds
		}
	}
	for _, b := range bars {
		if b.Kind == Ours && most > longest*b.Seconds {
			most = longest * b.Seconds
		}
	}
	const room = Width - barNames - barLabels
	x := func(seconds float64) float64 { return barNames + room*min(seconds/most, 1) }
	if limit > 0 {
		last := 0
		for i, b := range bars {
			if b.Seconds > 0 {
				last = i
			}
		}
		c.line(x(limit), 0, x(limit), float64(last+1)*barStep, "thin dash s-limit")
	}
	for i, b := range bars {
		y := 4 + float64(i)*barStep
		middle := y + barHeight - 2.5
		name := "t-" + string(b.Kind)
		if b.Kind == Ours {
			name += " strong"
		}
		c.text(barNames-8, middle, "end", name, b.Name)
		end := float64(barNames)
		if b.Seconds > 0 && most > 0 {
			end = x(b.Seconds)
			c.rect(barNames, y, max(end-barNames, 1), barHeight, "f-"+string(b.Kind))
			if b.Seconds > most {
				breakBar(c, end-18, y)
			} else if b.High > b.Low {
				c.line(x(b.Low), y+barHeight/2, x(b.High), y+barHeight/2, "axis")
				end = max(end, x(b.High))
			}
		}
		if b.Label != "" {
			c.text(end+6, middle, "start", "num strong", b.Label)
			end += 16 + 1.1*wide(b.Label)
		}
		class := "soft num"
		if b.Bad {
			class = "bad"
		}
		if b.Note != "" {
			c.text(end+6, middle, "start", class, short(b.Note, (Width-end-6)/7))
		}
	}
	return c.svg(title)
}

// breakBar draws a gap into a bar.
func breakBar(c *canvas, x, y float64) {
	c.WriteString(`<path d="M` + n(x) + " " + n(y+barHeight+1) + ` l5 ` + n(-barHeight-2) + ` h4 l-5 ` + n(barHeight+2) + ` z" style="fill:var(--paper,Canvas)"/>` + "\n")
}

// short cuts a text to so many letters.
func short(text string, letters float64) string {
	r := []rune(text)
	if most := int(math.Max(letters, 4)); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}
