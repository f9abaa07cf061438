//go:build unix

package hashtable

import (
	"syscall"
	"time"
)

// cpuTime returns what this process has used of all cores.
func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
