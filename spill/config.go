package spill

import (
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"

	"anabranch.dev/internal/frame"
	"anabranch.dev/internal/vfs"
)

// Config says what a [Sorter] may use. The zero Config is a good one.
type Config struct {
	// Memory is how many bytes rows may take before they go to disk; 0 is
	// 256 MiB. Rows take their encoded bytes and 32 more each; numbers that are
	// sorted by themselves take 16 bytes.
	Memory int64
	// TempDir is the directory for temporary files; empty is [os.TempDir].
	TempDir string
	// Disk is the most bytes that temporary files may take; 0 is no limit.
	Disk int64
	// Compression is how temporary files are compressed.
	Compression Compression
	// FanIn is the most runs that are merged at a time; 0 is as many as the
	// memory has room for.
	FanIn int
	// Workers is how many goroutines sort and merge; 0 is GOMAXPROCS.
	Workers int

	// Together, when not 0, keeps rows together whose keys have so many first
	// bytes in common: they are in one part of what [Sorter.Sort] gives out. A
	// number has as many bytes as its type. It is of no use with [By].
	Together int

	// Budget, when not nil, makes holders of a budget that the sorter shares with
	// others. Memory is then only what sizes go by.
	Budget func() Memory
	// Space, when not nil, is shared with others; Disk then says nothing.
	Space *Space
	// FS is where temporary files are; nil is the operating system's.
	FS vfs.FS

	bucketRows int // of buckets, at most, for tests; 0: mostRows
}

// Memory is a budget that several share. One holder's methods are called from
// one goroutine at a time.
type Memory interface {
	// Reserve takes n bytes, or none and reports false: the holder then frees
	// what it can and asks again. Of 0 bytes it is whether the holder should.
	Reserve(n int64) bool
	// Take takes n bytes in any case: few, which cannot be done without.
	Take(n int64)
	// Release gives n bytes back.
	Release(n int64)
}

// Compression is how temporary files are compressed.
type Compression uint8

// Ways to compress.
const (
	Auto Compression = iota // what is faster, found by measuring while files are written
	None                    // not at all
	S2                      // fast: about half a gigabyte per second and core
	Zstd                    // small: several times slower
)

const defaultMemory = 256 << 20

// Errors that a caller can act on.
var (
	// ErrDiskFull means that temporary files need more space than the disk, or
	// the limit on them, has.
	ErrDiskFull = errors.New("no space for temporary files")
	// ErrCorrupt means that a file does not hold what was written to it.
	ErrCorrupt = frame.ErrCorrupt
	// ErrClosed means that a Sorter was used after it was closed.
	ErrClosed = errors.New("spill: the sorter is closed")
	// ErrEnded means that rows were added after Sort, or sorted twice.
	ErrEnded = errors.New("spill: the rows have been sorted")
)

// limited is a budget of its own.
type limited struct{ left atomic.Int64 }

func (l *limited) Reserve(n int64) bool {
	if l.left.Add(-n) >= 0 || n == 0 {
		return true
	}
	l.left.Add(n)
	return false
}

func (l *limited) Take(n int64)    { l.left.Add(-n) }
func (l *limited) Release(n int64) { l.left.Add(n) }

// Space counts the bytes of temporary files, of several sorters together.
type Space struct {
	limit int64
	used  atomic.Int64
	peak  atomic.Int64
}

// NewSpace returns space for so many bytes; 0 is no limit.
func NewSpace(bytes int64) *Space { return &Space{limit: bytes} }

// Limit is how many bytes may be taken; 0 is no limit.
func (d *Space) Limit() int64 { return d.limit }

// Used is how many bytes are taken now.
func (d *Space) Used() int64 { return d.used.Load() }

// Peak is the most bytes that were taken at one time.
func (d *Space) Peak() int64 { return d.peak.Load() }

// take takes n bytes, if there are as many.
func (d *Space) take(n int64) error {
	var used int64
	for {
		now := d.used.Load()
		if used = now + n; d.limit > 0 && used > d.limit {
			return fmt.Errorf("%w: %d bytes are needed and %d allowed; Disk allows more", ErrDiskFull, used, d.limit)
		}
		if d.used.CompareAndSwap(now, used) {
			break
		}
	}
	for {
		peak := d.peak.Load()
		if used <= peak || d.peak.CompareAndSwap(peak, used) {
			return nil
		}
	}
}

// give gives n bytes back.
func (d *Space) give(n int64) { d.used.Add(-n) }

// diskError marks errors of a full disk.
func diskError(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w; TempDir may name another disk", ErrDiskFull, err)
	}
	return err
}

// tempError is about a temporary file that cannot be made.
func tempError(err error) error {
	if full := diskError(err); full != err {
		return full
	}
	return fmt.Errorf("temporary file: %w; TempDir may name another directory", err)
}
