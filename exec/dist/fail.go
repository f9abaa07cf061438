package dist

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"anabranch.dev/exec"
	"anabranch.dev/internal/plan"
	"anabranch.dev/spill"
)

// An errorMessage is an error of a task on its way to the driver.
type errorMessage struct {
	Op, Label, File string
	Line            int
	Input           string
	Row             int64
	Text            string
	Is              []int // which of those that programs look for
	Panic           string
	Stack           []byte
	Named           bool // it names an operator
}

// known are the errors that programs look for. Their numbers are part of the protocol.
var known = []error{
	exec.ErrMemory, spill.ErrDiskFull, exec.ErrDuplicateKey, spill.ErrTooLarge, spill.ErrCorrupt, exec.ErrRowType,
	exec.ErrNotSorted, exec.ErrLineTooLong, exec.ErrViews, exec.ErrTwoWriters, exec.ErrNotPortable,
	fs.ErrNotExist, fs.ErrPermission, spill.ErrMalformed, errNotThere,
}

// elsewhere are those of which another peer may know nothing.
var elsewhere = []error{exec.ErrMemory, spill.ErrDiskFull}

func messageOf(err error) *errorMessage {
	m := &errorMessage{Text: err.Error()}
	if e, ok := errors.AsType[*exec.Error](err); ok {
		m.Op, m.Label, m.File, m.Line = e.Op, e.Label, e.Site.File, e.Site.Line
		m.Input, m.Row, m.Text, m.Named = e.Input, e.Row, e.Err.Error(), true
	}
	for i, k := range known {
		if errors.Is(err, k) {
			m.Is = append(m.Is, i)
		}
	}
	if p, ok := errors.AsType[*exec.PanicError](err); ok {
		m.Panic, m.Stack = fmt.Sprint(p.Value), p.Stack
	}
	return m
}

// A PeerError is the error of a task, which has come from a peer as a text. It is one of
// those that programs look for, if the error there was.
type PeerError struct {
	Peer string // as in "peer 2 (node7)"
	Text string
	is   []error
}

// Error names the peer behind the first line: what follows is the stack of a panic.
func (e *PeerError) Error() string {
	first, rest, more := strings.Cut(e.Text, "\n")
	s := first + " (on " + e.Peer + ")"
	if more {
		s += "\n" + rest
	}
	return s
}

// Unwrap returns the errors that programs look for.
func (e *PeerError) Unwrap() []error { return e.is }

// err is the error that a peer tells of.
func (m *errorMessage) err(peer string) error {
	e := &PeerError{Peer: peer, Text: m.Text}
	for _, i := range m.Is {
		if i >= 0 && i < len(known) {
			e.is = append(e.is, known[i])
		}
	}
	if m.Panic != "" {
		e.is = append(e.is, &exec.PanicError{Value: m.Panic, Stack: m.Stack})
	}
	if !m.Named {
		return e
	}
	return &exec.Error{Op: m.Op, Label: m.Label, Site: plan.Site{File: m.File, Line: m.Line}, Input: m.Input, Row: m.Row, Err: e}
}

// local reports whether another peer may fare better.
func local(err error) bool {
	for _, e := range elsewhere {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
