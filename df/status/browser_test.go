package status_test

import (
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"anabranch.dev/df/status"
)

var pictures = flag.String("pictures", "", "write pictures of the page to this folder")

// TestInBrowser opens the page in a browser, on a phone and on a desk, in both colour
// schemes, and looks at what it shows, does and complains of.
func TestInBrowser(t *testing.T) {
	if testing.Short() && *pictures == "" {
		t.Skip("the browser is for long tests")
	}
	b := newBrowser(t)
	for _, width := range []int{375, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprint(width, " ", scheme), func(t *testing.T) {
				b.t = t
				defer func(outer *testing.T) { b.t = outer }(b.t)
				inBrowser(t, b, width, scheme)
			})
		}
	}
}

func inBrowser(t *testing.T, b *browser, width int, scheme string) {
	page := status.New()
	failed := start(t, page, "import of the day")
	failed.Tell(progress(3))
	failed.End(errors.New(`map "parse" (main.go:41): row 18220 of b.txt: strconv.ParseInt: parsing "x": invalid syntax`))
	start(t, page, "short").End(nil)
	run, other := start(t, page, "nightly sort"), start(t, page, nasty)
	run.Tell(progress(40))
	run.Tell(progress(40.5))
	server := httptest.NewServer(page)
	defer server.Close()

	w := b.open(width, scheme, server.URL+"/")
	defer w.close()
	w.until(`document.getElementById("link").textContent === "Live"`)
	shoot(w, width, scheme, "runs")
	if n := w.eval(`document.querySelectorAll("section[data-name='nightly sort'] tbody th[scope=row]").length`); n != 8.0 {
		t.Errorf("%v pipelines and operators, want 3 and 5", n)
	}
	if drawn := w.eval(`(() => {
		const plan = document.querySelector("section[data-name='nightly sort'] svg.dataflow");
		return [plan.querySelectorAll("[data-operator]").length, plan.querySelectorAll(".edge[data-from][data-to]").length,
			plan.textContent.includes("5.00 M/s"), getComputedStyle(plan.querySelector(".bar")).fill !== "rgb(0, 0, 0)"].join()
	})()`); drawn != "5,4,true,true" {
		t.Errorf("operators, edges, a rate and style of the picture: %v", drawn)
	}
	if over := w.eval(`document.documentElement.scrollWidth - innerWidth`); over != 0.0 {
		t.Errorf("the page is %v pixels wider than the window", over)
	}
	if faint := w.eval(contrast); faint != "" {
		t.Errorf("too little contrast:\n%v", faint)
	}

	// What is under the reader's hands stays there while the numbers change.
	w.eval(`window.kept = document.querySelector("section[data-name='nightly sort'] [role=region]:last-of-type"); kept.focus(); kept.scrollLeft = 50; undefined`)
	other.Tell(progress(1))
	run.Tell(progress(60))
	w.until(`document.querySelector("section[data-name='nightly sort'] .whole").innerText.includes("50 %")`)
	if kept := w.eval(`document.activeElement === kept && kept.isConnected`); kept != true {
		t.Error("an update takes the focus away")
	}
	if title := w.eval(`document.title`); title != "2 runs" {
		t.Errorf("the title is %q", title)
	}

	run.End(nil)
	w.until(`document.getElementById("news").textContent === "nightly sort: done"`)
	other.End(nil)
	w.until(`document.querySelectorAll("section[data-key=recent] tbody tr").length === 4 && document.querySelectorAll("main > section").length === 2`)
	shoot(w, width, scheme, "ended")
	w.follow("a[href='?run=3']")
	w.until(`document.title === "nightly sort: done" && document.getElementById("link").textContent === "Live"`)
	shoot(w, width, scheme, "one")
	if said := b.complaints(); len(said) > 0 {
		t.Errorf("the page complains:\n%s", strings.Join(said, "\n"))
	}

	w.follow("h1 a")
	start(t, page, "endless").Tell(progress(20))
	w.until(`document.querySelector("section").dataset.name === "endless" && document.getElementById("link").textContent === "Live"`)
	server.CloseClientConnections()
	server.Close()
	w.until(`document.getElementById("news").textContent.startsWith("The program has not answered since")`)
	b.complaints() // of the lost connection
}

func shoot(w *tab, width int, scheme, what string) {
	if *pictures != "" {
		w.shoot(filepath.Join(*pictures, fmt.Sprintf("%s-%d-%s.png", what, width, scheme)))
	}
}

// contrast lists text whose contrast with what is behind it is less than 4.5 to 1.
const contrast = `(() => {
	const parts = colour => colour.match(/[\d.]+/g).map(Number);
	const light = colour => {
		const [r, g, b] = parts(colour).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const behind = e => {
		for (; e; e = e.parentElement) {
			const colour = getComputedStyle(e).backgroundColor;
			if (parts(colour)[3] !== 0) return colour;
		}
		return "rgb(255, 255, 255)";
	};
	const faint = [];
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || e.closest("script, style, svg")) continue;
		const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
		if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(e.className + ": " + walk.currentNode.data);
	}
	return faint.join("\n");
})()`
