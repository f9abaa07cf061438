package exec

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
)

type rowCount = atomic.Int64

// output is a file that is being written. It has a temporary name, beside the
// one that it will have, until the run has succeeded: a run that fails leaves
// what was there untouched.
type output struct {
	path   string   // as the user gave it
	target string   // the file that the path leads to
	file   *os.File // nil once closed
	temp   string   // its temporary name; empty when written in place
	n      int64    // bytes
}

// createOutput opens the temporary file, so that a directory that is missing or
// may not be written to shows before the work is done. What is not an ordinary
// file, a pipe or a device, is written in place.
func createOutput(r *Run, path string) (*output, error) {
	o := &output{path: path, target: path}
	if path == Stdin {
		o.file = os.Stdout
		return o, nil
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		o.target = real
	}
	info, err := os.Stat(o.target)
	mode := os.FileMode(0o666)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("write %s: is a directory", path)
	case err == nil && !info.Mode().IsRegular():
		o.file, err = os.OpenFile(o.target, os.O_WRONLY, 0)
		return o, err
	case err == nil:
		mode = info.Mode().Perm()
	}
	dir, base := filepath.Split(o.target)
	for i := 0; ; i++ {
		name := filepath.Join(dir, fmt.Sprintf(".%s.%d-%d.tmp", base, os.Getpid(), i))
		o.file, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if os.IsExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		o.temp = name
		return o, nil
	}
}

func (o *output) write(b []byte) error {
	n, err := o.file.Write(b)
	o.n += int64(n)
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
	if err := os.Rename(o.temp, o.target); err != nil {
		return err
	}
	o.temp = ""
	return syncDir(filepath.Dir(o.target))
}

// syncDir makes a rename durable, where the system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil // the rename has happened; a directory need not be readable
	}
	_ = d.Sync() // not every file system can
	return d.Close()
}

// close removes what is left of a run that did not succeed.
func (o *output) close() error {
	var err error
	if o.file != nil && o.path != Stdin {
		err = o.file.Close()
	}
	if o.temp != "" {
		if e := os.Remove(o.temp); err == nil {
			err = e
		}
	}
	return err
}
