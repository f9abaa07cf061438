//go:build !race && !purego

package parquetio

import "unsafe"

// batch is rows of a type that this code does not know.
type batch struct {
	rows   unsafe.Pointer
	stride uintptr // of a row
}

func batchOf[T any](rows []T) batch {
	return batch{unsafe.Pointer(unsafe.SliceData(rows)), unsafe.Sizeof(rows[0])}
}

// cells are one field of the rows.
type cells struct {
	first  unsafe.Pointer // the field of row 0
	stride uintptr
}

func (b batch) cells(f *field) cells { return cells{unsafe.Add(b.rows, f.offset), b.stride} }

// put sets the field of row i.
//
// Invariant: i is below the number of rows of the batch, and the field is one of the row's
// type, whose underlying type is V: the pointer points to memory of a V within the slice.
func put[V any](c cells, i int, v V) {
	*(*V)(unsafe.Add(c.first, uintptr(i)*c.stride)) = v
}

// putBytes copies bytes to the field of row i, which is an array of as many.
//
// Invariant: as for put, with an array of len(v) bytes: [opener] has compared the lengths.
func putBytes(c cells, i int, v []byte) {
	copy(unsafe.Slice((*byte)(unsafe.Add(c.first, uintptr(i)*c.stride)), len(v)), v)
}

// asString gives bytes of a page as a string without copying them.
//
// Invariant: nobody writes to the page again: its memory is given back to the library by
// nobody, but left to the collector.
func asString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
