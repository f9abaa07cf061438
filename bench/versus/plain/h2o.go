package main

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strconv"
	"time"

	"anabranch.dev/bench/internal/h2o"
	"anabranch.dev/bench/internal/trial"
)

// A row is one of the table of the group-by questions.
type row struct {
	id1, id2, id3 string
	id4, id5, id6 int32
	v1, v2        int32
	v3            float64
}

// load reads a file with a header, in the order of blocks that workers happen to take.
func load[T any](path string, workers int, parse func(*columns) T) (rows []T, err error) {
	parts, errs := make([][]T, workers), make([]error, workers)
	err = eachBlock(path, workers, func(worker int, block []byte) {
		for line := range bytes.Lines(block) {
			if bytes.HasPrefix(line, []byte("id1,")) {
				continue
			}
			c := columns{rest: bytes.TrimSuffix(line, []byte("\n"))}
			parts[worker] = append(parts[worker], parse(&c))
			if c.err != nil {
				errs[worker] = c.err
			}
		}
	})
	return slices.Concat(parts...), errors.Join(append(errs, err)...)
}

// columns are those of a line, one after the other.
type columns struct {
	rest []byte
	err  error
}

func (c *columns) text() string {
	column, rest, _ := bytes.Cut(c.rest, []byte(","))
	c.rest = rest
	return string(column)
}

func (c *columns) integer() int32 {
	n, err := strconv.ParseInt(c.text(), 10, 32)
	c.err = errors.Join(c.err, err)
	return int32(n)
}

func (c *columns) float() float64 {
	x, err := strconv.ParseFloat(c.text(), 64)
	c.err = errors.Join(c.err, err)
	return x
}

func parseRow(c *columns) row {
	return row{c.text(), c.text(), c.text(), c.integer(), c.integer(), c.integer(), c.integer(), c.integer(), c.float()}
}

// groupBy aggregates in a map for each goroutine, and merges the maps.
func groupBy[K comparable, A any](rows []row, workers int, key func(*row) K, add func(*A, *row), merge func(dst, src *A)) map[K]*A {
	parts := make([]map[K]*A, workers)
	eachPart(len(rows), workers, func(worker, from, to int) {
		m := map[K]*A{}
		for i := from; i < to; i++ {
			k := key(&rows[i])
			a := m[k]
			if a == nil {
				a = new(A)
				m[k] = a
			}
			add(a, &rows[i])
		}
		parts[worker] = m
	})
	total := parts[0]
	for _, part := range parts[1:] {
		for k, a := range part {
			if t := total[k]; t != nil {
				merge(t, a)
			} else {
				total[k] = a
			}
		}
	}
	return total
}

// acc is what most questions add up.
type acc struct {
	n, v1, v2 int64
	v3        float64
}

func addAll(a *acc, r *row) { a.n++; a.v1 += int64(r.v1); a.v2 += int64(r.v2); a.v3 += r.v3 }
func mergeAll(dst, src *acc) {
	dst.n += src.n
	dst.v1 += src.v1
	dst.v2 += src.v2
	dst.v3 += src.v3
}

// sums adds the columns of an answer up.
func sums[K comparable, A any](m map[K]*A, columns func(*A) []float64) (int64, []float64) {
	var total []float64
	for _, a := range m {
		for i, x := range columns(a) {
			if i == len(total) {
				total = append(total, 0)
			}
			total[i] += x
		}
	}
	return int64(len(m)), total
}

func v1Of(a *acc) []float64     { return []float64{float64(a.v1)} }
func perRow(x, n int64) float64 { return float64(x) / float64(n) }
func id3(r *row) string         { return r.id3 }
func id6(r *row) int32          { return r.id6 }
func h2oGroups(_ ctx, s *trial.Session) error {
	rows, err := load(s.Inputs[0], s.Workers, parseRow)
	if err != nil {
		return err
	}
	if err := s.Start(); err != nil {
		return err
	}
	p := s.Workers
	questions := []func() (int64, []float64){
		func() (int64, []float64) {
			return sums(groupBy(rows, p, func(r *row) string { return r.id1 }, addAll, mergeAll), v1Of)
		},
		func() (int64, []float64) {
			return sums(groupBy(rows, p, func(r *row) [2]string { return [2]string{r.id1, r.id2} }, addAll, mergeAll), v1Of)
		},
		func() (int64, []float64) {
			return sums(groupBy(rows, p, id3, addAll, mergeAll), func(a *acc) []float64 { return []float64{float64(a.v1), a.v3 / float64(a.n)} })
		},
		func() (int64, []float64) {
			return sums(groupBy(rows, p, func(r *row) int32 { return r.id4 }, addAll, mergeAll), func(a *acc) []float64 {
				return []float64{perRow(a.v1, a.n), perRow(a.v2, a.n), a.v3 / float64(a.n)}
			})
		},
		func() (int64, []float64) {
			return sums(groupBy(rows, p, id6, addAll, mergeAll), func(a *acc) []float64 { return []float64{float64(a.v1), float64(a.v2), a.v3} })
		},
		func() (int64, []float64) { return spread(rows, p) },
		func() (int64, []float64) { return span(rows, p) },
		func() (int64, []float64) { return topTwo(rows, p) },
		func() (int64, []float64) { return correlation(rows, p) },
		func() (int64, []float64) {
			type ids struct {
				id1, id2, id3 string
				id4, id5, id6 int32
			}
			key := func(r *row) ids { return ids{r.id1, r.id2, r.id3, r.id4, r.id5, r.id6} }
			return sums(groupBy(rows, p, key, addAll, mergeAll), func(a *acc) []float64 { return []float64{float64(a.n), a.v3} })
		},
	}
	var answers []h2o.Answer
	for i, ask := range questions {
		answers = append(answers, timed(h2o.Groups[i], ask))
	}
	if err := h2o.Tell(s, answers, h2o.Groups); err != nil {
		return err
	}
	return s.Stop()
}

