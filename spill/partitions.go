package spill

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"anabranch.dev/internal/frame"
)

// MaxPartitions is the most partitions that [Partitions] can have.
const MaxPartitions = 256

// Partitions keeps rows of any number on disk, in partitions that the caller deals
// them to, and gives the rows of a partition back in no order. It is for what can be
// done one partition after the other, as joins can by the hash of the key: rows are
// written and read once, and never compared.
//
// Rows are added by several goroutines, each with a [PartitionWriter] of its own, and
// then read. Close must be called in the end.
type Partitions[T any] struct {
	core  partitions
	codec Codec[T]
	form  *form // that codec goes by; may be nil
}

// NewPartitions returns so many partitions without rows, for rows that codec writes.
// Of c, what says how to sort is of no use.
func NewPartitions[T any](n int, codec Codec[T], c Config) *Partitions[T] {
	p := &Partitions[T]{codec: codec, form: formIn(codec)}
	p.core.init(n, c)
	return p
}

// Writer makes a writer for one goroutine.
func (p *Partitions[T]) Writer() *PartitionWriter[T] {
	return &PartitionWriter[T]{p: p, w: p.core.writer()}
}

// Rows is how many rows partition i has, of all writers that have ended.
func (p *Partitions[T]) Rows(i int) int64 { return p.core.total(i).rows }

// Bytes is how many bytes its rows take before they are compressed.
func (p *Partitions[T]) Bytes(i int) int64 { return p.core.total(i).bytes }

// Read pushes the rows of partition i, in batches of up to len(buf) rows, which are
// valid until push returns. The strings and slices in rows may be kept: they share
// memory with others that were read at the same time. Read may be called from several
// goroutines, when all writers have ended.
func (p *Partitions[T]) Read(i int, buf []T, push func(rows []T) error) error {
	fixed := p.form != nil && p.form.fixed >= 0 // such rows do not point into their bytes
	return p.core.read(i, fixed, func(raw []byte, n int) error {
		for n > 0 {
			rows := buf[:min(n, len(buf))]
			took, err := decodeAll(p.codec, rows, raw)
			if err != nil {
				return corrupt(err)
			}
			raw, n = raw[took:], n-len(rows)
			if n == 0 && len(raw) > 0 {
				return corrupt(errTaken)
			}
			if err := push(rows); err != nil {
				return &pushError{err}
			}
		}
		return nil
	})
}

// Stats is what has been written so far, a run being what one writer has written. It may
// be called from any goroutine.
func (p *Partitions[T]) Stats() Stats {
	d := &p.core.done
	return Stats{Rows: d.rows.Load(), Runs: d.files.Load(), RunBytes: d.raw.Load(), DiskBytes: d.stored.Load()}
}

// Close removes the temporary files and frees the memory. It may be called again.
func (p *Partitions[T]) Close() error { return p.core.close() }

// A PartitionWriter adds rows to [Partitions]. It belongs to one goroutine.
type PartitionWriter[T any] struct {
	p *Partitions[T]
	w *partWriter
}

// Add adds rows to the partitions whose numbers to has. The rows are copied, and may
// be overwritten when Add returns.
func (w *PartitionWriter[T]) Add(rows []T, to []uint8) error {
	return w.w.addAll(len(rows), to, func(from, to int) []string {
		e := &w.w.enc
		if f := w.p.form; f != nil {
			return e.encode(f, placesOf(rows[from:to]))
		}
		e.buf, e.ends = appendEach(w.p.codec, e.buf[:0], e.ends[:0], rows[from:to])
		return e.cut()
	})
}

// End ends the adding: it writes what is in memory, and gives the memory back.
func (w *PartitionWriter[T]) End() error { return w.w.end() }

// pushError is an error of the one who gets rows.
type pushError struct{ err error }

func (e *pushError) Error() string { return e.err.Error() }

// partitions is all of a Partitions that does not depend on the type of its rows.
type partitions struct {
	cfg   Config
	n     int
	block int // bytes of rows that are written at a time
	temp  *tempDir
	mem   sharedMemory
	done  struct{ rows, files, raw, stored atomic.Int64 } // written so far
	mu    struct {
		sync.Mutex
		writers []*partWriter
	}
}

