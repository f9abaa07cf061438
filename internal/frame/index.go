package frame

import (
	"encoding/binary"
	"errors"
	"io"
)

// A FileIndex is what a file says about its blocks. It does not change once it
// is read.
type FileIndex struct {
	Description Description
	Rows        int64 // of all blocks

	offs []int64 // of each block, and where the last one ends
	rows []int64 // before each block, and of all
}

// A Block is where one block of rows is.
type Block struct {
	Offset int64
	Bytes  int   // header included
	Row    int64 // number of its first row in the file
	Rows   int
}

// ReadIndex reads what surrounds the blocks of a file of size bytes, which
// errors call name. It looks at no block of rows, but knows that the file is
// whole: the blocks fill it, and the rows add up.
func ReadIndex(name string, src io.ReaderAt, size int64) (*FileIndex, error) {
	r := NewReaderAt(name, src, size)
	pre, first, err := r.part(KindPreamble, 0, maxPreamble)
	if err != nil {
		return nil, err
	}
	d, err := parsePreamble(pre)
	if err != nil {
		return nil, Locate(err, name, 0)
	}
	f, err := r.footer(first)
	if err != nil {
		return nil, err
	}
	index, end, err := r.part(KindIndex, f.index, f.at-f.index-HeaderBytes)
	if err != nil {
		return nil, err
	}
	x := &FileIndex{Description: d, Rows: f.rows}
	if end != f.at {
		err = corrupt("the index ends at byte %d, the footer begins at byte %d", end, f.at)
	} else {
		err = x.parse(index, first, f)
	}
	if err != nil {
		return nil, Locate(err, name, f.index)
	}
	return x, nil
}

// part returns the payload of a block of the file that is not rows, of at most
// limit bytes, and where the block ends.
func (r *ReaderAt) part(k Kind, off, limit int64) (payload []byte, end int64, err error) {
	var head [HeaderBytes]byte
	if err := r.read(head[:], off); err != nil {
		return nil, 0, Locate(err, r.name, off)
	}
	h, err := ParseHeader(head[:])
	switch {
	case err != nil:
	case h.Kind != k || h.Compression != None:
		err = corrupt("it holds %v, not %v", h.Kind, k)
	case int64(h.Stored) > limit:
		err = corrupt("it claims %d bytes, over %d", h.Stored, limit)
	}
	if err != nil {
		return nil, 0, Locate(err, r.name, off)
	}
	end = off + int64(h.Bytes())
	if end > r.size {
		return nil, 0, Locate(corrupt("the file ends in it"), r.name, off)
	}
	b := make([]byte, h.Bytes())
	if err := r.read(b, off); err != nil {
		return nil, 0, Locate(err, r.name, off)
	}
	if _, err := check(b, k); err != nil {
		return nil, 0, Locate(err, r.name, off)
	}
	return b[HeaderBytes:], end, nil
}

// parsePreamble takes the payload of a preamble apart.
func parsePreamble(b []byte) (d Description, err error) {
	if len(b) <= len(fileMagic) || string(b[:len(fileMagic)]) != fileMagic {
		return d, corrupt("it does not begin with %q", fileMagic)
	}
	b = b[len(fileMagic):]
	if b[0] != fileVersion {
		return d, corrupt("the file has version %d, and only %d is known", b[0], fileVersion)
	}
	b = b[1:]
	for _, s := range []*string{&d.Type, &d.Text} {
		if len(b) < 4 || int64(binary.LittleEndian.Uint32(b)) > int64(len(b)-4) {
			return d, corrupt("the description ends too early")
		}
		n := binary.LittleEndian.Uint32(b)
		*s, b = string(b[4:4+n]), b[4+n:]
	}
	if len(b) > 0 {
		return d, corrupt("%d bytes follow the description", len(b))
	}
	return d, nil
}

// A footer is the last block of a file.
type footer struct {
	at     int64 // where it is
	index  int64 // where the index is
	blocks uint64
	rows   int64
}

