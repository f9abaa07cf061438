// The tests of this folder are of verbs by key: groups, joins, windows, and their keys.
package keyed_test

import (
	"testing"

	"anabranch.dev/df/internal/dftest"
)

func TestMain(m *testing.M) {
	dftest.Main(m)
}
