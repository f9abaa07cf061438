package chart

import (
	"math"
)

// A Point is a point of a curve.
type Point struct {
	X, Y  float64
	Label string // above it
}

// A Curve is points from left to right.
type Curve struct {
	Name   string // at its end
	Kind   Kind
	Dashed bool
	Points []Point
}

// A Tick is a mark of an axis.
type Tick struct {
	At   float64
	Text string
}

const (
	lineLeft   = 64
	lineRight  = 130 // for names at the ends
	lineTop    = 24
	lineHeight = 210
)

// Lines draws curves over an axis of x that is logarithmic, with y from zero. XTitle and YTitle say what the axes
// are, with units.
func Lines(title, xTitle, yTitle string, curves []Curve, xTicks, yTicks []Tick) string {
	c := &canvas{height: lineTop + lineHeight + 44}
	least, most, top := math.Inf(1), 0.0, 0.0
	for _, t := range xTicks {
		least, most = min(least, t.At), max(most, t.At)
	}
	for _, curve := range curves {
		for _, p := range curve.Points {
			least, most, top = min(least, p.X), max(most, p.X), max(top, p.Y)
		}
	}
	for _, t := range yTicks {
		top = max(top, t.At)
	}
	if !(most > 0) || !(top > 0) {
		return c.svg(title)
	}
	const right, bottom = Width - lineRight, lineTop + lineHeight
	x := func(v float64) float64 {
		if most == least {
			return lineLeft
		}
		return lineLeft + (right-lineLeft)*math.Log(v/least)/math.Log(most/least)
	}
	y := func(v float64) float64 { return bottom - lineHeight*v/top }
	for _, t := range yTicks {
		c.line(lineLeft, y(t.At), right, y(t.At), "grid")
		c.text(lineLeft-8, y(t.At)+4.5, "end", "soft num", t.Text)
	}
	c.text(4, 12, "start", "soft", yTitle)
	c.line(lineLeft, bottom, right, bottom, "axis")
	for _, t := range xTicks {
		c.line(x(t.At), bottom, x(t.At), bottom+4, "axis")
		c.text(x(t.At), bottom+18, "middle", "soft num", t.Text)
	}
	c.text((lineLeft+right)/2, bottom+36, "middle", "soft", xTitle)
	names := spread(curves, y, bottom)
	for i, curve := range curves {
		kind := string(curve.Kind)
		class := "curve s-" + kind
		if curve.Dashed {
			class += " dash"
		}
		path := ""
		for j, p := range curve.Points {
			path += map[bool]string{true: "M", false: "L"}[j == 0] + n(x(p.X)) + " " + n(y(p.Y))
		}
		c.WriteString(`<path d="` + path + `" class="` + class + `"/>` + "\n")
		for j, p := range curve.Points {
			if !curve.Dashed {
				c.dot(x(p.X), y(p.Y), 3.5, "f-"+kind)
			}
			switch {
			case p.Label == "":
			case j == 0: // beside the axis
				c.text(x(p.X)+8, y(p.Y)-8, "start", "num t-"+kind, p.Label)
			default:
				c.text(x(p.X), y(p.Y)-8, "middle", "num t-"+kind, p.Label)
			}
		}
		if len(curve.Points) > 0 {
			last := curve.Points[len(curve.Points)-1]
			c.text(x(last.X)+10, names[i], "start", "t-"+kind, curve.Name)
		}
	}
	return c.svg(title)
}

// spread is where the names of curves stand, none on another.
func spread(curves []Curve, y func(float64) float64, bottom float64) []float64 {
	const step = 15
	at := make([]float64, len(curves))
	for i, c := range curves {
		if len(c.Points) > 0 {
			at[i] = y(c.Points[len(c.Points)-1].Y) + 4.5
		}
	}
	for range 100 {
		moved := false
		for i := range at {
			for j := range at {
				if i == j || math.Abs(at[i]-at[j]) >= step-0.01 {
					continue
				}
				up, down := &at[i], &at[j]
				if *up > *down || *up == *down && i > j {
					up, down = down, up
				}
				by := (step - (*down - *up)) / 2
				*up -= by
				*down += by
				moved = true
			}
		}
		if !moved {
			break
		}
	}
	return at
}

// Steps are marks from zero to at least most, at round numbers, four or five of them.
func Steps(most float64) (list []float64) {
	if !(most > 0) {
		return nil
	}
	step := math.Pow(10, math.Floor(math.Log10(most/4)))
	for _, f := range []float64{1, 2, 2.5, 5, 10} {
		if most/(step*f) <= 5 {
			step *= f
			break
		}
	}
	for v := 0.0; v < most+step*0.999; v += step {
		list = append(list, v)
	}
	return list
}
