package trial

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"anabranch.dev/bench/internal/digest"
)

// TestMain has this program be a contender, too, when it is started as one.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && (os.Args[1] == "run" || os.Args[1] == "describe") {
		Main(Contender{Name: "kit", Version: "1"}, jobs)
		return
	}
	os.Exit(m.Run())
}

var kept []byte // memory that a job has

var jobs = map[string]Func{
	"file": func(_ context.Context, s *Session) error {
		s.Input(7, 70)
		s.Spilled(3)
		s.Spilled(4)
		return os.WriteFile(s.Output, []byte("b\na\n"), 0o666)
	},
	"phase": func(_ context.Context, s *Session) error {
		time.Sleep(200 * time.Millisecond)
		if err := s.Start(); err != nil {
			return err
		}
		for start := time.Now(); time.Since(start) < 50*time.Millisecond; {
		}
		kept = make([]byte, 1000)
		if err := s.Stop(); err != nil {
			return err
		}
		time.Sleep(200 * time.Millisecond)
		s.Answer(1, "one")
		return nil
	},
	"parts": func(_ context.Context, s *Session) error {
		s.Parts([]Part{{"q1", 1}, {"q2", 2}})
		s.Answer(1, "one")
		return nil
	},
	"outside": func(ctx context.Context, s *Session) error {
		return s.Exec(ctx, s.Output, []string{"WORD=hello"}, "sh", "-c", "echo $WORD; sleep 0.1")
	},
	"memory": func(_ context.Context, s *Session) error {
		kept = make([]byte, s.Rows)
		for i := range kept {
			kept[i] = 1
		}
		if s.Distinct > 0 {
			time.Sleep(time.Minute)
		}
		s.Answer(int64(len(kept)), "kept")
		return nil
	},
	"forever": func(context.Context, *Session) error { time.Sleep(time.Minute); return nil },
	"failing": func(context.Context, *Session) error { return errors.New("there is\na reason") },
	"silent":  func(context.Context, *Session) error { return nil },
	"grandchild": func(ctx context.Context, s *Session) error {
		return s.Exec(ctx, "", nil, "sh", "-c", "sleep 60 & echo $! > "+filepath.Join(s.TempDir, "pid")+"; wait")
	},
}

func do(t *testing.T, task Task, limits Limits) (Result, error) {
	t.Helper()
	t.Setenv("GORACE", "atexit_sleep_ms=0") // built with -race, the process would wait for a second
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	task.Workers = 1
	return Run(t.Context(), []string{self, "run"}, task, limits)
}

