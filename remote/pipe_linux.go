package remote

import "syscall"

const (
	setPipeSize = 1031 // F_SETPIPE_SZ
	pipeBytes   = 1 << 20
)

// widen has pipes hold more than the 64 KiB of the system's choice, so that
// either side waits less often for the other. Where the system does not allow it
// they stay as they are.
func widen(pipes ...any) {
	for _, p := range pipes {
		file, ok := p.(syscall.Conn)
		if !ok {
			continue
		}
		if raw, err := file.SyscallConn(); err == nil {
			_ = raw.Control(func(fd uintptr) {
				_, _, _ = syscall.Syscall(syscall.SYS_FCNTL, fd, setPipeSize, pipeBytes)
			})
		}
	}
}
