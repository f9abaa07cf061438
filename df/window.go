package df

import (
	"fmt"
	"math"
	"time"

	"anabranch.dev/df/agg"
	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
	"anabranch.dev/internal/stamp"
)

// A Windowed is what came of the rows of one key in one window of time, from Start
// on and before End. Of a session, End is the time of its last row.
type Windowed[K comparable, R any] struct {
	Key        K
	Start, End time.Time
	Value      R
}

// Windows says which windows of event time a row is in: see [Tumbling], [Sliding]
// and [Session].
type Windows struct {
	size, every, gap time.Duration
	offset           time.Duration
}

// Tumbling is windows of a size, one after the other: each row is in one. They begin
// at multiples of the size since the beginning of 1970, in UTC.
func Tumbling(size time.Duration) Windows {
	if size <= 0 {
		misuse("Tumbling", "windows of %v: the size must be positive", size)
	}
	return Windows{size: size, every: size}
}

// Sliding is windows of a size, of which one begins every so often: each row is in
// several, or in none when that is longer than the size. They begin at multiples of
// every since the beginning of 1970, in UTC.
func Sliding(size, every time.Duration) Windows {
	if size <= 0 || every <= 0 {
		misuse("Sliding", "windows of %v every %v: both must be positive", size, every)
	}
	return Windows{size: size, every: every}
}

// Session is windows that last for as long as no two neighbouring rows of a key are
// more than gap apart.
func Session(gap time.Duration) Windows {
	if gap <= 0 {
		misuse("Session", "a gap of %v: it must be positive", gap)
	}
	return Windows{gap: gap}
}

// Offset moves the windows: days that begin at six in the morning are
//
//	df.Tumbling(24*time.Hour).Offset(6*time.Hour)
//
// It does nothing to sessions.
func (w Windows) Offset(d time.Duration) Windows {
	w.offset = d
	return w
}

func (w Windows) String() string {
	switch {
	case w.gap > 0:
		return fmt.Sprintf("sessions, %v apart", w.gap)
	case w.size == w.every:
		return fmt.Sprintf("every %v", w.size)
	}
	return fmt.Sprintf("%v every %v", w.size, w.every)
}

// first and last are the bounds of the beginnings of windows that a time is in, in
// nanoseconds; there are none when first is after last.
func (w Windows) first(t int64) int64 { return w.last(t-int64(w.size)) + int64(w.every) }

func (w Windows) last(t int64) int64 {
	since := (t - int64(w.offset)) % int64(w.every)
	if since < 0 {
		since += int64(w.every)
	}
	return t - since
}

// WindowBy folds the rows of each key and window into one value. at is the time of a
// row, between the years 1680 and 2260. Rows need not come in the order of time. The
// results come in no order; to have them by window,
//
//	df.Sort(windowed, df.Asc(start).Then(df.Asc(key)))
//
// In sessions, the aggregates that know the place of a row, as [agg.First] does, go
// by its time.
func WindowBy[T any, K comparable, A, R any](s Stream[T], key func(T) K, at func(T) time.Time, w Windows, f agg.Func[T, A, R]) Stream[Windowed[K, R]] {
	need("WindowBy", key != nil && at != nil)
	acc, result := accumulate("WindowBy", f)
	switch {
	case w == Windows{}:
		misuse("WindowBy", "the zero Windows has none; make some with df.Tumbling, df.Sliding or df.Session")
	case w.gap > 0:
		return sessions(s, key, at, w, acc, result)
	case w.size == w.every:
		return windows(s.in("WindowBy"), w, func(v T) windowKey[K] { return windowKey[K]{key(v), w.last(nanos(at(v)))} }, acc, result)
	}
	rows := narrowNode("expand", exec.RowsOf[inWindow[T]](), exec.Expand(func(dst []inWindow[T], v T) []inWindow[T] {
		t := nanos(at(v))
		for start := w.first(t); start <= w.last(t); start += int64(w.every) {
			dst = append(dst, inWindow[T]{start, v})
		}
		return dst
	}), s.in("WindowBy"))
	add := exec.Accumulate[inWindow[T], A]{Init: acc.Init, Merge: acc.Merge, Size: acc.Size}
	if acc.Add != nil {
		add.Add = func(a *A, v inWindow[T]) { acc.Add(a, v.row) }
	} else {
		add.AddAt = func(a *A, v inWindow[T], at stamp.Stamp) { acc.AddAt(a, v.row, at) }
	}
	return windows(rows, w, func(v inWindow[T]) windowKey[K] { return windowKey[K]{key(v.row), v.start} }, add, result)
}

