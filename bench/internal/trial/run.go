package trial

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// Limits are what a run may take. Zero is no limit.
type Limits struct {
	Time   time.Duration
	Memory int64 // bytes that the process has resident
}

// Why a run has no result that took more than it may.
var (
	ErrTime   = errors.New("over the limit of time")
	ErrMemory = errors.New("over the limit of memory")
)

// watchEvery is how often the memory of a process is looked at.
const watchEvery = 50 * time.Millisecond

// Describe asks a program what it is.
func Describe(ctx context.Context, command ...string) (c Contender, err error) {
	cmd := exec.CommandContext(ctx, command[0], append(command[1:], "describe")...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return c, fmt.Errorf("%w: %s", err, lastLines(errs.String()))
	}
	if err := json.Unmarshal(out, &c); err != nil {
		return c, err
	}
	c.Command = append(append([]string(nil), command...), "run")
	return c, nil
}

// Run has a process do a task, and returns its result. A run that takes more than it may is ended, with everything that
// it started, and the error is [ErrTime] or [ErrMemory]. The limit of memory is there to keep the machine alive: that of
// the task is what the program is told.
func Run(ctx context.Context, command []string, task Task, limits Limits) (Result, error) {
	in, err := json.Marshal(task)
	if err != nil {
		return Result{}, err
	}
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if limits.Time > 0 {
		defer time.AfterFunc(limits.Time, func() { cancel(ErrTime) }).Stop()
	}
	cmd := exec.CommandContext(limited, command[0], command[1:]...)
	cmd.Stdin = bytes.NewReader(in)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	cmd.WaitDelay = 5 * time.Second
	asGroup(cmd)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return Result{}, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return Result{}, err
	}
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		watchMemory(limited, cmd.Process.Pid, limits.Memory, cancel)
	}()
	result, readErr := read(out, start)
	waitErr := cmd.Wait()
	cause := context.Cause(limited)
	cancel(nil)
	<-watched
	switch {
	case ctx.Err() != nil:
		return Result{}, context.Cause(ctx)
	case cause != nil && waitErr != nil:
		return Result{}, cause
	case waitErr != nil:
		return Result{}, fmt.Errorf("%w: %s", waitErr, lastLines(errs.String()))
	case readErr != nil:
		return Result{}, fmt.Errorf("%s: %w", command[0], readErr)
	}
	return result, nil
}

// watchMemory ends a run whose process has more memory resident than it may, until ctx is done.
func watchMemory(ctx context.Context, pid int, limit int64, end context.CancelCauseFunc) {
	if limit <= 0 {
		return
	}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if resident(pid) > limit {
				end(ErrMemory)
				return
			}
		}
	}
}

// read reads what a process says.
func read(r io.Reader, start time.Time) (result Result, err error) {
	b := bufio.NewReader(r)
	for {
		line, err := b.ReadString('\n')
		if err != nil {
			return result, errors.New("it told no result")
		}
		if line == "done\n" {
			break
		}
	}
	wall := since(start)
	if err := json.NewDecoder(b).Decode(&result); err != nil {
		return result, fmt.Errorf("its result: %w", err)
	}
	if !result.Phase {
		result.Wall = wall
	}
	_, err = io.Copy(io.Discard, b)
	return result, err
}

// lastLines is the end of what a program said.
func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	text = strings.Join(lines[max(0, len(lines)-3):], "; ")
	return text[max(0, len(text)-400):]
}
