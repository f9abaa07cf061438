package status_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"anabranch.dev/df/status"
	"anabranch.dev/exec"
)

// BenchmarkTell is what a page costs a run, five times a second.
func BenchmarkTell(b *testing.B) {
	page := status.New()
	var c exec.Config
	page.Watch("run")(&c)
	run, err := c.Watchers[0].Start(func(error) {})
	if err != nil {
		b.Fatal(err)
	}
	p := progress(40)
	b.ReportAllocs()
	for b.Loop() {
		run.Tell(p)
	}
}

// BenchmarkAnswer is what a reader costs, twice a second.
func BenchmarkAnswer(b *testing.B) {
	page := status.New()
	for i := range 21 {
		var c exec.Config
		page.Watch(fmt.Sprint("run ", i))(&c)
		run, err := c.Watchers[0].Start(func(error) {})
		if err != nil {
			b.Fatal(err)
		}
		run.Tell(progress(40))
		if i < 20 {
			run.End(nil)
		}
	}
	for _, path := range []string{"/live", "/runs.json", "/metrics"} {
		b.Run(path[1:], func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				page.ServeHTTP(w, r)
				b.SetBytes(int64(w.Body.Len()))
			}
		})
	}
}