// windowKey is what rows are aggregated by, and inWindow a row in one of its windows.
type windowKey[K comparable] struct {
	key   K
	start int64
}

type inWindow[T any] struct {
	start int64
	row   T
}

func windows[T any, K comparable, A, R any](in *plan.Node, w Windows, key func(T) windowKey[K], acc exec.Accumulate[T, A], result func(*A) R) Stream[Windowed[K, R]] {
	return Stream[Windowed[K, R]]{keyedNode("WindowBy", "window by", w.String(), in, key, acc, func(k windowKey[K], a *A) Windowed[K, R] {
		start := time.Unix(0, k.start).UTC()
		return Windowed[K, R]{k.key, start, start.Add(w.size), result(a)}
	})}
}

// nanos is a time in nanoseconds since 1970.
func nanos(t time.Time) int64 {
	if s := t.Unix(); s > math.MaxInt64/int64(time.Second)-1<<24 || s < math.MinInt64/int64(time.Second)+1<<24 {
		panic(exec.RowError{Err: fmt.Errorf("the row has the time %v: windows are for the years from 1680 to 2260", t)})
	}
	return t.UnixNano()
}

// sessions folds the rows of each key in the order of their times.
func sessions[T any, K comparable, A, R any](s Stream[T], key func(T) K, at func(T) time.Time, w Windows, acc exec.Accumulate[T, A], result func(*A) R) Stream[Windowed[K, R]] {
	return runs("WindowBy", "window by", w.String(), s, key, Asc(at), acc, func(a *A, k K, first, last *T) Windowed[K, R] {
		return Windowed[K, R]{k, at(*first).UTC(), at(*last).UTC(), result(a)}
	}, func(last, next *T, _ int) bool { return at(*next).Sub(at(*last)) > w.gap })
}

// CountWindowBy folds each n rows of a key, in the order of the input, into one
// value; the last of a key may have fewer.
func CountWindowBy[T any, K comparable, A, R any](s Stream[T], key func(T) K, n int, f agg.Func[T, A, R]) Stream[KV[K, R]] {
	need("CountWindowBy", key != nil)
	if n < 1 {
		misuse("CountWindowBy", "%d rows in a window: at least one is needed", n)
	}
	acc, result := accumulate("CountWindowBy", f)
	return runs("CountWindowBy", "count window by", fmt.Sprint(n), s, key, Order[T]{}, acc, func(a *A, k K, _, _ *T) KV[K, R] {
		return KV[K, R]{k, result(a)}
	}, func(_, _ *T, rows int) bool { return rows == n })
}

// runs folds rows of each key that follow one another, until ends says that the next
// one is of another window.
func runs[T any, K comparable, A, R any](verb, op, detail string, s Stream[T], key func(T) K, within Order[T], acc exec.Accumulate[T, A], result func(a *A, k K, first, last *T) R, ends func(last, next *T, rows int) bool) Stream[R] {
	in := s.in(verb)
	writable[T](verb)
	isKey[K](verb)
	f := func(dst []R, k K, next func() *T, flush func([]R) []R) []R {
		var a *A
		var first, last T
		n := 0
		end := func() {
			if n > 0 {
				dst = append(dst, result(a, k, &first, &last))
			}
			if len(dst) >= flushRows {
				dst = flush(dst)
			}
			a, n = new(A), 0
			if acc.Init != nil {
				acc.Init(a)
			}
		}
		end()
		for row := next(); row != nil; row = next() {
			if n > 0 && ends(&last, row, n) {
				end()
			}
			if last = *row; n == 0 {
				first = last
			}
			if acc.Add != nil {
				acc.Add(a, *row)
			} else {
				acc.AddAt(a, *row, stamp.Stamp{Row: uint64(n)})
			}
			n++
		}
		end()
		return dst
	}
	return breaker[R](op, detail, plan.NoOrder, exec.GroupBy(key, within, f), in).shared(exec.ShareGroups(key))
}
