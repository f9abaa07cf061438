package vfs

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
)

// Faulty is a file system in which some operations go wrong, as its plan says. The others are those of the file
// system below. Operations are counted as they begin, so with one goroutine at work every run of a program counts
// alike.
type Faulty struct {
	below FS

	mu struct {
		sync.Mutex
		plan   []Fault
		struck []bool // by the fault of the plan
		calls  []call
		first  Op // that a fault has struck
	}
}

// NewFaulty returns a file system with the faults of a plan. If several fit an operation, the first of them strikes it
// and the others wait for the next. Without a plan it counts only.
func NewFaulty(below FS, plan ...Fault) *Faulty {
	f := &Faulty{below: below}
	for _, p := range plan {
		p.check()
		f.mu.plan = append(f.mu.plan, p)
	}
	f.mu.struck = make([]bool, len(plan))
	return f
}

// Hit says whether any fault has happened.
func (f *Faulty) Hit() bool { return f.HitOp() != "" }

// HitOp returns the operation that went wrong first, "" if none has.
func (f *Faulty) HitOp() Op {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mu.first
}

// Ops returns how many operations there have been.
func (f *Faulty) Ops() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return int64(len(f.mu.calls))
}

// Log lists the operations, one a line, with the faults that struck them. It is for messages of tests.
func (f *Faulty) Log() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var b strings.Builder
	for i, c := range f.mu.calls {
		fmt.Fprintf(&b, "%5d %v\n", i, c)
	}
	return b.String()
}

// call is one operation.
type call struct {
	op    Op
	name  string
	to    string // of a rename
	off   int64  // of ReadAt and WriteAt
	size  int    // of the bytes to read or to write
	makes bool   // it may make a file or a directory
	fault string // what went wrong, if anything did
}

func (c call) String() string {
	text := fmt.Sprintf("%s %s", c.op, c.name)
	switch c.op {
	case OpRename:
		text += " to " + c.to
	case OpRead, OpWrite:
		text += fmt.Sprintf(", %d bytes", c.size)
	case OpReadAt, OpWriteAt:
		text += fmt.Sprintf(", %d bytes at %d", c.size, c.off)
	}
	if c.fault != "" {
		text += " <- injected: " + c.fault
	}
	return text
}

// hit is an operation that goes wrong.
type hit struct {
	Fault
	call   call
	number int64
}

func (h *hit) err() error {
	err := &injected{h.number, h.cause()}
	if h.call.op == OpRename {
		return &os.LinkError{Op: string(h.call.op), Old: h.call.name, New: h.call.to, Err: err}
	}
	return &fs.PathError{Op: string(h.call.op), Path: h.call.name, Err: err}
}

// begin counts an operation and returns its number and the fault that strikes it, nil if none does. What a read
// brings is known only later: see strike.
func (f *Faulty) begin(c call) (number int64, h *hit) {
	f.mu.Lock()
	defer f.mu.Unlock()
	number = int64(len(f.mu.calls))
	f.mu.calls = append(f.mu.calls, c)
	size := c.size
	if c.op == OpRead || c.op == OpReadAt {
		size = 0
	}
	return number, f.strikeLocked(number, size)
}

// strike returns the fault that strikes a read of size bytes after it was made.
func (f *Faulty) strike(number int64, size int) *hit {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.strikeLocked(number, size)
}

func (f *Faulty) strikeLocked(number int64, size int) *hit {
	c := &f.mu.calls[number]
	for i, p := range f.mu.plan {
		if number < p.At || f.mu.struck[i] && !p.Always || !p.fits(c.op, size, c.makes) {
			continue
		}
		f.mu.struck[i] = true
		c.fault = p.String()
		if f.mu.first == "" {
			f.mu.first = c.op
		}
		return &hit{p, *c, number}
	}
	return nil
}

// fail counts an operation that reads and writes nothing, and returns its fault as an error.
func (f *Faulty) fail(c call) error {
	if _, h := f.begin(c); h != nil {
		return h.err()
	}
	return nil
}

// OpenFile opens a file of the file system below.
func (f *Faulty) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	if err := f.fail(call{op: OpOpen, name: name, makes: flag&os.O_CREATE != 0}); err != nil {
		return nil, err
	}
	file, err := f.below.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return &faultyFile{file, f}, nil
}

