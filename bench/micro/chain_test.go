package micro

import (
	"testing"

	"anabranch.dev/bench/data"
	"anabranch.dev/df"
)

// A chain is the five operators that the benchmarks of fusion put on a source: Map, Filter, Map, Expand, Sum. Of the
// rows 7 in 8, without a pattern, are kept, and become two numbers each.
type chain[T any] struct {
	first  func(T) T
	keep   func(T) bool
	second func(T) T
	expand func(dst []int64, v T) []int64

	batch  func(dst []int64, rows []T) []int64 // all four in one loop
	inline func(rows []T) int64                // and Sum too: all that a compiler can do
}

// stream is the chain as one writes it with the library.
func (c chain[T]) stream(rows []T) df.Stream[int64] {
	s := df.Map(df.FromSlice(rows), c.first)
	return df.Sum(df.Expand(df.Map(s.Filter(c.keep), c.second), c.expand))
}

// batched is the form for steps of a few nanoseconds.
func (c chain[T]) batched(rows []T) df.Stream[int64] {
	return df.Sum(df.MapBatch(df.FromSlice(rows), c.batch))
}

// opaque is the loop through function values that the compiler cannot see through: the limit of everything that
// takes functions as arguments.
//
//go:noinline
func (c *chain[T]) opaque(rows []T) (sum int64) {
	var dst []int64
	for _, v := range rows {
		v = c.first(v)
		if !c.keep(v) {
			continue
		}
		dst = c.expand(dst[:0], c.second(v))
		for _, x := range dst {
			sum += x
		}
	}
	return sum
}

func (c chain[T]) forms(rows []T) []form[int64] {
	return []form[int64]{
		{"hand/inline", func(testing.TB) int64 { return c.inline(rows) }},
		{"hand/func", func(testing.TB) int64 { return c.opaque(rows) }},
		{"df/workers=1", func(tb testing.TB) int64 { return one(tb, c.stream(rows), df.Workers(1)) }},
		{"df/workers=2", func(tb testing.TB) int64 { return one(tb, c.stream(rows), df.Workers(2)) }},
		{"df/batch/workers=1", func(tb testing.TB) int64 { return one(tb, c.batched(rows), df.Workers(1)) }},
		{"df/batch/workers=2", func(tb testing.TB) int64 { return one(tb, c.batched(rows), df.Workers(2)) }},
	}
}

// The chain over int64.

var ints = chain[int64]{scaleInt, keepInt, foldInt, expandInt, batchInts, inlineInts}

func intRows(s size) []int64 { return data.Ints(s.rows(), 1<<40, 1) }

func scaleInt(v int64) int64                 { return v*0x5851F42D + 1 }
func keepInt(v int64) bool                   { return v>>32&7 != 0 }
func foldInt(v int64) int64                  { return v ^ v>>7 }
func expandInt(dst []int64, v int64) []int64 { return append(dst, v, v>>1) }

func batchInts(dst, in []int64) []int64 {
	for _, v := range in {
		if v = scaleInt(v); keepInt(v) {
			dst = expandInt(dst, foldInt(v))
		}
	}
	return dst
}

func inlineInts(rows []int64) (sum int64) {
	for _, v := range rows {
		if v = scaleInt(v); keepInt(v) {
			v = foldInt(v)
			sum += v + v>>1
		}
	}
	return sum
}

// The chain over strings, which are cut and not copied.

var texts = chain[string]{cutFirst, keepText, cutLast, expandText, batchTexts, inlineTexts}

func textRows(s size) []string { return data.Strings(s.rows(), 1<<40, 1) }

func cutFirst(s string) string                 { return s[1:] }
func keepText(s string) bool                   { return (s[0]+s[3])&7 != 0 }
func cutLast(s string) string                  { return s[:len(s)-1] }
func expandText(dst []int64, s string) []int64 { return append(dst, int64(len(s)), int64(s[0])) }

