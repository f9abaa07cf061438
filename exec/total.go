package exec

// Number is any type of numbers that can be added.
type Number interface {
	Integer | ~float32 | ~float64
}

// Count is the body of a breaker that gives out the number of rows.
func Count[T any]() Body {
	return Fold(Accumulate[T, int64]{AddAll: countKernel[T], Merge: mergeSum[int64]}, value[int64])
}

// Sum is the body of a breaker that adds up numbers in the order in which they
// come: of integers, which wrap around, that order makes no difference.
func Sum[N Number]() Body {
	return Fold(Accumulate[N, N]{AddAll: sumKernel[N], Merge: mergeSum[N]}, value[N])
}

// ShareCount is how a [Count] is run by several processes.
func ShareCount[T any]() Sharing {
	return ShareFold(Accumulate[T, int64]{AddAll: countKernel[T], Merge: mergeSum[int64]}, value[int64])
}

// ShareSum is how a [Sum] is run by several processes.
func ShareSum[N Number]() Sharing {
	return ShareFold(Accumulate[N, N]{AddAll: sumKernel[N], Merge: mergeSum[N]}, value[N])
}

func countKernel[T any](n *int64, rows []T) { *n += int64(len(rows)) }

func sumKernel[N Number](sum *N, rows []N) {
	s := *sum
	for _, v := range rows {
		s += v
	}
	*sum = s
}

func mergeSum[N Number](dst, src *N) { *dst += *src }

func value[A any](a *A) A { return *a }
