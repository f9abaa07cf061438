package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"anabranch.dev/bench/internal/trial"
	"github.com/parquet-go/parquet-go"
)

// measured are the columns that are asked for.
type measured struct {
	ID4 int32   `parquet:"id4"`
	V1  int32   `parquet:"v1"`
	V2  int32   `parquet:"v2"`
	V3  float64 `parquet:"v3"`
}

// parquetGroups has goroutines take row groups, each with the reader of the library for a type.
func parquetGroups(_ ctx, s *trial.Session) error {
	f, err := os.Open(s.Inputs[0])
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	file, err := parquet.OpenFile(f, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return err
	}
	groups := file.RowGroups()
	parts, errs := make([]totals, s.Workers), make([]error, s.Workers)
	var next atomic.Int64
	eachPart(len(groups), s.Workers, func(worker, _, _ int) {
		for {
			i := int(next.Add(1)) - 1
			if i >= len(groups) || errs[worker] != nil {
				return
			}
			errs[worker] = scanGroup(groups[i], &parts[worker])
		}
	})
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return writeTotals(s, parts)
}

func scanGroup(group parquet.RowGroup, t *totals) error {
	r := parquet.NewGenericRowGroupReader[measured](group)
	defer r.Close()
	rows := make([]measured, 1024)
	for {
		n, err := r.Read(rows)
		for _, row := range rows[:n] {
			if row.ID4 <= 50 {
				t.rows++
				t.v1 += int64(row.V1)
				t.v2 += int64(row.V2)
				t.v3 = max(t.v3, row.V3)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func writeTotals(s *trial.Session, parts []totals) error {
	var all totals
	for _, t := range parts {
		all.rows += t.rows
		all.v1 += t.v1
		all.v2 += t.v2
		all.v3 = max(all.v3, t.v3)
	}
	return write(s, fmt.Sprintf("%d %d %d %.6f", all.rows, all.v1, all.v2, all.v3))
}
