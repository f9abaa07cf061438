package status

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ServeHTTP answers requests for the page, and for runs.json and metrics beside it. It
// may be mounted at any path that ends in a slash, with [http.StripPrefix] or without.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if !p.trusts(r) {
		http.Error(w, "status: this address is not known by that name: see status.Page.Hosts", http.StatusForbidden)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "status: the page can be read, and nothing else", http.StatusMethodNotAllowed)
		return
	}
	_, last := path.Split(r.URL.Path)
	switch {
	case r.URL.Path == "": // stripped, and without the slash that links need
		toFolder(w, r)
	case last == "":
		p.answer(w, r, html, writePage)
	case last == "live":
		p.answer(w, r, html, writeLive)
	case last == "runs.json":
		p.answer(w, r, "application/json", writeJSON)
	case last == "metrics":
		p.answer(w, r, "application/openmetrics-text; version=1.0.0; charset=utf-8", writeMetrics)
	default:
		http.Error(w, "status: nothing is here: the page is at a path that ends in a slash", http.StatusNotFound)
	}
}

// toFolder redirects to the same path with a slash behind it.
func toFolder(w http.ResponseWriter, r *http.Request) {
	base := ""
	if u, err := url.ParseRequestURI(r.RequestURI); err == nil {
		base = path.Base(u.Path)
	}
	if base == "" || base == "." || base == "/" {
		http.Error(w, "status: the page is at a path that ends in a slash", http.StatusNotFound)
		return
	}
	w.Header().Set("Location", "./"+url.PathEscape(base)+"/") // of the request as it came, before the prefix was taken
	w.WriteHeader(http.StatusTemporaryRedirect)
}

// trusts reports whether the request means this page. A page elsewhere can have a name
// whose address becomes that of this machine's loopback interface, and the browser lets it
// read what it finds there; but the browser says the name.
func (p *Page) trusts(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !ok || !local.IP.IsLoopback() {
		return true
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil && ip.Unmap().IsLoopback() {
		return true
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") ||
		slices.ContainsFunc(p.Hosts, func(known string) bool { return strings.EqualFold(known, host) })
}

const html = "text/html; charset=utf-8"

// content is what an answer is made of.
type content struct {
	runs  Runs
	ended map[State]int64
	one   *Run // that was asked for; nil: all of them
	etag  string
}

// maxWait is how long a request may wait for something new.
const maxWait = 20 * time.Second

// answer writes what write makes of the runs, or of the one that is asked for by
// "run=7". With "wait=10" and the tag of the last answer in If-None-Match, it waits that
// many seconds for another one.
func (p *Page) answer(w http.ResponseWriter, r *http.Request, kind string, write func(*bytes.Buffer, *content) error) {
	query := r.URL.Query()
	known := r.Header.Get("If-None-Match")
	if seconds, err := strconv.Atoi(query.Get("wait")); err == nil && seconds > 0 && known != "" {
		ctx, cancel := context.WithTimeout(r.Context(), min(maxWait, time.Duration(min(seconds, 60))*time.Second))
		p.wait(ctx, versionOf(known))
		cancel()
	}
	c := &content{}
	var v version
	c.runs, c.ended, v = p.snapshot()
	c.etag = v.tag()
	w.Header().Set("ETag", c.etag)
	if known == c.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	code := http.StatusOK
	if id := query.Get("run"); id != "" {
		n, _ := strconv.Atoi(id)
		if c.one = c.runs.find(n); c.one == nil {
			c.one, code = &Run{ID: n}, http.StatusNotFound
		}
		if c.one.State == "" && kind != html {
			http.Error(w, "status: no such run, or not any more", code)
			return
		}
	}
	var text bytes.Buffer
	if err := write(&text, c); err != nil {
		http.Error(w, "status: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(text.Len()))
	w.WriteHeader(code)
	_, _ = w.Write(text.Bytes()) // a reader that is gone does not need it
}

func writeJSON(dst *bytes.Buffer, c *content) error {
	var v any = &c.runs
	if c.one != nil {
		v = c.one
	} else {
		for i := range c.runs.Recent {
			c.runs.Recent[i].shorten()
		}
	}
	e := json.NewEncoder(dst)
	e.SetIndent("", "\t")
	return e.Encode(v)
}
