package hashtable

import (
	"errors"
	"fmt"
	"reflect"

	"anabranch.dev/internal/groups"
	"anabranch.dev/internal/stamp"
)

// Partitions is the number of parts that groups are dealt to by hash.
const Partitions = 64

// Spec says how rows become groups. Key and Merge are required (Merge not for
// Count), and exactly one of Add, AddAt and Count. The functions are called
// from many goroutines, each with accumulators that no other holds.
type Spec[T any, K comparable, A any] struct {
	// Key returns the key of a row. It may point into the row: keys that are
	// kept are copied.
	Key func(T) K
	// Init makes *a an empty accumulator; nil when the zero value is one.
	Init func(a *A)
	// Add folds one row in.
	Add func(a *A, row T)
	// AddAt folds one row in, with its place in the input.
	AddAt func(a *A, row T, at stamp.Stamp)
	// AddBatch does what Add does with each of a batch of rows; nil for none.
	AddBatch func(to groups.Of[A], rows []T)
	// Count says that A is an int64 to which every row adds one.
	Count bool
	// Merge folds *src into *dst and may take over what src holds.
	Merge func(dst, src *A)
	// Size returns the bytes that *a holds beyond its own size; nil for none.
	Size func(a *A) int
	// Front is how many bytes a local's front table may take before it has shown
	// to be of use; it takes about a MiB, when that is needed, in any case.
	Front int
}

// Grouping makes the parts of one keyed aggregation.
type Grouping[T any, K comparable, A any] interface {
	// Merger is the Merge of the Spec, or what Count stands for.
	Merger() func(dst, src *A)
	// Local returns a new, empty state for one worker.
	Local() Local[T, K, A]
	// Merge returns the groups of partition p, in [0, Partitions), over all
	// locals, which must be sealed and of this grouping. It takes what they
	// hold for p: call it once for each p. Calls for different p may run at
	// the same time.
	Merge(p int, locals []Local[T, K, A]) Merged[K, A]
}

// Local is what one worker has seen. One goroutine at a time may use it.
type Local[T any, K comparable, A any] interface {
	// Add folds rows in; rows[i] has the place {at.Morsel, at.Row + i}. The
	// rows, and the memory they point to, are not used after it returns. The
	// error names a key that cannot be one: an interface key whose dynamic
	// type is not comparable or holds a pointer. The Local cannot be used
	// after an error or a panic of a function of the Spec.
	Add(rows []T, at stamp.Stamp) error
	// Bytes returns the memory held now. It is cheap, but not free: call it
	// every few thousand rows. With Size, what accumulators hold is known a
	// few calls late. It must not run at the same time as Merge.
	Bytes() int64
	// Compact merges the buffered entries of equal key, for when memory is
	// short.
	Compact()
	// Seal ends the input: Merge may follow, and Add not before every partition
	// has been merged, which leaves the Local empty.
	Seal()
}

// Merged holds the groups of one partition.
type Merged[K comparable, A any] interface {
	// Len returns the number of groups.
	Len() int
	// Each yields the groups until yield returns false. The order is
	// unspecified. The key is an ordinary value that may be kept; a belongs to
	// the Merged and may be changed.
	Each(yield func(k K, a *A) bool)
	// InOrder is Each in ascending order of at, which is a hash of the key that
	// is not zero. All of one partition come before all of the next, and equal
	// keys have the same, in every Merged of a process.
	InOrder(yield func(at uint64, k K, a *A) bool)
	// Bytes returns the memory held, walking all groups when there is a Size.
	Bytes() int64
}

// New returns the grouping for spec. It panics when spec is wrong, and returns
// the error of [CheckKey] when K cannot be a key.
func New[T any, K comparable, A any](spec Spec[T, K, A]) (Grouping[T, K, A], error) {
	return newGrouping(spec, tuning{})
}

func newGrouping[T any, K comparable, A any](spec Spec[T, K, A], tune tuning) (Grouping[T, K, A], error) {
	kt := reflect.TypeFor[K]()
	if err := CheckKey(kt); err != nil {
		return nil, err
	}
	s := complete(spec)
	switch classOf(kt) {
	case stringKey:
		return newStringGrouping(s, tune), nil
	case floatKey:
		return newFloatGrouping(s, tune), nil
	case encodedKey:
		return newEncodedGrouping(s, tune), nil
	default:
		return newTableGrouping(s, tune), nil
	}
}

// complete checks spec and fills in what Count stands for, so that only the
// loops that are fast for it need to know.
func complete[T any, K comparable, A any](s Spec[T, K, A]) Spec[T, K, A] {
	n := 0
	for _, set := range []bool{s.Add != nil, s.AddAt != nil, s.Count} {
		if set {
			n++
		}
	}
	if n != 1 {
		panic("hashtable: exactly one of Add, AddAt and Count must be set")
	}
	if s.AddBatch != nil && s.Add == nil {
		panic("hashtable: AddBatch needs Add")
	}
	if s.Key == nil {
		panic("hashtable: Key must be set")
	}
	if s.Count {
		if reflect.TypeFor[A]() != reflect.TypeFor[int64]() {
			panic(fmt.Sprintf("hashtable: Count needs an int64, not %v", reflect.TypeFor[A]()))
		}
		s.Add = func(a *A, _ T) { *any(a).(*int64)++ }
		s.Merge = func(dst, src *A) { *any(dst).(*int64) += *any(src).(*int64) }
		s.Init, s.Size, s.AddBatch = nil, nil, nil
	}
	if s.Merge == nil {
		panic("hashtable: Merge must be set")
	}
	return s
}

// errKeyLength reports a key of 4 GiB or more.
var errKeyLength = errors.New("a key is longer than 4 GiB")
