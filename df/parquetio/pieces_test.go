package parquetio

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// TestPieces holds what row groups are cut into against what is known of their columns.
func TestPieces(t *testing.T) {
	type row struct {
		Wide   int64 `parquet:"wide"`
		Narrow int8  `parquet:"narrow"`
	}
	rows := make([]row, 3<<20)
	for i := range rows {
		rows[i] = row{int64(i), int8(i)}
	}
	var b bytes.Buffer
	if err := parquet.Write(&b, rows, parquet.MaxRowsPerRowGroup(2<<20)); err != nil {
		t.Fatal(err)
	}
	pieces := func(t reflect.Type) (rows []int64) {
		fields, err := fieldsOf(t)
		if err != nil {
			panic(err)
		}
		f, err := open(fields, bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			panic(err)
		}
		at := int64(0)
		for _, p := range f.pieces {
			if p.first != at {
				panic("pieces do not follow on one another")
			}
			at += p.to - p.from
			rows = append(rows, p.to-p.from)
		}
		return rows
	}
	// The first group has 16 MiB of wide values and 8 of narrow ones, as four bytes each.
	for _, test := range []struct {
		of   reflect.Type
		want []int64
	}{
		{reflect.TypeFor[row](), []int64{349526, 349526, 349525, 349525, 349525, 349525, 349526, 349525, 349525}},
		{reflect.TypeFor[struct {
			N int `parquet:"narrow"`
		}](), []int64{1 << 20, 1 << 20, 1 << 20}},
	} {
		if got := pieces(test.of); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%v: pieces of %v rows, want %v", test.of, got, test.want)
		}
	}
}
