package status_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"anabranch.dev/df/status"
)

// TestJSON decodes what runs.json has into the types that are documented.
func TestJSON(t *testing.T) {
	page := status.New()
	failed := start(t, page, "first")
	failed.Tell(progress(3))
	failed.End(errors.New("boom"))
	run := start(t, page, nasty)
	run.Tell(progress(40))
	run.Tell(progress(42))
	start(t, page, "")
	for from, text := range map[string]string{
		"runs.json": text(t, get(t, page, "/runs.json")), "expvar": page.String(),
	} {
		var runs status.Runs
		if err := json.Unmarshal([]byte(text), &runs); err != nil {
			t.Fatalf("%s: %v", from, err)
		}
		if len(runs.Current) != 2 || len(runs.Recent) != 1 || time.Since(runs.Now) > time.Minute {
			t.Fatalf("%s: %s", from, text)
		}
		r := runs.Current[0]
		want := progress(42)
		if r.ID != 2 || r.Name != nasty || r.State != status.Running || r.Elapsed != want.Elapsed || !reflect.DeepEqual(r.Progress.Plan, want.Plan) ||
			!reflect.DeepEqual(r.Progress.Pipelines, want.Pipelines) || !reflect.DeepEqual(r.Progress.Operators, want.Operators) {
			t.Errorf("%s: the run under way is %+v", from, r)
		}
		if len(r.Rates) != 5 || r.Rates[0].RowsIn != 1e6 || r.Rates[0].RowsOut != 5e6 || r.Rates[0].Bytes != 40e6 || r.InputRate != 40e6 || r.Rates[0].Busy != 0.25 {
			t.Errorf("%s: rates %+v and %v", from, r.Rates, r.InputRate)
		}
		if unstarted := runs.Current[1]; unstarted.Progress != nil || unstarted.Name != "status.test" && unstarted.Name != "status.test.exe" {
			t.Errorf("%s: a run that has told nothing is %+v", from, unstarted)
		}
		r = runs.Recent[0]
		if r.State != status.Failed || r.Error != "boom" || r.Progress.Bytes != 120e6 || r.Progress.Operators != nil || r.Progress.Plan != nil {
			t.Errorf("%s: the run that has ended is %+v", from, r)
		}
	}
	var one status.Run
	if err := json.Unmarshal([]byte(text(t, get(t, page, "/runs.json?run=1"))), &one); err != nil || one.Name != "first" || len(one.Progress.Operators) != 5 {
		t.Errorf("one run: %+v, error %v", one, err)
	}
	if r := get(t, page, "/runs.json?run=77"); r.StatusCode != 404 {
		t.Errorf("a run that there is not: %s", r.Status)
	}
}

// TestMounted mounts the page at several places, with and without its prefix.
func TestMounted(t *testing.T) {
	page := status.New()
	start(t, page, "nightly sort").Tell(progress(40))
	mux := http.NewServeMux()
	mux.Handle("/debug/runs/", page)
	mux.Handle("/a/b/", http.StripPrefix("/a/b", page))
	mux.Handle("/c/", http.StripPrefix("/c/", page))
	mux.Handle("/d/", http.StripPrefix("/d", page))
	mux.Handle("/d", http.StripPrefix("/d", page))
	server := httptest.NewServer(mux)
	defer server.Close()
	fetch := func(path string) (code int, kind, at, body string) {
		r, err := server.Client().Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		return r.StatusCode, r.Header.Get("Content-Type"), r.Request.URL.Path, text(t, r)
	}
	for _, at := range []string{"/debug/runs/", "/a/b/", "/d/"} {
		for path, want := range map[string]string{"": "nightly sort</a>", "live": "nightly sort</a>", "runs.json": `"nightly sort"`, "metrics": `"nightly sort"`, "?run=1": "nightly sort</a>"} {
			code, kind, _, body := fetch(at + path)
			if code != 200 || !strings.Contains(body, want) {
				t.Errorf("%s: %d, %.200s", at+path, code, body)
			}
			if wantKind := map[string]string{"runs.json": "application/json", "metrics": "application/openmetrics-text; version=1.0.0; charset=utf-8"}[path]; wantKind != "" && kind != wantKind {
				t.Errorf("%s: %s", at+path, kind)
			}
		}
		if code, _, _, _ := fetch(at + "other"); code != 404 {
			t.Errorf("%sother: %d", at, code)
		}
		if code, _, _, body := fetch(at + "?run=12"); code != 404 || !strings.Contains(body, "not kept any more") {
			t.Errorf("%s?run=12: %d, %s", at, code, body)
		}
	}
	if code, _, at, _ := fetch("/d"); code != 200 || at != "/d/" {
		t.Errorf("/d: %d, at %s", code, at)
	}
	if code, _, _, body := fetch("/c/runs.json"); code != 200 || !strings.Contains(body, "nightly") {
		t.Errorf("a prefix that ends in a slash: %d", code)
	}
}

