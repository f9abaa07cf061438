package spill

import "sync"

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

// Close gives the file's space back.
func (s *Scratch) Close() error { return s.dir.close() }
