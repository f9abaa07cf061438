package dftest

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"anabranch.dev/df"
	gocmp "github.com/google/go-cmp/cmp"
)

// Same compares whole results. A difference is shown from where it begins.
func Same[T any](t *testing.T, what string, got, want []T) {
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

// SameSet compares results in which the order of rows says nothing.
func SameSet[T cmp.Ordered](t *testing.T, what string, got, want []T) {
	t.Helper()
	Same(t, what+", sorted", slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
}

// SameGroups compares groups, of which each key must have one.
func SameGroups[K comparable, V any](t *testing.T, what string, got []df.KV[K, V], want map[K]V) {
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

// ErrBoom is the error of functions that fail.
var ErrBoom = errors.New("boom")

// MustPanic wants wrong use to be told at once, with its place.
func MustPanic(t *testing.T, text string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		p := fmt.Sprint(recover())
		if !strings.Contains(p, text) || !strings.Contains(p, "_test.go:") {
			t.Errorf("panic %q, which does not name %q and the place", p, text)
		}
	}()
	f()
}
