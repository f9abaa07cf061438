package spill

import "unsafe"

// stringsOf gives rows of a type made of string as strings.
//
// Invariant: T is a string (Sorter.text), and so is its memory.
func stringsOf[T any](rows []T) []string {
	return unsafe.Slice((*string)(unsafe.Pointer(unsafe.SliceData(rows))), len(rows))
}

// stringsFrom makes rows of a type made of string point to their bytes.
//
// Invariant: T is a string (Sorter.text). Nobody writes to the bytes again: they
// lie in chunks, which are not filled again once rows are read, or in blocks of
// their own.
func stringsFrom[T any](rows []T, from [][]byte) {
	dst := stringsOf(rows)[:len(from)]
	for i, b := range from {
		dst[i] = unsafe.String(unsafe.SliceData(b), len(b))
	}
}

// spansIn cuts bytes into strings that end at ends, in the memory of dst.
//
// Invariant: the strings are forgotten before the bytes are written to again:
// they are handed to a filler, which copies them.
func spansIn(dst []string, b []byte, ends []int) []string {
	dst = sized(dst, len(ends))
	from := 0
	for i, to := range ends {
		dst[i] = unsafe.String(unsafe.SliceData(b[from:to]), to-from)
		from = to
	}
	return dst
}

// sizeOf is the size of a value in memory.
func sizeOf[T any]() uintptr {
	var v T
	return unsafe.Sizeof(v)
}
