package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"anabranch.dev/internal/sharedtest"
	"github.com/google/go-cmp/cmp"
)

func someBars() []Bar {
	return []Bar{
		{Name: "anabranch", Kind: Ours, Seconds: 1, Low: 0.9, High: 1.1, Label: "1.00 s", Note: "1"},
		{Name: "limit", Kind: Limit, Seconds: 0.8, Label: "800 ms", Note: "0.80× [0.75, 0.85]"},
		{Name: "duckdb", Kind: Other, Seconds: 2, Label: "2.00 s", Note: "2.0×"},
		{Name: "beam", Kind: Other, Seconds: 60, Label: "1m00s", Note: "60×"},
		{Name: "<x> & y", Kind: Other, Note: "failed: " + strings.Repeat("no ", 60), Bad: true},
	}
}

func drawings() map[string]string {
	return map[string]string{
		"bars": Bars("Times", someBars()),
		"dots": Dots("Ratios", []Row{
			{Name: "Sorting"},
			{Name: "sort", Dots: []Dot{{Limit, 0.6, 0.5, 0.7}, {Other, 3, 2.5, 4}}},
			{Name: "sort-few", Dots: []Dot{{Other, 1200, 1200, 1200}}},
		}, []Series{{Limit, "hand-tuned"}, {Other, "DuckDB"}}, 1/1.3, "aim"),
		"lines": Lines("Curves", "memory", "seconds", []Curve{
			{Name: "sort", Kind: Ours, Points: []Point{{24, 4, "4.0 s"}, {64, 3, ""}, {256, 2, "2.0 s"}}},
			{Name: "ideal", Kind: Other, Dashed: true, Points: []Point{{24, 2, ""}, {256, 2, ""}}},
		}, []Tick{{24, "24 MB"}, {256, "256 MB"}}, []Tick{{0, "0"}, {5, "5"}}),
		"gains": Gains("Gains", []Gain{{"sort", 1.9, "1.9×"}, {"lines", 2.1, "2.1×"}}, 2, "2 cores"),
		"empty": Lines("Nothing", "", "", nil, nil, nil),
	}
}

func TestDrawings(t *testing.T) {
	for name, svg := range drawings() {
		d := xml.NewDecoder(strings.NewReader(svg))
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
		}
		for _, outside := range []string{"http://", "https://", "url(", "<script", "NaN", "Inf"} {
			if strings.Contains(strings.ReplaceAll(svg, "http://www.w3.org/2000/svg", ""), outside) {
				t.Errorf("%s has %q", name, outside)
			}
		}
		sharedtest.Golden(t, filepath.Join("testdata", name+".svg"), svg)
	}
}

// TestBrokenBar: one bar that is much longer does not make the others short.
func TestBrokenBar(t *testing.T) {
	svg := Bars("Times", someBars())
	if !strings.Contains(svg, `width="68.3" height="14" class="f-ours"`) || strings.Count(svg, "<path") != 1 {
		t.Errorf("ours is not a sixth of the room, or not one bar is broken:\n%s", svg)
	}
}

func TestSteps(t *testing.T) {
	for _, test := range []struct {
		most float64
		want []float64
	}{
		{0, nil},
		{1, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{4.2, []float64{0, 1, 2, 3, 4, 5}},
		{70, []float64{0, 20, 40, 60, 80}},
	} {
		var got []float64
		for _, v := range Steps(test.most) {
			got = append(got, float64(int(v*100+0.5))/100)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("to %v: want - got +\n%s", test.most, diff)
		}
	}
}

func TestNamesDoNotMeet(t *testing.T) {
	curves := make([]Curve, 4)
	for i := range curves {
		curves[i].Points = []Point{{1, 1, ""}}
	}
	at := spread(curves, func(float64) float64 { return 100 }, 200)
	for i := range at {
		for j := range i {
			if d := at[i] - at[j]; d < 14.9 && d > -14.9 {
				t.Errorf("names at %v", at)
			}
		}
	}
}
