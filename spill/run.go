package spill

import (
	"slices"
	"time"

	"anabranch.dev/internal/frame"
)

const (
	blockBytes = 64 << 10  // of records in one block, before compression
	writeBytes = 256 << 10 // that are written at a time

	blockInfoBytes = 64 // of memory for what is kept of a block, without its bound's key
)

// A run is a sequence of records in order, in blocks of a file or, what was left
// when all rows had come, in memory.
type run struct {
	file   *tempFile
	memory *arranged // in place of a file
	blocks []blockInfo
	rows   int64
	bytes  int64 // of records
	stored int64 // on disk
	index  int64 // bytes that blocks takes
	most   int64 // bytes of the largest block
	last   bound // the last record's

	cache cache
}

// blockInfo is what is kept in memory of a block.
type blockInfo struct {
	off   int64 // in the file; in memory, of its first row
	size  int32
	rows  int32
	bytes int32
	from  bound // no row of the block is before it, and no row of the blocks before it is after it
	apart bool  // every row of the blocks before it is before from
}

// A bound is a place between rows in order: it compares like a row with that key
// and place. The keys of bounds are often shortened.
type bound struct {
	key   []byte
	place uint64
}

// runWriter writes a run. It belongs to one goroutine.
type runWriter struct {
	s    *sorter
	run  *run
	buf  []byte // blocks that are not written yet; the last is being filled
	open int    // where that begins
	rows int    // in it
	at   int    // where its last record begins
	pick *chooser
	enc  frame.Encoder
	comp []byte

	touched byte
}

func (s *sorter) newRun(file *tempFile, pick *chooser) *runWriter {
	file.runs.Add(1)
	w := &runWriter{s: s, run: &run{file: file}, pick: pick}
	w.buf = make([]byte, frame.HeaderBytes, writeBytes+blockBytes)
	return w
}

// add appends a record. The memory is copied.
func (w *runWriter) add(rec []byte) error {
	if n := len(w.buf) - w.open - frame.HeaderBytes; n > 0 && (n+len(rec) > blockBytes) {
		if err := w.endBlock(); err != nil {
			return err
		}
	}
	if w.rows == 0 {
		w.beginBlock(rec)
	}
	w.at = len(w.buf)
	w.buf = append(w.buf, rec...)
	w.rows++
	return nil
}

// addAll appends the records that refs refer to.
func (w *runWriter) addAll(table chunks, refs []ref) error {
	for part := range slices.Chunk(refs, ahead) {
		w.touched += table.touch(part)
		for _, r := range part {
			if err := w.add(table.record(r.At).all); err != nil {
				return err
			}
		}
	}
	return nil
}

// beginBlock notes where a block begins, in the order of rows and in the file.
func (w *runWriter) beginBlock(rec []byte) {
	r, _ := parse(rec)
	key := w.s.keyOf(r)
	last := &w.run.last
	w.run.blocks = append(w.run.blocks, blockInfo{
		from:  bound{w.s.separator(w.run, key), r.place},
		apart: len(w.run.blocks) > 0 && (last.place != r.place || w.s.compare(last.key, key) != 0),
	})
}

// separator returns a key that is not after key, and after every key of the run
// so far that is not equal to it: as short as is easily found.
func (s *sorter) separator(r *run, key []byte) []byte {
	n := len(r.blocks)
	if n == 0 {
		return append([]byte(nil), key...)
	}
	if prev := r.blocks[n-1].from.key; string(prev) == string(key) {
		return prev
	}
	shared := sharedPrefix(r.last.key, key)
	if s.kind != byPlain && !s.desc && shared < len(key) {
		key = key[:shared+1]
	}
	return append([]byte(nil), key...)
}

func (w *runWriter) endBlock() error {
	last, _ := parse(w.buf[w.at:])
	w.run.last = bound{append(w.run.last.key[:0], w.s.keyOf(last)...), last.place}
	block := w.buf[w.open:]
	raw := len(block) - frame.HeaderBytes
	if raw > frame.MaxRaw {
		return tooLarge(raw)
	}
	if c := w.pick.next(); c == frame.None {
		frame.Seal(block, w.rows)
	} else {
		start := time.Now()
		var err error
		w.comp, err = w.enc.Append(w.comp[:0], block[frame.HeaderBytes:], w.rows, c)
		if err != nil {
			return err
		}
		w.pick.compressed(raw, len(w.comp), time.Since(start))
		w.buf = append(w.buf[:w.open], w.comp...)
	}
	b := &w.run.blocks[len(w.run.blocks)-1]
	b.size, b.rows, b.bytes = int32(len(w.buf)-w.open), int32(w.rows), int32(raw)
	b.off = w.run.file.size + int64(w.open)
	w.run.rows += int64(w.rows)
	w.run.bytes += int64(raw)
	w.run.most = max(w.run.most, int64(raw))
	w.run.stored += int64(b.size)
	w.rows = 0
	if len(w.buf) >= writeBytes {
		if err := w.flush(); err != nil {
			return err
		}
	}
	w.open = len(w.buf)
	w.buf = append(w.buf, make([]byte, frame.HeaderBytes)...)
	return nil
}

func (w *runWriter) flush() error {
	start := time.Now()
	if err := w.run.file.write(w.buf); err != nil {
		return err
	}
	w.pick.wrote(len(w.buf), time.Since(start))
	w.buf = w.buf[:0]
	return nil
}

// end writes what is left and returns the run, which has no rows if none were
// added.
func (w *runWriter) end() (*run, error) {
	if w.rows > 0 {
		if err := w.endBlock(); err != nil {
			return nil, err
		}
	}
	w.buf = w.buf[:w.open]
	if len(w.buf) > 0 {
		if err := w.flush(); err != nil {
			return nil, err
		}
	}
	r := w.run
	for i := range r.blocks {
		r.index += blockInfoBytes
		if i == 0 || string(r.blocks[i].from.key) != string(r.blocks[i-1].from.key) {
			r.index += int64(len(r.blocks[i].from.key))
		}
	}
	w.s.took(r.index)
	w.s.stats.wrote(r)
	return r, nil
}