// Remove removes a file or an empty directory. After a fault it is still there.
func (f *Faulty) Remove(name string) error {
	if err := f.fail(call{op: OpRemove, name: name}); err != nil {
		return err
	}
	return f.below.Remove(name)
}

// Rename gives a file or a directory another name.
func (f *Faulty) Rename(from, to string) error {
	if err := f.fail(call{op: OpRename, name: from, to: to}); err != nil {
		return err
	}
	return f.below.Rename(from, to)
}

// Mkdir makes a directory.
func (f *Faulty) Mkdir(name string, perm fs.FileMode) error {
	if err := f.fail(call{op: OpMkdir, name: name, makes: true}); err != nil {
		return err
	}
	return f.below.Mkdir(name, perm)
}

// ReadDir returns the entries of a directory.
func (f *Faulty) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.fail(call{op: OpReadDir, name: name}); err != nil {
		return nil, err
	}
	return f.below.ReadDir(name)
}

// Stat describes a file or a directory.
func (f *Faulty) Stat(name string) (fs.FileInfo, error) {
	if err := f.fail(call{op: OpStat, name: name}); err != nil {
		return nil, err
	}
	return f.below.Stat(name)
}

// SyncDir makes the changes to a directory durable.
func (f *Faulty) SyncDir(name string) error {
	if err := f.fail(call{op: OpSyncDir, name: name}); err != nil {
		return err
	}
	return f.below.SyncDir(name)
}

// UnlinksOpen is that of the file system below.
func (f *Faulty) UnlinksOpen() bool { return f.below.UnlinksOpen() }

// faultyFile is a file of the file system below.
type faultyFile struct {
	File
	disk *Faulty
}

func (f *faultyFile) Read(b []byte) (int, error) {
	return f.read(call{op: OpRead, name: f.Name(), size: len(b)}, b, f.File.Read)
}

func (f *faultyFile) ReadAt(b []byte, off int64) (int, error) {
	return f.read(call{op: OpReadAt, name: f.Name(), size: len(b), off: off}, b, func(b []byte) (int, error) {
		return f.File.ReadAt(b, off)
	})
}

func (f *faultyFile) read(c call, b []byte, read func([]byte) (int, error)) (int, error) {
	number, h := f.disk.begin(c)
	if h != nil {
		return 0, h.err()
	}
	n, err := read(b)
	if h = f.disk.strike(number, n); h != nil {
		h.flip(b[:n])
	}
	return n, err
}

func (f *faultyFile) Write(b []byte) (int, error) {
	return f.write(call{op: OpWrite, name: f.Name(), size: len(b)}, b, f.File.Write)
}

func (f *faultyFile) WriteAt(b []byte, off int64) (int, error) {
	return f.write(call{op: OpWriteAt, name: f.Name(), size: len(b), off: off}, b, func(b []byte) (int, error) {
		return f.File.WriteAt(b, off)
	})
}

func (f *faultyFile) write(c call, b []byte, write func([]byte) (int, error)) (int, error) {
	_, h := f.disk.begin(c)
	switch {
	case h == nil:
		return write(b)
	case h.Kind == BitFlip:
		b = bytes.Clone(b) // the caller's stays as it is
		h.flip(b)
		return write(b)
	case h.Kind == ShortWrite:
		n, err := write(b[:len(b)/2])
		if err == nil {
			err = h.err()
		}
		return n, err
	default:
		return 0, h.err()
	}
}

func (f *faultyFile) Stat() (fs.FileInfo, error) {
	if err := f.disk.fail(call{op: OpStat, name: f.Name()}); err != nil {
		return nil, err
	}
	return f.File.Stat()
}

func (f *faultyFile) Sync() error {
	if err := f.disk.fail(call{op: OpSync, name: f.Name()}); err != nil {
		return err
	}
	return f.File.Sync()
}

func (f *faultyFile) Chmod(mode fs.FileMode) error {
	if err := f.disk.fail(call{op: OpChmod, name: f.Name()}); err != nil {
		return err
	}
	return f.File.Chmod(mode)
}

// Close closes the file below also when it fails, so that nothing leaks.
func (f *faultyFile) Close() error {
	failed := f.disk.fail(call{op: OpClose, name: f.Name()})
	err := f.File.Close()
	if failed != nil {
		return failed
	}
	return err
}
