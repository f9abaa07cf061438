package trial

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/debug"
	"time"

	"anabranch.dev/bench/internal/digest"
)

// A Func does a task. Its answer is in the file that the task names, or told to the session.
type Func func(ctx context.Context, s *Session) error

// A Session is a task under way, in the process that does it.
type Session struct {
	Task
	result  Result
	out     io.Writer
	start   time.Time // of the measured phase, if the program has called Start
	before  usage     //
	heap    heap      //
	outside *usage    // of a program that was run, if Exec has done so
	stopped bool      //
	foreign bool      // the work is not done in Go
}

// heap is what has been allocated.
type heap struct{ count, bytes uint64 }

func allocated() heap {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return heap{m.Mallocs, m.TotalAlloc}
}

// Start says that all so far was preparation: the measured work begins now.
func (s *Session) Start() error {
	debug.FreeOSMemory()
	if err := resetPeak(); err != nil {
		return err
	}
	s.heap = allocated()
	u, err := usageNow()
	if err != nil {
		return err
	}
	s.before, s.start, s.result.Phase = u, time.Now(), true
	return nil
}

// Stop says that the measured work has ended. Without it, it ends when the [Func] returns.
func (s *Session) Stop() (err error) {
	if s.stopped {
		return nil
	}
	s.stopped = true
	if s.Output != "" {
		if err := sync(s.Output); err != nil {
			return err
		}
	}
	if s.result.Phase && s.outside == nil && s.result.Parts == nil {
		s.result.Wall = since(s.start)
	}
	if _, err := fmt.Fprintln(s.out, "done"); err != nil {
		return err
	}
	if s.outside != nil {
		s.result.User, s.result.System, s.result.Peak = s.outside.user, s.outside.system, s.outside.peak
		return nil
	}
	if now := allocated(); !s.foreign {
		s.result.Allocs, s.result.AllocBytes = now.count-s.heap.count, now.bytes-s.heap.bytes
	}
	u, err := usageNow()
	if err != nil {
		return err
	}
	s.result.User, s.result.System, s.result.Peak = u.user-s.before.user, u.system-s.before.system, u.peak
	return nil
}

// Exec runs a program that does the task, and is what is measured. What it prints is written to the file out, if there
// is one, and to its standard error what this process has.
func (s *Session) Exec(ctx context.Context, out string, env []string, name string, args ...string) (err error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	if out != "" {
		f, err := os.Create(out)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		cmd.Stdout = f
	}
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if s.Output != "" {
		if err := sync(s.Output); err != nil {
			return err
		}
	}
	s.result.Wall, s.result.Phase = since(start), true
	s.outside = &usage{user: cmd.ProcessState.UserTime().Seconds(), system: cmd.ProcessState.SystemTime().Seconds(), peak: peakOf(cmd.ProcessState)}
	return nil
}

// sync waits until a file is on the disk, as a file of WriteLines is.
func sync(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Foreign says that the work is not done in Go, so that allocations in its heap say nothing.
func (s *Session) Foreign() { s.foreign = true }

// Answer tells the checksum of an answer that is in memory.
func (s *Session) Answer(rows int64, digest string) {
	s.result.AnswerRows, s.result.Digest = rows, digest
}

// Input tells the size of the input.
func (s *Session) Input(rows, bytes int64) { s.result.Rows, s.result.Bytes = rows, bytes }

// Spilled tells what went to temporary files.
func (s *Session) Spilled(bytes int64) { s.result.Spilled += bytes }

// Parts tells how long the questions of a task took. Their sum is the time of the task: what lies between them is not
// measured.
func (s *Session) Parts(parts []Part) {
	s.result.Parts, s.result.Wall, s.result.Phase = parts, 0, true
	for _, p := range parts {
		s.result.Wall += p.Seconds
	}
}

// finish ends the work, if it has not been, and makes the checksum of an answer in a file.
func (s *Session) finish() error {
	if err := s.Stop(); err != nil {
		return err
	}
	if s.result.Digest == "" && s.Output != "" {
		rows, text, err := digest.Lines(s.Output, s.Ordered)
		if err != nil {
			return err
		}
		s.Answer(rows, text)
	}
	if s.result.Digest == "" {
		return errors.New("there is no answer")
	}
	return nil
}

// Serve does the task that in holds, as f says, and writes the result to out.
func Serve(ctx context.Context, in io.Reader, out io.Writer, find func(workload string) (Func, error)) error {
	s := &Session{out: out}
	if err := json.NewDecoder(in).Decode(&s.Task); err != nil {
		return fmt.Errorf("task: %w", err)
	}
	f, err := find(s.Workload)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(s.Workers)
	if err := f(ctx, s); err != nil {
		return err
	}
	if err := s.finish(); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(s.result)
}

// Main is the main function of a program that is a contender: with the argument "describe" it tells about itself, and
// with "run" it does a task. Memory that the task limits is the soft limit of the Go runtime.
func Main(c Contender, jobs map[string]Func) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := contend(ctx, c, jobs, os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", c.Name, err)
		stop()
		os.Exit(1)
	}
}

func contend(ctx context.Context, c Contender, jobs map[string]Func, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "describe":
		for name := range jobs {
			c.Workloads = append(c.Workloads, name)
		}
		return json.NewEncoder(os.Stdout).Encode(c)
	case len(args) == 1 && args[0] == "run":
		return Serve(ctx, os.Stdin, os.Stdout, func(name string) (Func, error) {
			f := jobs[name]
			if f == nil {
				return nil, fmt.Errorf("no job %q", name)
			}
			return func(ctx context.Context, s *Session) error {
				if s.Memory > 0 {
					debug.SetMemoryLimit(s.Memory)
				}
				return f(ctx, s)
			}, nil
		})
	}
	return errors.New(`it is started by "go run ./bench", with "describe" or "run"`)
}
