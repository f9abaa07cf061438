package dist

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"sync"
)

// Between processes of one machine, parcels go through files of the driver, and only the
// places where they stand are sent: what goes through a connection is copied four times
// more. The driver has a file without a name for each peer that says it is on the same
// machine, which that one alone appends to, and all may read. They open it by its path
// below /proc, and know by a key at its begin that it is the right one; who cannot, as in
// another container, sends and gets bytes. What is in the files is the driver's, as with
// all parcels: a peer that is gone has taken nothing with it.

// keyBytes is how many bytes of a file come before the first parcel.
const keyBytes = 32

// An openFile is a file of a driver, in a peer.
type openFile struct {
	file  *os.File
	path  string
	users int // guarded by the mutex of openFiles

	mu  sync.Mutex
	end int64 // where the next parcel goes
}

// openFiles are those that tasks of this process have open. Two tasks that append to one
// file, of which one does not know yet that it has ended, take turns.
type openFiles struct {
	mu   sync.Mutex
	open map[string]*openFile
}

var files = openFiles{open: map[string]*openFile{}}

var filePath = regexp.MustCompile(`^/proc/[0-9]+/fd/[0-9]+$`)

var errOtherFile = errors.New("another file")

// get opens a file, if it is the one that is meant.
func (o *openFiles) get(m depotMessage) (*openFile, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f := o.open[m.Path]; f != nil {
		if err := f.check(m.Key); err != nil {
			return nil, err
		}
		f.users++
		return f, nil
	}
	if !filePath.MatchString(m.Path) || len(m.Key) != keyBytes {
		return nil, fmt.Errorf("%w: a file at %q", errMessage, m.Path)
	}
	info, err := os.Stat(m.Path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errOtherFile
	}
	g, err := os.OpenFile(m.Path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	f := &openFile{file: g, path: m.Path, users: 1, end: info.Size()}
	if err := f.check(m.Key); err != nil {
		return nil, errors.Join(err, g.Close())
	}
	o.open[m.Path] = f
	return f, nil
}

func (f *openFile) check(key []byte) error {
	got := make([]byte, keyBytes)
	if _, err := f.ReadAt(got, 0); err != nil {
		return err
	}
	if !bytes.Equal(got, key) {
		return errOtherFile
	}
	return nil
}

// Close ends a use of a file.
func (f *openFile) Close() error {
	files.mu.Lock()
	defer files.mu.Unlock()
	if f.users--; f.users > 0 {
		return nil
	}
	delete(files.open, f.path)
	return f.file.Close()
}

func (f *openFile) ReadAt(b []byte, off int64) (int, error) { return f.file.ReadAt(b, off) }

// Has reports whether n bytes at off have been written.
func (f *openFile) Has(off, n int64) (bool, error) {
	info, err := f.file.Stat()
	return err == nil && off <= info.Size()-n, err
}

// append writes a block behind the others.
func (f *openFile) append(b []byte) (off int64, err error) {
	f.mu.Lock()
	off = f.end
	f.end += int64(len(b))
	f.mu.Unlock()
	_, err = f.file.WriteAt(b, off)
	return off, err
}

// A place is where a block stands in a file.
type place struct {
	off  int64
	size int
}

func (p place) append(b []byte) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(p.off)), uint64(p.size))
}

// in returns an error unless a file has such bytes: no memory is taken for others.
func (p place) in(has func(off, n int64) (bool, error)) error {
	ok, err := has(p.off, int64(p.size))
	if err == nil && !ok {
		err = fmt.Errorf("%w: a block of %d bytes at %d, beyond the end", errMessage, p.size, p.off)
	}
	return err
}

func readPlace(r io.ByteReader) (p place, err error) {
	off, err := binary.ReadUvarint(r)
	if err != nil {
		return p, whole(err)
	}
	size, err := binary.ReadUvarint(r)
	if err != nil {
		return p, whole(err)
	}
	const most = 1 << 62
	if off < keyBytes || off > most || size == 0 || size > maxParcel {
		return p, fmt.Errorf("%w: a block of %d bytes at %d", errMessage, size, off)
	}
	return place{int64(off), int(size)}, nil
}
