package groups

import "unsafe"

// Of is, for each row of a batch, the accumulator that it belongs to. Several rows may
// have the same. It is valid until the call returns that it was passed to.
type Of[A any] struct {
	first *A
	at    []uintptr // distances from first, in bytes
}

// New returns the accumulators that lie at those distances, in bytes, from first.
//
// Invariant: the accumulators lie in the same block of memory as first, and not before
// it; the caller, who has found them there, answers for that.
func New[A any](first *A, at []uintptr) Of[A] { return Of[A]{first, at} }

// At is the accumulator of row i.
//
// Invariant: that of New. A part of an accumulator lies in the same block as the whole.
func (g Of[A]) At(i int) *A { return (*A)(unsafe.Add(unsafe.Pointer(g.first), g.at[i])) }

// In is the accumulators of a slice that rows belong to, by their numbers in it: the safe
// way to make them.
func In[A any](accs []A, index []int) Of[A] {
	at := make([]uintptr, len(index))
	for i, n := range index {
		_ = accs[n]
		at[i] = uintptr(n) * unsafe.Sizeof(accs[0])
	}
	return Of[A]{unsafe.SliceData(accs), at}
}
