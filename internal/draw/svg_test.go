package draw

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
)

// A picture is what an SVG shows, read back from its text.
type picture struct {
	size   rect
	nodes  map[int]*shape // by data-operator
	boxes  map[int]*shape // by data-pipeline
	edges  []*shape
	others []label
}

type rect struct{ left, top, right, bottom float64 }

func (r rect) has(o rect) bool {
	return r.left <= o.left && r.top <= o.top && r.right >= o.right && r.bottom >= o.bottom
}

func (r rect) meets(o rect) bool {
	return r.left < o.right && o.left < r.right && r.top < o.bottom && o.top < r.bottom
}

// A shape is a g element: a node, a box or an edge.
type shape struct {
	rect
	class    string
	from, to int
	lines    []outline
	tips     []outline
	bars     []rect
	labels   []label
}

type label struct {
	rect
	class, text, title string
}

// An outline is the points of a path. Of a curve it has many.
type outline [][2]float64

func (o outline) bounds() rect {
	r := rect{o[0][0], o[0][1], o[0][0], o[0][1]}
	for _, p := range o {
		r = rect{min(r.left, p[0]), min(r.top, p[1]), max(r.right, p[0]), max(r.bottom, p[1])}
	}
	return r
}

// sizeOf is the size of text, as the style says.
var sizeOf = map[string]int{"verb": sizeTitle, "name": sizeTitle, "label": sizeText, "caption": sizeText,
	"site": sizeSmall, "more": sizeSmall, "share": sizeSmall, "state": sizeSmall, "rows": sizeSmall}

// look reads an SVG back, and fails the test where it is not well-formed.
func lookAt(t *testing.T, svg string) *picture {
	t.Helper()
	p := &picture{nodes: map[int]*shape{}, boxes: map[int]*shape{}}
	var dx, dy float64
	var current *shape // innermost g that is one
	var text *label
	var inTitle bool
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return p
		}
		if err != nil {
			t.Fatalf("not well-formed: %v in\n%s", err, svg)
		}
		switch token := token.(type) {
		case xml.StartElement:
			a := map[string]string{}
			for _, at := range token.Attr {
				a[at.Name.Local] = at.Value
			}
			number := func(name string) float64 {
				v, err := strconv.ParseFloat(a[name], 64)
				if err != nil && a[name] != "" {
					t.Fatalf("%s=%q", name, a[name])
				}
				return v
			}
			switch token.Name.Local {
			case "svg":
				p.size = rect{0, 0, number("width"), number("height")}
			case "g":
				if a["transform"] != "" {
					if _, err := fmt.Sscanf(a["transform"], "translate(%g %g)", &dx, &dy); err != nil {
						t.Fatal(err)
					}
					break
				}
				current = &shape{class: a["class"], from: int(number("data-from")), to: int(number("data-to"))}
				kind, _, _ := strings.Cut(a["class"], " ")
				switch kind {
				case "node":
					p.nodes[int(number("data-operator"))] = current
				case "edge":
					p.edges = append(p.edges, current)
				case "pipeline":
					if known := p.boxes[int(number("data-pipeline"))]; known != nil {
						current = known
					}
					p.boxes[int(number("data-pipeline"))] = current
				}
			case "rect":
				r := rect{number("x") + dx, number("y") + dy, number("x") + dx + number("width"), number("y") + dy + number("height")}
				switch a["class"] {
				case "box":
					current.rect = r
				case "track", "bar":
					current.bars = append(current.bars, r)
				}
			case "path":
				o := trace(t, a["d"], dx, dy)
				switch a["class"] {
				case "shape":
					current.rect = o.bounds()
				case "line":
					current.lines = append(current.lines, o)
				case "tip":
					current.tips = append(current.tips, o)
				}
			case "text":
				text = &label{class: a["class"], rect: rect{left: number("x") + dx, bottom: number("y") + dy + 3}}
				if a["text-anchor"] == "end" {
					text.right = -1
				}
			case "title":
				inTitle = text != nil
			}
		case xml.CharData:
			switch {
			case inTitle:
				text.title += string(token)
			case text != nil:
				text.text += string(token)
			}
		case xml.EndElement:
			switch token.Name.Local {
			case "title":
				inTitle = false
			case "text":
				size := sizeOf[text.class]
				if size == 0 {
					t.Fatalf("text of class %q", text.class)
				}
				w := float64(width(text.text, size))
				text.top = text.bottom - float64(size)
				if text.right < 0 {
					text.left, text.right = text.left-w, text.left
				} else {
					text.right = text.left + w
				}
				if current != nil {
					current.labels = append(current.labels, *text)
				} else {
					p.others = append(p.others, *text)
				}
				text = nil
			case "g":
				if current == nil {
					dx, dy = 0, 0
				}
				current = nil
			}
		}
	}
}

// trace follows a path.
func trace(t *testing.T, d string, dx, dy float64) (o outline) {
	t.Helper()
	x, y := 0.0, 0.0
	rest := d
	for rest != "" {
		command := rest[0]
		end := strings.IndexFunc(rest[1:], func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' }) + 1
		if end == 0 {
			end = len(rest)
		}
		var n []float64
		for _, f := range strings.Fields(rest[1:end]) {
			v, err := strconv.ParseFloat(f, 64)
			if err != nil {
				t.Fatalf("path %q: %v", d, err)
			}
			n = append(n, v)
		}
		rest = rest[end:]
		switch command {
		case 'M':
			x, y = n[0], n[1]
		case 'l':
			x, y = x+n[0], y+n[1]
		case 'h':
			x += n[0]
		case 'v':
			y += n[0]
		case 'V':
			y = n[0]
		case 'a':
			x, y = x+n[5], y+n[6]
		case 'C':
			const steps = 24
			for i := 1; i <= steps; i++ {
				s := float64(i) / steps
				r := 1 - s
				a, b, c, e := r*r*r, 3*r*r*s, 3*r*s*s, s*s*s
				o = append(o, [2]float64{a*x + b*n[0] + c*n[2] + e*n[4] + dx, a*y + b*n[1] + c*n[3] + e*n[5] + dy})
			}
			x, y = n[4], n[5]
			continue
		case 'z':
			continue
		default:
			t.Fatalf("path %q: command %c", d, command)
		}
		o = append(o, [2]float64{x + dx, y + dy})
	}
	return o
}
