package status_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/status"
)

// site is the file and line that calls it.
func site() string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprintf("%s:%d", file[strings.LastIndex(file, "/")+1:], line)
}

// until is a stream whose rows end when the channel is closed.
func until(end <-chan struct{}) df.Stream[int] {
	return df.FromSeq(func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
			select {
			case <-end:
				return
			case <-time.After(100 * time.Microsecond):
			}
		}
	}).Named("slow")
}

// TestServe runs a plan with a page, which is there while the run is.
func TestServe(t *testing.T) {
	end := make(chan struct{})
	urls := make(chan string, 1)
	done := make(chan error, 1)
	go func() {
		plan := df.CountBy(df.Map(until(end), func(v int) int { return v % 10 }).Named(nasty), df.Self[int])
		done <- df.Run(context.Background(), plan, status.Serve("localhost:0", func(url string) { urls <- url }))
	}()
	url := <-urls
	if !strings.HasPrefix(url, "http://localhost:") || !strings.HasSuffix(url, "/") {
		t.Errorf("the page is at %s", url)
	}
	var runs status.Runs
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		r, err := http.Get(url + "runs.json")
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(text(t, r)), &runs); err != nil {
			t.Fatal(err)
		}
		if len(runs.Current) == 1 && runs.Current[0].Progress != nil && runs.Current[0].Rates[0].RowsOut > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("after 10 s the page has %+v", runs)
		}
	}
	p := runs.Current[0].Progress
	if p.Plan == nil || len(p.Plan.Operators) != len(p.Operators) || p.Operators[1].Label != nasty || len(p.Pipelines) == 0 || p.Workers == 0 {
		t.Errorf("the run is %+v", p)
	}
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	if body := text(t, r); r.StatusCode != 200 || !strings.Contains(body, "count by") || strings.Contains(body, nasty) {
		t.Errorf("the page: %s\n%s", r.Status, body)
	}

	// Who follows the run sees how it ends.
	request, err := http.NewRequest("GET", url+"live?wait=10", nil)
	if err != nil {
		t.Fatal(err)
	}
	ended, closing := false, false
	for !ended {
		r, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatalf("following the run: %v", err)
		}
		request.Header.Set("If-None-Match", r.Header.Get("ETag"))
		ended = strings.Contains(text(t, r), `data-state="done"`)
		if !closing {
			closing = true
			time.AfterFunc(100*time.Millisecond, func() { close(end) })
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := http.Get(url); err == nil {
		t.Error("the page is there after the run")
	}
	noneLeft(t)
}

// TestServeFails: what is wrong with the address is an error of the run, of the place that
// asked for the page.
func TestServeFails(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for address, want := range map[string]string{
		taken.Addr().String():  "address already in use",
		"localhost":            "missing port",
		"localhost:no service": "no service",
		"192.0.2.77:0":         "bind",
	} {
		o, at := status.Serve(address), site()
		ran := false
		err := df.Run(context.Background(), df.Map(df.Range(0, 3), func(v int) int { ran = true; return v }), o)
		var e *df.Error
		if !errors.As(err, &e) || e.Op != "status page" || e.Site.String() != at {
			t.Errorf("%s: error %v, want one of %s", address, err, at)
		} else if runtime.GOOS == "linux" && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", address, err, want)
		}
		if ran {
			t.Errorf("%s: the run has begun", address)
		}
	}
	err = df.Run(context.Background(), df.Range(0, 3), status.Serve("localhost:0", func(string) { panic("told") }))
	var p *df.PanicError
	if !errors.As(err, &p) || p.Value != "told" {
		t.Errorf("error %v, want the panic of the function that is told", err)
	}
	func() {
		defer func() {
			if v := fmt.Sprint(recover()); !strings.Contains(v, "status.Serve (serve_test.go:") || !strings.Contains(v, "nil function") {
				t.Errorf("panic %v", v)
			}
		}()
		status.Serve("localhost:0", nil)
	}()
	noneLeft(t)
}

// TestServeLoopback: without a host nobody else can reach the page.
func TestServeLoopback(t *testing.T) {
	for address, want := range map[string]string{":0": "http://127.0.0.1:", "127.0.0.1:0": "http://127.0.0.1:", "0.0.0.0:0": "http://localhost:"} {
		var url string
		end := make(chan struct{})
		err := df.Run(context.Background(), until(end), status.Serve(address, func(u string) { url = u; close(end) }))
		if err != nil || !strings.HasPrefix(url, want) {
			t.Errorf("%s: at %s, error %v", address, url, err)
		}
	}
	noneLeft(t)
}

