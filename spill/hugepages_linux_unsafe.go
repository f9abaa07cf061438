//go:build linux

package spill

import (
	"syscall"
	"unsafe"
)

// adviseHuge asks for huge pages for memory that is about to be filled: rows are
// read from it in another order than they were written in, and a page of 4 KiB
// for each would have to be found first.
//
// Invariant: the advice changes no byte and moves no address; it is about whole
// pages that lie within b, so about nobody else's memory.
func adviseHuge[E any](b []E) {
	const page = 4 << 10
	var e E
	from := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	to := (from + uintptr(cap(b))*unsafe.Sizeof(e)) &^ (page - 1)
	if from = (from + page - 1) &^ (page - 1); from >= to || to-from < hugeLeast {
		return
	}
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_HUGEPAGE) // without it, it is slower
}
