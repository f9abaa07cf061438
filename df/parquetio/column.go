package parquetio

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"
)

// A column fills one field of rows, in the order of the file.
type column interface {
	// fill sets the field of n rows of a batch, from the row of that number on.
	fill(b batch, from, n int) error
	close() error
}

// errNull is the cause of an error about a null that has no place to go.
var errNull = errors.New("it is null, and the field takes none: make it a pointer, or say \"optional\" in its tag to have the zero value")

// leaf is a column whose values are in pages as elements of type S.
type leaf[S any] struct {
	pages  parquet.Pages
	skip   int64 // rows to come that belong to others
	full   byte  // the definition level of a value that is there
	null   bool  // the field can be left alone
	values values[S]
	put    putter[S]
	views  bool // rows keep what values have of the page

	// indexed does the same for values of a dictionary by their numbers; nil: put does it.
	indexed func(b batch, from int, dict []S, index []int32)

	page  parquet.Page
	data  encoding.Values
	dict  []S     // of the values that data has the numbers of
	index []int32 // those numbers; nil: data has the values
	of    parquet.Dictionary
	defs  []byte // definition levels of the rows of the page; nil: no row is null
	rows  int    // of the page
	row   int    // the next one
	value int    // the next one
	buf   []S
}

// putter sets the field of rows of a batch from one on.
type putter[S any] func(b batch, from int, some []S)

// values takes values out of a page, n of them from the one of that number on. They are in
// buf where the page does not have them as they are.
type values[S any] func(data *encoding.Values, from, n int, buf []S) []S

func (l *leaf[S]) fill(b batch, from, n int) error {
	for n > 0 {
		if l.row == l.rows {
			if err := l.next(); err != nil {
				return err
			}
		}
		m := min(n, l.rows-l.row)
		switch {
		case l.defs == nil:
			l.take(b, from, m)
		default:
			if err := l.fillSome(b, from, l.defs[l.row:l.row+m]); err != nil {
				return err
			}
		}
		l.row += m
		from += m
		n -= m
	}
	return nil
}

// fillSome sets the field of the rows whose definition level is that of a value. The error
// of a null is a nullError.
func (l *leaf[S]) fillSome(b batch, from int, defs []byte) error {
	for i := 0; i < len(defs); {
		n := i
		for n < len(defs) && defs[n] == l.full {
			n++
		}
		if n > i {
			l.take(b, from+i, n-i)
			i = n
			continue
		}
		if !l.null {
			return nullError{from + i}
		}
		i++
	}
	return nil
}

// nullError is about a row of a batch.
type nullError struct{ row int }

func (nullError) Error() string { return errNull.Error() }

// take sets the field of n rows to the next values that are not null.
func (l *leaf[S]) take(b batch, row, n int) {
	from := l.value
	l.value += n
	if l.index != nil && l.indexed != nil {
		l.indexed(b, row, l.dict, l.index[from:from+n])
		return
	}
	l.buf = slices.Grow(l.buf[:0], n)[:n]
	if l.index == nil {
		l.put(b, row, l.values(&l.data, from, n, l.buf))
		return
	}
	gather(l.buf, l.dict, l.index[from:from+n])
	l.put(b, row, l.buf)
}

func gather[S any](dst, dict []S, index []int32) {
	dst = dst[:len(index)]
	for i, n := range index {
		dst[i] = dict[n]
	}
}

// next goes on to the next page with rows that are asked for.
func (l *leaf[S]) next() error {
	for {
		l.release()
		p, err := l.pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return errors.New("the column ends before the row group does")
		}
		if err != nil {
			return err
		}
		l.page = p
		rows := p.NumRows()
		if rows <= l.skip {
			l.skip -= rows
			continue
		}
		if err := l.enter(p); err != nil {
			return err
		}
		l.rows, l.row = int(rows), int(l.skip)
		l.value = l.row
		if l.defs != nil {
			l.value = countOf(l.defs[:l.row], l.full)
		}
		l.skip = 0
		return nil
	}
}

// enter looks at what is in a page.
func (l *leaf[S]) enter(p parquet.Page) error {
	l.data, l.index, l.defs = p.Data(), nil, nil
	if d := p.Dictionary(); d != nil {
		if d != l.of {
			all := d.Page().Data()
			l.of, l.dict = d, l.values(&all, 0, d.Len(), make([]S, d.Len()))
		}
		l.index = l.data.Int32()
	}
	if l.full == 0 {
		return nil
	}
	defs := p.DefinitionLevels()
	if int64(len(defs)) != p.NumRows() {
		return fmt.Errorf("a page has %d definition levels for %d rows", len(defs), p.NumRows())
	}
	if countOf(defs, l.full) < len(defs) {
		l.defs = defs
	}
	return nil
}

func countOf(defs []byte, level byte) (n int) {
	for _, d := range defs {
		if d == level {
			n++
		}
	}
	return n
}

// release gives the memory of the page back, unless rows have strings in it.
func (l *leaf[S]) release() {
	if l.page != nil && (!l.views || l.index != nil) {
		parquet.Release(l.page)
	}
	l.page = nil
}

func (l *leaf[S]) close() error {
	l.release()
	return l.pages.Close()
}
