package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"
)

const (
	// endGrace is how long a process has to end when its input and output have.
	endGrace = 500 * time.Millisecond

	// holdGrace is how long others may hold its standard error open after that.
	holdGrace = 500 * time.Millisecond
)

// A processConn is a process, and both ends of its pipes.
type processConn struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out io.ReadCloser

	once sync.Once
	err  error
}

// start starts a command in a session or process group of its own, so that keys
// typed at a terminal go to the driver alone.
func start(ctx context.Context, cmd *exec.Cmd, apart func(*exec.Cmd), stderr io.Writer) (*processConn, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if err := checkMain(); err != nil {
		return nil, err
	}
	cmd.Stderr = stderr
	cmd.WaitDelay = holdGrace
	apart(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	widen(in, out)
	return &processConn{cmd: cmd, in: in, out: out}, nil
}

func (c *processConn) Read(p []byte) (int, error)  { return c.out.Read(p) }
func (c *processConn) Write(p []byte) (int, error) { return c.in.Write(p) }

// Close closes the pipes, waits a little for the process to see that, and then
// kills it and its group.
func (c *processConn) Close() error {
	c.once.Do(func() {
		_ = c.in.Close()
		_ = c.out.Close()
		killed := make(chan struct{})
		timer := time.AfterFunc(endGrace, func() {
			kill(c.cmd)
			close(killed)
		})
		err := c.cmd.Wait()
		if timer.Stop() {
			c.err = ended(err)
		} else {
			<-killed
		}
	})
	return c.err
}

// ended returns what is to be said about how a process has ended.
func ended(err error) error {
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return fmt.Errorf("the process ended: %w", err)
	case errors.Is(err, exec.ErrWaitDelay):
		return nil
	}
	return err
}
