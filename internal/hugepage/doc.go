// Package hugepage asks the system for huge pages for memory that is about to be
// filled, and then read in another order than it was written in: a page of 4 KiB for
// each access would have to be found first.
package hugepage

// least is how much memory [Advise] is of use for: it holds at least one huge page of
// 2 MiB, wherever it begins.
const least = 4 << 20