// TestMethods: the page can only be read.
func TestMethods(t *testing.T) {
	page := status.New()
	start(t, page, "run").Tell(progress(1))
	for _, path := range []string{"/", "/live", "/runs.json", "/metrics"} {
		for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT"} {
			w := httptest.NewRecorder()
			page.ServeHTTP(w, httptest.NewRequest(method, path, nil))
			if r := w.Result(); r.StatusCode != 405 || r.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %s, %v", method, path, r.Status, r.Header)
			}
		}
	}
	server := httptest.NewServer(page)
	defer server.Close()
	r, err := server.Client().Head(server.URL + "/runs.json")
	if err != nil {
		t.Fatal(err)
	}
	if body := text(t, r); r.StatusCode != 200 || body != "" || r.ContentLength < 100 {
		t.Errorf("HEAD: %s, %d bytes of %d", r.Status, len(body), r.ContentLength)
	}
}

// TestHeaders holds the policy against the page: what it names are the hashes of what is
// there, and nothing in the page needs more.
func TestHeaders(t *testing.T) {
	page := status.New()
	run := start(t, page, nasty)
	run.Tell(progress(40))
	start(t, page, "bad").End(errors.New(nasty))
	for _, path := range []string{"/", "/?run=1", "/live", "/runs.json", "/metrics", "/nothing"} {
		r := get(t, page, path)
		h := r.Header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin", "Access-Control-Allow-Origin": "",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		rules := map[string]string{}
		for rule := range strings.SplitSeq(h.Get("Content-Security-Policy"), "; ") {
			name, value, _ := strings.Cut(rule, " ")
			rules[name] = value
		}
		body := text(t, r)
		if strings.Contains(h.Get("Content-Type"), "html") {
			checkHTML(t, path, body, rules)
		}
	}
}

func checkHTML(t *testing.T, path, body string, rules map[string]string) {
	t.Helper()
	for name, want := range map[string]string{"default-src": "'none'", "connect-src": "'self'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'"} {
		if rules[name] != want {
			t.Errorf("%s: %s is %q", path, name, rules[name])
		}
	}
	for _, element := range []string{"script", "style"} {
		for _, m := range regexp.MustCompile(`(?s)<`+element+`[^>]*>(.*?)</`+element+`>`).FindAllStringSubmatch(body, -1) {
			sum := sha256.Sum256([]byte(m[1]))
			if hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !slices.Contains(strings.Fields(rules[element+"-src"]), hash) {
				t.Errorf("%s: %s-src is %s, without the hash of\n%.200s", path, element, rules[element+"-src"], m[1])
			}
		}
	}
	if strings.Contains(fmt.Sprint(rules), "unsafe") {
		t.Errorf("%s: policy %v", path, rules)
	}
	markup := regexp.MustCompile(`(?s)<(script|style)>.*?</(script|style)>`).ReplaceAllString(body, "")
	for _, bad := range []string{` style=`, ` on\w+="`, `javascript:`, `<img`, `src=`, `https?://[^w]`} {
		for _, tag := range regexp.MustCompile(`<[^>]*>`).FindAllString(markup, -1) {
			values := regexp.MustCompile(`data-(name|title)="[^"]*"|aria-label="[^"]*"`).ReplaceAllString(tag, "") // text of the user
			if regexp.MustCompile(bad).MatchString(values) {
				t.Errorf("%s: %s has %s", path, tag, bad)
			}
		}
	}
	if strings.Contains(markup, "</script>") {
		t.Errorf("%s: a label is not escaped", path)
	}
}

// TestHosts refuses requests that reach the loopback interface by the name of another.
func TestHosts(t *testing.T) {
	page := status.New()
	page.Hosts = []string{"status.example.com"}
	server := httptest.NewServer(page)
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	for host, want := range map[string]int{
		"localhost:" + port: 200, "localhost": 200, "LOCALHOST.": 200, "127.0.0.1:" + port: 200, "127.4.5.6": 200, "[::1]:9000": 200, "[::1]": 200,
		"runs.localhost": 200, "status.example.com": 200, "Status.Example.com:443": 200,
		"example.com": 403, "localhost.example.com": 403, "evillocalhost": 403, "10.0.0.1": 403, "127.0.0.1.example.com:" + port: 403,
	} {
		for _, path := range []string{"/", "/runs.json", "/metrics"} {
			r, err := http.NewRequest("GET", server.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = host
			got, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			if text(t, got); got.StatusCode != want {
				t.Errorf("host %s, %s: %s, want %d", host, path, got.Status, want)
			}
		}
	}
	ctx := context.WithValue(t.Context(), http.LocalAddrContextKey, net.Addr(&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80}))
	r := httptest.NewRequest("GET", "http://elsewhere.example.com/", nil).WithContext(ctx)
	w := httptest.NewRecorder()
	if page.ServeHTTP(w, r); w.Code != 200 {
		t.Errorf("on another interface: %d", w.Code)
	}
}

