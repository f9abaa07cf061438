package vfs

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"math"
	"path"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// node is a file or a directory of a Mem. The lock of the Mem guards it.
type node struct {
	entries map[string]*node // nil: a file
	data    []byte
	mode    fs.FileMode
	changed time.Time
	opens   int  // handles
	removed bool // it has no name any more
}

func newFile(perm fs.FileMode) *node {
	return &node{mode: perm.Perm(), changed: time.Now()}
}

func newDir(perm fs.FileMode) *node {
	return &node{mode: perm.Perm() | fs.ModeDir, changed: time.Now(), entries: map[string]*node{}}
}

func (n *node) isDir() bool { return n.mode.IsDir() }

func (n *node) touch() { n.changed = time.Now() }

func (n *node) add(name string, child *node) {
	n.entries[name] = child
	n.touch()
}

func (n *node) drop(name string) {
	delete(n.entries, name)
	n.touch()
}

// walk calls f for all below n, in no order.
func (n *node) walk(at string, f func(string, *node)) {
	for name, child := range n.entries {
		name = path.Join(at, name)
		f(name, child)
		child.walk(name, f)
	}
}

// holds says whether other is n or below it.
func (n *node) holds(other *node) bool {
	found := n == other
	n.walk("", func(_ string, child *node) { found = found || child == other })
	return found
}

// inUse says whether n, or anything below it, is open.
func (n *node) inUse() bool {
	open := n.opens > 0
	n.walk("", func(_ string, child *node) { open = open || child.opens > 0 })
	return open
}

func (n *node) list() []fs.DirEntry {
	list := make([]fs.DirEntry, 0, len(n.entries))
	for name, child := range n.entries {
		list = append(list, fs.FileInfoToDirEntry(child.info(name)))
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return list
}

func (n *node) info(name string) memInfo {
	return memInfo{name, int64(len(n.data)), n.mode, n.changed}
}

// memInfo is what a file was when it was asked.
type memInfo struct {
	name    string
	size    int64
	mode    fs.FileMode
	changed time.Time
}

func (i memInfo) Name() string       { return i.name }
func (i memInfo) Size() int64        { return i.size }
func (i memInfo) Mode() fs.FileMode  { return i.mode }
func (i memInfo) ModTime() time.Time { return i.changed }
func (i memInfo) IsDir() bool        { return i.mode.IsDir() }
func (i memInfo) Sys() any           { return nil }

// memFile is a handle of a node. The lock of the Mem guards what changes.
type memFile struct {
	mem      *Mem
	node     *node
	name     string // as it was given to OpenFile
	readable bool
	writable bool
	atEnd    bool // every write appends
	pos      int64
	closed   bool
}

func (f *memFile) Name() string { return f.name }

func (f *memFile) Read(b []byte) (int, error) {
	f.mem.mu.Lock()
	defer f.mem.mu.Unlock()
	if err := f.checkLocked("read", f.readable); err != nil || len(b) == 0 {
		return 0, err
	}
	n := f.copyLocked(b, f.pos)
	f.pos += int64(n)
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (f *memFile) ReadAt(b []byte, off int64) (int, error) {
	f.mem.mu.Lock()
	defer f.mem.mu.Unlock()
	if off < 0 {
		return 0, f.failed("readat", errors.New("negative offset"))
	}
	if err := f.checkLocked("read", f.readable); err != nil {
		return 0, err
	}
	n := f.copyLocked(b, off)
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) copyLocked(b []byte, off int64) int {
	return copy(b, f.node.data[min(off, int64(len(f.node.data))):])
}

func (f *memFile) Write(b []byte) (int, error) {
	f.mem.mu.Lock()
	defer f.mem.mu.Unlock()
	if err := f.checkLocked("write", f.writable); err != nil {
		return 0, err
	}
	if f.atEnd {
		f.pos = int64(len(f.node.data))
	}
	n, err := f.writeLocked(b, f.pos)
	f.pos += int64(n)
	return n, err
}

func (f *memFile) WriteAt(b []byte, off int64) (int, error) {
	f.mem.mu.Lock()
	defer f.mem.mu.Unlock()
	switch {
	case f.atEnd:
		return 0, errors.New("vfs: WriteAt on a file opened with O_APPEND") // package os fails too
	case off < 0:
		return 0, f.failed("writeat", errors.New("negative offset"))
	}
	if err := f.checkLocked("write", f.writable); err != nil {
		return 0, err
	}
	return f.writeLocked(b, off)
}

// writeLocked stores what there is room for. Bytes between the end of the file and off become zero, and count.
func (f *memFile) writeLocked(b []byte, off int64) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if off > math.MaxInt64-int64(len(b)) {
		return 0, f.failed("write", syscall.EFBIG)
	}
	size := int64(len(f.node.data))
	var err error
	if room := f.mem.capacity - f.mem.mu.used; off+int64(len(b))-size > room {
		err = f.failed("write", syscall.ENOSPC)
		b = b[:max(0, size+room-off)]
	}
	if len(b) == 0 {
		return 0, err
	}
	if more := off + int64(len(b)) - size; more > 0 {
		f.node.data = append(f.node.data, make([]byte, more)...)
		f.mem.mu.used += more
	}
	f.node.touch()
	return copy(f.node.data[off:], b), err
}

func (f *memFile) Stat() (fs.FileInfo, error) {
	f.mem.mu.Lock()
	defer f.mem.mu.Unlock()
	if f.closed {
		return nil, f.failed("stat", fs.ErrClosed)
	}
	return f.node.info(filepath.Base(f.name)), nil
}

func (f *memFile) Sync() error {
	f.mem.mu.Lock()
	defer f.mem.mu.Unlock()
	if f.closed {
		return f.failed("sync", fs.ErrClosed)
	}
	return nil
}

func (f *memFile) Chmod(mode fs.FileMode) error {
	f.mem.mu.Lock()
	defer f.mem.mu.Unlock()
	if f.closed {
		return f.failed("chmod", fs.ErrClosed)
	}
	f.node.mode = f.node.mode.Type() | mode.Perm()
	return nil
}

func (f *memFile) Close() error {
	f.mem.mu.Lock()
	defer f.mem.mu.Unlock()
	if f.closed {
		return f.failed("close", fs.ErrClosed)
	}
	f.closed = true
	f.node.opens--
	f.mem.mu.open--
	f.mem.freeLocked(f.node)
	return nil
}

func (f *memFile) Prefetch(off, n int64) {}

func (f *memFile) Flush(off, n int64) {}

// checkLocked returns why the file cannot be read or written, where allowed is what it was opened for.
func (f *memFile) checkLocked(op string, allowed bool) error {
	switch {
	case f.closed:
		return f.failed(op, fs.ErrClosed)
	case !allowed:
		return f.failed(op, syscall.EBADF)
	case f.node.isDir():
		return f.failed(op, syscall.EISDIR)
	}
	return nil
}

func (f *memFile) failed(op string, err error) error {
	return &fs.PathError{Op: op, Path: f.name, Err: err}
}
