// Package columns makes inputs of the benchmarks as Parquet files: the same rows as the text that package data makes of the
// same parameters. It is a package of its own so that who wants text does not link the library of the format.
package columns

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"anabranch.dev/bench/data"
	"github.com/parquet-go/parquet-go"
)

// H2O is the table of [data.H2O], compressed by Snappy, as the writers of most programs do by default, with dictionaries for
// the columns of few values.
type H2O struct {
	data.H2O
	GroupRows int64 // of each row group; 0 means an eighth of the rows, at most 1 Mi and at least 1000
}

// An H2ORow is a row of that table.
type H2ORow struct {
	ID1 string  `parquet:"id1,dict"`
	ID2 string  `parquet:"id2,dict"`
	ID3 string  `parquet:"id3"`
	ID4 int32   `parquet:"id4,dict"`
	ID5 int32   `parquet:"id5,dict"`
	ID6 int32   `parquet:"id6"`
	V1  int32   `parquet:"v1,dict"`
	V2  int32   `parquet:"v2,dict"`
	V3  float64 `parquet:"v3"`
}

func (k H2O) groupRows() int64 {
	if k.GroupRows == 0 {
		return max(min(k.Rows/8, 1<<20), 1000)
	}
	return k.GroupRows
}

// Name implements [data.Kind].
func (k H2O) Name() string {
	return fmt.Sprintf("%s-g%d.parquet", strings.TrimSuffix(k.H2O.Name(), ".csv"), k.groupRows())
}

// WriteTo implements [data.Kind].
func (k H2O) WriteTo(w io.Writer) (int64, error) {
	text, made := io.Pipe()
	go func() {
		_, err := k.H2O.WriteTo(made)
		made.CloseWithError(err) // nil is the end
	}()
	defer text.Close() // ends the other, if it is not at its end
	counted := &counter{w: w}
	file := parquet.NewGenericWriter[H2ORow](counted, parquet.Compression(&parquet.Snappy),
		parquet.MaxRowsPerRowGroup(k.groupRows()), parquet.CreatedBy("anabranch bench/data/columns", "1", ""))
	batch := make([]H2ORow, 0, 1024)
	flush := func() error {
		_, err := file.Write(batch)
		batch = batch[:0]
		return err
	}
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		if lines.Text() == data.H2OHeader {
			continue
		}
		row, err := parse(lines.Text())
		if err != nil {
			return counted.n, err
		}
		if batch = append(batch, row); len(batch) == cap(batch) {
			if err := flush(); err != nil {
				return counted.n, err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return counted.n, err
	}
	if err := flush(); err != nil {
		return counted.n, err
	}
	err := file.Close()
	return counted.n, err
}

func parse(line string) (row H2ORow, err error) {
	c := strings.Split(line, ",")
	number := func(text string) int32 {
		v, e := strconv.ParseInt(text, 10, 32)
		if err == nil {
			err = e
		}
		return int32(v)
	}
	row = H2ORow{
		ID1: c[0], ID2: c[1], ID3: c[2], ID4: number(c[3]), ID5: number(c[4]), ID6: number(c[5]), V1: number(c[6]), V2: number(c[7]),
	}
	if err == nil {
		row.V3, err = strconv.ParseFloat(c[8], 64)
	}
	return row, err
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