// TestWait lets requests wait for news.
func TestWait(t *testing.T) {
	page := status.New()
	run := start(t, page, "run")
	run.Tell(progress(1))
	first := get(t, page, "/live")
	tag := first.Header.Get("ETag")
	if r := get(t, page, "/live", "If-None-Match", tag); r.StatusCode != 304 || text(t, r) != "" || r.Header.Get("ETag") != tag {
		t.Errorf("nothing new: %s", r.Status)
	}
	if r := get(t, page, "/live?wait=10"); r.StatusCode != 200 {
		t.Errorf("waiting for nothing: %s", r.Status)
	}
	news := make(chan *http.Response)
	go func() { news <- get(t, page, "/live?wait=10", "If-None-Match", tag) }()
	select {
	case r := <-news:
		t.Errorf("%s, although nothing is new", r.Status)
	case <-time.After(50 * time.Millisecond):
	}
	run.Tell(progress(90))
	if r := <-news; r.StatusCode != 200 || !strings.Contains(text(t, r), "75 %") {
		t.Errorf("news: %s", r.Status)
	}
	began := time.Now()
	r := get(t, page, "/live?wait=1", "If-None-Match", get(t, page, "/live").Header.Get("ETag"))
	if took := time.Since(began); r.StatusCode != 304 || took < 900*time.Millisecond || took > 10*time.Second {
		t.Errorf("%s after %v", r.Status, took)
	}
	noneLeft(t)
}

// TestManyWait: those who are too many to wait are answered at once, and a reader that is
// gone leaves nothing behind.
func TestManyWait(t *testing.T) {
	page := status.New()
	start(t, page, "run").Tell(progress(1))
	tag := get(t, page, "/live").Header.Get("ETag")
	ctx, cancel := context.WithCancel(t.Context())
	ask := func() *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(ctx, "GET", "/live?wait=20", nil)
		r.Header.Set("If-None-Match", tag)
		w := httptest.NewRecorder()
		page.ServeHTTP(w, r)
		return w
	}
	done := make(chan struct{})
	const many = 200
	for range many {
		go func() { ask(); done <- struct{}{} }()
	}
	for range many - 64 {
		<-done
	}
	select {
	case <-done:
		t.Error("fewer than 64 may wait")
	case <-time.After(50 * time.Millisecond):
	}
	cancel()
	for range 64 {
		<-done
	}
	noneLeft(t)
}

// TestRecent keeps the last runs, and the names of those under way apart.
func TestRecent(t *testing.T) {
	page := status.New()
	for i := range 50 {
		run := start(t, page, fmt.Sprint("run ", i))
		run.Tell(progress(1))
		run.End(nil)
	}
	cancelled := start(t, page, "cancelled")
	cancelled.End(fmt.Errorf("stopped: %w", context.Canceled))
	a, b := start(t, page, "same"), start(t, page, "same")
	b.End(nil)
	start(t, page, "same")
	a.End(nil)
	start(t, page, "same")
	runs := page.Runs()
	var names []string
	for _, r := range append(runs.Current, runs.Recent[:4]...) {
		names = append(names, r.Name+" "+string(r.State))
	}
	want := []string{"same (2) running", "same running", "same done", "same (2) done", "cancelled cancelled", "run 49 done"}
	if !slices.Equal(names, want) || len(runs.Recent) != 20 {
		t.Errorf("%q and %d recent runs, want %q", names, len(runs.Recent), want)
	}
}

// TestManyRuns draws some in full and the others in a table.
func TestManyRuns(t *testing.T) {
	page := status.New()
	for i := range 30 {
		start(t, page, fmt.Sprint("run ", i)).Tell(progress(float64(i)))
	}
	body := text(t, get(t, page, "/"))
	if full, rows := strings.Count(body, `<div class="whole"`), strings.Count(body, `<tr data-key="run-`); full != 8 || rows != 22 || !strings.Contains(body, "<title>30 runs</title>") {
		t.Errorf("%d runs in full and %d in a table", full, rows)
	}
}

// TestPlanChanges: a plan that has changed has other operators, and no rates of the old.
func TestPlanChanges(t *testing.T) {
	page := status.New()
	run := start(t, page, "run")
	run.Tell(progress(1))
	p := progress(2)
	p.Plan = words()
	p.Plan.Operators, p.Plan.Pipelines = p.Plan.Operators[:3], p.Plan.Pipelines[:1]
	p.Operators, p.Pipelines = p.Operators[:3], p.Pipelines[:1]
	run.Tell(p)
	for _, path := range []string{"/", "/runs.json", "/metrics"} {
		if r := get(t, page, path); r.StatusCode != 200 {
			t.Errorf("%s: %s", path, text(t, r))
		}
	}
	p = progress(3) // of a run that tells less than it could
	p.Plan, p.Pipelines = nil, nil
	run.Tell(p)
	if body := text(t, get(t, page, "/")); !strings.Contains(body, "flat map") {
		t.Errorf("without a plan: %s", body)
	}
}
