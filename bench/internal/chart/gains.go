package chart

// A Gain is how many times as fast something is.
type Gain struct {
	Name  string
	Times float64
	Label string
}

// Gains draws gains as bars from zero, with a line at the gain that there could be.
func Gains(title string, gains []Gain, ideal float64, idealName string) string {
	const top = 20
	c := &canvas{height: top + float64(len(gains))*barStep + 4}
	const names, room = 150, Width - 150 - 160
	most := ideal
	for _, g := range gains {
		most = max(most, g.Times)
	}
	x := func(v float64) float64 { return names + room*v/most }
	c.text(x(ideal), 12, "middle", "soft", idealName)
	c.line(x(ideal), top-2, x(ideal), c.height-4, "thin dash s-other")
	c.line(x(1), top-2, x(1), c.height-4, "grid")
	for i, g := range gains {
		y := top + float64(i)*barStep
		c.text(names-8, y+barHeight-2.5, "end", "", g.Name)
		c.rect(names, y, max(x(g.Times)-names, 1), barHeight, "f-ours")
		c.text(max(x(g.Times), x(ideal))+8, y+barHeight-2.5, "start", "num", g.Label)
	}
	return c.svg(title)
}
