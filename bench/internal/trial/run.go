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

// ErrLimit is why a run has no result that took longer than it may.
var ErrLimit = errors.New("over the time limit")

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

// Run has a process do a task, and returns its result. A run that takes longer than limit is ended, with everything that
// it started, and the error is [ErrLimit].
func Run(ctx context.Context, command []string, task Task, limit time.Duration) (Result, error) {
	in, err := json.Marshal(task)
	if err != nil {
		return Result{}, err
	}
	limited, cancel := context.WithTimeoutCause(ctx, limit, ErrLimit)
	defer cancel()
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
	result, readErr := read(out, start)
	waitErr := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return Result{}, context.Cause(ctx)
	case limited.Err() != nil:
		return Result{}, ErrLimit
	case waitErr != nil:
		return Result{}, fmt.Errorf("%w: %s", waitErr, lastLines(errs.String()))
	case readErr != nil:
		return Result{}, fmt.Errorf("%s: %w", command[0], readErr)
	}
	return result, nil
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
