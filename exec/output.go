package exec

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"anabranch.dev/internal/vfs"
)

type rowCount = atomic.Int64

// output is a file that is being written. It has a temporary name, beside the
// one that it will have, until the run has succeeded: a run that fails leaves
// what was there untouched.
type output struct {
	path   string // as the user gave it
	target string // the file that the path leads to
	fs     vfs.FS
	file   outFile // nil once closed
	temp   string  // its temporary name; empty when written in place
	n      int64   // bytes
	sent   int64   // of them, to the disk
}

// outFile is what an output needs of an open file.
type outFile interface {
	io.WriteCloser
	Sync() error
	Chmod(fs.FileMode) error
}

// sendBytes is how much is written before the disk is told to begin with it, so
// that little is left to do when the bytes are made durable.
const sendBytes = 8 << 20

// writes is the file that the node writes, and nobody else in the run may; it
// is empty for the device that drops everything.
func (o *output) writes() string {
	if o.target == os.DevNull {
		return ""
	}
	return o.target
}

// createOutput opens the temporary file, so that a directory that is missing or
// may not be written to shows before the work is done. What is not an ordinary
// file, a pipe or a device, is written in place.
func createOutput(r *Run, path string) (*output, error) {
	if path == Stdin {
		return &output{path: path, target: path, fs: r.fs, file: os.Stdout}, nil
	}
	target, err := followLinks(path)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	o := &output{path: path, target: target, fs: r.fs}
	r.claim(o.writes())
	info, err := o.fs.Stat(target)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("write %s: is a directory", path)
	case err == nil && info.Mode().IsRegular():
		if err = o.createTemp(info.Mode().Perm()); err == nil {
			err = o.file.Chmod(info.Mode().Perm()) // not cut down by the umask
		}
	case err == nil:
		var file *os.File
		if file, err = openPipe(r.ctx, target, os.O_WRONLY, info.Mode()); err == nil {
			o.file = file
			r.onAbort(func() { _ = file.SetWriteDeadline(time.Unix(1, 0)) }) // where writes may wait
		}
	case errors.Is(err, fs.ErrNotExist):
		err = o.createTemp(0o666)
	}
	if err != nil {
		_ = o.close() // what went wrong before says more
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	return o, nil
}

// followLinks returns the absolute path of the file that path leads to, which
// need not exist.
func followLinks(path string) (string, error) {
	const most = 40 // as many as Linux follows
	for range most {
		dir, err := filepath.EvalSymlinks(filepath.Dir(path))
		if errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("its directory must exist: %w", err)
		}
		if err != nil {
			return "", err
		}
		at := filepath.Join(dir, filepath.Base(path))
		to, err := os.Readlink(at)
		if err != nil { // no link
			return filepath.Abs(at)
		}
		if path = to; !filepath.IsAbs(to) {
			path = filepath.Join(dir, to)
		}
	}
	return "", errors.New("too many symbolic links")
}

// createTemp makes a new file beside the target.
func (o *output) createTemp(mode fs.FileMode) error {
	dir, base := filepath.Split(o.target)
	base = base[:min(len(base), 200)] // names have 255 bytes at most
	for i := 0; ; i++ {
		name := filepath.Join(dir, fmt.Sprintf(".%s.%d-%d.tmp", base, os.Getpid(), i))
		file, err := o.fs.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		o.file, o.temp = file, name
		return nil
	}
}

func (o *output) write(b []byte) error {
	n, err := o.file.Write(b)
	o.n += int64(n)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errAborted
	}
	if f, ok := o.file.(vfs.File); ok && o.n-o.sent >= sendBytes {
		f.Flush(o.sent, o.n-o.sent)
		o.sent = o.n
	}
	return err
}

// finish makes the bytes durable.
func (o *output) finish() error {
	f := o.file
	if o.path == Stdin {
		o.file = nil
		return nil
	}
	if o.temp != "" {
		if err := f.Sync(); err != nil {
			return err
		}
	}
	o.file = nil
	return f.Close()
}

// publish gives the file its name.
func (o *output) publish() error {
	if o.temp == "" {
		return nil
	}
	if err := o.fs.Rename(o.temp, o.target); err != nil {
		return err
	}
	o.temp = ""
	return o.fs.SyncDir(filepath.Dir(o.target))
}

// close removes what is left of a run that did not succeed.
func (o *output) close() error {
	var err error
	if o.file != nil && o.path != Stdin {
		err = o.file.Close()
	}
	if o.temp != "" {
		if e := o.fs.Remove(o.temp); err == nil {
			err = e
		}
	}
	return err
}
