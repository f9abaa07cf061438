package spill

import (
	"time"

	"anabranch.dev/internal/frame"
)

// partWriter is all of a PartitionWriter that does not depend on the type of its rows.
type partWriter struct {
	p     *partitions
	mem   Memory
	held  int64 // bytes taken from mem
	size  int   // of blocks, with their headers
	parts []partition

	file *tempFile // nil: nothing was written
	pick chooser
	pack frame.Encoder
	comp []byte
	enc  encoded // of the rows that are being added
}

// partition is one writer's rows of a partition.
type partition struct {
	open   []byte // the block that is being filled, behind room for its header; may be nil
	n      int    // rows in it
	blocks []partBlock
	rows   int64 // in blocks
	bytes  int64
}

// partBlock is where a block is.
type partBlock struct {
	off               int64
	size, rows, bytes int32
}

const partBlockBytes = 24 // of memory

// addAll adds n rows, of which encode gives the bytes of some at a time.
func (w *partWriter) addAll(n int, to []uint8, encode func(from, to int) []string) error {
	for from := 0; from < n; from += batchRows {
		end := min(from+batchRows, n)
		if err := w.batch(encode, from, end, to[from:end]); err != nil {
			return err
		}
	}
	return nil
}

func (w *partWriter) batch(encode func(from, to int) []string, from, to int, parts []uint8) (err error) {
	defer unwritten(&err)
	rows := encode(from, to)
	parts = parts[:len(rows)]
	for i, row := range rows {
		p := &w.parts[parts[i]]
		if len(p.open)+len(row) > cap(p.open) || p.n == 0 {
			if err := w.room(p, len(row)); err != nil {
				return err
			}
		}
		p.open = append(p.open, row...)
		p.n++
	}
	return nil
}

// room begins a block that has room for a row.
func (w *partWriter) room(p *partition, row int) error {
	if err := w.write(p); err != nil {
		return err
	}
	need := frame.HeaderBytes + row
	switch {
	case int64(need) > w.p.cfg.Memory || row > frame.MaxRaw:
		return tooLarge(row)
	case w.held == 0:
		w.reserve()
	}
	if need > w.size { // it has a block of its own
		w.take(int64(need - w.size))
		p.open = make([]byte, frame.HeaderBytes, need)
	} else if cap(p.open) == 0 {
		p.open = make([]byte, frame.HeaderBytes, w.size)
	}
	return nil
}

// reserve gets memory for the blocks of all partitions: small ones where there is
// little.
func (w *partWriter) reserve() {
	n := int64(len(w.parts))
	if w.size > leastPart && w.mem.Reserve(n*int64(w.size)) {
		w.held += n * int64(w.size)
		return
	}
	w.size = leastPart
	w.take(n * int64(w.size))
}

func (w *partWriter) take(n int64) {
	w.held += n
	w.mem.Take(n)
}

func (w *partWriter) free(n int64) {
	w.held -= n
	w.mem.Release(n)
}

// write writes the block that is being filled, if it has rows.
func (w *partWriter) write(p *partition) (err error) {
	if p.n == 0 {
		return nil
	}
	if w.file == nil {
		if w.file, err = w.p.temp.create(); err != nil {
			return err
		}
		w.p.done.files.Add(1)
	}
	raw := len(p.open) - frame.HeaderBytes
	block := p.open
	if c := w.pick.next(); c == frame.None {
		frame.Seal(block, p.n)
	} else {
		start := time.Now()
		if w.comp, err = w.pack.Append(w.comp[:0], block[frame.HeaderBytes:], p.n, c); err != nil {
			return err
		}
		block = w.comp
		w.pick.compressed(raw, len(block), time.Since(start))
	}
	off, start := w.file.size, time.Now()
	if err := w.file.write(block); err != nil {
		return err
	}
	w.pick.wrote(len(block), time.Since(start))
	p.blocks = append(p.blocks, partBlock{off, int32(len(block)), int32(p.n), int32(raw)})
	w.p.mem.took(partBlockBytes)
	w.p.done.rows.Add(int64(p.n))
	w.p.done.raw.Add(int64(raw))
	w.p.done.stored.Add(int64(len(block)))
	p.rows += int64(p.n)
	p.bytes += int64(raw)
	p.n = 0
	if cap(p.open) > w.size {
		w.free(int64(cap(p.open) - w.size))
		p.open = nil
	} else {
		p.open = p.open[:frame.HeaderBytes]
	}
	return nil
}

func (w *partWriter) end() error {
	for i := range w.parts {
		if err := w.write(&w.parts[i]); err != nil {
			return err
		}
	}
	w.drop()
	return nil
}

// drop forgets what is in memory.
func (w *partWriter) drop() {
	for i := range w.parts {
		w.parts[i].open, w.parts[i].n = nil, 0
	}
	w.comp, w.enc = nil, encoded{}
	if w.held > 0 {
		w.free(w.held)
	}
}
