//go:build !linux

package spill

// adviseHuge does nothing where the system has no advice to be given.
func adviseHuge[E any]([]E) {}
