package text_test

import (
	"slices"
	"testing"

	"anabranch.dev/df/text"
)

// stream and the functions on it have the signatures of the dataflow operators.
type stream[T any] []T

func expand[T, U any](s stream[T], f func(dst []U, v T) []U) stream[U] {
	var out []U
	for _, v := range s {
		out = f(out, v)
	}
	return out
}

func mapBatch[T, U any](s stream[T], f func(dst []U, in []T) []U) stream[U] {
	return f(nil, s)
}

func mapErr[T, U any](s stream[T], f func(T) (U, error)) (out stream[U], err error) {
	for _, v := range s {
		u, err := f(v)
		if err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	return out, nil
}

func mapEach[T, U any](s stream[T], f func(T) U) (out stream[U]) {
	for _, v := range s {
		out = append(out, f(v))
	}
	return out
}

type view string

// TestUncalled passes the functions uncalled, so that their type arguments are inferred.
func TestUncalled(t *testing.T) {
	lines := stream[view]{"One 2", "3"}
	equal(t, expand(lines, text.Fields), "One", "2", "3")
	equal(t, mapBatch(lines, text.LowerFields), "one", "2", "3")
	equal(t, mapBatch(lines, text.LowerAll), "one 2", "3")
	equal(t, mapEach(lines, text.Lower), "one 2", "3")
	ints, err := mapErr(stream[view]{"1", "-2"}, text.Int)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, ints, 1, -2)
	floats, err := mapErr(stream[[]byte]{[]byte("1.5"), []byte("2")}, text.Float)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, floats, 1.5, 2)
	if _, err := mapErr(stream[view]{"1", "x"}, text.Uint); err == nil {
		t.Error("no error")
	}
}

func equal[T comparable](t *testing.T, got stream[T], want ...T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
