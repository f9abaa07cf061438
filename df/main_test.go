package df_test

import (
	"flag"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/df/internal/dftest"
)

func TestMain(m *testing.M) {
	flag.Parse()
	workerCounts = dftest.WorkerCounts()
	dftest.Main(m)
}

// Short names for what most tests use.

const manyRows = dftest.ManyRows

var (
	workerCounts   []int
	errBoom        = dftest.ErrBoom
	eachDeployment = dftest.EachDeployment
	eachWorkers    = dftest.EachWorkers
	noneLeft       = dftest.NoneLeft
	mustPanic      = dftest.MustPanic
	zipfRows       = dftest.ZipfRows
	linesFile      = dftest.LinesFile
	parse          = dftest.Parse
	onDisk         = dftest.OnDisk
	textFile       = dftest.TextFile
	isOdd          = dftest.IsOdd
)

func collect[T any](t *testing.T, s df.Stream[T], options ...df.Option) []T {
	t.Helper()
	return dftest.Collect(t, s, options...)
}

func same[T any](t *testing.T, what string, got, want []T) {
	t.Helper()
	dftest.Same(t, what, got, want)
}
