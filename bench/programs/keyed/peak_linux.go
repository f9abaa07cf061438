package main

import "syscall"

// peak is the most memory that the process had.
func peak() int64 {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		panic(err)
	}
	return use.Maxrss << 10
}
