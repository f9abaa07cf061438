package parquetio

import (
	"fmt"
	"io"
	"reflect"

	"anabranch.dev/df"
	"anabranch.dev/internal/plan"
)

// Read gives the rows of Parquet files, in the order of the patterns, as [df.Lines] has
// it, and of the rows in each file. Of the file only those columns are read that T has
// fields for; the package comment says which fields there can be. Large files are read by
// several workers at the same time, in pieces of row groups.
//
// A pattern that matches nothing, a missing file, a directory, a file that is no Parquet
// file, one without a column of T, and one whose column does not fit the field are errors
// of the run, before any row is read.
//
// Rows may be kept. Strings share memory with those of other rows of their page, as those
// of Lines do with their block.
func Read[T any](patterns ...string) df.Stream[T] {
	if len(patterns) == 0 {
		misuse("no file is named")
	}
	fields, err := fieldsOf(reflect.TypeFor[T]())
	if err != nil {
		misuse(err.Error())
	}
	return df.FromFiles(df.Format[T]{
		Op: "read parquet",
		Open: func(in io.ReaderAt, size int64) (df.Table[T], error) {
			f, err := open(fields, in, size)
			if err != nil {
				return nil, err
			}
			return table[T]{f}, nil
		},
	}, patterns...)
}

// misuse panics about a wrong call, with the place of the call.
func misuse(text string) {
	panic(fmt.Sprintf("parquetio.Read (%v): %s", plan.Caller(), text))
}

// table is a file with rows of a type.
type table[T any] struct{ file *file }

func (t table[T]) Pieces() []df.TablePiece { return t.file.tablePieces() }

func (t table[T]) Read(n int, rows []T, push func([]T) error) error {
	r, err := t.file.reader(n)
	if err != nil {
		return err
	}
	defer r.close()
	for r.left > 0 {
		some := rows[:min(int64(len(rows)), r.left)]
		clear(some) // what is null stays so, and what has no column
		if err := r.fill(batchOf(some), len(some)); err != nil {
			return err
		}
		if err := push(some); err != nil {
			return err
		}
	}
	return nil
}
