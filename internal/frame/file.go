package frame

import (
	"encoding/binary"
	"fmt"
)

const (
	fileMagic   = "anabranch"
	fileVersion = 1

	// FooterBytes is the size of the last block of a file.
	FooterBytes = HeaderBytes + footerRaw

	footerRaw = 24 // offset of the index, number of blocks, rows: 8 bytes each
	entryRaw  = 8  // bytes of a block, and its rows: 4 bytes each

	maxPreamble = 1 << 20
)

// A Description is what a file says about its rows.
type Description struct {
	Type string // what the payloads are, for a program: equal or of no use
	Text string // for a reader of errors and listings
}

// A FileWriter knows what surrounds the blocks of a file. It writes nothing: its
// caller, who may have blocks from several workers, writes the preamble, then
// blocks, each of which it notes in the order in which it writes them, then the
// tail. The zero value is ready. Calls must not overlap.
type FileWriter struct {
	off   int64 // of what comes next
	rows  int64
	index []byte
}

// Preamble returns the bytes that come first.
func (w *FileWriter) Preamble(d Description) ([]byte, error) {
	if w.off != 0 {
		panic("frame: a second preamble")
	}
	if n := len(d.Type) + len(d.Text); n > maxPreamble/2 {
		return nil, fmt.Errorf("description of %d bytes: %w", n, ErrTooLarge)
	}
	b := make([]byte, HeaderBytes, HeaderBytes+len(fileMagic)+1+8+len(d.Type)+len(d.Text))
	b = append(b, fileMagic...)
	b = append(b, fileVersion)
	for _, s := range []string{d.Type, d.Text} {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	sealAs(KindPreamble, b)
	w.off = int64(len(b))
	return b, nil
}

// Note says that a block was written: its bytes, header included, and its rows.
func (w *FileWriter) Note(bytes, rows int) {
	if w.off == 0 || bytes < HeaderBytes || bytes > HeaderBytes+MaxRaw || rows < 0 || rows > MaxRows {
		panic(fmt.Sprintf("frame: a block of %d bytes and %d rows at byte %d", bytes, rows, w.off))
	}
	w.index = binary.LittleEndian.AppendUint32(w.index, uint32(bytes))
	w.index = binary.LittleEndian.AppendUint32(w.index, uint32(rows))
	w.off += int64(bytes)
	w.rows += int64(rows)
}

// NoteAll notes all of the blocks in b, which stand there whole, one behind the
// other.
func (w *FileWriter) NoteAll(b []byte) error {
	for len(b) > 0 {
		h, err := ParseHeader(b)
		switch {
		case err != nil:
		case h.Bytes() > len(b):
			err = corrupt("it has %d bytes, not %d", len(b), h.Bytes())
		case h.Kind != KindRows:
			err = corrupt("it holds %v, not %v", h.Kind, KindRows)
		}
		if err != nil {
			return Locate(err, "", w.off)
		}
		w.Note(h.Bytes(), h.Rows)
		b = b[h.Bytes():]
	}
	return nil
}

// Rows returns how many rows have been noted.
func (w *FileWriter) Rows() int64 { return w.rows }

// Bytes returns how large the file is up to now.
func (w *FileWriter) Bytes() int64 { return w.off }

// Tail returns the bytes that come last: index and footer. The error is
// [ErrTooLarge] where the index is: after 134 million blocks.
func (w *FileWriter) Tail() ([]byte, error) {
	if len(w.index) > MaxRaw {
		return nil, fmt.Errorf("file of %d blocks: %w", len(w.index)/entryRaw, ErrTooLarge)
	}
	n := HeaderBytes + len(w.index)
	b := make([]byte, n+FooterBytes)
	copy(b[HeaderBytes:], w.index)
	sealAs(KindIndex, b[:n])
	footer := b[n:]
	binary.LittleEndian.PutUint64(footer[HeaderBytes:], uint64(w.off))
	binary.LittleEndian.PutUint64(footer[HeaderBytes+8:], uint64(len(w.index)/entryRaw))
	binary.LittleEndian.PutUint64(footer[HeaderBytes+16:], uint64(w.rows))
	sealAs(KindFooter, footer)
	return b, nil
}

func sealAs(k Kind, block []byte) {
	seal(block, Header{Kind: k, Raw: len(block) - HeaderBytes})
}
