// Package vfs has the file operations that temporary files and outputs need, as an interface, so that a test can
// make any one of them fail.
//
// [OS] is the operating system. [NewMem] makes a file system in memory, which knows what was left behind and can be
// full. [NewFaulty] wraps either of them, counts the operations and makes one go wrong: with an error, a full disk,
// half a write or a bit that flips and tells nobody.
//
// A program is tested by failing operation n for n = 0, 1, 2 and so on, until a run meets no fault because it has
// ended before. That way no error goes unchecked, however rare it is on a real disk:
//
//	for n := int64(0); ; n++ {
//		mem := vfs.NewMem()
//		disk := vfs.NewFaulty(mem, vfs.Fault{At: n})
//		err := sortRows(disk, rows) // with temporary files
//		if !disk.Hit() {
//			break // and err is nil
//		}
//		if err == nil {
//			t.Errorf("fault %d is not reported\n%s", n, disk.Log())
//		}
//		if mem.Open() > 0 || len(mem.Names()) > 0 && disk.HitOp() != vfs.OpRemove {
//			t.Errorf("fault %d leaves %d open files and %q\n%s", n, mem.Open(), mem.Names(), disk.Log())
//		}
//	}
//
// It is not a general file system: there are no links, no times to set and no walks. What reads the user's files,
// which may be pipes and devices, uses package os.
package vfs

import (
	"io"
	"io/fs"
)

// FS is a file system. It may be used by many goroutines at once. Errors are those of package os: a [*fs.PathError]
// or, for Rename, an [*os.LinkError].
type FS interface {
	OpenFile(name string, flag int, perm fs.FileMode) (File, error) // as os.OpenFile
	Remove(name string) error                                       // a file or an empty directory
	Rename(from, to string) error                                   // a file at to is replaced, a directory is not
	Mkdir(name string, perm fs.FileMode) error
	ReadDir(name string) ([]fs.DirEntry, error) // sorted by name
	Stat(name string) (fs.FileInfo, error)      // follows links

	// SyncDir makes what was created, renamed and removed in a directory durable, where the system can. A directory
	// that cannot be opened is no error: it need not be readable.
	SyncDir(name string) error

	// UnlinksOpen says whether a file may be removed, and renamed, while it is open. It then lives on without a name
	// until it is closed. That is so everywhere but on Windows.
	UnlinksOpen() bool
}

// File is an open file. Reads and writes at a position may be made by many goroutines at once.
type File interface {
	io.Reader
	io.Writer
	io.ReaderAt
	io.WriterAt
	io.Closer

	Name() string // as it was given to OpenFile
	Stat() (fs.FileInfo, error)
	Sync() error // makes the bytes durable
	Chmod(fs.FileMode) error

	// Prefetch says that n bytes at off will be read soon. It starts to bring them into memory and does not wait for
	// them. It is a hint: it reports nothing.
	Prefetch(off, n int64)

	// Flush starts to write n bytes at off to the disk, so that a later Sync has less to wait for. It waits only where
	// the disk has more to do than it can queue, and makes nothing durable. It is a hint: it reports nothing.
	Flush(off, n int64)
}
