package exec

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// openStdin opens standard input to be read from end to end. Where it is a pipe
// or a terminal, a read that waits ends when ctx does.
func openStdin(ctx context.Context) (io.ReadCloser, error) {
	info, err := os.Stdin.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode()&(os.ModeNamedPipe|os.ModeCharDevice) != 0 {
		// Opened anew, the same pipe can be waited for with a deadline.
		if f, err := os.Open("/dev/stdin"); err == nil {
			return interruptible(ctx, f), nil
		}
	}
	return io.NopCloser(os.Stdin), nil
}

// openPipe opens a file that is there. Opening a named pipe waits for its other
// end, at most until ctx ends.
func openPipe(ctx context.Context, path string, flag int, mode fs.FileMode) (*os.File, error) {
	if mode&os.ModeNamedPipe == 0 {
		return os.OpenFile(path, flag, 0)
	}
	opened, woken := make(chan struct{}), make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(woken)
		// Opening both ends at once does not wait, and lets go on who waits for
		// either.
		if f, err := os.OpenFile(path, os.O_RDWR, 0); err == nil {
			<-opened
			_ = f.Close()
		}
	})
	f, err := os.OpenFile(path, flag, 0)
	close(opened)
	if !stop() {
		<-woken
		if err == nil {
			_ = f.Close()
		}
		return nil, context.Cause(ctx)
	}
	return f, err
}

// interrupted is a file whose reads end when a context does.
type interrupted struct {
	*os.File
	ctx  context.Context
	stop func() bool
}

// interruptible makes reads of f end when ctx does, as far as its kind allows:
// pipes, terminals and sockets do, ordinary files do not make one wait.
func interruptible(ctx context.Context, f *os.File) io.ReadCloser {
	stop := context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(time.Unix(1, 0)) })
	return &interrupted{f, ctx, stop}
}

func (f *interrupted) Read(b []byte) (int, error) {
	n, err := f.File.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) && f.ctx.Err() != nil {
		err = context.Cause(f.ctx)
	}
	return n, err
}

func (f *interrupted) Close() error {
	f.stop()
	return f.File.Close()
}