func timed(question string, ask func() (int64, []float64)) h2o.Answer {
	start := time.Now()
	n, sums := ask()
	return h2o.Answer{Question: question, Seconds: time.Since(start).Seconds(), Rows: n, Sums: sums}
}

// spread is q6: median and standard deviation of v3 by id4 and id5.
func spread(rows []row, p int) (int64, []float64) {
	m := groupBy(rows, p, func(r *row) [2]int32 { return [2]int32{r.id4, r.id5} },
		func(a *[]float64, r *row) { *a = append(*a, r.v3) },
		func(dst, src *[]float64) { *dst = append(*dst, *src...) })
	return sums(m, func(a *[]float64) []float64 {
		v, sum, squares := *a, 0.0, 0.0
		slices.Sort(v)
		for _, x := range v {
			sum += x
		}
		mean := sum / float64(len(v))
		for _, x := range v {
			squares += (x - mean) * (x - mean)
		}
		return []float64{(v[(len(v)-1)/2] + v[len(v)/2]) / 2, math.Sqrt(squares / float64(len(v)-1))}
	})
}

// span is q7: max v1 - min v2 by id3.
func span(rows []row, p int) (int64, []float64) {
	type extremes struct {
		n        int
		max, min int32
	}
	merge := func(dst, src *extremes) {
		if dst.n == 0 {
			*dst = *src
		}
		dst.max, dst.min = max(dst.max, src.max), min(dst.min, src.min)
	}
	m := groupBy(rows, p, id3, func(a *extremes, r *row) { merge(a, &extremes{1, r.v1, r.v2}) }, merge)
	return sums(m, func(a *extremes) []float64 { return []float64{float64(a.max - a.min)} })
}

// topTwo is q8: the two largest v3 by id6.
func topTwo(rows []row, p int) (int64, []float64) {
	type two struct {
		n    int64
		a, b float64
	}
	add := func(t *two, x float64) {
		switch {
		case x > t.a:
			t.a, t.b = x, t.a
		case x > t.b:
			t.b = x
		}
	}
	m := groupBy(rows, p, id6,
		func(t *two, r *row) { t.n++; add(t, r.v3) },
		func(dst, src *two) { dst.n += src.n; add(dst, src.a); add(dst, src.b) })
	return sums(m, func(t *two) []float64 { return []float64{t.a + t.b} })
}

// correlation is q9: the squared correlation of v1 and v2 by id2 and id4.
func correlation(rows []row, p int) (int64, []float64) {
	type key struct {
		id2 string
		id4 int32
	}
	type moments struct{ n, x, y, xx, yy, xy int64 }
	m := groupBy(rows, p, func(r *row) key { return key{r.id2, r.id4} },
		func(a *moments, r *row) {
			x, y := int64(r.v1), int64(r.v2)
			a.n++
			a.x, a.y = a.x+x, a.y+y
			a.xx, a.yy, a.xy = a.xx+x*x, a.yy+y*y, a.xy+x*y
		},
		func(dst, src *moments) {
			dst.n += src.n
			dst.x, dst.y = dst.x+src.x, dst.y+src.y
			dst.xx, dst.yy, dst.xy = dst.xx+src.xx, dst.yy+src.yy, dst.xy+src.xy
		})
	return sums(m, func(a *moments) []float64 {
		xy := float64(a.n*a.xy - a.x*a.y)
		return []float64{xy * xy / (float64(a.n*a.xx-a.x*a.x) * float64(a.n*a.yy-a.y*a.y))}
	})
}
