//go:build unix

package remote

import "syscall"

// umask returns the mask of this process.
func umask() int {
	m := syscall.Umask(0)
	syscall.Umask(m)
	return m
}
