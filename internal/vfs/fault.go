package vfs

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
)

// Op names an operation that can fail.
type Op string

// These are the operations that a Faulty counts. All others (Name, Prefetch, Flush, UnlinksOpen) cannot fail.
const (
	OpOpen    Op = "open"
	OpRemove  Op = "remove"
	OpRename  Op = "rename"
	OpMkdir   Op = "mkdir"
	OpReadDir Op = "readdir"
	OpStat    Op = "stat" // of FS and of File
	OpSyncDir Op = "syncdir"
	OpRead    Op = "read"
	OpReadAt  Op = "readat"
	OpWrite   Op = "write"
	OpWriteAt Op = "writeat"
	OpSync    Op = "sync"
	OpChmod   Op = "chmod"
	OpClose   Op = "close"
)

var allOps = []Op{OpOpen, OpRemove, OpRename, OpMkdir, OpReadDir, OpStat, OpSyncDir,
	OpRead, OpReadAt, OpWrite, OpWriteAt, OpSync, OpChmod, OpClose}

// ErrInjected is what every error made by a Faulty wraps, beside the cause.
var ErrInjected = errors.New("injected fault")

// Kind is the way in which an operation goes wrong.
type Kind int

// The kinds of faults.
const (
	// Fail is an error without any effect: nothing is opened, removed, read or written. Only Close has its effect, as
	// on Linux. It fits every operation.
	Fail Kind = iota

	// NoSpace is a full disk: ENOSPC, without any effect. It fits what needs room: writes of at least one byte, opens
	// with O_CREATE, new directories.
	NoSpace

	// ShortWrite is a disk that becomes full: the first half of the bytes is written, then comes ENOSPC. It fits
	// writes of at least one byte.
	ShortWrite

	// BitFlip is corruption that nobody is told of: one bit of what was read, or of what is stored, is another one. It
	// fits reads that bring and writes that take at least one byte.
	BitFlip
)

// Fault is one thing that goes wrong. The zero Fault makes the first operation fail with EIO.
//
// It strikes operation At or, if it does not fit that one, the first after it that it fits: a bit cannot flip in a
// Close. So it may strike no operation at all, and the same one as the fault before it.
type Fault struct {
	At     int64 // number of the operation; the first is 0
	Kind   Kind
	Op     Op    // the only operation that it fits; empty: all that Kind fits
	Err    error // what Fail fails with, EIO if nil
	Bit    int64 // which bit BitFlip flips: 0 is the lowest of the first byte; taken modulo their number
	Always bool  // it strikes all that it fits from At on
}

// check panics if the fault makes no sense.
func (f Fault) check() {
	switch {
	case f.At < 0, f.Bit < 0:
		panic("vfs: negative number in a Fault")
	case f.Kind < Fail || f.Kind > BitFlip:
		panic(fmt.Sprintf("vfs: unknown kind %d in a Fault", f.Kind))
	case f.Op != "" && !slices.Contains(allOps, f.Op):
		panic(fmt.Sprintf("vfs: unknown operation %q in a Fault", f.Op))
	case f.Err != nil && f.Kind != Fail:
		panic("vfs: an error in a Fault that is not of kind Fail")
	}
}

// fits says whether the fault can strike an operation on n bytes, or one that makes a file or a directory.
func (f Fault) fits(op Op, n int, makes bool) bool {
	writes := op == OpWrite || op == OpWriteAt
	reads := op == OpRead || op == OpReadAt
	if f.Op != "" && f.Op != op {
		return false
	}
	switch f.Kind {
	case NoSpace:
		return writes && n > 0 || makes
	case ShortWrite:
		return writes && n > 0
	case BitFlip:
		return (writes || reads) && n > 0
	default:
		return true
	}
}

// cause returns the error of the fault; a BitFlip has none.
func (f Fault) cause() error {
	switch {
	case f.Kind == BitFlip:
		return nil
	case f.Kind != Fail:
		return syscall.ENOSPC
	case f.Err != nil:
		return f.Err
	default:
		return syscall.EIO
	}
}

// flip flips the fault's bit of b, which is not empty.
func (f Fault) flip(b []byte) {
	bit := f.Bit % (8 * int64(len(b)))
	b[bit/8] ^= 1 << (bit % 8)
}

func (f Fault) String() string {
	switch f.Kind {
	case ShortWrite:
		return "half of it, then " + f.cause().Error()
	case BitFlip:
		return fmt.Sprintf("bit %d flipped", f.Bit)
	default:
		return f.cause().Error()
	}
}

// injected is the cause inside the error of a fault. The error around it names the operation and the file.
type injected struct {
	number int64 // of the operation
	err    error
}

func (e *injected) Error() string {
	return fmt.Sprintf("%v at operation %d: %v", ErrInjected, e.number, e.err)
}

func (e *injected) Unwrap() []error { return []error{ErrInjected, e.err} }
