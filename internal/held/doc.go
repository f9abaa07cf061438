// Package held tells how much memory values hold beyond their own size: the bytes
// of strings, the elements of slices and maps, what pointers lead to. It is what
// operators count rows and accumulators with that they keep.
//
// Memory that several values share is counted for each of them, and what allocators
// and maps waste is not known. A string that is a part of a longer one counts as
// what it is, although it keeps all of the other in memory.
package held