// footer reads the footer of a file whose preamble ends at byte first.
func (r *ReaderAt) footer(first int64) (footer, error) {
	at := r.size - FooterBytes
	if at < first+HeaderBytes {
		return footer{}, Locate(noFooter("the file ends after %d bytes", r.size), r.name, first)
	}
	b, _, err := r.part(KindFooter, at, footerRaw)
	if c, ok := errors.AsType[*CorruptError](err); ok {
		return footer{}, Locate(noFooter("%s", c.Reason), r.name, at)
	}
	if err != nil {
		return footer{}, err
	}
	if len(b) != footerRaw {
		return footer{}, Locate(noFooter("it has %d bytes, not %d", len(b), footerRaw), r.name, at)
	}
	f := footer{
		at:     at,
		index:  int64(binary.LittleEndian.Uint64(b)),
		blocks: binary.LittleEndian.Uint64(b[8:]),
		rows:   int64(binary.LittleEndian.Uint64(b[16:])),
	}
	if f.index < first || f.index > at-HeaderBytes {
		return footer{}, Locate(corrupt("it says that the index is at byte %d", f.index), r.name, at)
	}
	return f, nil
}

// noFooter is what is wrong with most files that were cut off.
func noFooter(format string, args ...any) error {
	return corrupt("there is no footer, so the file was cut off or never finished: "+format, args...)
}

// parse takes the payload of an index apart. The first block begins at byte
// first.
func (x *FileIndex) parse(index []byte, first int64, f footer) error {
	if len(index)%entryRaw != 0 || uint64(len(index)/entryRaw) != f.blocks {
		return corrupt("it has %d bytes, for %d blocks", len(index), f.blocks)
	}
	// Each entry is for a block of at least a header.
	n := len(index) / entryRaw
	if int64(n) > (f.index-first)/HeaderBytes {
		return corrupt("it has %d blocks, and the file has %d bytes for them", n, f.index-first)
	}
	x.offs = append(make([]int64, 0, n+1), first)
	x.rows = append(make([]int64, 0, n+1), 0)
	off, rows := first, int64(0)
	for ; len(index) > 0; index = index[entryRaw:] {
		bytes := binary.LittleEndian.Uint32(index)
		count := binary.LittleEndian.Uint32(index[4:])
		if bytes < HeaderBytes || bytes > HeaderBytes+MaxRaw || count > MaxRows {
			return corrupt("block %d has %d bytes and %d rows", len(x.offs)-1, bytes, count)
		}
		off += int64(bytes)
		rows += int64(count)
		x.offs = append(x.offs, off)
		x.rows = append(x.rows, rows)
	}
	if off != f.index || rows != f.rows {
		return corrupt("the blocks end at byte %d with %d rows, not at byte %d with %d", off, rows, f.index, f.rows)
	}
	return nil
}

// Len returns the number of blocks.
func (x *FileIndex) Len() int { return len(x.offs) - 1 }

// Block returns where block i is. They lie one behind the other.
func (x *FileIndex) Block(i int) Block {
	return Block{
		Offset: x.offs[i],
		Bytes:  int(x.offs[i+1] - x.offs[i]),
		Row:    x.rows[i],
		Rows:   int(x.rows[i+1] - x.rows[i]),
	}
}

// A Range is some blocks of a file, one behind the other: those from From up to
// but not including To.
type Range struct{ From, To int }

// Ranges cuts the file into ranges that several workers can read, of at least
// so many bytes each, but for the last one, and no block more than that takes.
// They are the same for the same file.
func (x *FileIndex) Ranges(bytes int64) []Range {
	var ranges []Range
	from := 0
	for i := range x.Len() {
		if x.offs[i+1]-x.offs[from] >= bytes || i+1 == x.Len() {
			ranges = append(ranges, Range{from, i + 1})
			from = i + 1
		}
	}
	return ranges
}
