package terminal

import (
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"anabranch.dev/exec"
)

const (
	// liveAfter is how long a run on a terminal says nothing, and plainEvery how often
	// it is told of elsewhere. A run that is over before that says nothing at all.
	liveAfter  = 500 * time.Millisecond
	plainEvery = 5 * time.Second
	// window is how far back rates go on a terminal: a shorter one makes them flicker.
	window = 2 * time.Second
)

// A display writes where a run stands to one writer.
type display struct {
	out    io.Writer
	width  func() int // cells of the terminal; nil: there is none
	shared bool       // the program's standard output is a terminal too

	mu struct { // a plan may be run twice at a time
		sync.Mutex
		state
		broken bool // the writer has failed
	}
}

// state is where the display of a run stands.
type state struct {
	earlier []exec.Progress // the oldest first, one of them before the window
	shown   bool            // something has been written
	next    time.Duration   // when a plain line is due
	ended   int             // lines of pipelines that stay
	live    int             // cells of the line that the cursor is behind; 0: there is none
	yielded bool            // the program has the terminal for itself
}

// New returns what a run calls to be shown on w, or nil where the environment wants
// nothing to be shown.
func New(w io.Writer) func(exec.Progress) {
	if os.Getenv("NO_PROGRESS") != "" {
		return nil
	}
	d := &display{out: w, shared: isTerminal(os.Stdout)}
	if f, ok := w.(*os.File); ok && isTerminal(f) {
		d.width = func() int { return widthOf(f) }
	}
	return d.show
}

// isTerminal tells whether lines can be drawn over in a file.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 || os.Getenv("TERM") == "dumb" {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// widthOf is the width of a terminal, or what the environment says it is.
func widthOf(f *os.File) int {
	if n := columns(f); n > 0 {
		return n
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	return 80
}

// show writes what there is to be written of a state of the run.
func (d *display) show(p exec.Progress) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mu.broken {
		return
	}
	if !d.mu.yielded && d.shared && yields(p) {
		d.mu.yielded, d.mu.next = true, p.Elapsed+plainEvery
	}
	prev := d.mu.since(p, d.width != nil && !d.mu.yielded)
	text := ""
	if d.width == nil {
		text = d.mu.plain(p, prev)
	} else {
		text = d.mu.drawn(p, prev, d.width())
	}
	if p.Done {
		d.mu.state = state{}
	}
	if text != "" {
		_, err := io.WriteString(d.out, text)
		d.mu.broken = err != nil
	}
}

// since returns the state that rates go back to, and keeps p for later ones.
func (s *state) since(p exec.Progress, live bool) (prev exec.Progress) {
	back := plainEvery
	if live {
		back = window
	}
	for len(s.earlier) > 1 && s.earlier[1].Elapsed <= p.Elapsed-back {
		s.earlier = slices.Delete(s.earlier, 0, 1)
	}
	if len(s.earlier) > 0 {
		prev = s.earlier[0]
	}
	s.earlier = append(s.earlier, p)
	return prev
}

// drawn is the lines of a terminal: those that have become final, and the one that is
// drawn over. When the program has the terminal, that is a line now and then instead.
func (s *state) drawn(p, prev exec.Progress, width int) string {
	if !s.shown && (p.Done || p.Elapsed < liveAfter) {
		return ""
	}
	// In the last column some terminals begin the next line, and what the program prints
	// behind the line is to have a space before it.
	lines := frame(p, prev, width-2)
	text := s.erase(width)
	if !s.shown || s.yielded && text == "" {
		text = fresh(width)
	}
	begun := len(text)
	last := len(lines) - 1
	if p.Done {
		last++
	}
	ended, _ := pipelines(p)
	s.ended = min(s.ended, len(ended)) // another plan may have fewer
	for ; s.ended < last; s.ended++ {
		text += lines[s.ended] + "\n"
	}
	switch {
	case p.Done:
	case !s.yielded:
		text += lines[last] + " "
		s.live = cells(lines[last]) + 1
	case p.Elapsed >= s.next:
		s.next = p.Elapsed + plainEvery
		text += lines[last] + "\n"
	case len(text) == begun && text[0] != '\r':
		return "" // nothing to begin a line for
	}
	s.shown = true
	return text
}

// plain is the line of a log, when it is due.
func (s *state) plain(p, prev exec.Progress) string {
	switch {
	case p.Done && !s.shown:
		return ""
	case p.Done:
		return summary(p) + "\n"
	case p.Elapsed < max(s.next, plainEvery):
		return ""
	}
	s.shown, s.next = true, p.Elapsed+plainEvery
	return plainLine(p, prev) + "\n"
}

// erase clears the line that the cursor is behind. It writes spaces, so that it needs no
// terminal that knows any commands.
func (s *state) erase(width int) string {
	if s.live == 0 {
		return ""
	}
	n := min(s.live, width) // it may be narrower now
	s.live = 0
	return "\r" + strings.Repeat(" ", n) + "\r"
}

// fresh begins a line, unless the cursor is at the beginning of one: as many spaces as the
// line is wide go on to the next one only if there was something before them.
func fresh(width int) string { return strings.Repeat(" ", width) + "\r" }

// yields tells whether a pipeline runs that gives rows to the program, or to standard output.
// What it prints is then more than a line now and then.
func yields(p exec.Progress) bool {
	if p.Plan == nil {
		return false
	}
	_, live := pipelines(p)
	return live >= 0 && slices.ContainsFunc(p.Plan.Operators, func(o exec.Operator) bool {
		given := o.Op == "all" || o.Op == "for each" || o.Op == "write lines" && o.Detail == "-"
		return given && slices.Contains(o.Takes, live+1)
	})
}
