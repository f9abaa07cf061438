//go:build go1.27

package examples_test

import (
	"strings"
	"testing"
)

// TestReadmeMethods puts the second spelling in the place of the first.
func TestReadmeMethods(t *testing.T) {
	program, methods := readmeCode(t)
	from, to := strings.Index(program, "\twords :="), strings.Index(program, "\n\tfor kv")
	if from < 0 || to < from {
		t.Fatal("the program of README.md does not have the plan where it was")
	}
	program = "//go:build go1.27\n\n" + program[:from] + methods + program[to:]
	countsWords(t, program)
}
