package remote

import (
	"os"
	"syscall"
)

// takeStdio returns the standard input and output for the session alone. What
// the program, or a library in C, reads and writes from now on is nothing and
// standard error.
func takeStdio() (in, out *os.File, err error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	defer null.Close()
	if in, err = moveFD(0, int(null.Fd()), "standard input"); err != nil {
		return nil, nil, err
	}
	if out, err = moveFD(1, 2, "standard output"); err != nil {
		return nil, nil, err
	}
	return in, out, nil
}

// moveFD returns a file for what fd is, which children do not inherit, and makes
// fd what to is. Reads and writes of the file end when it is closed.
func moveFD(fd, to int, name string) (*os.File, error) {
	syscall.ForkLock.RLock()
	moved, err := syscall.Dup(fd)
	if err == nil {
		syscall.CloseOnExec(moved)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, os.NewSyscallError("dup", err)
	}
	if err := syscall.Dup3(to, fd, 0); err != nil {
		return nil, os.NewSyscallError("dup3", err)
	}
	if err := syscall.SetNonblock(moved, true); err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(moved), name), nil
}
