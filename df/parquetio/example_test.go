package parquetio_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"anabranch.dev/df"
	"anabranch.dev/df/parquetio"
	"github.com/parquet-go/parquet-go"
)

func ExampleRead() {
	type Trip struct {
		City string   `parquet:"city"`
		Fare *float64 `parquet:"fare"` // nil where the file has null
	}
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	fare := func(f float64) *float64 { return &f }
	err = parquet.WriteFile(filepath.Join(dir, "trips.parquet"), []Trip{{"Oslo", fare(12)}, {"Rome", fare(7)}, {"Oslo", nil}, {"Oslo", fare(8)}})
	if err != nil {
		fmt.Println(err)
		return
	}

	trips := parquetio.Read[Trip](filepath.Join(dir, "*.parquet"))
	paid := trips.Filter(func(t Trip) bool { return t.Fare != nil })
	byCity := df.CountBy(paid, func(t Trip) string { return t.City })
	for kv, err := range df.All(context.Background(), df.SortBy(byCity, func(kv df.KV[string, int64]) string { return kv.Key })) {
		fmt.Println(kv.Key, kv.Value, err)
	}
	// Output:
	// Oslo 2 <nil>
	// Rome 1 <nil>
}
