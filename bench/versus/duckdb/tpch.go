package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"anabranch.dev/bench/internal/trial"
)

var tpchQuestions = []string{"q1", "q3", "q4", "q5", "q6", "q9", "q10", "q13", "q18", "q21"}

// The queries are those of examples/testdata/tpch/queries.sql, where they are written for DuckDB, and so are the tables.
var (
	tableText = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\);`)
	column    = regexp.MustCompile(`(\w+) (\w+(?:\(\d+,\d+\))?)`)
	queryText = regexp.MustCompile(`(?s)COPY \(\n(.*?)\n\) TO '(q\d+)\.txt'`)
)

// tpch answers a question from the text files: the tables are views of them.
func tpch(question string) trial.Func {
	return func(ctx context.Context, s *trial.Session) error {
		text, err := os.ReadFile(filepath.Join(s.Root, "examples", "testdata", "tpch", "queries.sql"))
		if err != nil {
			return err
		}
		query := ""
		for _, m := range queryText.FindAllStringSubmatch(string(text), -1) {
			if m[2] == question {
				query = m[1]
			}
		}
		if query == "" {
			return fmt.Errorf("queries.sql has no question %s", question)
		}
		d, err := open(ctx, s, true)
		if err != nil {
			return err
		}
		for _, m := range tableText.FindAllStringSubmatch(string(text), -1) {
			if err := d.exec(view(s.Inputs[0], m[1], m[2])); err != nil {
				return err
			}
		}
		return d.exec(fmt.Sprintf("COPY (%s) TO %s (DELIMITER '|', QUOTE '', HEADER false)", query, quote(s.Output)))
	}
}

// view is a table as what its file holds. Each line ends with a delimiter, behind which there is one more column.
func view(folder, name, definition string) string {
	var columns, names []string
	for _, c := range column.FindAllStringSubmatch(definition, -1) {
		columns = append(columns, fmt.Sprintf("'%s': '%s'", c[1], c[2]))
		names = append(names, c[1])
	}
	columns = append(columns, "'nothing': 'VARCHAR'")
	return fmt.Sprintf("CREATE VIEW %s AS SELECT %s FROM read_csv(%s, delim = '|', quote = '', escape = '', header = false, auto_detect = false, columns = {%s})",
		name, strings.Join(names, ", "), quote(filepath.Join(folder, name+".tbl")), strings.Join(columns, ", "))
}
