//go:build linux

package terminal

import (
	"os"
	"syscall"
	"unsafe"
)

// columns is how many cells a line of a terminal has, or 0 when that is not known.
//
// Invariant: the kernel writes the four numbers of w, and keeps no pointer to it.
func columns(f *os.File) int {
	c, err := f.SyscallConn()
	if err != nil {
		return 0
	}
	var w struct{ rows, columns, width, height uint16 }
	err = c.Control(func(fd uintptr) {
		_, _, e := syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&w)))
		if e != 0 {
			w.columns = 0
		}
	})
	if err != nil {
		return 0
	}
	return int(w.columns)
}
