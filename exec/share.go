package exec

import (
	"fmt"

	"anabranch.dev/internal/hashtable"
	"anabranch.dev/spill"
)

// Sharing tells how a breaker is run by several processes, each of which has a part of
// its rows; the error says why it cannot be.
type Sharing func() (Share, error)

// A Share is a breaker in parts: what is done with rows where they are, how they are dealt
// to partitions of which each is put together by one process, and how that is done.
type Share struct {
	Ins []ShareIn // by input

	// Whole is the breaker that puts together what has come; nil: the operator's own.
	Whole Body
	// Once says that one process does it, with all there is: it is little.
	Once bool
	// Order, if it is not nil, says that partitions are ranges of an order.
	Order Ranges
}

// A ShareIn is how the rows of one input reach the process that puts them together.
type ShareIn struct {
	// First is a breaker that they go through where they are; nil: none.
	First Body
	// Rows are what is sent: what First gives out, or the rows of the input.
	Rows Rows
	// Placed says that First goes by the places of rows, and not by the order in which
	// they come.
	Placed bool
	// Send is the body of the sink that deals and sends them.
	Send func(to Outlet, o SendOptions) Body
}

// Gather is how rows reach one process as they are.
func Gather(r Rows) (ShareIn, error) { return ShareIn{Rows: r, Send: r.send}, r.sendable() }

// Receive is the body of a source of what was sent.
func (in ShareIn) Receive(from Inlet) Body { return in.Rows.receive(from) }

// dealtBy is how rows reach the process that has all of their key.
func dealtBy[T any, K comparable](key func(T) K) (ShareIn, error) {
	if err := portable[T, K](); err != nil {
		return ShareIn{}, err
	}
	return ShareIn{Rows: RowsOf[T](), Send: func(to Outlet, o SendOptions) Body {
		return send(func() router[T] {
			hash := hashtable.Hasher[K]()
			var ks []K
			var hs []uint64
			return func(rows []T, n int, to []uint32) (int, error) {
				ks, hs = grown(ks, len(rows)), grown(hs, len(rows))
				keysKernel(rows, key, ks[:len(rows)])
				if i, err := hash(ks[:len(rows)], hs[:len(rows)]); err != nil {
					return i, err
				}
				partsKernel(hs[:len(rows)], n, to)
				return -1, nil
			}
		}, to, o)
	}}, nil
}

// partsKernel spreads hashes over n partitions. They are mixed again: who puts a partition
// together looks at other bits of them.
func partsKernel(hs []uint64, n int, to []uint32) {
	for i, h := range hs {
		to[i] = uint32(splitMix(h) >> 32 * uint64(n) >> 32)
	}
}

// portable says why rows cannot be dealt by key.
func portable[T any, K comparable]() error {
	if hashtable.Dynamic[K]() {
		return fmt.Errorf("%w: keys that hold interfaces", ErrNotPortable)
	}
	return written[T]()
}

// written says why rows cannot be sent.
func written[T any]() error {
	if _, err := spill.CodecFor[T](); err != nil {
		return fmt.Errorf("%w: %w", ErrNotPortable, err)
	}
	return nil
}

// ShareGroups is how a [GroupBy] is run by several processes.
func ShareGroups[T any, K comparable](key func(T) K) Sharing {
	return func() (Share, error) {
		in, err := dealtBy[T](key)
		return Share{Ins: []ShareIn{in}}, err
	}
}

// ShareSides is how a [Join], and a [CoGroup] of two, is run by several processes.
func ShareSides[L, R any, K comparable](left func(L) K, right func(R) K) Sharing {
	return func() (Share, error) {
		l, err := dealtBy[L](left)
		if err != nil {
			return Share{}, err
		}
		r, err := dealtBy[R](right)
		return Share{Ins: []ShareIn{l, r}}, err
	}
}

// ShareThree is how a [CoGroup] of three is run by several processes.
func ShareThree[A, B, C any, K comparable](a func(A) K, b func(B) K, c func(C) K) Sharing {
	return func() (Share, error) {
		s, err := ShareSides(a, b)()
		if err != nil {
			return s, err
		}
		third, err := dealtBy[C](c)
		s.Ins = append(s.Ins, third)
		return s, err
	}
}

// ShareKeyed is how a [Keyed] is run by several processes: the rows of a key are folded
// where they are, as far as that goes, and then what came of them.
func ShareKeyed[T any, K comparable, A, R any](key func(T) K, acc Accumulate[T, A], row func(K, *A) R) Sharing {
	return func() (Share, error) {
		if written[group[K, A]]() != nil { // rows can perhaps
			in, err := dealtBy[T](key)
			return Share{Ins: []ShareIn{in}}, err
		}
		if err := portable[group[K, A], K](); err != nil {
			return Share{}, err
		}
		place := hashtable.HashOne[K]()
		in := ShareIn{
			Placed: true,
			First: Keyed(key, acc, func(k K, a *A) group[K, A] {
				h, _ := place(k) // it was one in the table
				return group[K, A]{hashtable.PlaceOf(h), k, *a}
			}),
			Rows: RowsOf[group[K, A]](),
			Send: func(to Outlet, o SendOptions) Body {
				return send(func() router[group[K, A]] { return dealGroups[K, A] }, to, o)
			},
		}
		return Share{Ins: []ShareIn{in}, Whole: mergeGroups[T](acc, row)}, nil
	}
}

func dealGroups[K comparable, A any](rows []group[K, A], n int, to []uint32) (int, error) {
	for i := range rows {
		to[i] = uint32(splitMix(rows[i].At) >> 32 * uint64(n) >> 32)
	}
	return -1, nil
}

// ShareFold is how a [Fold] is run by several processes.
func ShareFold[T, A, R any](acc Accumulate[T, A], result func(*A) R) Sharing {
	return shareFold(acc, Fold(acc.merging(), result))
}

// ShareFoldMany is how a [FoldMany] is.
func ShareFoldMany[T, A, R any](acc Accumulate[T, A], result func(*A) []R) Sharing {
	return shareFold(acc, FoldMany(acc.merging(), result))
}

// merging folds accumulators.
func (a Accumulate[T, A]) merging() Accumulate[A, A] {
	return Accumulate[A, A]{Init: a.Init, Add: func(dst *A, v A) { a.Merge(dst, &v) }, Merge: a.Merge, Size: a.Size}
}

func shareFold[T, A any](acc Accumulate[T, A], whole Body) Sharing {
	return func() (Share, error) {
		in, err := Gather(RowsOf[A]())
		in.First, in.Placed = Fold(acc, value[A]), true
		return Share{Ins: []ShareIn{in}, Whole: whole, Once: true}, err
	}
}

// ShareReduce is how a [Reduce] is run by several processes.
func ShareReduce[T any](f func(T, T) T) Sharing {
	return func() (Share, error) {
		in, err := Gather(RowsOf[T]())
		in.First = Reduce(f)
		return Share{Ins: []ShareIn{in}, Once: true}, err
	}
}

// ShareSort is how a [Sort] is run by several processes: rows are sorted where they are,
// and ranges of the order are merged.
func ShareSort[T any](order spill.Order[T]) Sharing {
	return func() (Share, error) {
		in, err := Gather(RowsOf[T]())
		in.First = Sort(order)
		return Share{Ins: []ShareIn{in}, Order: ranges[T]{order}}, err
	}
}
