package exec

import "unsafe"

// asString gives a block of bytes as a string without copying it.
//
// Invariant: either nobody writes to the block again (string rows: the block is
// fresh memory, and the reader moves on to another one), or the string and
// everything cut from it is forgotten before the next write (View rows: the
// reader writes only after the push that carried them has returned). Under the
// invariants build tag the reader overwrites such a block at once, so that a
// row that was kept shows.
func asString(block []byte) string { return unsafe.String(unsafe.SliceData(block), len(block)) }
