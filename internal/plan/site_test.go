package plan

import (
	"fmt"
	"testing"
)

func TestOurs(t *testing.T) {
	for function, want := range map[string]bool{
		"anabranch.dev/df.Map[...]":                            true,
		"anabranch.dev/df.(*Stream[...]).Filter":               true,
		"anabranch.dev/df.Map[go.shape.int,example.com/a/b.T]": true,
		"anabranch.dev/df/agg.Sum":                             true,
		"anabranch.dev/exec.Execute":                           true,
		"anabranch.dev/internal/plan.Caller":                   true,
		"anabranch.dev/df_test.TestMap":                        false,
		"anabranch.dev/df/agg_test.TestSum.func1":              false,
		"anabranch.dev/df/internal/dftest.Collect[...]":        true,
		"anabranch.dev/df/internal/dftest/keyed_test.TestKeys": false,
		"anabranch.dev/dflike.F":                               false,
		"anabranch.dev/examples/wordcount.main":                false,
		"anabranch.dev/bench.BenchmarkMap":                     false,
		"example.com/anabranch.dev/df.Map":                     false,
		"main.main":                                            false,
		"main.f[anabranch.dev/df.View]":                        false,
	} {
		if got := ours(function); got != want {
			t.Errorf("%s: %v", function, got)
		}
	}
}

func TestSite(t *testing.T) {
	for site, want := range map[Site]string{
		{}: "unknown place", {"/src/a/jobs.go", 41}: "jobs.go:41",
	} {
		if got := site.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	// Every frame of this package is the library's: the caller is the test runner.
	if got := Caller(); got.String() == "unknown place" || got.File == "" {
		t.Errorf("called from %v", got)
	}
}

func TestNodeString(t *testing.T) {
	n := &Node{Op: "map", Site: Site{"/src/jobs.go", 41}}
	if got := fmt.Sprint(n, ", ", n.Named("prices"), ", ", &Node{Op: "run"}); got != `map (jobs.go:41), map "prices" (jobs.go:41), run` {
		t.Error(got)
	}
	if n.Label != "" {
		t.Error("Named changed the node")
	}
}