// Each writer takes such a share of the memory, and has blocks of that size at least:
// it gets that much in any case.
const (
	partShare = 12
	leastPart = 2 << 10
)

func (p *partitions) init(n int, c Config) {
	if n < 1 || n > MaxPartitions || c.Memory < 0 || c.Disk < 0 || c.Workers < 0 {
		panic("spill.NewPartitions: a number is out of range")
	}
	if c.Memory == 0 {
		c.Memory = defaultMemory
	}
	p.block = max(min(int(c.Memory)/(partShare*max(c.Workers, 1)*n), blockBytes), leastPart)
	if c.Space == nil {
		c.Space = NewSpace(c.Disk)
	}
	if c.Budget == nil {
		own := &limited{}
		own.left.Store(c.Memory)
		c.Budget = func() Memory { return own }
	}
	p.cfg, p.n = c, n
	p.temp = newTempDir(&c, c.Space)
	p.mem.of = c.Budget()
}

func (p *partitions) writer() *partWriter {
	w := &partWriter{
		p: p, mem: p.cfg.Budget(), pick: chooser{mode: p.cfg.Compression}, size: p.block,
		parts: make([]partition, p.n),
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.writers = append(p.mu.writers, w)
	return w
}

// amount is how many rows there are, and their bytes.
type amount struct{ rows, bytes int64 }

func (p *partitions) total(i int) (a amount) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.mu.writers {
		a.rows += w.parts[i].rows
		a.bytes += w.parts[i].bytes
	}
	return a
}

// read gives the bytes of the blocks of a partition to push, and how many rows they
// have. With reuse the memory is used again, else rows may point into it.
func (p *partitions) read(i int, reuse bool, push func(raw []byte, rows int) error) error {
	p.mu.Lock()
	writers := p.mu.writers
	p.mu.Unlock()
	p.mem.took(int64(2 * p.block))
	defer p.mem.took(int64(-2 * p.block))
	var packed, unpacked []byte
	var d frame.Decoder
	for _, w := range writers {
		blocks := w.parts[i].blocks
		for at, b := range blocks {
			if at+1 < len(blocks) {
				w.file.file.Prefetch(blocks[at+1].off, int64(blocks[at+1].size))
			}
			if !reuse {
				packed, unpacked = nil, nil
			}
			packed = sizedBytes(packed, int(b.size))
			raw, h, err := w.file.readBlock(&d, unpacked, packed, b.off)
			if err == nil && (h.Rows != int(b.rows) || len(raw) != int(b.bytes)) {
				err = notThatBlock(w.file, b.off)
			}
			if err == nil {
				err = push(raw, h.Rows)
			}
			var theirs *pushError
			switch {
			case errors.As(err, &theirs):
				return theirs.err
			case err != nil:
				return frame.Locate(err, w.file.name, b.off)
			}
			if h.Compression != frame.None {
				unpacked = raw
			}
		}
	}
	return nil
}

func sizedBytes(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

// readBlock reads the block of len(packed) bytes at off, and unpacks it as
// [frame.Decoder.Decode] does.
func (f *tempFile) readBlock(d *frame.Decoder, dst, packed []byte, off int64) (raw []byte, h frame.Header, err error) {
	if _, err := f.file.ReadAt(packed, off); err != nil {
		if f.closed.Load() {
			return nil, h, ErrClosed
		}
		return nil, h, fmt.Errorf("read temporary file: %w", err)
	}
	if raw, h, err = d.Decode(dst, packed); err != nil {
		return nil, h, frame.Locate(err, f.name, off)
	}
	return raw, h, nil
}

func notThatBlock(f *tempFile, off int64) error {
	return &frame.CorruptError{File: f.name, Offset: off, Reason: "it is not the block that was written there"}
}

func (p *partitions) close() error {
	p.mu.Lock()
	for _, w := range p.mu.writers {
		w.drop()
	}
	p.mu.Unlock()
	err := p.temp.close()
	p.mem.end()
	return err
}
