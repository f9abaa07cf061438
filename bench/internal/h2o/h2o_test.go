package h2o

import (
	"strings"
	"testing"
)

func TestBothProgramsAgree(t *testing.T) {
	ours, err := Ours(strings.NewReader(`read     5000 rows       2 ms  a.csv
q3       500 groups      3 ms   [15201 25405.1832 0]
q4        10 groups      1 ms   [30.4019088 79.8994458 505.590792]
q8       999 groups      2 ms   [85637.2547 0 0]
q10     5000 groups      7 ms   [5000 252785.221 0]
`), "groups")
	if err != nil {
		t.Fatal(err)
	}
	hand, err := Limit(strings.NewReader(`load 5000 rows 0.01s
q3 sum v1 mean v3 by id3            2.5 ms   500 15201 25405.183177
q4 mean v1:v3 by id4                1.5 ms   10 505.590791
q8 largest two v3 by id6            1.0 ms   500 85637.25471
q3 fast                             1.5 ms   500 15201 25405.183177
q10 sum v3 count by id1:id6         1.0 ms   5000 252785.2211 5000
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"q3 500 15201 25405.2", "q4 10 505.591", "q8 all 85637.3", "q10 5000 5000 252785"}
	if len(ours) != len(want) || len(hand) != len(want) {
		t.Fatalf("%v\n%v", ours, hand)
	}
	for i, w := range want {
		if ours[i].String() != w || hand[i].String() != w {
			t.Errorf("%q and %q, want %q", ours[i], hand[i], w)
		}
	}
	if ours[0].Seconds != 0.003 || hand[0].Seconds != 0.0015 {
		t.Errorf("%v and %v seconds", ours[0].Seconds, hand[0].Seconds)
	}
}

func TestWrongLines(t *testing.T) {
	if a, err := Ours(strings.NewReader("q1 1 groups x ms [1]\n"), "groups"); err == nil {
		t.Errorf("%v", a)
	}
	if a, err := Limit(strings.NewReader("q1 x ms 1 y\n")); err == nil {
		t.Errorf("%v", a)
	}
}
