// Duckdb does the jobs in SQL, with DuckDB in the process. What is in files is read by the query itself, from the text;
// what is in memory is a table of its own that is filled before the clock starts, and the answer is a table.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"runtime/debug"

	"anabranch.dev/bench/internal/trial"
	_ "github.com/duckdb/duckdb-go/v2"
)

func main() {
	jobs := map[string]trial.Func{
		"lines":             toFile(false, linesQuery),
		"csv":               toFile(false, csvQuery),
		"parquet":           toFile(false, parquetQuery),
		"wordcount":         toFile(false, wordsQuery),
		"wordcount-3m":      toFile(false, wordsQuery),
		"1brc":              toFile(false, stationsQuery),
		"1brc-10k":          toFile(false, stationsQuery),
		"sort":              toFile(true, sortQuery),
		"sort-presorted":    toFile(true, sortQuery),
		"sort-few":          toFile(true, sortQuery),
		"sort-int64":        sortInts,
		"sort-strings":      sortStrings,
		"groups-100":        groups,
		"groups-100k":       groups,
		"groups-half":       groups,
		"h2o-groups":        h2oGroups,
		"h2o-joins":         joinsMade,
		"h2o-joins-counted": joinsCounted,
	}
	for _, q := range tpchQuestions {
		jobs["tpch-"+q] = tpch(q)
	}
	version, err := engine()
	if err != nil {
		version = err.Error()
	}
	trial.Main(trial.Contender{
		Name:     "duckdb",
		About:    "DuckDB, in SQL",
		Version:  version,
		Settings: "SET threads, memory_limit, temp_directory; preserve_insertion_order is off where the order does not count",
	}, jobs)
}

// engine is the version of DuckDB, and of the module.
func engine() (version string, err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return "", err
	}
	defer db.Close()
	if err := db.QueryRow("SELECT version()").Scan(&version); err != nil {
		return "", err
	}
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == "github.com/duckdb/duckdb-go/v2" {
			version += ", " + m.Path + " " + m.Version
		}
	}
	return version, nil
}

// A session has a connection with the settings of the task.
type session struct {
	*trial.Session
	ctx  context.Context
	conn *sql.Conn
}

// open opens a database in memory.
func open(ctx context.Context, s *trial.Session, ordered bool) (*session, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s.Foreign()
	d := &session{s, ctx, conn}
	settings := []string{
		fmt.Sprintf("SET threads = %d", s.Workers),
		fmt.Sprintf("SET temp_directory = %s", quote(s.TempDir)),
		fmt.Sprintf("SET preserve_insertion_order = %t", ordered),
	}
	if s.Memory > 0 {
		settings = append(settings, fmt.Sprintf("SET memory_limit = '%dB'", s.Memory))
	}
	return d, d.exec(settings...)
}

func (d *session) exec(statements ...string) error {
	for _, text := range statements {
		if _, err := d.conn.ExecContext(d.ctx, text); err != nil {
			return fmt.Errorf("%w in %.200s", err, text)
		}
	}
	return nil
}

// quote makes a string of SQL.
func quote(text string) string {
	quoted := "'"
	for _, r := range text {
		if r == '\'' {
			quoted += "'"
		}
		quoted += string(r)
	}
	return quoted + "'"
}
