package vfs

import (
	"bytes"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// Mem is a file system in memory. Its root, which is both "/" and ".", is there from the start; other directories are
// made with Mkdir. Permissions are kept and not obeyed.
type Mem struct {
	capacity int64 // bytes
	windows  bool  // open files cannot be removed or renamed

	mu struct {
		sync.Mutex // also guards the nodes and the handles
		root       *node
		used       int64 // bytes of files that have a name or are open
		open       int   // handles
	}
}

// MemOption changes what NewMem makes.
type MemOption func(*Mem)

// Capacity limits the bytes in all files. A write beyond it stores what fits and fails with ENOSPC.
func Capacity(bytes int64) MemOption {
	if bytes < 0 {
		panic("vfs: negative capacity")
	}
	return func(m *Mem) { m.capacity = bytes }
}

// LikeWindows makes an open file stay where it is: to remove it, to rename it or to rename another over it fails with
// EBUSY.
func LikeWindows() MemOption {
	return func(m *Mem) { m.windows = true }
}

// NewMem returns an empty file system, without a limit and as on Unix unless options say otherwise.
func NewMem(options ...MemOption) *Mem {
	m := &Mem{capacity: math.MaxInt64}
	m.mu.root = newDir(0o777)
	for _, o := range options {
		o(m)
	}
	return m
}

// Files returns a copy of every file, by its path from the root with slashes: "tmp/x".
func (m *Mem) Files() map[string][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	files := map[string][]byte{}
	m.mu.root.walk("", func(name string, n *node) {
		if !n.isDir() {
			files[name] = bytes.Clone(n.data)
		}
	})
	return files
}

// Names returns the sorted paths of all files, and of all directories with a slash at the end.
func (m *Mem) Names() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	m.mu.root.walk("", func(name string, n *node) {
		if n.isDir() {
			name += "/"
		}
		names = append(names, name)
	})
	slices.Sort(names)
	return names
}

// Open returns the number of open handles.
func (m *Mem) Open() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mu.open
}

// Used returns the bytes in all files, those among them that are removed and still open.
func (m *Mem) Used() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mu.used
}

// OpenFile opens a file as os.OpenFile does. A directory can be opened for reading; reading it then fails.
func (m *Mem) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.openLocked(name, flag, perm)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	if flag&os.O_TRUNC != 0 {
		m.mu.used -= int64(len(n.data))
		n.data = nil
		n.touch()
	}
	n.opens++
	m.mu.open++
	access := flag & (os.O_RDONLY | os.O_WRONLY | os.O_RDWR)
	f := &memFile{mem: m, node: n, name: name}
	f.readable = access != os.O_WRONLY
	f.writable = access != os.O_RDONLY
	f.atEnd = flag&os.O_APPEND != 0
	return f, nil
}

func (m *Mem) openLocked(name string, flag int, perm fs.FileMode) (*node, error) {
	parent, base, n, err := m.findLocked(name)
	switch {
	case err != nil:
		return nil, err
	case n == nil && flag&os.O_CREATE == 0:
		return nil, syscall.ENOENT
	case n == nil:
		n = newFile(perm)
		parent.add(base, n)
	case flag&os.O_CREATE != 0 && flag&os.O_EXCL != 0:
		return nil, syscall.EEXIST
	case n.isDir() && flag&(os.O_WRONLY|os.O_RDWR|os.O_CREATE|os.O_TRUNC) != 0:
		return nil, syscall.EISDIR
	}
	return n, nil
}

// Remove removes a file or an empty directory.
func (m *Mem) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	parent, base, n, err := m.findLocked(name)
	switch {
	case err != nil:
	case n == nil:
		err = syscall.ENOENT
	case parent == nil || m.windows && n.inUse():
		err = syscall.EBUSY
	case len(n.entries) > 0:
		err = syscall.ENOTEMPTY
	default:
		m.unlinkLocked(parent, base)
		return nil
	}
	return &fs.PathError{Op: "remove", Path: name, Err: err}
}

// Rename gives a file or a directory another name.
func (m *Mem) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.renameLocked(from, to); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}

func (m *Mem) renameLocked(from, to string) error {
	oldParent, oldBase, n, err := m.findLocked(from)
	if err != nil {
		return err
	}
	parent, base, replaced, err := m.findLocked(to)
	switch {
	case err != nil:
		return err
	case n == nil:
		return syscall.ENOENT
	case replaced != nil && replaced.isDir():
		return syscall.EEXIST // as package os has it, whatever n is
	case oldParent == nil || n.holds(parent):
		return syscall.EINVAL
	case replaced == n:
		return nil
	case replaced != nil && n.isDir():
		return syscall.ENOTDIR
	case m.windows && (n.inUse() || replaced != nil && replaced.inUse()):
		return syscall.EBUSY
	}
	if replaced != nil {
		m.unlinkLocked(parent, base)
	}
	oldParent.drop(oldBase)
	parent.add(base, n)
	return nil
}

// unlinkLocked takes an entry out of its directory, and frees its bytes unless it is open.
func (m *Mem) unlinkLocked(parent *node, base string) {
	n := parent.entries[base]
	parent.drop(base)
	n.removed = true
	m.freeLocked(n)
}

// freeLocked gives back the bytes of a node without a name and without handles.
func (m *Mem) freeLocked(n *node) {
	if n.removed && n.opens == 0 {
		m.mu.used -= int64(len(n.data))
		n.data = nil
	}
}

// Mkdir makes a directory in one that exists.
func (m *Mem) Mkdir(name string, perm fs.FileMode) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	parent, base, n, err := m.findLocked(name)
	switch {
	case err != nil:
	case n != nil:
		err = syscall.EEXIST
	default:
		parent.add(base, newDir(perm))
		return nil
	}
	return &fs.PathError{Op: "mkdir", Path: name, Err: err}
}

// ReadDir returns the entries of a directory, sorted by name.
func (m *Mem) ReadDir(name string) ([]fs.DirEntry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _, n, err := m.findLocked(name)
	switch {
	case err != nil:
	case n == nil:
		err = syscall.ENOENT
	case !n.isDir():
		err = syscall.ENOTDIR
	default:
		return n.list(), nil
	}
	return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
}

// Stat describes a file or a directory as it is now.
func (m *Mem) Stat(name string) (fs.FileInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _, n, err := m.findLocked(name)
	if err == nil && n == nil {
		err = syscall.ENOENT
	}
	if err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	return n.info(filepath.Base(name)), nil
}

// SyncDir does nothing: there is no disk to lose anything.
func (m *Mem) SyncDir(string) error { return nil }

// UnlinksOpen is true without the option LikeWindows.
func (m *Mem) UnlinksOpen() bool { return !m.windows }

// findLocked returns the directory that name is in, its name there, and what has that name, which is nil if nothing
// has. The root is in no directory.
func (m *Mem) findLocked(name string) (parent *node, base string, n *node, err error) {
	if name == "" {
		return nil, "", nil, syscall.ENOENT
	}
	name = filepath.ToSlash(name[len(filepath.VolumeName(name)):])
	name = path.Clean("/" + name)[1:]
	n = m.mu.root
	if name == "" {
		return nil, "", n, nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if n == nil {
			return nil, "", nil, syscall.ENOENT
		}
		if !n.isDir() {
			return nil, "", nil, syscall.ENOTDIR
		}
		parent, base = n, part
		n = n.entries[part]
	}
	return parent, base, n, nil
}