func batchTexts(dst []int64, in []string) []int64 {
	for _, s := range in {
		if s = cutFirst(s); keepText(s) {
			dst = expandText(dst, cutLast(s))
		}
	}
	return dst
}

func inlineTexts(rows []string) (sum int64) {
	for _, s := range rows {
		if s = cutFirst(s); keepText(s) {
			s = cutLast(s)
			sum += int64(len(s)) + int64(s[0])
		}
	}
	return sum
}

// The chain over structs of 64 bytes.

type record struct {
	id, a, b, g int64
	_           [4]int64 // to be 64 bytes
}

var records = chain[record]{scaleRecord, keepRecord, foldRecord, expandRecord, batchRecords, inlineRecords}

func recordRows(s size) []record {
	rows := make([]record, s.rows())
	for i, v := range intRows(s) {
		rows[i] = record{id: v, a: int64(i), g: v}
	}
	return rows
}

func scaleRecord(r record) record                { r.a, r.g = scaleInt(r.a+r.id), r.g+1; return r }
func keepRecord(r record) bool                   { return keepInt(r.a) }
func foldRecord(r record) record                 { r.b = foldInt(r.a); return r }
func expandRecord(dst []int64, r record) []int64 { return append(dst, r.b, r.g) }

func batchRecords(dst []int64, in []record) []int64 {
	for i := range in {
		if r := scaleRecord(in[i]); keepRecord(r) {
			dst = expandRecord(dst, foldRecord(r))
		}
	}
	return dst
}

func inlineRecords(rows []record) (sum int64) {
	for _, r := range rows {
		if r = scaleRecord(r); keepRecord(r) {
			r = foldRecord(r)
			sum += r.b + r.g
		}
	}
	return sum
}

// updated is the chain over large structs as one writes it once the copies are seen to cost: Update in place of Map.
func updated(rows []record) df.Stream[int64] {
	s := df.FromSlice(rows).Update(func(r *record) { r.a, r.g = scaleInt(r.a+r.id), r.g+1 })
	return df.Sum(df.Expand(s.Filter(keepRecord).Update(func(r *record) { r.b = foldInt(r.a) }), expandRecord))
}

func recordForms(rows []record) []form[int64] {
	return append(records.forms(rows),
		form[int64]{"df/update/workers=1", func(tb testing.TB) int64 { return one(tb, updated(rows), df.Workers(1)) }})
}

func BenchmarkChain(b *testing.B) {
	b.Run("int64", func(b *testing.B) { runForms(b, benchSize.rows(), 0, ints.forms(intRows(benchSize))) })
	b.Run("string", func(b *testing.B) { runForms(b, benchSize.rows(), 0, texts.forms(textRows(benchSize))) })
	b.Run("struct64", func(b *testing.B) { runForms(b, benchSize.rows(), 0, recordForms(recordRows(benchSize))) })
}

func TestChain(t *testing.T) {
	t.Run("int64", func(t *testing.T) { testChain(t, intRows(testSize), ints, ints.forms(intRows(testSize))) })
	t.Run("string", func(t *testing.T) { testChain(t, textRows(testSize), texts, texts.forms(textRows(testSize))) })
	t.Run("struct64", func(t *testing.T) {
		testChain(t, recordRows(testSize), records, recordForms(recordRows(testSize)))
	})
}

// testChain holds the forms against each other, and the share of rows that are kept against what the chain promises.
func testChain[T any](t *testing.T, rows []T, c chain[T], forms []form[int64]) {
	want := forms[0].run(t)
	for _, f := range forms[1:] {
		if got := f.run(t); got != want {
			t.Errorf("%s: %d, %s: %d", f.name, got, forms[0].name, want)
		}
	}
	kept := float64(len(c.batch(nil, rows))) / float64(2*len(rows))
	if kept < 0.87 || kept > 0.88 {
		t.Errorf("%.3f of the rows are kept, not 7/8", kept)
	}
}
