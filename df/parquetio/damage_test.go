package parquetio_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
	"anabranch.dev/df/parquetio"
	"anabranch.dev/internal/vfs"
	"github.com/parquet-go/parquet-go"
)

// chunk is where a column of a row group is in a file.
type chunk struct {
	path     string
	from, to int64
}

func chunksOf(t testing.TB, path string) (list []chunk) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	pf, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range pf.Metadata().RowGroups {
		for _, c := range g.Columns {
			m := c.MetaData
			from := m.DataPageOffset
			if m.DictionaryPageOffset > 0 {
				from = min(from, m.DictionaryPageOffset)
			}
			list = append(list, chunk{strings.Join(m.PathInSchema, "."), from, from + m.TotalCompressedSize})
		}
	}
	return list
}

// settled runs a plan that may fail, and must not take long, panic or leave anything.
func settled(t *testing.T, what string, path string, read func() error) error {
	t.Helper()
	began := time.Now()
	err := read()
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("%s: took %v", what, took)
	}
	if err != nil {
		text := err.Error()
		if !strings.HasPrefix(text, "read parquet (") || !strings.Contains(text, filepath.Base(path)) {
			t.Errorf("%s: %v", what, err)
		}
		if strings.Contains(text, "goroutine ") || strings.Contains(text, "panic") {
			t.Errorf("%s: a panic came through: %.300s", what, text)
		}
	}
	return err
}

func readEvery(path string) func() error {
	return func() error {
		_, err := df.Collect(context.Background(), parquetio.Read[every](path), df.Workers(2))
		return err
	}
}

// TestMutations changes bytes of files in which every encoding is, and cuts them off.
func TestMutations(t *testing.T) {
	rounds := 150
	if testing.Short() {
		rounds = 15
	}
	for form, options := range forms {
		path := written(t, "rows.parquet", rowsOf(500), options...)
		text := bytesOf(t, path)
		seed := uint64(len(form))
		r := rand.New(rand.NewPCG(seed, 2))
		failed := 0
		dir := t.TempDir()
		for range rounds {
			bad := append([]byte{}, text...)
			switch r.IntN(4) {
			case 0: // in the footer, where numbers are believed
				at := len(bad) - 1 - r.IntN(min(len(bad), 6000))
				bad[at] ^= 1 << r.IntN(8)
			case 1:
				bad[r.IntN(len(bad))] = byte(r.IntN(256))
			case 2:
				from := r.IntN(len(bad))
				clear(bad[from:min(len(bad), from+r.IntN(64))])
			case 3:
				bad = append(bad[:r.IntN(len(bad))], bad[len(bad)-r.IntN(64):]...)
			}
			path := filepath.Join(dir, "bad.parquet")
			if err := os.WriteFile(path, bad, 0o666); err != nil {
				t.Fatal(err)
			}
			if settled(t, form, path, readEvery(path)) != nil {
				failed++
			}
		}
		if failed < rounds/4 {
			t.Errorf("%s, seed %d: only %d of %d damaged files were noticed", form, seed, failed, rounds)
		}
	}
	dftest.NoneLeft(t)
}

func FuzzRead(f *testing.F) {
	for _, options := range forms {
		f.Add(bytesOf(f, written(f, "rows.parquet", rowsOf(20), options...)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		path := fileOf(t, "fuzz.parquet", text)
		_ = settled(t, "fuzz", path, readEvery(path))
	})
}

// TestFailingReads fails each operation on files in turn: it is the error of the run, and
// not that of a damaged file.
func TestFailingReads(t *testing.T) {
	path := written(t, "rows.parquet", rowsOf(2000), parquet.MaxRowsPerRowGroup(700))
	for n := int64(0); ; n++ {
		fsys := vfs.NewFaulty(vfs.OS, vfs.Fault{At: n})
		_, err := df.Collect(context.Background(), parquetio.Read[every](path), df.Workers(2), dftest.OnDisk(fsys))
		if err == nil {
			if n < 10 {
				t.Errorf("only %d operations", n)
			}
			break
		}
		if !errors.Is(err, vfs.ErrInjected) || errors.Is(err, df.ErrCorrupt) {
			t.Errorf("operation %d: %v", n, err)
		}
	}
	dftest.NoneLeft(t)
}
