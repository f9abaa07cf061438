package main

import (
	"context"
	"fmt"

	"anabranch.dev/bench/internal/trial"
)

// linesOf reads a file as a column of lines: the delimiter is a character that no text has.
func linesOf(path string) string {
	return fmt.Sprintf(`read_csv(%s, columns = {'line': 'VARCHAR'}, delim = e'\x01', quote = '', escape = '', header = false, auto_detect = false)`, quote(path))
}

// toFile writes the answer of a query with one column to the output.
func toFile(ordered bool, query func(s *trial.Session) string) trial.Func {
	return func(ctx context.Context, s *trial.Session) error {
		d, err := open(ctx, s, ordered)
		if err != nil {
			return err
		}
		return d.exec(copyTo(query(s), s.Output))
	}
}

func copyTo(query, path string) string {
	return fmt.Sprintf(`COPY (%s) TO %s (FORMAT csv, HEADER false, DELIMITER e'\x01', QUOTE '', ESCAPE '')`, query, quote(path))
}

func linesQuery(s *trial.Session) string {
	return `SELECT count(*) || ' lines of ' || sum(strlen(line)) || ' bytes' FROM ` + linesOf(s.Inputs[0])
}

func csvQuery(s *trial.Session) string { return totalsOf(groupsTable(s)) }
func parquetQuery(s *trial.Session) string {
	return totalsOf(`read_parquet(` + quote(s.Inputs[0]) + `)`)
}

func totalsOf(table string) string {
	return `SELECT format('{} {} {} {:.6f}', count(*), sum(v1), sum(v2), max(v3)) FROM ` + table + ` WHERE id4 <= 50`
}

// groupsTable reads the table of the group-by questions.
func groupsTable(s *trial.Session) string {
	return fmt.Sprintf(`read_csv(%s, header = true, auto_detect = false, delim = ',', quote = '', columns = {'id1': 'VARCHAR', 'id2': 'VARCHAR', `+
		`'id3': 'VARCHAR', 'id4': 'INTEGER', 'id5': 'INTEGER', 'id6': 'INTEGER', 'v1': 'INTEGER', 'v2': 'INTEGER', 'v3': 'DOUBLE'})`, quote(s.Inputs[0]))
}

func wordsQuery(s *trial.Session) string {
	return `SELECT word || chr(9) || count(*) FROM (SELECT unnest(string_split(line, ' ')) AS word FROM ` + linesOf(s.Inputs[0]) +
		`) WHERE word <> '' GROUP BY word`
}

// stationsQuery has the mean as other programs compute it: from the exact sum of tenths.
func stationsQuery(s *trial.Session) string {
	return `SELECT name || format(';{:.1f};{:.1f};{:.1f}', min(t)::DOUBLE, (sum(t) * 10)::DOUBLE / count(*) / 10, max(t)::DOUBLE) FROM ` +
		fmt.Sprintf(`read_csv(%s, columns = {'name': 'VARCHAR', 't': 'DECIMAL(4,1)'}, delim = ';', quote = '', escape = '', header = false, auto_detect = false)`,
			quote(s.Inputs[0])) + ` GROUP BY name`
}

func sortQuery(s *trial.Session) string {
	return `SELECT line FROM ` + linesOf(s.Inputs[0]) + ` ORDER BY line`
}
