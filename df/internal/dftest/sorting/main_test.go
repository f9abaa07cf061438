// The tests of this folder are of rows in order, and of rows that are kept in files: sorting, merging, saving, and the memory of sorts.
package sorting_test

import (
	"testing"

	"anabranch.dev/df/internal/dftest"
)

func TestMain(m *testing.M) {
	dftest.Main(m)
}
