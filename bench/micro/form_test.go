package micro

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"runtime"
	"sync/atomic"
	"testing"

	"anabranch.dev/df"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
)

// A form is one way to do a job, from the data to the answer.
type form[A any] struct {
	name string
	run  func(testing.TB) A
}

// runForms is the benchmark of a job's forms. rows is the number of its source rows; bytes is the size of its
// input, 0 where it has no file.
func runForms[A any](b *testing.B, rows int, bytes int64, forms []form[A]) {
	for _, f := range forms {
		b.Run(f.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(bytes)
			before := mallocs()
			for b.Loop() {
				f.run(b)
			}
			all := float64(rows) * float64(b.N)
			b.ReportMetric(float64(mallocs()-before)/all, "allocs/row")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/all, "ns/row")
		})
	}
}

// mallocs is the number of allocations so far.
func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

// one returns the only row of a stream.
func one[T any](tb testing.TB, s df.Stream[T], options ...df.Option) T {
	row, ok, err := df.First(tb.Context(), s, options...)
	if err != nil || !ok {
		tb.Fatalf("row: %t, error: %v", ok, err)
	}
	return row
}

// rowsOf returns all rows of a stream.
func rowsOf[T any](tb testing.TB, s df.Stream[T], options ...df.Option) []T {
	rows, err := df.Collect(tb.Context(), s, options...)
	if err != nil {
		tb.Fatal(err)
	}
	return rows
}

const (
	blockBytes = 256 << 10
	longest    = 4 << 10 // a line that eachBlock can read
)

// eachBlock is how one reads a file of lines by hand on several goroutines: f gets blocks of whole lines, and may
// overwrite them. The last line must end in a newline.
func eachBlock(tb testing.TB, path string, workers int, f func(worker int, block []byte)) {
	file, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	var next atomic.Int64
	var all errgroup.Group
	for worker := range workers {
		all.Go(func() error {
			buf := make([]byte, blockBytes+longest)
			for {
				block, err := readBlock(file, next.Add(blockBytes)-blockBytes, buf)
				if err != nil || block == nil {
					return err
				}
				f(worker, block)
			}
		})
	}
	if err := all.Wait(); err != nil {
		tb.Fatal(err)
	}
}

// readBlock reads the lines that begin behind from and up to from+blockBytes, and the one at 0. At the end of the
// file the block is nil.
func readBlock(file *os.File, from int64, buf []byte) ([]byte, error) {
	n, err := file.ReadAt(buf, from)
	if n == 0 && err == io.EOF {
		return nil, nil
	}
	if err != nil && err != io.EOF {
		return nil, err
	}
	start, end := 0, n
	if from > 0 {
		start = bytes.IndexByte(buf[:n], '\n') + 1
	}
	if n > blockBytes {
		newline := bytes.IndexByte(buf[blockBytes:n], '\n')
		if newline < 0 {
			return nil, errors.New("a line is too long, or the last one has no end")
		}
		end = blockBytes + newline + 1
	}
	return buf[start:end], nil
}

// workerCounts are the numbers of workers that the library's forms run with.
var workerCounts = []struct {
	name   string
	option df.Option
}{{"workers=1", df.Workers(1)}, {"workers=2", df.Workers(2)}}

// runFile is the benchmark of forms that read a file, row by line.
func runFile[A any](b *testing.B, path string, forms func(path string) []form[A]) {
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	lines := 0
	eachBlock(b, path, 1, func(_ int, block []byte) { lines += bytes.Count(block, []byte("\n")) })
	runForms(b, lines, info.Size(), forms(path))
}

// groupMap runs a plan and returns its rows by their keys. A key that comes twice fails.
func groupMap[K comparable, V any](tb testing.TB, s df.Stream[df.KV[K, V]], options ...df.Option) map[K]V {
	m := map[K]V{}
	for _, kv := range rowsOf(tb, s, options...) {
		if _, twice := m[kv.Key]; twice {
			tb.Errorf("%v comes twice", kv.Key)
		}
		m[kv.Key] = kv.Value
	}
	return m
}

// sameMap compares whole results.
func sameMap[K, V comparable](t *testing.T, name string, want, got map[K]V) {
	t.Helper()
	if maps.Equal(want, got) { // cmp.Diff takes its time to find that
		return
	}
	unexported := cmp.AllowUnexported(pair{}, summary{})
	t.Errorf("%s: want - got +\n%.2000s", name, cmp.Diff(want, got, unexported))
}