func mustDo(t *testing.T, task Task) Result {
	t.Helper()
	r, err := do(t, task, Limits{Time: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWholeProcess(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	for _, ordered := range []bool{false, true} {
		r := mustDo(t, Task{Workload: "file", Output: out, Ordered: ordered})
		_, want, err := digest.Lines(out, ordered)
		if err != nil {
			t.Fatal(err)
		}
		if r.Digest != want || r.AnswerRows != 2 || r.Rows != 7 || r.Bytes != 70 || r.Spilled != 7 || r.Phase || r.Wall <= 0 || r.Allocs == 0 {
			t.Errorf("ordered %t: %+v, want the digest %s", ordered, r, want)
		}
	}
}

func TestPhase(t *testing.T) {
	start := time.Now()
	r := mustDo(t, Task{Workload: "phase"})
	// It slept for 200 ms before and after.
	if r.Wall < 0.05 || r.Wall > since(start)-0.4 || !r.Phase || r.AllocBytes < 1000 || r.AllocBytes > 1<<20 {
		t.Errorf("%+v, of which 50 ms were to be measured", r)
	}
	if runtime.GOOS == "linux" && r.CPU() <= 0 {
		t.Errorf("%v s of processor time, not about 50 ms", r.CPU())
	}
	if r := mustDo(t, Task{Workload: "parts"}); r.Wall != 3 || len(r.Parts) != 2 {
		t.Errorf("parts of 3 seconds: %+v", r)
	}
}

func TestProgramOutside(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	r := mustDo(t, Task{Workload: "outside", Output: out})
	_, want, _ := digest.LinesOf(strings.NewReader("hello\n"), false)
	if r.Digest != want || r.Wall < 0.1 || r.Allocs != 0 {
		t.Errorf("%+v", r)
	}
	if runtime.GOOS == "linux" && (r.Peak == 0 || r.Peak > 64<<20) {
		t.Errorf("a peak of %d bytes", r.Peak)
	}
}

// TestPeakIsTheChildsOwn: this process is larger than the one it starts.
func TestPeakIsTheChildsOwn(t *testing.T) {
	if runtime.GOOS != "linux" || testing.Short() {
		t.Skip("peaks are not known here, or the race detector adds to them")
	}
	large := make([]byte, 200<<20)
	for i := 0; i < len(large); i += 4096 {
		large[i] = 1
	}
	const asked = 40 << 20
	r := mustDo(t, Task{Workload: "memory", Rows: asked})
	if r.Peak < asked || r.Peak > asked+40<<20 {
		t.Errorf("a peak of %d MiB for one of 40", r.Peak>>20)
	}
	runtime.KeepAlive(large)
}

func TestLimits(t *testing.T) {
	if _, err := do(t, Task{Workload: "forever"}, Limits{Time: 100 * time.Millisecond}); !errors.Is(err, ErrTime) {
		t.Errorf("a run without end: %v", err)
	}
	if runtime.GOOS == "linux" {
		_, err := do(t, Task{Workload: "memory", Rows: 150 << 20, Distinct: 1}, Limits{Time: 20 * time.Second, Memory: 80 << 20})
		if !errors.Is(err, ErrMemory) {
			t.Errorf("a run of 150 MiB in 80: %v", err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	time.AfterFunc(100*time.Millisecond, func() { cancel(stop) })
	self, _ := os.Executable()
	if _, err := Run(ctx, []string{self, "run"}, Task{Workload: "forever", Workers: 1}, Limits{}); !errors.Is(err, stop) {
		t.Errorf("a run that was to stop: %v", err)
	}
}

// TestGrandchildrenEnd: what a program has started ends with it.
func TestGrandchildrenEnd(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("looks at /proc")
	}
	dir := t.TempDir()
	if _, err := do(t, Task{Workload: "grandchild", TempDir: dir}, Limits{Time: 500 * time.Millisecond}); !errors.Is(err, ErrTime) {
		t.Fatal(err)
	}
	pid, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	status := fmt.Sprintf("/proc/%s/status", strings.TrimSpace(string(pid)))
	for range 100 {
		text, err := os.ReadFile(status)
		if err != nil || strings.Contains(string(text), "State:\tZ") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("a process of the run is left")
}

func TestFailures(t *testing.T) {
	for name, want := range map[string]string{
		"failing": "exit status 1: kit: there is; a reason",
		"silent":  "there is no answer",
		"unknown": `no job "unknown"`,
	} {
		if _, err := do(t, Task{Workload: name}, Limits{Time: 20 * time.Second}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	if _, err := Run(t.Context(), []string{"./missing"}, Task{}, Limits{}); err == nil {
		t.Error("a missing program runs")
	}
	if _, err := exec.LookPath("true"); err == nil {
		if _, err := Run(t.Context(), []string{"true"}, Task{}, Limits{}); err == nil || !strings.Contains(err.Error(), "told no result") {
			t.Errorf("a program that says nothing: %v", err)
		}
	}
}

func TestDescribe(t *testing.T) {
	self, _ := os.Executable()
	c, err := Describe(t.Context(), self)
	if err != nil || c.Name != "kit" || len(c.Workloads) != len(jobs) || len(c.Command) != 2 || c.Command[1] != "run" {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := json.Marshal(c); err != nil {
		t.Error(err)
	}
}
