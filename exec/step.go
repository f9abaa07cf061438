package exec

import "iter"

// The loops over rows are functions with names, not closures, so that a user's
// profile-guided build finds them in its profile and inlines the user's
// function into them (see docs/performance.md).
//
// What makes a step, here and in other files, is called once for a plan and compiled
// for the rows of every stream, whose methods refer to it: some of it is marked not to
// be inlined, so that a program has it, and the closures in it, only once for a type.

// grown returns a slice of n elements, in buf's memory when it is large enough.
func grown[T any](buf []T, n int) []T {
	if cap(buf) < n {
		return make([]T, n, max(n, BatchRows[T]()))
	}
	return buf[:n]
}

// fuseFunc makes a step of a function that fuses.
type fuseFunc func(w *Worker, down Pipe) (Pipe, error)

func (f fuseFunc) Fuse(w *Worker, down Pipe) (Pipe, error) { return f(w, down) }

// stepBody is the body of a node whose step keeps nothing between runs.
func stepBody(f fuseFunc) Body { return func(*Run) (any, error) { return f, nil } }

// oneEach is stepBody of a step that makes one row of each, fewer that of one which
// makes at most one.
func oneEach(f fuseFunc) Body { return func(*Run) (any, error) { return sized{f, false}, nil } }
func fewer(f fuseFunc) Body   { return func(*Run) (any, error) { return sized{f, true}, nil } }

// Map applies f to every row.
func Map[T, U any](f func(T) U) Body {
	return oneEach(func(w *Worker, down Pipe) (Pipe, error) {
		push := pushOf[U](down)
		if same, ok := any(f).(func(U) U); ok { // T is U: in place
			return down.with(func(rows []U) error {
				mapKernel(rows, rows, same)
				return push(rows)
			}), nil
		}
		var buf []U
		return down.reading(func(rows []T) error {
			buf = grown(buf, len(rows))
			mapKernel(buf, rows, f)
			return push(buf)
		}), nil
	})
}

func mapKernel[T, U any](dst []U, rows []T, f func(T) U) {
	dst = dst[:len(rows)]
	for i := range rows {
		dst[i] = f(rows[i])
	}
}

// MapErr applies f to every row, and fails when f does.
func MapErr[T, U any](f func(T) (U, error)) Body {
	return oneEach(func(w *Worker, down Pipe) (Pipe, error) {
		push := pushOf[U](down)
		var buf []U
		return down.reading(func(rows []T) error {
			buf = grown(buf, len(rows))
			if i, err := mapErrKernel(buf, rows, f); err != nil {
				return w.Fail(i, err)
			}
			return push(buf)
		}), nil
	})
}

func mapErrKernel[T, U any](dst []U, rows []T, f func(T) (U, error)) (int, error) {
	dst = dst[:len(rows)]
	for i := range rows {
		u, err := f(rows[i])
		if err != nil {
			return i, err
		}
		dst[i] = u
	}
	return 0, nil
}

// Filter keeps the rows of which keep is true.
//
//go:noinline
func Filter[T any](keep func(T) bool) Body {
	return fewer(func(w *Worker, down Pipe) (Pipe, error) {
		push := pushOf[T](down)
		return down.with(func(rows []T) error {
			if rows = filterKernel(rows, keep); len(rows) == 0 {
				return nil
			}
			return push(rows)
		}), nil
	})
}

// filterKernel works in place and without a branch on the answer: a branch that
// is taken at random costs more than the store.
func filterKernel[T any](rows []T, keep func(T) bool) []T {
	n := 0
	for i := range rows {
		v := rows[i]
		rows[n] = v
		if keep(v) {
			n++
		}
	}
	return rows[:n]
}

// Update changes every row in place.
//
//go:noinline
func Update[T any](f func(*T)) Body {
	return oneEach(func(w *Worker, down Pipe) (Pipe, error) {
		push := pushOf[T](down)
		return down.with(func(rows []T) error {
			updateKernel(rows, f)
			return push(rows)
		}), nil
	})
}

func updateKernel[T any](rows []T, f func(*T)) {
	for i := range rows {
		f(&rows[i])
	}
}

// Inspect shows every row to f.
//
//go:noinline
func Inspect[T any](f func(T)) Body {
	return oneEach(func(w *Worker, down Pipe) (Pipe, error) {
		push := pushOf[T](down)
		return down.through(func(rows []T) error {
			inspectKernel(rows, f)
			return push(rows)
		}), nil
	})
}

func inspectKernel[T any](rows []T, f func(T)) {
	for i := range rows {
		f(rows[i])
	}
}

// Expand makes any number of rows of each, append style.
func Expand[T, U any](f func(dst []U, v T) []U) Body {
	return stepBody(func(w *Worker, down Pipe) (Pipe, error) {
		push := pushOf[U](down)
		full := BatchRows[U]()
		buf := make([]U, 0, full+full/4)
		return down.reading(func(rows []T) error {
			for len(rows) > 0 {
				var n int
				buf, n = expandKernel(buf[:0], rows, f, full)
				rows = rows[n:]
				if err := pushAll(push, buf); err != nil {
					return err
				}
			}
			return nil
		}), nil
	})
}

// expandKernel appends until dst is full, and returns how many rows it took.
func expandKernel[T, U any](dst []U, rows []T, f func([]U, T) []U, full int) ([]U, int) {
	for i := range rows {
		dst = f(dst, rows[i])
		if len(dst) >= full {
			return dst, i + 1
		}
	}
	return dst, len(rows)
}

// FlatMap makes a sequence of rows of each.
func FlatMap[T, U any](f func(T) iter.Seq[U]) Body {
	return stepBody(func(w *Worker, down Pipe) (Pipe, error) {
		push := pushOf[U](down)
		full := BatchRows[U]()
		buf := make([]U, 0, full)
		return down.reading(func(rows []T) error {
			buf = buf[:0]
			for i := range rows {
				for u := range f(rows[i]) {
					if buf = append(buf, u); len(buf) < full {
						continue
					}
					if err := push(buf); err != nil {
						return err
					}
					buf = buf[:0]
				}
			}
			if len(buf) == 0 {
				return nil
			}
			return push(buf)
		}), nil
	})
}

// MapBatch gives whole batches to f, append style.
func MapBatch[T, U any](f func(dst []U, rows []T) []U) Body {
	return stepBody(func(w *Worker, down Pipe) (Pipe, error) {
		push := pushOf[U](down)
		buf := make([]U, 0, BatchRows[U]())
		return down.with(func(rows []T) error {
			buf = f(buf[:0], rows)
			return pushAll(push, buf)
		}), nil
	})
}
