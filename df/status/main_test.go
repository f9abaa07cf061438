package status_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"anabranch.dev/df"
	"anabranch.dev/df/status"
	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
	"anabranch.dev/internal/sharedtest"
)

var goroutines = sharedtest.Goroutines{
	Also:   []string{"net/http."}, // servers and their clients
	Before: http.DefaultClient.CloseIdleConnections,
}

func TestMain(m *testing.M) { goroutines.Main(m) }

func noneLeft(t *testing.T) {
	t.Helper()
	goroutines.NoneLeft(t)
}

// start begins a run that only tells what the test wants.
func start(t *testing.T, page *status.Page, name string) exec.Watch {
	t.Helper()
	return startOption(t, page.Watch(name))
}

func startOption(t *testing.T, o df.Option) exec.Watch {
	t.Helper()
	var c exec.Config
	o(&c)
	w, err := c.Watchers[0].Start(func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// nasty is a label that breaks what does not escape.
const nasty = `</script><img src=x onerror="alert(1)">'` + "`\\ \n&amp;\u2028"

// words is the plan of a job that sorts what it counts.
func words() *exec.Plan {
	site := func(line int) plan.Site { return plan.Site{File: "/src/words/main.go", Line: line} }
	return &exec.Plan{
		Operators: []exec.Operator{
			{Op: "lines", Detail: "books/*.txt", Site: site(20), Rows: "string", Order: "input", Role: exec.RoleSource, Inputs: []int{}, Takes: []int{}, Gives: 1},
			{Op: "flat map", Label: "words", Site: site(21), Rows: "string", Order: "input", Role: exec.RoleFused, Inputs: []int{0}, Takes: []int{1}, Gives: 1},
			{Op: "count by", Site: site(22), Rows: "KV[string,int64]", Order: "none", Role: exec.RoleBreaker, Memory: exec.MaySpill, Inputs: []int{1}, Takes: []int{1}, Gives: 2},
			{Op: "sort", Label: nasty, Site: site(23), Rows: "KV[string,int64]", Order: "sorted", Role: exec.RoleBreaker, Memory: exec.MaySpill, Inputs: []int{2}, Takes: []int{2}, Gives: 3},
			{Op: "write lines", Detail: "counts.txt", Site: site(24), Role: exec.RoleSink, Inputs: []int{3}, Takes: []int{3}},
		},
		Pipelines: []exec.Pipeline{
			{Operators: []int{0, 1, 2}, Origins: []int{0}, After: []int{}},
			{Operators: []int{2, 3}, Origins: []int{2}, After: []int{1}},
			{Operators: []int{3, 4}, Origins: []int{3}, After: []int{2}},
		},
	}
}

// progress is that of words after some seconds of two minutes.
func progress(seconds float64) exec.Progress {
	p := words()
	elapsed := time.Duration(seconds * float64(time.Second))
	share := seconds / 120
	n := int64(1e6 * seconds)
	out := exec.Progress{
		Plan: p, Started: time.Now().Add(-elapsed), Elapsed: elapsed, Workers: 2, Share: share, Left: 2*time.Minute - elapsed,
		Bytes: 40 * n, TotalBytes: 4_000_000_000, Memory: 20<<20 + n/4, MemoryPeak: 61 << 20, Budget: 64 << 20, Disk: 5 * n, DiskPeak: 6 * n, DiskLimit: 1 << 30,
		Pipelines: []exec.PipelineProgress{
			{State: exec.Running, Ended: elapsed, Share: min(1, 1.2*share), Left: 100*time.Second - elapsed, Rows: n, TotalRows: -1, Bytes: 40 * n, TotalBytes: 4_000_000_000, Busy: elapsed, Blocked: elapsed * 6 / 10, Idle: elapsed * 4 / 10},
			{State: exec.Waiting, Share: 0, Left: -1, TotalRows: -1, TotalBytes: -1},
			{State: exec.Waiting, Share: -1, Left: -1, TotalRows: -1, TotalBytes: -1},
		},
	}
	for i, o := range p.Operators {
		out.Operators = append(out.Operators, exec.OperatorProgress{Op: o.Op, Label: o.Label, Site: o.Site})
		if i < 3 {
			op := &out.Operators[i]
			op.RowsIn, op.RowsOut = n*int64(1+i*i*4), n*int64(5-2*i)
			op.Busy, op.Blocked = elapsed*time.Duration(i+1)/4, elapsed/20
		}
	}
	out.Operators[0].Bytes = out.Bytes
	out.Operators[2].Memory, out.Operators[2].MemoryPeak = 20<<20+n/4, 61<<20
	out.Operators[2].Spill = exec.Spill{Runs: n / 1e6, Bytes: 6 * n, Disk: 5 * n, Passes: 1, FanIn: 12}
	out.Operators[2].Skew = 3.4
	return out
}

// get asks a handler for a path, and returns its answer.
func get(t *testing.T, h http.Handler, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
