package main

import (
	"time"

	"anabranch.dev/bench/internal/h2o"
	"anabranch.dev/bench/internal/trial"
)

// A side is a row of any of the tables of the join questions. Columns that a table does not have are zero.
type side struct {
	id1, id2, id3 int32
	id4, id5, id6 string
	v             float64
}

// A pair is a row of an answer.
type pair struct{ left, right side }

func parseSide(numbers int) func(*columns) side {
	return func(c *columns) (r side) {
		for _, n := range []*int32{&r.id1, &r.id2, &r.id3}[:numbers] {
			*n = c.integer()
		}
		for _, t := range []*string{&r.id4, &r.id5, &r.id6}[:numbers] {
			*t = c.text()
		}
		r.v = c.float()
		return r
	}
}

// h2oJoins answers the join questions: with made, all rows of the answers are there before they are added up.
func h2oJoins(s *trial.Session, made bool) error {
	var tables [4][]side
	for i, numbers := range []int{3, 1, 2, 3} {
		rows, err := load(s.Inputs[i], s.Workers, parseSide(numbers))
		if err != nil {
			return err
		}
		tables[i] = rows
	}
	if err := s.Start(); err != nil {
		return err
	}
	x, small, medium, big := tables[0], tables[1], tables[2], tables[3]
	id1, id2, id3 := func(r *side) int32 { return r.id1 }, func(r *side) int32 { return r.id2 }, func(r *side) int32 { return r.id3 }
	id5 := func(r *side) string { return r.id5 }
	questions := []func() joined{
		func() joined { return join(x, small, s.Workers, id1, false, made) },
		func() joined { return join(x, medium, s.Workers, id2, false, made) },
		func() joined { return join(x, medium, s.Workers, id2, true, made) },
		func() joined { return join(x, medium, s.Workers, id5, false, made) },
		func() joined { return join(x, big, s.Workers, id3, false, made) },
	}
	var answers []h2o.Answer
	for i, ask := range questions {
		start := time.Now()
		j := ask()
		took := time.Since(start).Seconds()
		answers = append(answers, j.answer(h2o.Joins[i], took))
	}
	if err := h2o.Tell(s, answers, h2o.Joins); err != nil {
		return err
	}
	return s.Stop()
}

// A joined is what came of a join: rows or, where they were only counted, sums.
type joined struct {
	rows   []pair
	n      int64
	v1, v2 float64
}

func (j joined) answer(question string, seconds float64) h2o.Answer {
	for i := range j.rows {
		j.n++
		j.v1 += j.rows[i].left.v
		j.v2 += j.rows[i].right.v
	}
	return h2o.Answer{Question: question, Seconds: seconds, Rows: j.n, Sums: []float64{j.v1, j.v2}}
}

// join looks the rows of x up in a map of the rows on the right, which have each key once.
func join[K comparable](x, right []side, workers int, key func(*side) K, outer, made bool) (all joined) {
	table := make(map[K]*side, len(right))
	for i := range right {
		table[key(&right[i])] = &right[i]
	}
	var none side
	parts := make([]joined, workers)
	eachPart(len(x), workers, func(worker, from, to int) {
		var j joined
		for i := from; i < to; i++ {
			r := table[key(&x[i])]
			if r == nil {
				if !outer {
					continue
				}
				r = &none
			}
			if made {
				j.rows = append(j.rows, pair{x[i], *r})
				continue
			}
			j.n++
			j.v1 += x[i].v
			j.v2 += r.v
		}
		parts[worker] = j
	})
	for _, j := range parts {
		all.rows = append(all.rows, j.rows...)
		all.n += j.n
		all.v1 += j.v1
		all.v2 += j.v2
	}
	return all
}
