package chart

import (
	"math"
	"strconv"
)

// A Dot is a ratio, and the interval in which it lies.
type Dot struct {
	Kind      Kind
	Ratio     float64
	Low, High float64
}

// A Row is what is said of one workload. A row without dots is a heading.
type Row struct {
	Name string
	Dots []Dot
}

// A Series is a name for the dots of a kind.
type Series struct {
	Kind Kind
	Name string
}

const (
	dotNames = 150
	dotStep  = 20
	dotTop   = 46
)

// Dots draws ratios on a logarithmic axis: how many times as long as we the others take, so that right is better. There
// is a line at 1 and, where aim is not 0, one there.
func Dots(title string, rows []Row, series []Series, aim float64, aimName string) string {
	least, most := 0.5, 4.0
	for _, r := range rows {
		for _, d := range r.Dots {
			least, most = min(least, d.Low, d.Ratio), max(most, d.High, d.Ratio)
		}
	}
	least, most = max(least*0.9, 0.02), min(most*1.1, 500)
	c := &canvas{height: dotTop + float64(len(rows))*dotStep + 30}
	const right = Width - 20
	x := func(v float64) float64 {
		v = min(max(v, least), most)
		return dotNames + (right-dotNames)*math.Log(v/least)/math.Log(most/least)
	}
	bottom := c.height - 26
	at := 4.0
	for _, s := range series {
		c.dot(at+4, 10, 4.5, "f-"+string(s.Kind))
		c.text(at+14, 14, "start", "t-"+string(s.Kind), s.Name)
		at += 30 + wide(s.Name)
	}
	for _, v := range []float64{0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500} {
		if v < least || v > most {
			continue
		}
		class := "grid"
		if v == 1 {
			class = "axis"
		}
		c.line(x(v), dotTop-8, x(v), bottom, class)
		c.text(x(v), bottom+16, "middle", "soft num", strconv.FormatFloat(v, 'f', -1, 64)+"×")
	}
	c.text(x(1)-6, dotTop-12, "end", "soft", "◂ faster than us")
	c.text(x(1)+6, dotTop-12, "start", "soft", "slower than us ▸")
	if aim > 0 {
		c.line(x(aim), dotTop-8, x(aim), bottom, "thin dash s-limit")
		c.text(x(aim), bottom+16, "middle", "t-limit", aimName)
	}
	for i, r := range rows {
		y := dotTop + float64(i)*dotStep + dotStep/2
		if r.Dots == nil {
			c.text(4, y+4.5, "start", "strong soft", r.Name)
			continue
		}
		c.text(dotNames-14, y+4.5, "end", "", r.Name)
		c.line(dotNames, y, right, y, "grid")
		for _, d := range r.Dots {
			if d.High > d.Low {
				c.line(x(d.Low), y, x(d.High), y, "curve s-"+string(d.Kind))
			}
			c.dot(x(d.Ratio), y, 4.5, "f-"+string(d.Kind))
		}
	}
	return c.svg(title)
}
