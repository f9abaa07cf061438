package draw

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestCycles draws graphs without any order, which plans never have: they have to be
// drawn somehow.
func TestCycles(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		g := &Graph{Groups: make([]Group, r.IntN(4))}
		for range 1 + r.IntN(10) {
			g.Nodes = append(g.Nodes, Node{Title: "node", Group: r.IntN(len(g.Groups) + 1)})
		}
		for range r.IntN(20) {
			g.Edges = append(g.Edges, Edge{From: r.IntN(len(g.Nodes)), To: r.IntN(len(g.Nodes)), Via: r.IntN(len(g.Groups) + 1)})
		}
		p := lookAt(t, g.SVG())
		loops := 0
		for _, e := range g.Edges {
			if e.From == e.To {
				loops++
			}
		}
		if len(p.edges) != len(g.Edges)-loops {
			t.Errorf("seed %d: %d edges of %d, %d loops", seed, len(p.edges), len(g.Edges), loops)
		}
		p.edges, g.Edges = nil, nil
		checkPlaces(t, g, p)
		checkTexts(t, p)
	}
}

func TestEmpty(t *testing.T) {
	for _, g := range []*Graph{{}, {Title: "none", Groups: make([]Group, 3)}, {Nodes: make([]Node, 1)}} {
		checkPlaces(t, g, lookAt(t, g.SVG()))
	}
}

// TestStraight holds what makes pictures calm: a chain is one column, also across boxes,
// and the way on from a node is straight although something else comes from the side.
func TestStraight(t *testing.T) {
	g := &Graph{Groups: make([]Group, 3)}
	for i, group := range []int{1, 1, 2, 2, 2, 3} {
		g.Nodes = append(g.Nodes, Node{Title: fmt.Sprint(i), Group: group})
	}
	g.Edges = []Edge{{From: 0, To: 1}, {From: 1, To: 4, Boundary: true}, {From: 2, To: 3}, {From: 3, To: 4}, {From: 4, To: 5, Boundary: true}}
	p := lookAt(t, g.SVG())
	middle := func(i int) float64 { return (p.nodes[i].left + p.nodes[i].right) / 2 }
	for _, pair := range [][2]int{{0, 1}, {2, 3}, {3, 4}, {4, 5}} {
		if middle(pair[0]) != middle(pair[1]) {
			t.Errorf("nodes %d and %d are at %g and %g", pair[0], pair[1], middle(pair[0]), middle(pair[1]))
		}
	}
}

// TestCrossings holds that the order of nodes is found: edges that need not cross do not.
func TestCrossings(t *testing.T) {
	g := &Graph{}
	for i := range 12 {
		g.Nodes = append(g.Nodes, Node{Title: fmt.Sprint(i)})
	}
	for i := range 6 {
		g.Edges = append(g.Edges, Edge{From: i, To: 6 + (i*5+2)%6})
	}
	if l := newLayout(g); l.crossings() > 0 {
		t.Errorf("%d crossings", l.crossings())
	}
}

// TestLarge holds that a plan of some hundred operators is drawn at once.
func TestLarge(t *testing.T) {
	g := random(3, 400)
	start := time.Now()
	svg := g.SVG()
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("%d nodes took %v", len(g.Nodes), d)
	}
	checkPlaces(t, g, lookAt(t, svg))
}

func TestFit(t *testing.T) {
	for _, test := range []struct {
		text string
		most int
		want string
	}{
		{"lines", 100, "lines"}, {"lines", 20, "li…"}, {"lines", 0, "…"}, {"", 0, ""}, {"one two", 42, "one…"}, {"日本語日本語", 40, "日本…"},
	} {
		if got := fit(test.text, sizeText, test.most); got != test.want {
			t.Errorf("%q in %d: %q, want %q", test.text, test.most, got, test.want)
		}
	}
}

// TestContrast holds that text can be read on what is behind it, on light pages and on
// dark ones: 4.5 to 1 and more, as the guidelines of the W3C want it.
func TestContrast(t *testing.T) {
	light, dark, ok := strings.Cut(style, "@media (prefers-color-scheme:dark){")
	if !ok {
		t.Fatal("no dark colours")
	}
	rule := regexp.MustCompile(`(?m)^(.*)\{(?:.*;)?fill:(#[0-9a-f]{6})`)
	for scheme, css := range map[string]string{"light": light, "dark": dark} {
		var texts, fills []string
		for _, m := range rule.FindAllStringSubmatch(css, -1) {
			switch {
			case strings.Contains(m[1], "text") || strings.Contains(m[1], ".site"):
				texts = append(texts, m[2])
			case strings.HasSuffix(m[1], ".shape") || strings.HasSuffix(m[1], ".page") || strings.HasSuffix(m[1], ".box"):
				fills = append(fills, m[2])
			}
		}
		if len(texts) != 2 || len(fills) < 7 {
			t.Errorf("%s: texts %v, fills %v", scheme, texts, fills)
		}
		for _, text := range texts {
			for _, fill := range fills {
				a, b := luminance(text), luminance(fill)
				if c := (max(a, b) + 0.05) / (min(a, b) + 0.05); c < 4.5 {
					t.Errorf("%s: %s on %s has a contrast of %.1f", scheme, text, fill, c)
				}
			}
		}
	}
}

func luminance(color string) float64 {
	n, _ := strconv.ParseUint(color[1:], 16, 32)
	l := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		c := float64(n>>(16-8*i)&255) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		l += weight * c
	}
	return l
}
