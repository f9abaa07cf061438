package parquetio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"anabranch.dev/df"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// A file is one that is open. Several workers read it.
type file struct {
	in      *input
	groups  []parquet.RowGroup
	meta    []format.RowGroup
	fields  []field
	columns []fitted // for each field
	pieces  []piece
}

// A piece is rows of a row group.
type piece struct {
	group    int
	from, to int64 // in the group
	first    int64 // the number of the first in the file, from 0
	bytes    int64 // of the columns that are read, as they are stored
}

// open reads what a file says about its rows, and sees whether they fit the fields.
func open(fields []field, r io.ReaderAt, size int64) (f *file, err error) {
	in := &input{ReaderAt: r}
	defer in.explain(&err)
	if err := looksLike(in, size); err != nil {
		return nil, err
	}
	pf, err := parquet.OpenFile(in, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(readBuffer))
	if err != nil {
		return nil, err
	}
	f = &file{in: in, groups: pf.RowGroups(), meta: pf.Metadata().RowGroups, fields: fields}
	for i := range fields {
		c, err := fit(&fields[i], pf.Root())
		if err != nil {
			return nil, fitError{err}
		}
		f.columns = append(f.columns, c)
	}
	if err := f.packed(); err != nil {
		return nil, fitError{err}
	}
	return f, f.cut()
}

// packed sees that columns are compressed in ways that can be read. The library's LZ4 is
// left out: it has given back memory that it did not write, and takes twice as much memory
// again and again for a damaged page.
func (f *file) packed() error {
	for _, g := range f.meta {
		for i, c := range f.columns {
			switch codec := g.Columns[c.index].MetaData.Codec; codec {
			case format.Uncompressed, format.Snappy, format.Gzip, format.Brotli, format.Zstd:
			default:
				return fmt.Errorf("column %q is compressed by %v, which cannot be read", f.fields[i].column(), codec)
			}
		}
	}
	return nil
}

// readBuffer is how much of a column is read ahead, in bytes: what is read of peers' files
// goes over a network.
const readBuffer = 32 << 10

// fitError is about a file that is fine, and has other columns.
type fitError struct{ error }

func (e fitError) Unwrap() error { return e.error }

// looksLike sees that it is a Parquet file, before a number in it is believed.
func looksLike(in io.ReaderAt, size int64) error {
	if size == 0 {
		return errors.New("the file is empty, which no Parquet file is")
	}
	const tail = 8 // the length of the footer, and the magic number
	if size < tail+4 {
		return fmt.Errorf("the file has %d bytes, which is too short for a Parquet file", size)
	}
	var b [tail]byte
	if _, err := in.ReadAt(b[:], size-tail); err != nil {
		return err
	}
	if end := string(b[4:]); end != "PAR1" && end != "PARE" {
		return fmt.Errorf("the file ends in %q and not in \"PAR1\": it is cut off, or no Parquet file", end)
	}
	if n := int64(binary.LittleEndian.Uint32(b[:])); n > size-tail-4 {
		return fmt.Errorf("the footer is said to have %d bytes of the file's %d", n, size)
	}
	return nil
}

// pieceBytes is how many bytes of columns, not compressed, a piece of a row group has
// about. A page that two pieces share is decoded twice.
const pieceBytes = 4 << 20

// cut divides row groups into pieces.
func (f *file) cut() error {
	first := int64(0)
	for g, group := range f.groups {
		rows := group.NumRows()
		if rows < 0 || first+rows < first {
			return fmt.Errorf("row group %d is said to have %d rows", g+1, rows)
		}
		if rows == 0 {
			continue
		}
		n, stored, err := f.share(g)
		if err != nil {
			return err
		}
		n = min(n, rows)
		for i := range n {
			p := piece{group: g, from: rows/n*i + min(i, rows%n), bytes: stored / n}
			p.to = p.from + rows/n
			if i < rows%n {
				p.to++
			}
			p.first = first + p.from
			f.pieces = append(f.pieces, p)
		}
		first += rows
	}
	return nil
}

