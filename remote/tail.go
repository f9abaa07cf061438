package remote

import (
	"bytes"
	"io"
	"sync"
)

const tailBytes = 8 << 10

// A tail takes what the processes of a peer write to standard error, and keeps
// the end of it. Whole lines are passed on, where somebody wants them, with the
// name of the peer in front.
type tail struct {
	prefix  string
	forward *forward // nil: to nobody

	mu struct {
		sync.Mutex
		kept []byte // at most twice tailBytes
		line []byte // not passed on: it has no end yet
	}
}

// Write never fails: a process must not end because nobody listens.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mu.kept = append(t.mu.kept, p[max(0, len(p)-tailBytes):]...)
	if n := len(t.mu.kept); n > 2*tailBytes {
		t.mu.kept = append(t.mu.kept[:0], t.mu.kept[n-tailBytes:]...)
	}
	if t.forward == nil {
		return len(p), nil
	}
	t.mu.line = append(t.mu.line, p...)
	if end := bytes.LastIndexByte(t.mu.line, '\n') + 1; end > 0 {
		t.forward.lines(t.prefix, t.mu.line[:end])
		t.mu.line = append(t.mu.line[:0], t.mu.line[end:]...)
	}
	if len(t.mu.line) > tailBytes {
		t.forward.lines(t.prefix, append(t.mu.line, '\n'))
		t.mu.line = t.mu.line[:0]
	}
	return len(p), nil
}

// flush passes on a last line that has no end.
func (t *tail) flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.mu.line) > 0 {
		t.forward.lines(t.prefix, append(t.mu.line, '\n'))
		t.mu.line = nil
	}
}

// String returns the last lines.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.mu.kept
	if n := len(b); n > tailBytes {
		b = b[n-tailBytes:]
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			b = b[i+1:]
		}
	}
	return string(bytes.ToValidUTF8(b, []byte("\uFFFD")))
}

// A forward writes the lines of all peers to one writer.
type forward struct {
	mu sync.Mutex
	w  io.Writer
}

func (f *forward) lines(prefix string, text []byte) {
	var b []byte
	for line := range bytes.Lines(text) {
		b = append(append(b, prefix...), line...)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	_, _ = f.w.Write(b) // the user's; what cannot be shown is kept in the tail
}
