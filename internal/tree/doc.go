// Package tree holds no code to import: its tests read the whole repository and check the rules that no compiler
// checks, so that `go test ./...` says what is wrong and how to mend it.
//
// A rule is one row in the table of checks: a name, a function that returns what it found, and a sentence on how to
// mend it. Every rule is also run on a small bad tree made in memory, so that a rule which has gone blind is seen.
//
// The rules look at what is written, with go/parser: packages that do not compile can be checked, and code for
// other systems and newer Go versions is checked too. What a compiler, vet or staticcheck finds is left to them.
package tree
