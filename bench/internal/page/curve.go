package page

import (
	"fmt"
	"math"

	"anabranch.dev/bench/internal/chart"
	"anabranch.dev/bench/internal/record"
	"anabranch.dev/bench/internal/stat"
	"anabranch.dev/internal/human"
)

// A Curve is one workload with a setting that varies.
type Curve struct {
	Workload string
	Setting  string
	Title    string
	Plot     string
	Head     []string
	Rows     [][]string
	Says     string // what follows, in a sentence
}

// allScaling is how much faster each workload is with all workers than with one; nil where that was not measured.
func allScaling(curves []record.Curve) *Curve {
	v := &Curve{Workload: "all", Setting: record.Workers, Title: "From one worker to all",
		Head: []string{"workload", "one worker", "all", "times as fast", "efficiency"}}
	var gains []chart.Gain
	var all int64
	var speedups []float64
	for _, c := range curves {
		if c.Setting != record.Workers || len(c.Points) < 2 {
			continue
		}
		first, last := c.Points[0], c.Points[len(c.Points)-1]
		one, many := first.Wall()*float64(first.Value), last.Wall()
		if math.IsNaN(one / many) {
			continue
		}
		all = last.Value
		efficiency := percent(one / many / float64(last.Value))
		gains = append(gains, chart.Gain{Name: c.Workload, Times: one / many, Label: Times(one/many) + ", " + efficiency})
		v.Rows = append(v.Rows, []string{c.Workload, Seconds(one), Seconds(many), digits(one / many), efficiency})
		speedups = append(speedups, one/many)
	}
	if gains == nil {
		return nil
	}
	v.Plot = chart.Gains(v.Title, gains, float64(all), fmt.Sprintf("%d workers, if work divided", all))
	v.Says = fmt.Sprintf("%d workers are %s times as fast as one, in the geometric mean.", all, digits(stat.GeoMean(speedups)))
	return v
}

// scaling is time against workers, with what it would be if each did as much as one alone.
func scaling(c record.Curve) Curve {
	v := Curve{Workload: c.Workload, Setting: c.Setting, Title: c.Workload + " on more cores",
		Head: []string{"workers", "time", "times as fast as one", "efficiency"}}
	if len(c.Points) == 0 {
		return v
	}
	one := c.Points[0].Wall() * float64(c.Points[0].Value)
	var ours, ideal []chart.Point
	var ticks []chart.Tick
	most := 0.0
	for _, p := range c.Points {
		w, t := float64(p.Value), p.Wall()
		if math.IsNaN(t) {
			continue
		}
		ours = append(ours, chart.Point{X: w, Y: t, Label: Seconds(t)})
		ideal = append(ideal, chart.Point{X: w, Y: one / w})
		ticks = append(ticks, chart.Tick{At: w, Text: human.Count(p.Value)})
		most = max(most, t, one/w)
		v.Rows = append(v.Rows, []string{human.Count(p.Value), Seconds(t), digits(one / t), percent(one / t / w)})
		v.Says = fmt.Sprintf("%d workers are %s times as fast as one, an efficiency of %s.", p.Value, digits(one/t), percent(one/t/w))
	}
	v.Plot = chart.Lines(v.Title, "workers", "time", []chart.Curve{
		{Name: "if work divided", Kind: chart.Other, Dashed: true, Points: ideal},
		{Name: c.Workload, Kind: chart.Ours, Points: ours},
	}, ticks, yTicks(most))
	return v
}

// budgets is time against memory, and what a byte on disk costs.
func budgets(c record.Curve) Curve {
	v := Curve{Workload: c.Workload, Setting: c.Setting, Title: c.Workload + " in less memory",
		Head: []string{"budget", "time", "times that in memory", "spilled", "resident peak"}}
	var points []chart.Point
	var ticks []chart.Tick
	var spilled, walls []float64
	most, base := 0.0, math.NaN()
	for i := len(c.Points) - 1; i >= 0; i-- { // the most memory first
		p := c.Points[i]
		t := p.Wall()
		if math.IsNaN(t) {
			continue
		}
		last := p.Runs[len(p.Runs)-1].Result
		if math.IsNaN(base) {
			base = t
		}
		spilled, walls = append(spilled, float64(last.Spilled)), append(walls, t)
		most = max(most, t)
		v.Rows = append(v.Rows, []string{human.Bytes(p.Value), Seconds(t), digits(t / base), orNothing(last.Spilled), orNothing(last.Peak)})
	}
	for _, p := range c.Points {
		if t := p.Wall(); !math.IsNaN(t) {
			points = append(points, chart.Point{X: float64(p.Value), Y: t, Label: Seconds(t)})
			ticks = append(ticks, chart.Tick{At: float64(p.Value), Text: human.Bytes(p.Value)})
		}
	}
	v.Plot = chart.Lines(v.Title, "memory budget", "time", []chart.Curve{{Name: c.Workload, Kind: chart.Ours, Points: points}}, ticks, yTicks(most))
	if a, b := stat.Line(spilled, walls); !math.IsNaN(b) && b > 0 {
		v.Says = fmt.Sprintf("As a line: %s, and %s for each gigabyte that is spilled.", Seconds(a), Seconds(b*1e9))
	}
	return v
}

func orNothing(bytes int64) string {
	if bytes == 0 {
		return "-"
	}
	return human.Bytes(bytes)
}

func yTicks(most float64) (list []chart.Tick) {
	for _, s := range chart.Steps(most) {
		text := "0"
		if s > 0 {
			text = Seconds(s)
		}
		list = append(list, chart.Tick{At: s, Text: text})
	}
	return list
}
