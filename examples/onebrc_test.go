package examples_test

import (
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"anabranch.dev/bench/data"
)

// javaRound is Math.round of Java, by its definition: the floor of x plus a half.
func javaRound(x float64) float64 {
	half := new(big.Rat).Add(new(big.Rat).SetFloat64(x), big.NewRat(1, 2))
	floor := new(big.Int).Div(half.Num(), half.Denom()) // Euclidean, and Denom is positive
	return float64(floor.Int64())
}

// measure is the answer that onebrc must give: the reference implementation of
// the challenge, step by step, in its own doubles.
func measure(t *testing.T, text string) string {
	t.Helper()
	type aggregate struct{ min, max, sum, count float64 }
	stations := map[string]*aggregate{}
	for line := range strings.Lines(text) {
		name, number, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ";")
		value, err := strconv.ParseFloat(number, 64)
		if err != nil {
			t.Fatal(err)
		}
		a := stations[name]
		if a == nil {
			a = &aggregate{min: value, max: value}
			stations[name] = a
		}
		a.min, a.max = min(a.min, value), max(a.max, value)
		a.sum += value
		a.count++
	}
	show := func(v float64) string {
		return strconv.FormatFloat(javaRound(v*10)/10, 'f', 1, 64)
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(stations)) {
		a := stations[name]
		mean := javaRound(a.sum*10) / 10 / a.count
		parts = append(parts, name+"="+show(a.min)+"/"+show(mean)+"/"+show(a.max))
	}
	return "{" + strings.Join(parts, ", ") + "}\n"
}

func TestOnebrc(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "", "{}\n"},
		{"one line", "Abha;-12.3\n", "{Abha=-12.3/-12.3/-12.3}\n"},
		{"no final newline", "b;1.0\na;2.0\nb;4.0", "{a=2.0/2.0/2.0, b=1.0/2.5/4.0}\n"},
		{"windows line ends", "b;1.0\r\na;2.0\r\n", "{a=2.0/2.0/2.0, b=1.0/1.0/1.0}\n"},
		{"halves go up", "a;0.1\na;0.2\nb;-0.1\nb;-0.2\n", "{a=0.1/0.2/0.2, b=-0.2/-0.1/-0.1}\n"},
		{"no negative zero", "a;-0.0\nb;-0.1\nb;0.0\nc;0.0\nc;-0.0\n", "{a=0.0/0.0/0.0, b=-0.1/0.0/0.0, c=0.0/0.0/0.0}\n"},
		{"extremes", "a;-99.9\na;99.9\n", "{a=-99.9/0.0/99.9}\n"},
		{"by bytes", "Ångström;1.0\nZ;1.0\na;1.0\nA b;1.0\n", "{A b=1.0/1.0/1.0, Z=1.0/1.0/1.0, a=1.0/1.0/1.0, Ångström=1.0/1.0/1.0}\n"},
		{"semicolon in a name", "a;b;1.0\n", "{a;b=1.0/1.0/1.0}\n"},
		{"few stations", generated(t, data.Stations{Rows: 200_000, Names: 413, Seed: 1}), ""},
		{"many stations", generated(t, data.Stations{Rows: 200_000, Names: 10_000, NameBytes: 100, Seed: 2}), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := test.want
			if want == "" {
				want = measure(t, test.text)
			}
			path := file(t, test.text)
			for _, n := range workers {
				for _, form := range []string{"-lines=false", "-lines"} {
					if got := run(t, "onebrc", form, "-workers", n, path); got != want {
						t.Errorf("%s workers, %s: %s", n, form, difference(strings.ReplaceAll(got, ", ", "\n"), strings.ReplaceAll(want, ", ", "\n")))
					}
				}
			}
		})
	}
}

// generated is a made-up file of measurements.
func generated(t *testing.T, kind data.Kind) string {
	t.Helper()
	var b strings.Builder
	if _, err := kind.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestOnebrcSeveralFiles(t *testing.T) {
	want := "{a=-1.0/0.5/2.0}\n"
	if got := run(t, "onebrc", file(t, "a;-1.0\n"), file(t, "a;2.0")); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestOnebrcMalformed(t *testing.T) {
	good := strings.Repeat("Abha;1.0\n", 100_000)
	tests := []struct{ line, want string }{
		{"Hamburg", `line "Hamburg": no semicolon`},
		{"", `line "": no semicolon`},
		{"Hamburg;", `line "Hamburg;": strconv.Decimal: parsing "": invalid syntax`},
		{"Hamburg;warm", `line "Hamburg;warm": strconv.Decimal: parsing "warm": invalid syntax`},
		{"Hamburg;1.25", `line "Hamburg;1.25": strconv.Decimal: parsing "1.25": too many decimal places`},
		{"Ham\xff;x", `line "Ham\xff;x": strconv.Decimal: parsing "x": invalid syntax`},
	}
	for _, test := range tests {
		path := filepath.Join(t.TempDir(), "in.txt")
		if err := os.WriteFile(path, []byte(good+test.line+"\n"+good), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, form := range []string{"-lines=false", "-lines"} {
			_, end := start(t, nil, "onebrc", form, path)
			r := end()
			if r.code != 1 || r.out != "" || !strings.HasPrefix(r.errors, `onebrc: map "parse" (main.go:`) ||
				!strings.Contains(r.errors, " of "+path) || !strings.HasSuffix(r.errors, ": "+test.want+"\n") {
				t.Errorf("%s, %q: exit code %d, printed %q, want 1 and %q", form, test.line, r.code, r.out+r.errors, test.want)
			}
		}
	}
}
