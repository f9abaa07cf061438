//go:build !race && !purego

package spill

import "unsafe"

// offsetIn returns where in row its part key begins, or -1 when key lies
// elsewhere. An empty key is at the start of every row.
//
// Invariant: addresses are compared, and none is followed. Both strings are
// alive, so that what key points to can only lie between the bounds of row when
// it is a part of it.
func offsetIn(row, key string) int {
	if len(key) == 0 {
		return 0
	}
	off := uintptr(unsafe.Pointer(unsafe.StringData(key))) - uintptr(unsafe.Pointer(unsafe.StringData(row)))
	if off > uintptr(len(row)) || uintptr(len(key)) > uintptr(len(row))-off {
		return -1
	}
	return int(off)
}
