package main

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"anabranch.dev/bench/data"
	"anabranch.dev/bench/internal/digest"
	"anabranch.dev/bench/internal/trial"
	"github.com/duckdb/duckdb-go/v2"
)

// rows is a table function over a slice, which DuckDB fills a table from.
type rows[T any] struct {
	column duckdb.ColumnInfo
	left   []T
}

// ColumnInfos implements [duckdb.ChunkTableSource].
func (r *rows[T]) ColumnInfos() []duckdb.ColumnInfo { return []duckdb.ColumnInfo{r.column} }

// Cardinality implements [duckdb.ChunkTableSource].
func (r *rows[T]) Cardinality() *duckdb.CardinalityInfo {
	return &duckdb.CardinalityInfo{Cardinality: uint(len(r.left)), Exact: true}
}

// Init implements [duckdb.ChunkTableSource].
func (r *rows[T]) Init() {}

// FillChunk implements [duckdb.ChunkTableSource].
func (r *rows[T]) FillChunk(chunk duckdb.DataChunk) error {
	n := min(len(r.left), duckdb.GetDataChunkCapacity())
	for i, v := range r.left[:n] {
		if err := duckdb.SetChunkValue(chunk, 0, i, v); err != nil {
			return err
		}
	}
	r.left = r.left[n:]
	return chunk.SetSize(n)
}

// fill makes the table t with the column k.
func fill[T any](d *session, list []T, kind duckdb.Type) error {
	info, err := duckdb.NewTypeInfo(kind)
	if err != nil {
		return err
	}
	source := &rows[T]{duckdb.ColumnInfo{Name: "k", T: info}, list}
	f := duckdb.ChunkTableFunction{BindArguments: func(map[string]any, ...any) (duckdb.ChunkTableSource, error) { return source, nil }}
	if err := duckdb.RegisterTableUDF(d.conn, "made", f); err != nil {
		return err
	}
	return d.exec("CREATE TABLE t AS SELECT k FROM made()")
}

// answer makes the table r of a query, which is measured, and gives its rows to add, a line each.
func (d *session) answer(query string, add func(row string) error) error {
	if err := d.Start(); err != nil {
		return err
	}
	if err := d.exec("CREATE TABLE r AS " + query); err != nil {
		return err
	}
	if err := d.Stop(); err != nil {
		return err
	}
	path := filepath.Join(d.TempDir, "r.txt")
	if err := d.exec("SET preserve_insertion_order = true", copyTo("SELECT * FROM r", path)); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if err := add(lines.Text()); err != nil {
			return err
		}
	}
	return lines.Err()
}

func sortInts(ctx context.Context, s *trial.Session) error {
	d, err := open(ctx, s, true)
	if err != nil {
		return err
	}
	if err := fill(d, data.IntsIn(int(s.Rows), data.Random, 1), duckdb.TYPE_BIGINT); err != nil {
		return err
	}
	var sum digest.Ordered
	err = d.answer("SELECT k FROM t ORDER BY k", func(row string) error {
		k, err := strconv.ParseInt(row, 10, 64)
		sum.AddInt(k)
		return err
	})
	s.Answer(sum.Rows(), sum.String())
	return err
}

func sortStrings(ctx context.Context, s *trial.Session) error {
	d, err := open(ctx, s, true)
	if err != nil {
		return err
	}
	if err := fill(d, data.ShortStrings(int(s.Rows), 1), duckdb.TYPE_VARCHAR); err != nil {
		return err
	}
	var sum digest.Ordered
	err = d.answer("SELECT k FROM t ORDER BY k", func(row string) error { sum.AddString(row); return nil })
	s.Answer(sum.Rows(), sum.String())
	return err
}

func groups(ctx context.Context, s *trial.Session) error {
	d, err := open(ctx, s, false)
	if err != nil {
		return err
	}
	if err := fill(d, data.Ints(int(s.Rows), int(s.Distinct), 1), duckdb.TYPE_BIGINT); err != nil {
		return err
	}
	var sum digest.Sum
	err = d.answer("SELECT k, count(*) FROM t GROUP BY k", func(row string) error {
		key, number, _ := strings.Cut(row, "\x01")
		k, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(number, 10, 64)
		sum.AddInts(k, n)
		return err
	})
	s.Answer(sum.Rows(), sum.String())
	return err
}
