//go:build !linux

package hugepage

// Advise does nothing where the system has no advice to be given.
func Advise[E any]([]E) {}
