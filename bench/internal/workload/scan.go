package workload

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/data/columns"
	"anabranch.dev/bench/internal/trial"
	"anabranch.dev/df"
	"anabranch.dev/df/agg"
	"anabranch.dev/df/parquetio"
	"anabranch.dev/df/text"
)

var scans = []Workload{{
	Name: "lines", Group: "Row by row",
	About:  "split a text into lines of about 73 bytes, and add up their number and their lengths",
	Files:  func(size int64) []data.Kind { return []data.Kind{data.Words{Bytes: size, Distinct: 200_000, Seed: 1}} },
	Output: true, Own: true, Scales: true,
	Run: runLines,
}, {
	Name: "csv", Group: "Row by row",
	About: "read a CSV of nine columns, keep the rows of which one column is at most 50, count them, add two columns up " +
		"and find the greatest of a third",
	Files:  h2oTable,
	Output: true, Scales: true,
	Run: runCSV,
	Why: "A columnar system leaves the text of columns alone that are not asked for, in kernels over a whole vector; " +
		"here each line is cut at each comma, about 100 ns of processor time a row.",
}, {
	Name: "parquet", Group: "Row by row",
	About:  "the same question over the same rows in a Parquet file, of whose nine columns four are read",
	Files:  h2oColumns,
	Output: true, Scales: true,
	Run: runParquet,
	Why: "A columnar system filters one column and takes of the others what is left, a vector at a time. Here all four are laid " +
		"out as rows first, which is a fifth of the processor time, and the filter another; a third goes into pages: reading, " +
		"Snappy, checksums. It is about 13 ns of processor time a row in all.",
}}

// lineStats is the answer to the scan of lines.
type lineStats struct{ lines, bytes int64 }

func (a lineStats) add(b lineStats) lineStats { return lineStats{a.lines + b.lines, a.bytes + b.bytes} }

// Lines is the plan: a sum for each batch of lines, and of those.
func Lines(path string) df.Stream[lineStats] {
	batches := df.MapBatch(df.LineViews(path), func(dst []lineStats, lines []df.View) []lineStats {
		sum := lineStats{lines: int64(len(lines))}
		for _, line := range lines {
			sum.bytes += int64(len(line))
		}
		return append(dst, sum)
	})
	return df.Reduce(batches, lineStats.add)
}

func runLines(ctx context.Context, s *trial.Session) error {
	sums, err := collect(ctx, s, Lines(s.Inputs[0]))
	if err != nil {
		return err
	}
	var all lineStats // of no line: zero
	for _, sum := range sums {
		all = all.add(sum)
	}
	return write(s, fmt.Sprintf("%d lines of %d bytes", all.lines, all.bytes))
}

// h2oTable is the table of the group-by questions of the db-benchmark, whose rows take 51 bytes. A small one has fewer
// groups: some of a hundred times a hundred would have one row, or rows that are all alike, whose deviation is nothing, or
// whatever a program makes of it.
func h2oTable(size int64) []data.Kind {
	rows := max(size/51, 2000)
	return []data.Kind{data.H2O{Rows: rows, Groups: min(100, int64(math.Cbrt(float64(rows)))), Seed: 1}}
}

// h2oColumns is that table as a Parquet file of several row groups.
func h2oColumns(size int64) []data.Kind {
	return []data.Kind{columns.H2O{H2O: h2oTable(size)[0].(data.H2O)}}
}

// measured is what these scans keep of a row.
type measured struct {
	ID4 int64   `parquet:"id4"`
	V1  int64   `parquet:"v1"`
	V2  int64   `parquet:"v2"`
	V3  float64 `parquet:"v3"`
}

// parseMeasured takes a row apart.
func parseMeasured(line df.View) (m measured, err error) {
	var column df.View
	number := func() int64 {
		column, line, _ = text.Cut(line, ',')
		n, e := text.Int(column)
		err = cmp.Or(err, e)
		return n
	}
	for range 3 {
		_, line, _ = text.Cut(line, ',')
	}
	m.ID4 = number()
	for range 2 {
		_, line, _ = text.Cut(line, ',')
	}
	m.V1, m.V2 = number(), number()
	v3, e := text.Float(line)
	m.V3 = v3
	return m, cmp.Or(err, e)
}

// totals is the answer to these scans.
type totals struct {
	rows, v1, v2 int64
	v3           float64
}

func (a *totals) merge(b *totals) {
	a.rows += b.rows
	a.v1 += b.v1
	a.v2 += b.v2
	a.v3 = max(a.v3, b.v3)
}

func totalMeasures() agg.Def[measured, totals, totals] {
	return agg.Def[measured, totals, totals]{
		Add:    func(a *totals, m measured) { a.merge(&totals{1, m.V1, m.V2, m.V3}) },
		Merge:  (*totals).merge,
		Result: func(a *totals) totals { return *a },
	}
}

func runCSV(ctx context.Context, s *trial.Session) error {
	rows := df.LineViews(s.Inputs[0]).Filter(func(line df.View) bool { return line != data.H2OHeader })
	return writeTotals(ctx, s, df.MapErr(rows, parseMeasured))
}

func runParquet(ctx context.Context, s *trial.Session) error {
	return writeTotals(ctx, s, parquetio.Read[measured](s.Inputs[0]))
}

// writeTotals is the question that these scans ask.
func writeTotals(ctx context.Context, s *trial.Session, rows df.Stream[measured]) error {
	kept := rows.Filter(func(m measured) bool { return m.ID4 <= 50 })
	all, err := collect(ctx, s, df.Aggregate(kept, totalMeasures))
	if err != nil {
		return err
	}
	a := all[0]
	return write(s, fmt.Sprintf("%d %d %d %.6f", a.rows, a.v1, a.v2, a.v3))
}
