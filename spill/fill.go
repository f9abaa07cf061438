package spill

// batchRows is how many rows are encoded, and decoded, at a time.
const batchRows = 1024

// A Filler takes a part of a [Sorter]'s rows. It belongs to one goroutine; several
// may be filled at the same time.
type Filler[T any] struct {
	s    *Sorter[T]
	f    *filler
	rows []string // encoded rows, and their keys: scratch memory
	bits []uint64
	keys []string
	buf  []byte
	kbuf []byte
	ends []int
	rec  []byte
}

// Add adds rows that come after all earlier ones of the same place, and after
// those of all lower places in all fillers. A place belongs to one filler, and
// its places do not get lower.
//
// The rows are copied, and may be overwritten when Add returns. When the memory
// is full, Add writes what the filler holds to disk.
func (f *Filler[T]) Add(place uint64, rows []T) error {
	if err := f.s.core.filling(); err != nil {
		return err
	}
	f.f.at(place)
	for len(rows) > 0 {
		n := min(len(rows), batchRows)
		if err := f.batch(rows[:n]); err != nil {
			return f.s.core.fail(err)
		}
		rows = rows[n:]
	}
	return nil
}

func (f *Filler[T]) batch(rows []T) (err error) {
	defer unwritten(&err)
	spans := f.encode(rows)
	numbers, texts := f.keysOf(rows)
	switch f.s.core.kind {
	case byNumbers:
		return f.f.addNumbers(spans, numbers)
	case byTexts:
		return f.f.addTexts(spans, texts)
	}
	return f.f.addPlain(spans)
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

// keysOf returns the keys of rows, in one form or none, which are valid until the
// next call.
func (f *Filler[T]) keysOf(rows []T) (numbers []uint64, texts []string) {
	c := f.s.order.columns
	switch {
	case c == nil:
		return nil, nil
	case len(c) == 1 && c[0].bits != nil:
		f.bits = sized(f.bits, len(rows))
		c[0].bits(rows, f.bits)
		return f.bits, nil
	case len(c) == 1 && c[0].text != nil:
		f.keys = sized(f.keys, len(rows))
		c[0].text(rows, f.keys)
		return nil, f.keys
	}
	f.kbuf, f.ends = f.kbuf[:0], f.ends[:0]
	for i := range rows {
		f.kbuf = appendKey(f.kbuf, rows[i], c)
		f.ends = append(f.ends, len(f.kbuf))
	}
	f.keys = spansOf(f.keys, f.kbuf, f.ends)
	return nil, f.keys
}

// encode returns the bytes of rows, which are valid until the next call.
func (f *Filler[T]) encode(rows []T) []string {
	if f.s.text {
		return stringsOf(rows)
	}
	f.buf, f.ends = f.buf[:0], f.ends[:0]
	if n, ok := fixedSize(f.s.codec); ok {
		f.buf = appendAll(f.s.codec, f.buf, rows)
		for i := range rows {
			f.ends = append(f.ends, (i+1)*n)
		}
	} else {
		f.buf, f.ends = appendEach(f.s.codec, f.buf, f.ends, rows)
	}
	f.rows = spansOf(f.rows, f.buf, f.ends)
	return f.rows
}

// sized returns a slice of n elements, in the memory of s where that is large
// enough.
func sized[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, max(n, batchRows))[:n]
	}
	return s[:n]
}
