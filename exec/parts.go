package exec

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
)

// partVerb is where the number of a part stands in a path.
var partVerb = regexp.MustCompile(`%0?[0-9]*d`)

// IsParts reports whether a path names numbered parts, as out-%04d.txt does.
func IsParts(path string) bool { return len(partVerb.FindAllString(path, 2)) == 1 }

// partPath is the path of part i.
func partPath(path string, i int) string {
	at := partVerb.FindStringIndex(path)
	return path[:at[0]] + fmt.Sprintf(path[at[0]:at[1]], i) + path[at[1]:]
}

// WriteParts is [WriteLines] to numbered files, each of which but the last has
// at least size bytes of lines, and less without its last line. The bounds depend
// on the rows alone.
func WriteParts[S ~string](path string, size int64) Body {
	return func(r *Run) (any, error) {
		p := &parts{run: r, path: path, size: size}
		if packer := packerFor(path); packer != nil {
			var err error
			if p.pack, err = packer(); err != nil {
				return nil, err
			}
		}
		if err := p.next(); err != nil { // now, so that what is wrong shows before the work is done
			return nil, err
		}
		return &writing{turn: NewTurn(r), to: p, format: formatted(linesKernel[S])}, nil
	}
}

// parts is rows in numbered files. They are packed in turn: only then is it
// known where a part ends.
type parts struct {
	run  *Run
	path string
	size int64 // of a part, in bytes of lines
	pack packer
	buf  []byte // lines that are to be packed together
	comp []byte

	done []*output
	out  *output // nil: the next line begins a part
	text int64   // bytes of lines in it
	rows int64
	all  []File
}

func (p *parts) writes() string {
	if len(p.done) > 0 {
		return p.done[0].target
	}
	return p.out.target
}

func (p *parts) next() (err error) {
	if len(p.done) > 0 { // of the first, compile sees to it
		if err := p.claim(len(p.done)); err != nil {
			return err
		}
	}
	p.out, err = createOutput(p.run, partPath(p.path, len(p.done)))
	p.text, p.rows = 0, 0
	return err
}

func (p *parts) write(b []byte) error {
	for len(b) > 0 {
		if p.out == nil {
			if err := p.next(); err != nil {
				return err
			}
		}
		n := len(b)
		if left := p.size - p.text; int64(n) >= left {
			from := int(max(left-1, 0))
			n = from + bytes.IndexByte(b[from:], '\n') + 1
		}
		if err := p.append(b[:n]); err != nil {
			return err
		}
		b = b[n:]
		if p.text >= p.size {
			if err := p.endPart(); err != nil {
				return err
			}
		}
	}
	return nil
}

// append writes lines to the part.
func (p *parts) append(lines []byte) error {
	p.text += int64(len(lines))
	p.rows += int64(bytes.Count(lines, []byte{'\n'}))
	if p.pack == nil {
		return p.out.write(lines)
	}
	for len(lines) > 0 { // pieces of one size, however the lines come: so are the files always the same
		n := min(len(lines), packBytes-len(p.buf))
		p.buf = append(p.buf, lines[:n]...)
		lines = lines[n:]
		if len(p.buf) == packBytes {
			if err := p.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush packs and writes the lines that wait for more.
func (p *parts) flush() (err error) {
	if len(p.buf) == 0 {
		return nil
	}
	if p.comp, err = p.pack(p.comp[:0], p.buf, 0); err != nil {
		return err
	}
	p.buf = p.buf[:0]
	return p.out.write(p.comp)
}

func (p *parts) endPart() error {
	if err := p.flush(); err != nil {
		return err
	}
	if p.out.n == 0 {
		if err := packNothing(p.out); err != nil {
			return err
		}
	}
	if err := p.out.finish(); err != nil {
		return err
	}
	p.all = append(p.all, File{Path: p.out.path, Rows: p.rows, Bytes: p.out.n})
	p.done = append(p.done, p.out)
	p.out = nil
	return nil
}

func (p *parts) finish(int64) ([]File, error) {
	if p.out != nil {
		if err := p.endPart(); err != nil {
			return nil, err
		}
	}
	return p.all, p.claim(len(p.done)) // what is there will be removed
}

// claim sees to it that nobody else in the run writes part i.
func (p *parts) claim(i int) error {
	path := partPath(p.path, i)
	target, err := followLinks(path)
	switch {
	case errors.Is(err, fs.ErrNotExist): // nor is its directory
		return nil
	case err != nil:
		return fmt.Errorf("write %s: %w", path, err)
	case target != os.DevNull && !p.run.claim(target):
		return fmt.Errorf("write %s: %w; give each a file of its own", path, ErrTwoWriters)
	}
	return nil
}

// publish names the parts, and removes those that an earlier run has left behind
// the last one.
func (p *parts) publish() error {
	for _, o := range p.done {
		if err := o.publish(); err != nil {
			return err
		}
	}
	for i := len(p.done); ; i++ {
		stale, err := followLinks(partPath(p.path, i))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := p.run.fs.Remove(stale); errors.Is(err, fs.ErrNotExist) {
			return nil
		} else if err != nil {
			return fmt.Errorf("remove a part of an earlier run: %w", err)
		}
	}
}

func (p *parts) close() error {
	var errs []error
	for _, o := range p.done {
		errs = append(errs, o.close())
	}
	if p.out != nil {
		errs = append(errs, p.out.close())
	}
	return errors.Join(errs...)
}
