// Package stamp names a row's place in the input, so that an operator whose
// workers see rows in any order can still answer "which came first".
//
// A morsel is a piece of the input that one worker reads from end to end.
// Morsels are numbered in input order, and rows are numbered in the order in
// which they reach the operator within their morsel, so stamps order rows as
// the input does, for any number of workers.
package stamp

import "cmp"

// Stamp is the place of one row. The zero Stamp is the first row of the input.
type Stamp struct {
	Morsel uint64 // number of the morsel, in input order
	Row    uint64 // number of the row within the morsel, as it reached the operator
}

// Compare orders stamps as the input orders their rows.
func (s Stamp) Compare(t Stamp) int {
	if c := cmp.Compare(s.Morsel, t.Morsel); c != 0 {
		return c
	}
	return cmp.Compare(s.Row, t.Row)
}

// Before reports whether s came before t.
func (s Stamp) Before(t Stamp) bool {
	return s.Morsel < t.Morsel || s.Morsel == t.Morsel && s.Row < t.Row
}
