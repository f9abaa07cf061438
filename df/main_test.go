package df_test

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"anabranch.dev/df"
	gocmp "github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		workerCounts = []int{2, 7}
	}
	code := m.Run()
	if left := goroutinesLeft(); len(left) > 0 {
		fmt.Fprintf(os.Stderr, "%d goroutines are left after the tests:\n\n%s\n", len(left), strings.Join(left, "\n\n"))
		code = 1
	}
	os.Exit(code)
}

// goroutinesLeft gives the stacks of goroutines that the library has started
// and that do not end within a second or so.
func goroutinesLeft() (left []string) {
	for wait := time.Millisecond; wait < time.Second; wait *= 2 {
		if left = libraryGoroutines(); len(left) == 0 {
			return nil
		}
		time.Sleep(wait)
	}
	return left
}

func libraryGoroutines() (stacks []string) {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	for i, stack := range strings.Split(string(buf), "\n\n") {
		if i == 0 { // the one that asks
			continue
		}
		for _, pkg := range []string{"df.", "exec.", "internal/"} {
			if strings.Contains(stack, "anabranch.dev/"+pkg) {
				stacks = append(stacks, stack)
				break
			}
		}
	}
	return stacks
}

// noneLeft fails the test when a run has left goroutines behind.
func noneLeft(t *testing.T) {
	t.Helper()
	if left := goroutinesLeft(); len(left) > 0 {
		t.Errorf("%d goroutines are left:\n\n%s", len(left), strings.Join(left, "\n\n"))
	}
}

// workerCounts are the deployments that every plan must give the same rows in.
var workerCounts = []int{1, 2, 7}

func eachDeployment(what string, check func(what string, o df.Option)) {
	for _, n := range workerCounts {
		check(fmt.Sprintf("%s, %d workers", what, n), df.Workers(n))
	}
}

// collect runs a plan that must succeed.
func collect[T any](t *testing.T, s df.Stream[T], options ...df.Option) []T {
	t.Helper()
	rows, err := df.Collect(context.Background(), s, options...)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// same compares whole results. A difference is shown from where it begins.
func same[T any](t *testing.T, what string, got, want []T) {
	t.Helper()
	if len(got) == 0 && len(want) == 0 || equal(got, want) {
		return
	}
	from := 0
	for from < min(len(got), len(want)) && reflect.DeepEqual(got[from], want[from]) {
		from++
	}
	part := func(s []T) []T { return s[from:min(from+20, len(s))] }
	t.Errorf("%s: %d rows, want %d; from row %d on (-want +got):\n%s",
		what, len(got), len(want), from, gocmp.Diff(part(want), part(got)))
}

// equal is reflect.DeepEqual, without reflection for the rows that most tests
// have.
func equal[T any](a, b []T) bool {
	switch a := any(a).(type) {
	case []int64:
		return slices.Equal(a, any(b).([]int64))
	case []string:
		return slices.Equal(a, any(b).([]string))
	}
	return reflect.DeepEqual(a, b)
}

// sameSet compares results in which the order of rows says nothing.
func sameSet[T cmp.Ordered](t *testing.T, what string, got, want []T) {
	t.Helper()
	same(t, what+", sorted", slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
}

// sameGroups compares groups, of which each key must have one.
func sameGroups[K comparable, V any](t *testing.T, what string, got []df.KV[K, V], want map[K]V) {
	t.Helper()
	groups := map[K]V{}
	for _, kv := range got {
		if _, twice := groups[kv.Key]; twice {
			t.Errorf("%s: key %v comes twice", what, kv.Key)
		}
		groups[kv.Key] = kv.Value
	}
	if !reflect.DeepEqual(groups, want) {
		t.Errorf("%s: groups differ (-want +got):\n%.3000s", what, gocmp.Diff(want, groups))
	}
}

// An input is rows, and a stream of them.
type input struct {
	name   string
	rows   []int64
	stream df.Stream[int64]
}

const manyRows = 10_007 // 10 morsels of a slice

// inputs has every shape of rows, and every way to get at them.
func inputs(t *testing.T) []input {
	random := rand.New(rand.NewPCG(1, 2))
	equal := slices.Repeat([]int64{42}, manyRows)
	distinct := make([]int64, manyRows)
	for i := range distinct {
		distinct[i] = int64(i-5000) * 1_000_003
	}
	random.Shuffle(len(distinct), func(i, j int) { distinct[i], distinct[j] = distinct[j], distinct[i] })
	zipf := zipfRows(3, manyRows)
	short := zipf[:3000]
	shapes := []input{
		{"empty", nil, df.FromSlice[int64](nil)},
		{"one row", []int64{7}, df.FromSlice([]int64{7})},
		{"equal", equal, df.FromSlice(equal)},
		{"distinct", distinct, df.FromSlice(distinct)},
		{"zipf", zipf, df.FromSlice(zipf)},
		{"empty sequence", nil, df.FromSeq(slices.Values([]int64(nil)))},
		{"sequence", short, df.FromSeq(slices.Values(short))},
		{"lines", zipf, df.MapErr(df.Lines(linesFile(t, zipf)), parse)},
	}
	return shapes
}

// zipfRows are skewed: a few values make up most of the rows.
func zipfRows(seed uint64, n int) []int64 {
	z := rand.NewZipf(rand.New(rand.NewPCG(seed, seed)), 1.1, 1, 1<<40)
	rows := make([]int64, n)
	for i := range rows {
		rows[i] = int64(z.Uint64())
	}
	return rows
}

// linesFile writes rows as padded lines, long enough for several morsels.
func linesFile(t *testing.T, rows []int64) string {
	t.Helper()
	var text bytes.Buffer
	for _, v := range rows {
		fmt.Fprintf(&text, "%027d\n", v)
	}
	path := filepath.Join(t.TempDir(), "rows.txt")
	if err := os.WriteFile(path, text.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func parse(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }
