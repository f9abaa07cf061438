package aggtest_test

import (
	"fmt"
	"testing"

	"anabranch.dev/df/agg"
	"anabranch.dev/df/agg/aggtest"
)

// recorder takes note of failures.
type recorder struct{ failures []string }

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	panic(r)
}

// failures runs the check and counts what it finds.
func failures[A, R any](f agg.Func[float64, A, R]) int {
	var r recorder
	func() {
		defer func() {
			if p := recover(); p != nil && p != &r {
				panic(p)
			}
		}()
		rows := []float64{1e16, 1, -1e16, 3, 0.1, 0.1, 7, -2, 1e-9, 5}
		aggtest.Run(&r, f, rows)
	}()
	return len(r.failures)
}

func identity(x float64) float64 { return x }

func TestFaultsAreFound(t *testing.T) {
	count := func(change func(*agg.Def[float64, int64, int64])) agg.Func[float64, int64, int64] {
		return func() agg.Def[float64, int64, int64] {
			d := agg.Count[float64]()
			change(&d)
			return d
		}
	}
	collect := func(change func(*agg.Def[float64, []float64, []float64])) agg.Func[float64, []float64, []float64] {
		return func() agg.Def[float64, []float64, []float64] {
			d := agg.Def[float64, []float64, []float64]{
				Add:    func(a *[]float64, v float64) { *a = append(*a, v) },
				Merge:  func(dst, src *[]float64) { *dst = append(*dst, *src...) },
				Result: func(a *[]float64) []float64 { return nil },
			}
			change(&d)
			return d
		}
	}
	tests := []struct {
		name     string
		failures int
		found    bool
	}{
		{"sound", failures(count(func(*agg.Def[float64, int64, int64]) {})), false},
		{"nil", failures[int, int](nil), true},
		{"no merge", failures(count(func(d *agg.Def[float64, int64, int64]) { d.Merge = nil })), true},
		{"no result", failures(count(func(d *agg.Def[float64, int64, int64]) { d.Result = nil })), true},
		{"no add", failures(count(func(d *agg.Def[float64, int64, int64]) { d.Add = nil })), true},
		{"both adds", failures(count(func(d *agg.Def[float64, int64, int64]) {
			d.AddAt = func(*int64, float64, agg.Stamp) {}
		})), true},
		{"a batch in place of rows", failures(count(func(d *agg.Def[float64, int64, int64]) { d.Add = nil })), true},
		{"a batch forgets", failures(count(func(d *agg.Def[float64, int64, int64]) {
			d.AddBatch = func(to agg.Groups[int64], rows []float64) { *to.At(0)++ }
		})), true},
		{"no batch", failures(count(func(d *agg.Def[float64, int64, int64]) { d.AddBatch = nil })), false},
		{"merge forgets", failures(count(func(d *agg.Def[float64, int64, int64]) { d.Merge = func(_, _ *int64) {} })), true},
		{"init is not empty", failures(count(func(d *agg.Def[float64, int64, int64]) { d.Init = func(a *int64) { *a = 1 } })), true},
		{"rounding", failures(agg.FastSum(identity)), true},
		{"keeps order of arrival", failures(collect(func(d *agg.Def[float64, []float64, []float64]) {
			d.Result = func(a *[]float64) []float64 { return *a }
		})), true},
		{"size too small", failures(collect(func(d *agg.Def[float64, []float64, []float64]) {
			d.Size = func(a *[]float64) int { return 8 * (len(*a) - 1) }
		})), true},
		{"size", failures(collect(func(d *agg.Def[float64, []float64, []float64]) {
			d.Size = func(a *[]float64) int { return 8 * cap(*a) }
		})), false},
	}
	for _, test := range tests {
		if found := test.failures > 0; found != test.found {
			t.Errorf("%s: fault found: %t", test.name, found)
		}
	}
}
