//go:build linux

package hugepage

import (
	"syscall"
	"unsafe"
)

// Advise asks for huge pages for the capacity of b.
//
// Invariant: the advice changes no byte and moves no address; it is about whole
// pages that lie within b, so about nobody else's memory.
func Advise[E any](b []E) {
	const page = 4 << 10
	var e E
	from := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	to := (from + uintptr(cap(b))*unsafe.Sizeof(e)) &^ (page - 1)
	if from = (from + page - 1) &^ (page - 1); from >= to || to-from < least {
		return
	}
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_HUGEPAGE) // without it, it is slower
}
