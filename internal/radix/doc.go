// Package radix sorts references to rows by 64-bit keys whose order is that of
// the rows, and numbers of 64 bits.
//
// Two ideas. What is moved while sorting is not the rows but a [Ref] to each: 16
// bytes, with enough of the row's key in them that most comparisons need not look
// at the row. And digits are taken from where keys differ: leading bits that all
// keys of a span share are skipped, and a digit has as many bits as leave about
// eight references for each of its values, so that a span is in order after one
// or two passes and a final insertion sort.
//
//	refs := []radix.Ref{{Key: 3, At: 0}, {Key: 1, At: 8}, {Key: 2, At: 16}}
//	radix.Sort(refs, make([]radix.Ref, len(refs)))
//
// [SortNumbers] does the same to keys without references, for rows that are all in
// their keys.
//
// Sorting is stable. The package knows nothing of rows: what is to be done about
// keys that are equal in their first 64 bits is left to the caller.
package radix
