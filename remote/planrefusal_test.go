package remote_test

import (
	"strings"
	"testing"

	"anabranch.dev/df"
	"anabranch.dev/remote"
)

// withFilter is a global that a plan depends on, as none is to.
var withFilter bool

var globalPlan = df.Func("global", func(n int64) df.Stream[int64] {
	rows := df.Range[int64](0, n)
	if withFilter {
		rows = df.Filter(rows, func(v int64) bool { return v%2 == 0 })
	}
	return rows
})

// TestPeersRefuse has plans that the processes of peers do not make: one that depends on
// what main has set, and one whose name they do not know.
func TestPeersRefuse(t *testing.T) {
	remote.CheckLeaks(t)
	c, err := remote.Dialer{AtLeast: 2}.Dial(t.Context(), remote.Local(2)...)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got, err := df.Collect(t.Context(), globalPlan(10), df.On(c)); err != nil || len(got) != 10 {
		t.Errorf("%v, %v", got, err)
	}
	withFilter = true
	defer func() { withFilter = false }()
	_, other := df.Collect(t.Context(), globalPlan(10), df.On(c))
	late := df.Func("made late", func(n int64) df.Stream[int64] { return df.Range[int64](0, n) })
	_, unknown := df.Collect(t.Context(), late(10), df.On(c))
	for wanted, err := range map[string]error{
		`the peer has made another plan of "global": it depends on more than the argument of its df.Func`: other,
		`the program has no plan function named "made late"`:                                              unknown,
	} {
		if err == nil || !strings.Contains(err.Error(), wanted) || !strings.Contains(err.Error(), "(on peer ") {
			t.Errorf("%s: %v", wanted, err)
		}
	}
	if got, err := df.Collect(t.Context(), wordCount(newInput(t, 10).path), df.On(c)); err != nil || len(got) == 0 {
		t.Errorf("%d rows, %v", len(got), err)
	}
}
