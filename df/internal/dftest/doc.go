// Package dftest is what the tests of df share: deployments, comparisons of whole results, rows, and the search for
// what a run has left behind. It is for tests alone.
//
// The tests of df are several packages, by what they are about, so that a change of one is compiled in seconds and none
// takes more memory than a small machine has: nearly all of a test's compilation is the verbs, once for each type of
// rows and keys. Tests beside df are of its sources, its verbs for whole streams, its writers, its errors, and the
// examples; the folders below this one have those of verbs by key and of sorting. All are external packages, so that
// call sites in them are those of a user, and none is imported by anything.
//
// A test compares whole results with those of plain loops, in every deployment: with one worker, two and seven, and
// where it is about memory, with the least that they accept.
package dftest