// TestEnds ends runs that are served in several ways: no goroutine is left.
func TestEnds(t *testing.T) {
	boom := errors.New("boom")
	ctx, cancel := context.WithCancelCause(t.Context())
	endless := df.FromSeq(func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	})
	if _, _, err := df.First(ctx, endless, status.Serve(":0")); err != nil {
		t.Error(err)
	}
	for _, err := range df.All(ctx, endless, status.Serve(":0")) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	_ = df.All(ctx, endless, status.Serve(":0")) // nobody ranges over it
	failing := df.MapErr(endless, func(v int) (int, error) { return v, boom })
	if err := df.Run(ctx, failing, status.Serve(":0")); !errors.Is(err, boom) {
		t.Error(err)
	}
	time.AfterFunc(20*time.Millisecond, func() { cancel(boom) })
	if err := df.Run(ctx, endless, status.Serve(":0")); !errors.Is(err, boom) {
		t.Error(err)
	}
	if err := df.Run(ctx, endless, status.Serve(":0")); !errors.Is(err, boom) {
		t.Error(err)
	}
	noneLeft(t)
}

// TestHungReaders: readers that ask and never read, or never ask, or are very many, slow
// nothing but, by a little, the end.
func TestHungReaders(t *testing.T) {
	end := make(chan struct{})
	told := make(chan string, 1)
	type result struct {
		rows []int
		err  error
	}
	done := make(chan result, 1)
	go func() {
		rows, err := df.Collect(context.Background(), until(end), status.Serve(":0", func(url string) { told <- url }))
		done <- result{rows, err}
	}()
	url := <-told
	address := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
	var open []net.Conn
	for i := range 150 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		open = append(open, c)
		if i < 10 {
			// More than the kernel keeps for a reader that does not read: refused ones among them.
			_, _ = io.WriteString(c, strings.Repeat("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400))
		}
	}
	time.Sleep(200 * time.Millisecond)
	refused := 0
	for _, c := range open {
		_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
		_, err := c.Read(make([]byte, 1))
		if timeout := net.Error(nil); err != nil && (!errors.As(err, &timeout) || !timeout.Timeout()) {
			refused++
		}
	}
	if refused < 150-128 {
		t.Errorf("%d connections were refused, want all but 128 of 150", refused)
	}
	close(end)
	began := time.Now()
	r := <-done
	if took := time.Since(began); r.err != nil || len(r.rows) == 0 || took > 2*time.Second {
		t.Errorf("the run ends after %v with %d rows and error %v", took, len(r.rows), r.err)
	}
	noneLeft(t)
}

// TestManyRunsAtOnce has runs on one page at the same time and after each other, while
// readers read.
func TestManyRunsAtOnce(t *testing.T) {
	page := status.New()
	option := page.Watch("sum")
	stop := make(chan struct{})
	var readers, runs sync.WaitGroup
	for _, path := range []string{"/", "/live", "/runs.json", "/metrics"} {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(time.Millisecond):
				}
				if r := get(t, page, path); r.StatusCode != 200 {
					t.Errorf("%s: %s", path, text(t, r))
					return
				}
			}
		})
	}
	for range 4 {
		runs.Go(func() {
			for range 5 {
				slow := df.Map(df.Range(0, 200), func(v int) int { time.Sleep(100 * time.Microsecond); return v })
				if _, err := df.Collect(t.Context(), df.CountBy(slow, func(v int) int { return v % 7 }), option); err != nil {
					t.Error(err)
				}
			}
		})
	}
	runs.Wait()
	close(stop)
	readers.Wait()
	list := page.Runs()
	if len(list.Current) != 0 || len(list.Recent) != 20 {
		t.Errorf("%d runs are under way and %d have ended", len(list.Current), len(list.Recent))
	}
	for _, r := range list.Recent {
		if r.State != status.Done || r.Name != "sum" && !strings.HasPrefix(r.Name, "sum (") {
			t.Errorf("%+v", r)
		}
	}
	noneLeft(t)
}

// TestNoNetwork: programs that do not import this package link no code for networks.
func TestNoNetwork(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "anabranch.dev/df", "anabranch.dev/df/agg", "anabranch.dev/df/text", "anabranch.dev/spill").CombinedOutput()
	if err != nil {
		t.Skipf("go list: %v\n%s", err, out)
	}
	for pkg := range strings.Lines(string(out)) {
		if pkg = strings.TrimSpace(pkg); pkg == "net" || strings.HasPrefix(pkg, "net/") || pkg == "expvar" {
			t.Errorf("df depends on %s", pkg)
		}
	}
	out, err = exec.Command("go", "list", "-deps", "anabranch.dev/df/status").CombinedOutput()
	if err != nil || strings.Contains(string(out), "\nexpvar\n") {
		t.Errorf("expvar, which adds a handler to the default server, is linked, or %v", err)
	}
}
