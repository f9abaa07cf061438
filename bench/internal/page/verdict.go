package page

import (
	"fmt"
	"strings"

	"anabranch.dev/bench/internal/chart"
	"anabranch.dev/bench/internal/record"
	"anabranch.dev/bench/internal/stat"
)

// verdicts are how we stand against those that sentences speak of.
func (v *View) verdicts() (list []Verdict) {
	for _, c := range []struct{ name, title string }{{duckdb, "DuckDB"}, {limit, "the hand-tuned programs"}, {plain, "plain Go"}} {
		var ratios []float64
		ahead, within, wrong := 0, 0, 0
		for r := range v.results {
			s, ok := r.against(c.name)
			if !ok {
				for _, s := range r.Standings {
					if s.Contender == c.name {
						wrong++
					}
				}
				continue
			}
			ratios = append(ratios, s.Ratio.Median)
			if s.Ratio.Median > 1 {
				ahead++
			}
			if s.Ratio.Median >= 1/Aim {
				within++
			}
		}
		if len(ratios) == 0 && wrong == 0 {
			continue
		}
		d := Verdict{Name: c.title, Ahead: ahead, Of: len(ratios)}
		d.Label = "workloads on which we are faster"
		d.Text = fmt.Sprintf("ahead on %d of %d workloads", ahead, len(ratios))
		if c.name == limit {
			d.Ahead = within
			d.Label = fmt.Sprintf("workloads in at most %.1f times their time", Aim)
			d.Text = fmt.Sprintf("at most %.1f times the time on %d of %d workloads", Aim, within, len(ratios))
		}
		if len(ratios) > 0 {
			d.Fine = fmt.Sprintf("their time by ours, geometric mean %s", Times(stat.GeoMean(ratios)))
		}
		if wrong > 0 {
			d.Fine = strings.TrimPrefix(d.Fine+fmt.Sprintf("; %d without a right answer in time", wrong), "; ")
		}
		list = append(list, d)
	}
	return list
}

// overview is the plot of all ratios to those.
func (v *View) overview() string {
	colours := []struct {
		name, title string
		kind        chart.Kind
	}{{duckdb, "DuckDB", chart.Third}, {limit, "hand-tuned program", chart.Limit}, {plain, "plain Go", chart.Other}}
	var rows []chart.Row
	var series []chart.Series
	seen := map[string]bool{}
	for _, g := range v.Groups {
		rows = append(rows, chart.Row{Name: g.Title})
		for _, r := range g.Jobs {
			row := chart.Row{Name: r.Name, Dots: []chart.Dot{}}
			for _, c := range colours {
				if s, ok := r.against(c.name); ok {
					row.Dots = append(row.Dots, chart.Dot{Kind: c.kind, Ratio: s.Ratio.Median, Low: s.Ratio.Low, High: s.Ratio.High})
					seen[c.name] = true
				}
			}
			rows = append(rows, row)
		}
	}
	aim := 0.0
	for _, c := range colours {
		if seen[c.name] {
			series = append(series, chart.Series{Kind: c.kind, Name: c.title})
			if c.name == limit {
				aim = 1 / Aim
			}
		}
	}
	if series == nil {
		return ""
	}
	return chart.Dots("Times of others by ours", rows, series, aim, "aim")
}

// behind are the workloads in which somebody with the same answer is faster, with what is known of why.
func (v *View) behind() (list []Job) {
	for r := range v.results {
		var who []string
		for _, s := range r.Standings {
			if s.Contender == record.Ours || !s.OK() || s.Ratio.N == 0 {
				continue
			}
			if s.Contender == limit && s.Ratio.Median >= 1/Aim || s.Ratio.Median >= 1 {
				continue
			}
			text := fmt.Sprintf("%s takes %s of our time", s.Contender, percent(s.Ratio.Median))
			if s.Ratio.High >= 1 {
				text += ", and is as fast in some rounds"
			}
			who = append(who, text)
		}
		if len(who) > 0 {
			list = append(list, Job{Name: r.Name, Group: r.Group, About: strings.Join(who, "; "), Why: r.Why})
		}
	}
	return list
}

func percent(x float64) string { return fmt.Sprintf("%.0f %%", x*100) }
