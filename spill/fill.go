package spill

// batchRows is how many rows are encoded, and decoded, at a time.
const batchRows = 1024

// A Filler takes a part of a [Sorter]'s rows. It belongs to one goroutine; several
// may be filled at the same time.
type Filler[T any] struct {
	s *Sorter[T]
	f *filler
}

// Add adds rows that come after all earlier ones of the same place, and after
// those of all lower places in all fillers. A place belongs to one filler, and
// its places do not get lower.
//
// The rows are copied, and may be overwritten when Add returns. When the memory
// is full, Add writes what the filler holds to disk.
//
//go:noinline
func (f *Filler[T]) Add(place uint64, rows []T) error {
	return f.f.add(place, len(rows), func(from, to int) spans { return f.spansOf(rows[from:to]) })
}

// spans are the bytes of rows, and their keys in one form or none. They are valid
// until the filler makes others.
type spans struct {
	all     []byte // of rows that may be bare, in place of rows
	rows    []string
	numbers []uint64
	texts   []string
}

// encoded is the memory for spans. Its methods are not inlined: what calls them is
// compiled for every type of rows.
type encoded struct {
	spans
	buf  []byte
	kbuf []byte
	ends []int
}

// add adds n rows, of which spansOf gives some at a time.
func (f *filler) add(place uint64, n int, spansOf func(from, to int) spans) error {
	if err := f.s.filling(); err != nil {
		return err
	}
	f.at(place)
	for from := 0; from < n; from += batchRows {
		if err := f.batch(spansOf, from, min(from+batchRows, n)); err != nil {
			return f.s.fail(err)
		}
	}
	return nil
}

func (f *filler) batch(spansOf func(from, to int) spans, from, to int) (err error) {
	defer unwritten(&err)
	b := spansOf(from, to)
	switch f.s.kind {
	case byNumbers:
		if b.all != nil {
			return f.addBareOrNot(b)
		}
		return f.addNumbers(b.rows, b.numbers)
	case byTexts:
		return f.addTexts(b.rows, b.texts)
	}
	return f.addPlain(b.rows)
}

// unwritten, deferred, makes an error of the panic about a value that cannot be
// written.
func unwritten(err *error) {
	switch v := recover().(type) {
	case nil:
	case *CodecError:
		*err = v
	default:
		panic(v)
	}
}

// spansOf encodes rows, at most batchRows.
func (f *Filler[T]) spansOf(rows []T) spans {
	e := &f.f.enc
	var b spans
	switch s := f.s; {
	case s.text:
		b.rows = stringsOf(rows)
	case f.f.bare.on:
		b.all = e.encodeAll(s.form, placesOf(rows))
	case s.form != nil:
		b.rows = e.encode(s.form, placesOf(rows))
	default:
		e.buf, e.ends = appendEach(s.codec, e.buf[:0], e.ends[:0], rows)
		b.rows = e.cut()
	}
	c := f.s.order.columns
	switch {
	case c == nil:
	case len(c) == 1 && c[0].form == numeric:
		b.numbers = e.numbersFor(len(rows))
		c[0].bits(rows, b.numbers)
	case len(c) == 1 && c[0].form == textual:
		b.texts = e.textsFor(len(rows))
		c[0].text(rows, b.texts)
	default:
		e.kbuf, e.ends = appendKeys(e.kbuf[:0], e.ends[:0], rows, c)
		b.texts = e.cutKeys()
	}
	return b
}

// encode returns the bytes of rows of form f.
//
//go:noinline
func (e *encoded) encode(f *form, rows places) []string {
	e.buf, e.ends = e.buf[:0], e.ends[:0]
	if f.fixed >= 0 {
		e.buf = f.appendAll(e.buf, rows)
		for i := range rows.len() {
			e.ends = append(e.ends, (i+1)*f.fixed)
		}
	} else {
		e.buf, e.ends = f.appendEach(e.buf, e.ends, rows)
	}
	return e.cut()
}

// encodeAll returns the bytes of rows of form f, which all take as many.
//
//go:noinline
func (e *encoded) encodeAll(f *form, rows places) []byte {
	e.buf = f.appendAll(e.buf[:0], rows)
	return e.buf
}

// cutAll returns the rows in buf, of width bytes each.
func (e *encoded) cutAll(width int) []string {
	e.ends = e.ends[:0]
	for end := width; end <= len(e.buf); end += width {
		e.ends = append(e.ends, end)
	}
	return e.cut()
}

// cut returns the rows in buf.
//
//go:noinline
func (e *encoded) cut() []string {
	e.rows = spansIn(e.rows, e.buf, e.ends)
	return e.rows
}

// cutKeys returns the keys in kbuf.
//
//go:noinline
func (e *encoded) cutKeys() []string {
	e.texts = spansIn(e.texts, e.kbuf, e.ends)
	return e.texts
}

//go:noinline
func (e *encoded) numbersFor(n int) []uint64 {
	e.numbers = sized(e.numbers, n)
	return e.numbers
}

//go:noinline
func (e *encoded) textsFor(n int) []string {
	e.texts = sized(e.texts, n)
	return e.texts
}

// sized returns a slice of n elements, in the memory of s where that is large
// enough.
func sized[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, max(n, batchRows))[:n]
	}
	return s[:n]
}
