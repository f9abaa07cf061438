//go:build amd64 || arm64

package vfs

import (
	"os"
	"syscall"
)

// prefetch asks for the bytes in pieces: one call brings no more than the read-ahead window of the disk, which is
// 128 KiB unless somebody has set it. What is further than most away is not soon.
func prefetch(f *os.File, off, n int64) {
	const willNeed = 3 // POSIX_FADV_WILLNEED
	const piece, most = 128 << 10, 64 << 20
	n = min(n, most)
	hint(f, off, n, func(fd uintptr) {
		for ; n > 0; off, n = off+piece, n-piece {
			size := uintptr(min(n, piece))
			if _, _, errno := syscall.Syscall6(syscall.SYS_FADVISE64, fd, uintptr(off), size, willNeed, 0, 0); errno != 0 {
				return
			}
		}
	})
}

func flush(f *os.File, off, n int64) {
	const write = 2 // SYNC_FILE_RANGE_WRITE
	hint(f, off, n, func(fd uintptr) { _ = syscall.SyncFileRange(int(fd), off, n, write) })
}

// hint calls give with the file's descriptor, which stays open meanwhile. It does nothing for a closed file, and for
// no bytes: to the system 0 means "to the end".
func hint(f *os.File, off, n int64, give func(fd uintptr)) {
	if off < 0 || n <= 0 {
		return
	}
	if conn, err := f.SyscallConn(); err == nil {
		_ = conn.Control(give)
	}
}
