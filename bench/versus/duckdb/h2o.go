package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"anabranch.dev/bench/internal/h2o"
	"anabranch.dev/bench/internal/trial"
)

// groupQueries are the group-by questions, with up to three columns a, b and c that are added up.
var groupQueries = []string{
	"SELECT sum(v1) AS a FROM x GROUP BY id1",
	"SELECT sum(v1) AS a FROM x GROUP BY id1, id2",
	"SELECT sum(v1) AS a, avg(v3) AS b FROM x GROUP BY id3",
	"SELECT avg(v1) AS a, avg(v2) AS b, avg(v3) AS c FROM x GROUP BY id4",
	"SELECT sum(v1) AS a, sum(v2) AS b, sum(v3) AS c FROM x GROUP BY id6",
	"SELECT median(v3) AS a, stddev(v3) AS b FROM x GROUP BY id4, id5",
	"SELECT max(v1) - min(v2) AS a FROM x GROUP BY id3",
	"SELECT unnest(max(v3, 2)) AS a FROM x GROUP BY id6",
	"SELECT pow(corr(v1, v2), 2) AS a FROM x GROUP BY id2, id4",
	"SELECT count(*) AS a, sum(v3) AS b FROM x GROUP BY id1, id2, id3, id4, id5, id6",
}

func h2oGroups(ctx context.Context, s *trial.Session) error {
	d, err := open(ctx, s, false)
	if err != nil {
		return err
	}
	if err := d.exec("CREATE TABLE x AS FROM " + groupsTable(s)); err != nil {
		return err
	}
	if err := s.Start(); err != nil {
		return err
	}
	var answers []h2o.Answer
	for i, q := range groupQueries {
		columns := "count(*)"
		for _, c := range []string{"a", "b", "c"} {
			if strings.Contains(q, "AS "+c) {
				columns += fmt.Sprintf(", sum(%s)::DOUBLE", c)
			}
		}
		start := time.Now()
		a, err := d.one("SELECT " + columns + " FROM (" + q + ")")
		if err != nil {
			return err
		}
		a.Question, a.Seconds = h2o.Groups[i], time.Since(start).Seconds()
		answers = append(answers, a)
	}
	if err := h2o.Tell(s, answers, h2o.Groups); err != nil {
		return err
	}
	return s.Stop()
}

// one reads a row of a number of rows and sums.
func (d *session) one(query string) (a h2o.Answer, err error) {
	rows, err := d.conn.QueryContext(d.ctx, query)
	if err != nil {
		return a, fmt.Errorf("%w in %s", err, query)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return a, err
	}
	a.Sums = make([]float64, len(columns)-1)
	to := []any{&a.Rows}
	for i := range a.Sums {
		to = append(to, &a.Sums[i])
	}
	if !rows.Next() {
		return a, sql.ErrNoRows
	}
	if err := rows.Scan(to...); err != nil {
		return a, err
	}
	return a, rows.Err()
}

// A join is x with one of the tables on the right.
type join struct{ kind, table, columns, on string }

var joins = []join{
	{"JOIN", "small", "r.id4 AS r4", "x.id1 = r.id1"},
	{"JOIN", "medium", "r.id1 AS r1, r.id4 AS r4, r.id5 AS r5", "x.id2 = r.id2"},
	{"LEFT JOIN", "medium", "r.id1 AS r1, r.id4 AS r4, r.id5 AS r5", "x.id2 = r.id2"},
	{"JOIN", "medium", "r.id1 AS r1, r.id2 AS r2, r.id4 AS r4", "x.id5 = r.id5"},
	{"JOIN", "big", "r.id1 AS r1, r.id2 AS r2, r.id4 AS r4, r.id5 AS r5, r.id6 AS r6", "x.id3 = r.id3"},
}

func (j join) from() string { return fmt.Sprintf("FROM x %s %s r ON %s", j.kind, j.table, j.on) }

// tablesOfJoins loads the tables.
func tablesOfJoins(ctx context.Context, s *trial.Session) (*session, error) {
	d, err := open(ctx, s, false)
	if err != nil {
		return nil, err
	}
	for i, table := range []struct{ name, numbers, texts, value string }{
		{"x", "id1 id2 id3", "id4 id5 id6", "v1"},
		{"small", "id1", "id4", "v2"},
		{"medium", "id1 id2", "id4 id5", "v2"},
		{"big", "id1 id2 id3", "id4 id5 id6", "v2"},
	} {
		var columns []string
		for _, c := range strings.Fields(table.numbers) {
			columns = append(columns, fmt.Sprintf("'%s': 'INTEGER'", c))
		}
		for _, c := range strings.Fields(table.texts) {
			columns = append(columns, fmt.Sprintf("'%s': 'VARCHAR'", c))
		}
		columns = append(columns, fmt.Sprintf("'%s': 'DOUBLE'", table.value))
		err := d.exec(fmt.Sprintf("CREATE TABLE %s AS FROM read_csv(%s, header = true, auto_detect = false, delim = ',', quote = '', columns = {%s})",
			table.name, quote(s.Inputs[i]), strings.Join(columns, ", ")))
		if err != nil {
			return nil, err
		}
	}
	return d, s.Start()
}

func joinsCounted(ctx context.Context, s *trial.Session) error {
	return askJoins(ctx, s, func(d *session, j join) (h2o.Answer, time.Duration, error) {
		start := time.Now()
		a, err := d.one("SELECT count(*), sum(x.v1), sum(r.v2) " + j.from())
		return a, time.Since(start), err
	})
}

func joinsMade(ctx context.Context, s *trial.Session) error {
	return askJoins(ctx, s, func(d *session, j join) (a h2o.Answer, took time.Duration, err error) {
		start := time.Now()
		if err := d.exec("CREATE OR REPLACE TEMP TABLE made AS SELECT x.*, " + j.columns + ", r.v2 " + j.from()); err != nil {
			return a, 0, err
		}
		took = time.Since(start)
		a, err = d.one("SELECT count(*), sum(v1), sum(v2) FROM made")
		return a, took, err
	})
}

func askJoins(ctx context.Context, s *trial.Session, ask func(*session, join) (h2o.Answer, time.Duration, error)) error {
	d, err := tablesOfJoins(ctx, s)
	if err != nil {
		return err
	}
	var answers []h2o.Answer
	for i, j := range joins {
		a, took, err := ask(d, j)
		if err != nil {
			return err
		}
		a.Question, a.Seconds = h2o.Joins[i], took.Seconds()
		answers = append(answers, a)
	}
	if err := h2o.Tell(s, answers, h2o.Joins); err != nil {
		return err
	}
	return s.Stop()
}
