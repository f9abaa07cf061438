package spill

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"

	"anabranch.dev/internal/vfs"
)

// Temporary files have no name for as long as they are used: they are removed
// as soon as they are open, so that nothing is left of a process that is killed.
//
// Where an open file cannot be removed, as on Windows, they lie in a directory
// that also has a file named lock, which is open while the directory is in use.
// Who makes such a directory first sweeps away the others whose lock can be
// removed: their processes have ended.
const (
	tempPrefix = "anabranch-"
	tempSuffix = ".tmp"
	lockName   = "lock"
)

// tempDirName is what the names of directories are like: see tempName.
var tempDirName = regexp.MustCompile(`^` + tempPrefix + `[0-9]+-[0-9]+-[0-9a-f]{8}$`)

// tempDir makes temporary files.
type tempDir struct {
	fs   vfs.FS
	base string
	disk *Space
	mu   struct {
		sync.Mutex
		dir   string // with a lock; empty: none was needed so far
		lock  vfs.File
		files []*tempFile
	}
}

func newTempDir(c *Config, d *Space) *tempDir {
	t := &tempDir{fs: c.FS, base: c.TempDir, disk: d}
	if t.fs == nil {
		t.fs = vfs.OS
	}
	if t.base == "" {
		t.base = os.TempDir()
	}
	return t
}

// tempFile is a temporary file: one filler or one merge writes it, then many
// read it.
type tempFile struct {
	dir  *tempDir
	file vfs.File
	name string
	size int64 // as written so far

	named  bool         // it has its name still
	runs   atomic.Int32 // in it; the file is closed after the last
	closed atomic.Bool
}

var tempNumber atomic.Uint64

// tempName is a name that no other process has, most likely.
func tempName() string {
	return fmt.Sprintf("%s%d-%d-%08x", tempPrefix, os.Getpid(), tempNumber.Add(1), rand.Uint32())
}

// create makes an empty file.
func (t *tempDir) create() (*tempFile, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	dir := t.base
	if !t.fs.UnlinksOpen() {
		if err := t.lockedDir(); err != nil {
			return nil, err
		}
		dir = t.mu.dir
	}
	name := filepath.Join(dir, tempName()+tempSuffix)
	file, err := t.fs.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, tempError(err)
	}
	f := &tempFile{dir: t, file: file, name: name, named: true}
	f.runs.Store(1) // the writer's
	if t.fs.UnlinksOpen() {
		if err := t.fs.Remove(name); err != nil {
			return nil, errors.Join(err, file.Close(), t.fs.Remove(name))
		}
		f.named = false
	}
	t.mu.files = append(t.mu.files, f)
	return f, nil
}

// lockedDir makes the directory with the lock, unless there is one.
func (t *tempDir) lockedDir() error {
	if t.mu.dir != "" {
		return nil
	}
	t.sweep()
	const tries = 10 // another process may sweep the directory before it has its lock
	var err error
	for range tries {
		dir := filepath.Join(t.base, tempName())
		if err = t.fs.Mkdir(dir, 0o700); err != nil {
			return diskError(err)
		}
		t.mu.lock, err = t.fs.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			t.mu.dir = dir
			return nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return diskError(errors.Join(err, t.fs.Remove(dir)))
		}
	}
	return diskError(err)
}

// sweep removes the directories of processes that have ended. What cannot be
// removed is left for the next sweep.
func (t *tempDir) sweep() {
	entries, err := t.fs.ReadDir(t.base)
	if err != nil {
		return // making a directory will fail too, and says why
	}
	for _, e := range entries {
		if !e.IsDir() || !tempDirName.MatchString(e.Name()) {
			continue
		}
		dir := filepath.Join(t.base, e.Name())
		if err := t.fs.Remove(filepath.Join(dir, lockName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			continue // in use
		}
		files, err := t.fs.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, f := range files {
			if strings.HasSuffix(f.Name(), tempSuffix) {
				_ = t.fs.Remove(filepath.Join(dir, f.Name()))
			}
		}
		_ = t.fs.Remove(dir)
	}
}

// write appends b to the file.
func (f *tempFile) write(b []byte) error {
	if err := f.dir.disk.take(int64(len(b))); err != nil {
		return err
	}
	n, err := f.file.WriteAt(b, f.size)
	f.size += int64(n)
	f.dir.disk.give(int64(len(b) - n))
	return diskError(err)
}

// release ends the use of the file by one run, or by its writer, and closes it
// after the last.
func (f *tempFile) release() error {
	if f.runs.Add(-1) > 0 {
		return nil
	}
	if f.closed.Swap(true) {
		return nil
	}
	f.dir.disk.give(f.size)
	err := f.file.Close()
	if f.named {
		err = errors.Join(err, f.dir.fs.Remove(f.name))
	}
	return err
}

// close closes and removes everything, whoever uses it.
func (t *tempDir) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var errs []error
	for _, f := range t.mu.files {
		f.runs.Store(1)
		errs = append(errs, f.release())
	}
	t.mu.files = nil
	if t.mu.lock != nil {
		errs = append(errs, t.mu.lock.Close())
		for _, name := range []string{filepath.Join(t.mu.dir, lockName), t.mu.dir} {
			if err := t.fs.Remove(name); !errors.Is(err, fs.ErrNotExist) { // swept, as the lock is open no more
				errs = append(errs, err)
			}
		}
		t.mu.lock, t.mu.dir = nil, ""
	}
	return errors.Join(errs...)
}
