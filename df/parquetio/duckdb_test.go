package parquetio_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
	"anabranch.dev/df/parquetio"
)

// fromDuckDB is a row of the files in testdata, which DuckDB 1.5 has written:
//
//	COPY (SELECT i::BIGINT i, (i%200)::UTINYINT u8, (i%30000)::SMALLINT i16, 'text ' || (i%100) s,
//	  CASE WHEN i%3=0 THEN NULL ELSE i::INTEGER END n, DATE '2020-01-01' + (i%5000)::INTEGER d,
//	  TIMESTAMP '2020-01-01 00:00:00' + INTERVAL (i) SECOND ts, make_timestamp_ns(i*1000001) ns,
//	  (i/4)::FLOAT f, i%2=0 b, ('b' || i)::BLOB blob, '00112233-4455-6677-8899-aabbccddeeff'::UUID u,
//	  {'a': i::INTEGER, 'c': 'x' || i} st, (CASE WHEN i%2=0 THEN 'a' ELSE 'b' END)::ENUM('a','b') e,
//	  [1,2] l, 1.5::DECIMAL(9,2) cents FROM range(3000) t(i)) TO ... (FORMAT parquet, ...)
//
// duckdb-v1 with COMPRESSION uncompressed, duckdb-v2 with COMPRESSION snappy, PARQUET_VERSION v2,
// ROW_GROUP_SIZE 2048. All columns are optional, and no page has a checksum or an index.
type fromDuckDB struct {
	I    int64     `parquet:"i"`
	U8   uint8     `parquet:"u8"`
	I16  int16     `parquet:"i16"`
	S    string    `parquet:"s"`
	N    *int32    `parquet:"n"`
	D    time.Time `parquet:"d"`
	TS   time.Time `parquet:"ts"`
	NS   time.Time `parquet:"ns"`
	F    float32   `parquet:"f"`
	B    bool      `parquet:"b"`
	Blob []byte    `parquet:"blob"`
	U    [16]byte  `parquet:"u"`
	St   struct {
		A int32  `parquet:"a"`
		C string `parquet:"c"`
	} `parquet:"st"`
	E string `parquet:"e"`
}

var duckFiles = []string{"testdata/duckdb-v1.parquet", "testdata/duckdb-v2.parquet"}

func TestDuckDB(t *testing.T) {
	var want []fromDuckDB
	for i := range 3000 {
		r := fromDuckDB{
			I: int64(i), U8: uint8(i % 200), I16: int16(i), S: fmt.Sprint("text ", i%100),
			D: time.Date(2020, 1, 1+i, 0, 0, 0, 0, time.UTC), TS: time.Date(2020, 1, 1, 0, 0, i, 0, time.UTC),
			NS: time.Unix(0, int64(i)*1_000_001).UTC(), F: float32(i) / 4, B: i%2 == 0, Blob: fmt.Append(nil, "b", i),
			U: [16]byte{0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff},
			E: string("ab"[i%2]),
		}
		if i%3 != 0 {
			r.N = new(int32(i))
		}
		r.St.A, r.St.C = int32(i), fmt.Sprint("x", i)
		want = append(want, r)
	}
	for _, path := range duckFiles {
		dftest.EachDeployment(path, func(what string, o df.Option) {
			dftest.Same(t, what, dftest.Collect(t, parquetio.Read[fromDuckDB](path), o), want)
		})
	}
}

// TestNoChecksums damages pages that have none: what the decoders make of them is an error,
// or other values.
func TestNoChecksums(t *testing.T) {
	rounds := 600
	if testing.Short() {
		rounds = 40
	}
	dir := t.TempDir()
	for _, from := range duckFiles {
		text := bytesOf(t, from)
		r := rand.New(rand.NewPCG(uint64(len(text)), 3))
		failed := 0
		for range rounds {
			bad := append([]byte{}, text...)
			for range 1 + r.IntN(4) {
				bad[r.IntN(len(bad))] = byte(r.IntN(256))
			}
			path := filepath.Join(dir, "bad.parquet")
			if err := os.WriteFile(path, bad, 0o666); err != nil {
				t.Fatal(err)
			}
			if settled(t, from, path, func() error {
				_, err := df.Collect(context.Background(), parquetio.Read[fromDuckDB](path), df.Workers(2))
				return err
			}) != nil {
				failed++
			}
		}
		if failed == 0 || failed == rounds {
			t.Errorf("%s: %d of %d are errors", from, failed, rounds)
		}
	}
	dftest.NoneLeft(t)
}