// share is how many pieces a row group is worth, and how many bytes are read of it. It is
// one piece where not all columns have an index of their pages.
func (f *file) share(g int) (pieces, stored int64, err error) {
	all := int64(0)
	large := f.columns[0].index // the column with the most bytes
	columns := f.meta[g].Columns
	for _, c := range f.columns {
		m := &columns[c.index].MetaData
		all += max(m.TotalUncompressedSize, 0)
		stored += max(m.TotalCompressedSize, 0)
		if m.TotalUncompressedSize > columns[large].MetaData.TotalUncompressedSize {
			large = c.index
		}
	}
	if pieces = all / pieceBytes; pieces <= 1 {
		return 1, stored, nil
	}
	for _, c := range f.columns {
		index, err := f.groups[g].ColumnChunks()[c.index].OffsetIndex()
		switch {
		case errors.Is(err, parquet.ErrMissingOffsetIndex):
			return 1, stored, nil
		case err != nil:
			return 0, 0, fmt.Errorf("index of column %d: %w", c.index+1, err)
		}
		if c.index == large {
			pieces = min(pieces, int64(index.NumPages()))
		}
	}
	return max(1, pieces), stored, nil
}

func (f *file) tablePieces() (list []df.TablePiece) {
	for _, p := range f.pieces {
		list = append(list, df.TablePiece{Rows: p.to - p.from, Bytes: p.bytes})
	}
	return list
}

// A reader reads one piece.
type reader struct {
	file    *file
	columns []column
	row     int64 // the next one in the file, from 0
	left    int64
}

func (f *file) reader(n int) (r *reader, err error) {
	defer f.in.explain(&err)
	p := f.pieces[n]
	r = &reader{file: f, row: p.first, left: p.to - p.from}
	chunks := f.groups[p.group].ColumnChunks()
	for i, c := range f.columns {
		pages, skip, err := pagesFrom(chunks[c.index], p.from)
		if err != nil {
			r.close()
			return nil, fmt.Errorf("column %q: %w", f.fields[i].column(), err)
		}
		r.columns = append(r.columns, c.open(pages, skip))
	}
	return r, nil
}

// pagesFrom are the pages of a column from the one with a row on, and how many rows of that
// come before.
func pagesFrom(chunk parquet.ColumnChunk, row int64) (parquet.Pages, int64, error) {
	pages := chunk.Pages()
	if row == 0 {
		return pages, 0, nil
	}
	index, err := chunk.OffsetIndex() // cut has seen that there is one
	if err != nil {
		return nil, 0, errors.Join(err, pages.Close())
	}
	n := 0
	for n+1 < index.NumPages() && index.FirstRowIndex(n+1) <= row {
		n++
	}
	first := index.FirstRowIndex(n)
	if first < 0 || first > row {
		err = fmt.Errorf("page %d is said to begin with row %d", n+1, first+1)
	} else {
		err = pages.SeekToRow(first)
	}
	if err != nil {
		return nil, 0, errors.Join(err, pages.Close())
	}
	return pages, row - first, nil
}

// fill reads the next n rows into a batch.
func (r *reader) fill(b batch, n int) (err error) {
	defer r.file.in.explain(&err)
	for i, c := range r.columns {
		if err := c.fill(b, 0, n); err != nil {
			return r.locate(&r.file.fields[i], n, err)
		}
	}
	r.row += int64(n)
	r.left -= int64(n)
	return nil
}

// locate says where in the file an error was met, in the next n rows.
func (r *reader) locate(f *field, n int, err error) error {
	if null, ok := errors.AsType[nullError](err); ok {
		return fitError{fmt.Errorf("column %q for field %s, row %d: %w", f.column(), f.name, r.row+int64(null.row)+1, errNull)}
	}
	return fmt.Errorf("column %q, rows %d to %d: %w", f.column(), r.row+1, r.row+int64(n), err)
}

func (r *reader) close() {
	defer func() { _ = recover() }() // what the library says of a damaged file, it has said before
	for _, c := range r.columns {
		_ = c.close() // gives memory back; the file stays open
	}
}

// input is a file, and how reading it failed.
type input struct {
	io.ReaderAt
	failed atomic.Pointer[error]
}

func (in *input) ReadAt(b []byte, off int64) (int, error) {
	n, err := in.ReaderAt.ReadAt(b, off)
	if err != nil && !errors.Is(err, io.EOF) && off >= 0 {
		in.failed.CompareAndSwap(nil, &err)
	}
	return n, err
}

// explain says what an error, or a panic of the library, means: that the file could not be
// read, or that it is damaged.
func (in *input) explain(err *error) {
	if v := recover(); v != nil {
		text := strings.TrimPrefix(fmt.Sprint(v), "runtime error: ")
		*err = fmt.Errorf("it cannot be decoded: %s", text)
	}
	if *err == nil {
		return
	}
	if _, fine := errors.AsType[fitError](*err); fine {
		return
	}
	if failed := in.failed.Load(); failed != nil {
		*err = *failed
		return
	}
	*err = fmt.Errorf("%w: %w", df.ErrCorrupt, *err)
}
