package parquetio_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"anabranch.dev/df/internal/dftest"
	"github.com/parquet-go/parquet-go"
)

func TestMain(m *testing.M) {
	flag.Parse()
	dftest.Main(m)
}

// written writes rows with the library to a file of the test.
func written[T any](t testing.TB, name string, rows []T, options ...parquet.WriterOption) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := parquet.WriteFile(path, rows, options...); err != nil {
		t.Fatal(err)
	}
	return path
}

// bytesOf is a file's content, to be changed.
func bytesOf(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// fileOf is a file with that content.
func fileOf(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}
