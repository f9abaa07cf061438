package main

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
	"time"

	"anabranch.dev/bench/internal/record"
	"anabranch.dev/internal/human"
)

// writeTable writes what was measured, as a table for each workload.
func writeTable(out io.Writer, r *record.Record) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, c := range r.Contests {
		fmt.Fprintf(w, "\n%s, %s\n", c.Workload, human.Bytes(c.Bytes))
		fmt.Fprintf(w, "\ttime\t±\tCPU\trows/s\tbytes/s\tpeak\tspilled\tallocs\ttime by ours\tanswer\n")
		for _, s := range c.Standings() {
			if s.Runs == 0 {
				fmt.Fprintf(w, "  %s\t%s\n", s.Contender, trouble(s))
				continue
			}
			l := s.Last
			fmt.Fprintf(w, "  %s\t%s\t%.0f %%\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.Contender,
				seconds(s.Wall.Median), s.Wall.Spread()*100, seconds(s.CPU),
				perSecond(l.Rows, s.Wall.Median), human.Rate(c.Bytes, time.Duration(s.Wall.Median*1e9)),
				orDash(s.Peak, human.Bytes), orDash(s.Spilled, human.Bytes), orDash(int64(l.Allocs), human.Count),
				ratio(s), answer(s))
		}
	}
	return w.Flush()
}

func trouble(s record.Standing) string {
	if s.Over != "" {
		return "over " + s.Over
	}
	return "failed: " + s.Error
}

func answer(s record.Standing) string {
	switch {
	case s.Error != "":
		return "failed once: " + s.Error
	case s.Over != "":
		return "once over " + s.Over
	case s.Wrong:
		return "WRONG"
	}
	return human.Count(s.Last.AnswerRows) + " rows"
}

func ratio(s record.Standing) string {
	if s.Ratio.N == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f [%.2f, %.2f]", s.Ratio.Median, s.Ratio.Low, s.Ratio.High)
}

func seconds(s float64) string {
	if math.IsNaN(s) {
		return "-"
	}
	return human.Duration(time.Duration(s * 1e9))
}

func perSecond(rows int64, seconds float64) string {
	if rows == 0 {
		return "-"
	}
	return human.Count(int64(float64(rows) / seconds))
}

func orDash(n int64, write func(int64) string) string {
	if n == 0 {
		return "-"
	}
	return write(n)
}
