package spill

import (
	"fmt"
	"os"
	"sync"
)

// A Scratch keeps bytes in a temporary file: what does not fit into memory and is neither
// sorted nor dealt. The file is made with the first bytes. Its methods may be called from
// any goroutine, but Close only after the others have returned.
type Scratch struct {
	dir *tempDir
	mu  struct {
		sync.Mutex
		file *tempFile
	}
}

// NewScratch makes an empty one. Of the config, TempDir, Disk or Space, and FS count.
func NewScratch(c Config) *Scratch {
	space := c.Space
	if space == nil {
		space = NewSpace(c.Disk)
	}
	return &Scratch{dir: newTempDir(&c, space)}
}

// Write appends b to the file, and returns where it stands there.
func (s *Scratch) Write(b []byte) (off int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.file == nil {
		if s.mu.file, err = s.dir.create(); err != nil {
			return 0, err
		}
	}
	off = s.mu.file.size
	return off, s.mu.file.write(b)
}

// Read fills b with the bytes that stand at off.
func (s *Scratch) Read(b []byte, off int64) error {
	s.mu.Lock()
	f := s.mu.file
	s.mu.Unlock()
	_, err := f.file.ReadAt(b, off)
	return err
}

// Path is a name by which other processes can open the file, as long as the scratch is not
// closed: those of the same user on this machine, where that is Linux. Elsewhere it is
// empty. It is for a scratch that has been written to, and that others write from then on.
func (s *Scratch) Path() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.mu.file.file.(interface{ Fd() uintptr })
	if !ok {
		return ""
	}
	path := fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), f.Fd())
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// Grown counts n bytes that another process has appended to the file.
func (s *Scratch) Grown(n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.dir.disk.take(n); err != nil {
		return err
	}
	s.mu.file.size += n
	return nil
}

// Has reports whether n bytes at off have been written, by whomever.
func (s *Scratch) Has(off, n int64) (bool, error) {
	s.mu.Lock()
	f := s.mu.file
	s.mu.Unlock()
	info, err := f.file.Stat()
	return err == nil && off <= info.Size()-n, err
}

// Close gives the file's space back.
func (s *Scratch) Close() error { return s.dir.close() }
